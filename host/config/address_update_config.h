// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "config/tree.h"

namespace holdfast {

/// `holdfast { address_update { } }` and, for one connection, `holdfast { connections { NAME {
/// address_update { } } } }`, whose keys stand over those of the daemon. The table with all keys is
/// docs/reference/configuration.md; what they mean, docs/protocol/address_update.md.
struct AddressUpdateConfig {
  enum class Accept : std::uint8_t {
    kNo,      ///< No Vendor ID is sent, and updates are ignored.
    kYes,     ///< Binds at once, within a byte credit, where the old path is gone.
    kStrict,  ///< Binds only what has answered its challenge.
  };
  Accept accept = Accept::kYes;
  /// The peer speaks the base form, without attributes and challenges.
  bool base_form = false;
  /// An update of the base form binds by itself, without a DPD answered from the new endpoint.
  bool unchallenged = false;
  /// An endpoint may be bound that the peer does not name as its own, as behind a NAT.
  bool allow_nat = true;
  /// A DPD from the new address may move a peer that knows no updates.
  bool dpd_move = false;
  /// New addresses of peers must lie in one of them; empty: all may be.
  std::vector<Prefix> allowed_addresses;
  /// Names of interfaces with `*`: those named first are preferred, `!name` is never used; others
  /// are used after them unless a name without `!` stands there. Empty: the kernel's route decides.
  std::vector<std::string> interfaces;
  /// Further own addresses are told to peers (at most 8).
  bool announce_addresses = true;
  unsigned rate = 10;  ///< Updates of one ISAKMP SA that are worked on in ten seconds.
  std::chrono::seconds park_time{1800};      ///< SAs of a silent peer wait as long for its update.
  std::chrono::milliseconds settle{20};      ///< The network's picture may change as long.
  std::chrono::milliseconds give_up{4000};   ///< Without an answer, a mover tries as long.
  std::chrono::milliseconds unproven{4000};  ///< A binding without proof lives as long.
  /// Notify types of UPDATE, ACK, NACK, CONFIRM: this one and the next three (RFC 2408, 3.14.1:
  /// 32768 to 40959 are private).
  std::uint16_t first_notify_type = 35010;

  bool operator==(const AddressUpdateConfig&) const = default;
};

/// Reads one such section over `base`; every unknown key is an error.
AddressUpdateConfig read_address_update(const Section& section, const AddressUpdateConfig& base,
                                        std::vector<Error>& errors);

}  // namespace holdfast
