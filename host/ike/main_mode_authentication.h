// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ike/main_mode.h"

namespace holdfast::ike {

/// Messages 5 and 6 of Main Mode: who each end is, and the proof (RFC 2409, 5.1 and 5.4).
class Authentication {
 public:
  explicit Authentication(MainMode& main_mode) : mm_(main_mode), sa_(main_mode.sa_) {}

  /// ID, certificate, HASH or signature, and INITIAL-CONTACT where it is true.
  Result<Parts> own_parts();
  /// Takes the peer for who it says it is. Errors: kBadFormat, kBadValue, kRefused.
  Status check(const std::vector<isakmp::Payload>& payloads);

 private:
  /// Of HASH_I and HASH_R.
  HashAlgorithm hash_algorithm() const;
  Bytes hash_of(bool is_initiator, ByteView id_body) const;
  Status choose_connection(const Identity& peer);

  MainMode& mm_;
  IkeSa& sa_;
};

}  // namespace holdfast::ike
