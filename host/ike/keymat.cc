// SPDX-License-Identifier: Apache-2.0
#include "ike/keymat.h"

#include "crypto/cipher.h"

namespace holdfast::ike {
namespace {

/// K1 = prf(key, first | seed), Kn = prf(key, Kn-1 | seed), until there are `size` bytes.
SecretBytes expand(HashAlgorithm hash, ByteView key, ByteView first, ByteView seed,
                   std::size_t size) {
  Bytes material;
  SecretBytes block = prf_secret(hash, key, {first, seed});
  while (true) {
    material.insert(material.end(), block.view().begin(), block.view().end());
    if (material.size() >= size) break;
    block = prf_secret(hash, key, {block.view(), seed});
  }
  SecretBytes result(ByteView(material).first(size));
  secure_wipe(material);
  return result;
}

std::array<std::uint8_t, 4> bytes_of(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

/// RFC 2409, appendix B: SKEYID_e if it is long enough, otherwise it is stretched.
SecretBytes cipher_key(const IkeProposal& proposal, const SecretBytes& skeyid_e) {
  const std::size_t size = proposal.key_bits / 8;
  if (skeyid_e.size() >= size) return SecretBytes(skeyid_e.view().first(size));
  const std::uint8_t zero = 0;
  return expand(proposal.hash, skeyid_e.view(), ByteView(&zero, 1), {}, size);
}

}  // namespace

SecretBytes skeyid_psk(HashAlgorithm hash, ByteView psk, ByteView ni, ByteView nr) {
  return prf_secret(hash, psk, {ni, nr});
}

SecretBytes skeyid_signature(HashAlgorithm hash, ByteView ni, ByteView nr, ByteView shared) {
  Bytes key(ni.begin(), ni.end());
  key.insert(key.end(), nr.begin(), nr.end());
  return prf_secret(hash, key, {shared});
}

Phase1Keys derive_phase1(const IkeProposal& proposal, SecretBytes skeyid, ByteView shared,
                         const Cookies& cookies) {
  const std::uint8_t numbers[3] = {0, 1, 2};
  const auto part = [&](const SecretBytes& before, unsigned number) {
    return prf_secret(proposal.hash, skeyid.view(),
                      {before.view(), shared, cookies.initiator, cookies.responder,
                       ByteView(&numbers[number], 1)});
  };
  SecretBytes skeyid_d = part(SecretBytes(), 0);
  SecretBytes skeyid_a = part(skeyid_d, 1);
  const SecretBytes skeyid_e = part(skeyid_a, 2);
  SecretBytes key = cipher_key(proposal, skeyid_e);
  return {proposal, std::move(skeyid), std::move(skeyid_d), std::move(skeyid_a), std::move(key)};
}

Bytes phase1_iv(const IkeProposal& proposal, ByteView gxi, ByteView gxr) {
  Bytes iv = digest(proposal.hash, {gxi, gxr});
  iv.resize(block_size(proposal.cipher));
  return iv;
}

Bytes phase2_iv(const IkeProposal& proposal, ByteView last_phase1_block, std::uint32_t message_id) {
  Bytes iv = digest(proposal.hash, {last_phase1_block, bytes_of(message_id)});
  iv.resize(block_size(proposal.cipher));
  return iv;
}

Bytes hash_i(HashAlgorithm hash, const Phase1Keys& keys, ByteView gxi, ByteView gxr,
             const Cookies& cookies, ByteView sai_b, ByteView idii_b) {
  return prf(hash, keys.skeyid.view(),
             {gxi, gxr, cookies.initiator, cookies.responder, sai_b, idii_b});
}

Bytes hash_r(HashAlgorithm hash, const Phase1Keys& keys, ByteView gxi, ByteView gxr,
             const Cookies& cookies, ByteView sai_b, ByteView idir_b) {
  return prf(hash, keys.skeyid.view(),
             {gxr, gxi, cookies.responder, cookies.initiator, sai_b, idir_b});
}

Bytes hash_phase2(const Phase1Keys& keys, std::uint32_t message_id,
                  std::initializer_list<ByteView> parts) {
  return prf(keys.proposal.hash, keys.skeyid_a.view(), {bytes_of(message_id)}, parts);
}

Bytes hash_quick_3(const Phase1Keys& keys, std::uint32_t message_id, ByteView ni, ByteView nr) {
  const std::uint8_t zero = 0;
  return prf(keys.proposal.hash, keys.skeyid_a.view(),
             {ByteView(&zero, 1), bytes_of(message_id), ni, nr});
}

SecretBytes keymat(const Phase1Keys& keys, ByteView shared, std::uint8_t protocol,
                   std::uint32_t spi, ByteView ni, ByteView nr, std::size_t size) {
  WireWriter seed;
  seed.append(shared);
  seed.u8(protocol);
  seed.u32(spi);
  seed.append(ni);
  seed.append(nr);
  Bytes bytes = seed.take();
  SecretBytes material = expand(keys.proposal.hash, keys.skeyid_d.view(), {}, bytes, size);
  secure_wipe(bytes);
  return material;
}

}  // namespace holdfast::ike
