// SPDX-License-Identifier: Apache-2.0
#include "ike/protection.h"

#include "crypto/cipher.h"

namespace holdfast::ike {

using namespace isakmp;

Bytes seal(Header header, const PayloadWriter& payloads, const Phase1Keys& keys, Bytes& iv) {
  const CipherAlgorithm cipher = keys.proposal.cipher;
  const std::size_t block = block_size(cipher);
  Bytes plain(payloads.view().begin(), payloads.view().end());
  plain.resize((plain.size() + block - 1) / block * block);  // zeros (RFC 2409, appendix B)
  const Bytes body = cbc_encrypt(cipher, keys.cipher_key.view(), iv, plain);
  iv.assign(body.end() - static_cast<std::ptrdiff_t>(block), body.end());

  header.flags |= kFlagEncrypted;
  header.next_payload = payloads.first();
  header.length = static_cast<std::uint32_t>(kHeaderBytes + body.size());
  WireWriter writer;
  write_header(writer, header);
  writer.append(body);
  return writer.take();
}

Result<Bytes> unseal(ByteView body, const Phase1Keys& keys, Bytes& iv) {
  const CipherAlgorithm cipher = keys.proposal.cipher;
  const std::size_t block = block_size(cipher);
  if (body.empty() || body.size() % block != 0)
    return fail(ErrorCode::kBadFormat, "encrypted message", "is no whole number of cipher blocks");
  Bytes plain = cbc_decrypt(cipher, keys.cipher_key.view(), iv, body);
  iv.assign(body.end() - static_cast<std::ptrdiff_t>(block), body.end());
  return plain;
}

}  // namespace holdfast::ike
