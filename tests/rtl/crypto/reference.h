// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/stream.h"

namespace holdfast::test {

/// What the engines are compared with: AES and AES-GCM of OpenSSL.

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

inline CipherContext new_cipher_context() {
  return CipherContext(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
}

/// Ends the test program: a reference that fails has nothing to compare with.
inline void require_openssl(int result) {
  if (result == 1) return;
  std::fprintf(stderr, "OpenSSL failed\n");
  std::abort();
}

inline const EVP_CIPHER* cipher_for(std::size_t key_bytes, bool is_gcm) {
  switch (key_bytes) {
    case 16:
      return is_gcm ? EVP_aes_128_gcm() : EVP_aes_128_ecb();
    case 24:
      return is_gcm ? EVP_aes_192_gcm() : EVP_aes_192_ecb();
    default:
      return is_gcm ? EVP_aes_256_gcm() : EVP_aes_256_ecb();
  }
}

/// AES of one block.
inline Bytes aes_encrypt(const Bytes& key, const Bytes& block) {
  CipherContext context = new_cipher_context();
  Bytes out(32);
  int length = 0;
  require_openssl(EVP_EncryptInit_ex(context.get(), cipher_for(key.size(), false), nullptr,
                                     key.data(), nullptr));
  require_openssl(EVP_EncryptUpdate(context.get(), out.data(), &length, block.data(), 16));
  out.resize(16);
  return out;
}

/// H = AES_K(0).
inline Bytes gcm_subkey(const Bytes& key) { return aes_encrypt(key, Bytes(16, 0)); }

struct GcmResult {
  Bytes data;
  Bytes icv;
};

/// Encrypts `plaintext` and computes the ICV.
inline GcmResult gcm_seal(const Bytes& key, const Bytes& nonce, const Bytes& aad,
                          const Bytes& plaintext) {
  CipherContext context = new_cipher_context();
  GcmResult result{Bytes(plaintext.size() + 16), Bytes(16)};
  int length = 0;
  require_openssl(EVP_EncryptInit_ex(context.get(), cipher_for(key.size(), true), nullptr,
                                     key.data(), nonce.data()));
  require_openssl(
      EVP_EncryptUpdate(context.get(), nullptr, &length, aad.data(), static_cast<int>(aad.size())));
  require_openssl(EVP_EncryptUpdate(context.get(), result.data.data(), &length, plaintext.data(),
                                    static_cast<int>(plaintext.size())));
  require_openssl(EVP_EncryptFinal_ex(context.get(), result.data.data() + length, &length));
  result.data.resize(plaintext.size());
  require_openssl(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, result.icv.data()));
  return result;
}

inline Bytes random_bytes(std::mt19937_64& random, std::size_t count) {
  Bytes bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// A key of 16, 24 or 32 bytes.
inline Bytes random_key(std::mt19937_64& random) {
  return random_bytes(random, 16 + 8 * (random() % 3));
}

inline Bytes from_hex(const std::string& text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

/// A case of a vector file: field name to value as written.
using VectorCase = std::map<std::string, std::string>;

/// Reads tests/vectors/<name>: lines `field = value`, `#` begins a comment, an empty line ends a
/// case. Comments between cases name their source.
inline std::vector<VectorCase> read_vectors(const std::string& name) {
  std::ifstream file(std::string(HOLDFAST_VECTORS) + "/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::vector<VectorCase> cases;
  VectorCase fields;
  auto finish = [&] {
    if (!fields.empty()) cases.push_back(std::move(fields));
    fields.clear();
  };
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) finish();
    const std::size_t equals = line.find(" = ");
    if (line.starts_with('#') || equals == std::string::npos) continue;
    fields[line.substr(0, equals)] = line.substr(equals + 3);
  }
  finish();
  EXPECT_FALSE(cases.empty()) << name;
  return cases;
}

/// Value of aes_key_e for a key of this length.
inline std::uint8_t key_size_code(std::size_t key_bytes) {
  return static_cast<std::uint8_t>(key_bytes / 8 - 1);
}

/// Puts `bytes` into a Verilated vector of `width_bytes`, first byte in the top bits, rest 0: the
/// order of the standards, not of the streams.
template <typename Port>
void put_top_first(Port& port, const Bytes& bytes, std::size_t width_bytes) {
  Bytes reversed(width_bytes, 0);
  for (std::size_t i = 0; i < bytes.size(); ++i) reversed[width_bytes - 1 - i] = bytes[i];
  put_bytes(port, reversed.data(), width_bytes);
}

/// The other way.
template <typename Port>
Bytes get_top_first(const Port& port, std::size_t width_bytes) {
  Bytes bytes(width_bytes);
  get_bytes(port, bytes.data(), width_bytes);
  return Bytes(bytes.rbegin(), bytes.rend());
}

}  // namespace holdfast::test
