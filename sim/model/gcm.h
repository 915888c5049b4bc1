// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "model/wire.h"

struct evp_cipher_ctx_st;

namespace holdfast::model {

inline constexpr std::size_t kIcvBytes = 16;
inline constexpr std::size_t kNonceBytes = 12;  ///< Salt of 4 and IV of 8 (RFC 4106, 4).

/// AES-GCM by OpenSSL. The key (16, 24 or 32 bytes) is given with each packet, so that an SA
/// needs no cipher context of its own.
class Gcm {
 public:
  Gcm();
  ~Gcm();
  Gcm(Gcm&&) noexcept;
  Gcm& operator=(Gcm&&) noexcept;

  using Icv = std::array<std::uint8_t, kIcvBytes>;

  /// Encrypts `data` in place.
  Icv seal(Bytes key, Bytes nonce, Bytes aad, MutableBytes data);
  /// Decrypts `data` in place. False: the ICV is wrong, `data` is worth nothing.
  bool open(Bytes key, Bytes nonce, Bytes aad, MutableBytes data, Bytes icv);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

}  // namespace holdfast::model
