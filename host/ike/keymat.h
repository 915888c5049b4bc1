// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret_bytes.h"
#include "config/proposal.h"
#include "crypto/hash.h"
#include "isakmp/header.h"

/// Keys of RFC 2409: what is derived from what, and nothing else.
namespace holdfast::ike {

struct Cookies {
  isakmp::Cookie initiator{}, responder{};
  bool operator==(const Cookies&) const = default;
};

/// What protects everything after message 4 (RFC 2409, 5).
struct Phase1Keys {
  IkeProposal proposal;
  SecretBytes skeyid, skeyid_d, skeyid_a, cipher_key;
};

/// SKEYID with a pre-shared key, and with signatures (RFC 2409, 5). Nonces without generic header.
SecretBytes skeyid_psk(HashAlgorithm hash, ByteView psk, ByteView ni, ByteView nr);
SecretBytes skeyid_signature(HashAlgorithm hash, ByteView ni, ByteView nr, ByteView shared);

/// SKEYID_d, _a, _e (RFC 2409, 5), and the cipher key from _e (RFC 2409, appendix B).
Phase1Keys derive_phase1(const IkeProposal& proposal, SecretBytes skeyid, ByteView shared,
                         const Cookies& cookies);

/// IV of the first encrypted message of Main Mode, and of a later exchange (RFC 2409, appendix B).
Bytes phase1_iv(const IkeProposal& proposal, ByteView gxi, ByteView gxr);
Bytes phase2_iv(const IkeProposal& proposal, ByteView last_phase1_block, std::uint32_t message_id);

/// HASH_I and HASH_R (RFC 2409, 5): public values, cookies, body of the initiator's SA payload,
/// body of the ID payload of the one who sends it. `hash` is that of the proposal, but with ECDSA
/// the one of the curve (RFC 4754, 3).
Bytes hash_i(HashAlgorithm hash, const Phase1Keys& keys, ByteView gxi, ByteView gxr,
             const Cookies& cookies, ByteView sai_b, ByteView idii_b);
Bytes hash_r(HashAlgorithm hash, const Phase1Keys& keys, ByteView gxi, ByteView gxr,
             const Cookies& cookies, ByteView sai_b, ByteView idir_b);

/// HASH over a message of phase 2: prf(SKEYID_a, M-ID | parts) (RFC 2409, 5.5 and 5.7).
Bytes hash_phase2(const Phase1Keys& keys, std::uint32_t message_id,
                  std::initializer_list<ByteView> parts);
/// HASH(3): a zero byte before the message ID (RFC 2409, 5.5).
Bytes hash_quick_3(const Phase1Keys& keys, std::uint32_t message_id, ByteView ni, ByteView nr);

/// KEYMAT of one SA (RFC 2409, 5.5): `shared` is empty without PFS, `spi` is the receiver's.
SecretBytes keymat(const Phase1Keys& keys, ByteView shared, std::uint8_t protocol,
                   std::uint32_t spi, ByteView ni, ByteView nr, std::size_t size);

}  // namespace holdfast::ike
