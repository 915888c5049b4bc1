// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "holdfast/sa.h"

namespace holdfast::app {

/// One SA that a replay installs. Its place in the list is its SA index in the card.
struct ReplaySa {
  std::string place;  ///< Where it was written: "sas.toml:3, sa[0]".
  SaConfig config;
  Binding binding;
  /// The user said which inner packets belong to it; otherwise any of one address family.
  bool has_selector = false;
};

/// Name of a suite as swanctl writes it.
std::string_view spelling_of(Suite suite);
/// Bytes of its key without the salt.
std::size_t key_bytes_of(Suite suite);
/// Splits `bytes` of a GCM suite into key and salt (RFC 4106, 8.1: the salt comes last).
/// Errors: kBadValue, with a sentence that does not repeat them.
Status set_key(SaConfig& config, std::span<const std::uint8_t> bytes);
/// 0.0.0.0/0 or ::/0.
Prefix any_address(bool is_ipv6);

/// What must hold between SAs: no SPI twice inbound, no key twice outbound. Errors: kInUse.
Status check_together(const std::vector<ReplaySa>& sas);

}  // namespace holdfast::app
