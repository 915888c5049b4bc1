// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "holdfast/sa.h"
#include "isakmp/header.h"

namespace holdfast::ike {

/// Gets all session keys, for those who look at a capture of their own traffic. There is one only
/// if the operator asks for it.
class KeyLog {
 public:
  virtual ~KeyLog() = default;
  /// After message 3 or 4 of Main Mode, before the peer is authenticated. `cipher_key`: RFC 2409,
  /// appendix B.
  virtual void on_isakmp_keys(const isakmp::Cookie& initiator, ByteView cipher_key) = 0;
  /// As an SA goes into the card.
  virtual void on_esp_keys(const SaConfig& sa, bool is_outer_ipv6) = 0;
};

}  // namespace holdfast::ike
