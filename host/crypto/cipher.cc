// SPDX-License-Identifier: Apache-2.0
#include "crypto/cipher.h"

#include <array>
#include <climits>

#include "base/result.h"
#include "crypto/openssl_ptr.h"

namespace holdfast {
namespace {

using openssl::CipherContextPtr;

enum class Direction : int { kDecrypt = 0, kEncrypt = 1 };

struct Entry {
  CipherAlgorithm algorithm;
  std::size_t key_bytes;
  const char* name;
};

constexpr std::array<Entry, 4> kEntries{{{CipherAlgorithm::kAesCbc, 16, "AES-128-CBC"},
                                         {CipherAlgorithm::kAesCbc, 24, "AES-192-CBC"},
                                         {CipherAlgorithm::kAesCbc, 32, "AES-256-CBC"},
                                         {CipherAlgorithm::k3DesCbc, 24, "DES-EDE3-CBC"}}};

std::size_t index_of(CipherAlgorithm algorithm, std::size_t key_bytes) {
  std::size_t i = 0;
  while (i < kEntries.size() &&
         (kEntries[i].algorithm != algorithm || kEntries[i].key_bytes != key_bytes))
    ++i;
  HOLDFAST_CHECK(i < kEntries.size());
  return i;
}

/// Any key that is nobody's.
constexpr std::array<std::uint8_t, EVP_MAX_KEY_LENGTH> kNoKey{};
constexpr std::array<std::uint8_t, EVP_MAX_IV_LENGTH> kNoIv{};

/// One for each cipher, direction and thread, which costs less than one for each message.
EVP_CIPHER_CTX* context_of(std::size_t index, Direction direction) {
  thread_local std::array<std::array<CipherContextPtr, 2>, kEntries.size()> contexts;
  auto& context = contexts[index][static_cast<std::size_t>(direction)];
  if (context == nullptr) {
    const openssl::CipherPtr cipher(EVP_CIPHER_fetch(nullptr, kEntries[index].name, nullptr));
    context.reset(EVP_CIPHER_CTX_new());
    HOLDFAST_CHECK(cipher != nullptr && context != nullptr);
    HOLDFAST_CHECK(EVP_CipherInit_ex2(context.get(), cipher.get(), kNoKey.data(), kNoIv.data(),
                                      static_cast<int>(direction), nullptr) == 1);
    EVP_CIPHER_CTX_set_padding(context.get(), 0);
  }
  return context.get();
}

void set_key(EVP_CIPHER_CTX* context, Direction direction, const std::uint8_t* key,
             const std::uint8_t* iv) {
  HOLDFAST_CHECK(
      EVP_CipherInit_ex2(context, nullptr, key, iv, static_cast<int>(direction), nullptr) == 1);
}

/// Works on whole blocks; the key schedule is overwritten before it returns.
Bytes run(Direction direction, CipherAlgorithm algorithm, ByteView key, ByteView iv,
          ByteView data) {
  const std::size_t block = block_size(algorithm);
  HOLDFAST_CHECK(iv.size() == block && data.size() % block == 0);
  HOLDFAST_CHECK(data.size() <= INT_MAX);
  EVP_CIPHER_CTX* const context = context_of(index_of(algorithm, key.size()), direction);
  set_key(context, direction, key.data(), iv.data());
  Bytes out(data.size());
  int size = 0;
  if (!data.empty()) {
    const int length = static_cast<int>(data.size());
    HOLDFAST_CHECK(EVP_CipherUpdate(context, out.data(), &size, data.data(), length) == 1);
  }
  HOLDFAST_CHECK(static_cast<std::size_t>(size) == out.size());
  set_key(context, direction, kNoKey.data(), kNoIv.data());
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
