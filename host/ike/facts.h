// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/address.h"
#include "config/connection.h"
#include "ike/keymat.h"

namespace holdfast::ike {

enum class Role : std::uint8_t { kInitiator, kResponder };
enum class RekeyCause : std::uint8_t { kLifetime, kOperator };

/// What is known of an ISAKMP SA and its two ends.
struct Facts {
  std::shared_ptr<const ConnectionConfig> config;  ///< Of a responder: from message 1 on a guess.
  Role role = Role::kInitiator;
  Cookies cookies;
  Endpoint own, peer;
  Identity local_id, remote_id;
  bool peer_has_natt = false, peer_has_dpd = false, peer_has_fragmentation = false;
  bool peer_has_holdfast = false, peer_has_attributes = false;
  bool is_nat_local = false, is_nat_remote = false;
  std::vector<IpAddress> local_vips, remote_vips;
  std::vector<std::pair<std::string, IpAddress>> leases;  ///< Pool and address for the peer.
  std::vector<IpAddress> peer_addresses;  ///< Further ones that the peer has told (ADDRESSES).
};

/// What an address update makes of a path: its endpoints, and how much may be sent while the
/// peer's is not proven.
struct Rebinding {
  Endpoint own, peer;
  bool is_nat_local = false, is_nat_remote = false;
  std::optional<std::uint32_t> credit;  ///< Bytes; nothing: no limit.
};

/// Where this machine would send from, and to.
struct Way {
  Endpoint own, peer;
};

}  // namespace holdfast::ike
