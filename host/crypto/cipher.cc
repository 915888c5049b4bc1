// SPDX-License-Identifier: Apache-2.0
#include "crypto/cipher.h"

#include <climits>

#include "base/result.h"
#include "crypto/openssl_ptr.h"

namespace holdfast {
namespace {

using openssl::CipherContextPtr;

enum class Direction : int { kDecrypt = 0, kEncrypt = 1 };

/// Fetched once for the life of the program.
const EVP_CIPHER* fetch(const char* name) {
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  HOLDFAST_CHECK(cipher != nullptr);
  return cipher;
}

const EVP_CIPHER* aes_of(std::size_t key_bytes) {
  static const EVP_CIPHER* const aes128 = fetch("AES-128-CBC");
  static const EVP_CIPHER* const aes192 = fetch("AES-192-CBC");
  static const EVP_CIPHER* const aes256 = fetch("AES-256-CBC");
  HOLDFAST_CHECK(key_bytes == 16 || key_bytes == 24 || key_bytes == 32);
  return key_bytes == 16 ? aes128 : key_bytes == 24 ? aes192 : aes256;
}

const EVP_CIPHER* cipher_of(CipherAlgorithm algorithm, std::size_t key_bytes) {
  static const EVP_CIPHER* const triple_des = fetch("DES-EDE3-CBC");
  if (algorithm == CipherAlgorithm::kAesCbc) return aes_of(key_bytes);
  HOLDFAST_CHECK(key_bytes == 24);
  return triple_des;
}

/// Works on whole blocks; the key schedule is wiped before it returns.
Bytes run(Direction direction, CipherAlgorithm algorithm, ByteView key, ByteView iv,
          ByteView data) {
  const std::size_t block = block_size(algorithm);
  HOLDFAST_CHECK(iv.size() == block && data.size() % block == 0);
  HOLDFAST_CHECK(data.size() <= INT_MAX);
  const EVP_CIPHER* cipher = cipher_of(algorithm, key.size());
  thread_local const CipherContextPtr owner(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* context = owner.get();
  HOLDFAST_CHECK(EVP_CipherInit_ex2(context, cipher, key.data(), iv.data(),
                                    static_cast<int>(direction), nullptr) == 1);
  EVP_CIPHER_CTX_set_padding(context, 0);
  Bytes out(data.size());
  int size = 0;
  if (!data.empty()) {
    const int length = static_cast<int>(data.size());
    HOLDFAST_CHECK(EVP_CipherUpdate(context, out.data(), &size, data.data(), length) == 1);
  }
  HOLDFAST_CHECK(static_cast<std::size_t>(size) == out.size());
  EVP_CIPHER_CTX_reset(context);
  return out;
}

}  // namespace

std::size_t block_size(CipherAlgorithm algorithm) {
  switch (algorithm) {
    case CipherAlgorithm::k3DesCbc:
      return 8;
    case CipherAlgorithm::kAesCbc:
      return 16;
  }
  HOLDFAST_CHECK(!"a known cipher");
  return 0;
}

Bytes cbc_encrypt(CipherAlgorithm algorithm, ByteView key, ByteView iv, ByteView data) {
  return run(Direction::kEncrypt, algorithm, key, iv, data);
}

Bytes cbc_decrypt(CipherAlgorithm algorithm, ByteView key, ByteView iv, ByteView data) {
  return run(Direction::kDecrypt, algorithm, key, iv, data);
}

}  // namespace holdfast
