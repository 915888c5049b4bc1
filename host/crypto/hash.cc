// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include <array>

#include "base/result.h"
#include "crypto/openssl_ptr.h"

namespace holdfast {
namespace {

using openssl::DigestContextPtr;
using openssl::MacContextPtr;

struct Entry {
  HashAlgorithm algorithm;
  const char* name;
  std::size_t size;
};

constexpr std::array<Entry, 5> kEntries{{{HashAlgorithm::kMd5, "MD5", 16},
                                         {HashAlgorithm::kSha1, "SHA1", 20},
                                         {HashAlgorithm::kSha256, "SHA2-256", 32},
                                         {HashAlgorithm::kSha384, "SHA2-384", 48},
                                         {HashAlgorithm::kSha512, "SHA2-512", 64}}};

std::size_t index_of(HashAlgorithm algorithm) {
  std::size_t i = 0;
  while (i < kEntries.size() && kEntries[i].algorithm != algorithm) ++i;
  HOLDFAST_CHECK(i < kEntries.size());
  return i;
}

/// Fetched once for the life of the program: a fetch costs more than a digest.
const EVP_MD* digest_of(std::size_t index) {
  static const auto table = [] {
    std::array<const EVP_MD*, kEntries.size()> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = EVP_MD_fetch(nullptr, kEntries[i].name, nullptr);
      HOLDFAST_CHECK(out[i] != nullptr);
    }
    return out;
  }();
  return table[index];
}

/// One for each algorithm and thread, which costs less than one for each key.
using HmacContexts = std::array<MacContextPtr, kEntries.size()>;

HmacContexts& hmac_contexts() {
  thread_local HmacContexts contexts;
  return contexts;
}

EVP_MAC_CTX* hmac_of(std::size_t index) {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  auto& context = hmac_contexts()[index];
  if (context == nullptr) {
    context.reset(EVP_MAC_CTX_new(mac));
    HOLDFAST_CHECK(context != nullptr);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                         const_cast<char*>(kEntries[index].name), 0),
        OSSL_PARAM_construct_end()};
    HOLDFAST_CHECK(EVP_MAC_CTX_set_params(context.get(), params) == 1);
  }
  return context.get();
}

void set_key(EVP_MAC_CTX* context, ByteView key) {
  // Without bytes there is no pointer, which OpenSSL takes for "the key of last time".
  static constexpr std::uint8_t kNoByte = 0;
  const std::uint8_t* start = key.empty() ? &kNoByte : key.data();
  HOLDFAST_CHECK(EVP_MAC_init(context, start, key.size(), nullptr) == 1);
}

void hmac(EVP_MAC_CTX* context, ByteView key, std::initializer_list<ByteView> parts,
          std::initializer_list<ByteView> more, std::span<std::uint8_t> out) {
  set_key(context, key);
  for (const auto& list : {parts, more})
    for (const ByteView part : list)
      HOLDFAST_CHECK(EVP_MAC_update(context, part.data(), part.size()) == 1);
  std::size_t size = 0;
  HOLDFAST_CHECK(EVP_MAC_final(context, out.data(), &size, out.size()) == 1);
  HOLDFAST_CHECK(size == out.size());
}

}  // namespace

std::size_t digest_size(HashAlgorithm algorithm) { return kEntries[index_of(algorithm)].size; }

Bytes digest(HashAlgorithm algorithm, std::initializer_list<ByteView> parts) {
  const std::size_t index = index_of(algorithm);
  thread_local const DigestContextPtr context(EVP_MD_CTX_new());
  HOLDFAST_CHECK(EVP_DigestInit_ex2(context.get(), digest_of(index), nullptr) == 1);
  for (const ByteView part : parts) {
    HOLDFAST_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  Bytes out(kEntries[index].size);
  HOLDFAST_CHECK(EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
  return out;
}

Bytes prf(HashAlgorithm algorithm, ByteView key, std::initializer_list<ByteView> parts,
          std::initializer_list<ByteView> more) {
  const std::size_t index = index_of(algorithm);
  Bytes out(kEntries[index].size);
  hmac(hmac_of(index), key, parts, more, out);
  return out;
}

SecretBytes prf_secret(HashAlgorithm algorithm, ByteView key,
                       std::initializer_list<ByteView> parts) {
  const std::size_t index = index_of(algorithm);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> buffer;
  const std::span<std::uint8_t> out(buffer.data(), kEntries[index].size);
  hmac(hmac_of(index), key, parts, {}, out);
  set_key(hmac_of(index), {});
  SecretBytes secret{ByteView(out)};
  secure_wipe(out);
  return secret;
}

void forget_last_key() {
  for (const auto& context : hmac_contexts())
    if (context != nullptr) set_key(context.get(), {});
}

bool is_equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace holdfast
