// SPDX-License-Identifier: Apache-2.0
#include "model/gcm.h"

#include <openssl/evp.h>

#include <array>

namespace holdfast::model {
namespace {

/// Fetched once; a cipher that is only named would be looked up for each packet.
const EVP_CIPHER* cipher_for(Bytes key) {
  static const std::array<const EVP_CIPHER*, 3> ciphers = {
      EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr),
      EVP_CIPHER_fetch(nullptr, "AES-192-GCM", nullptr),
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr),
  };
  switch (key.size()) {
    case 16:
      return ciphers[0];
    case 24:
      return ciphers[1];
    case 32:
      return ciphers[2];
  }
  contract_broken("a key has 16, 24 or 32 bytes", __FILE__, __LINE__);
}

int length_of(Bytes bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

void Gcm::Free::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

Gcm::Gcm() : context_(EVP_CIPHER_CTX_new()) { HOLDFAST_CHECK(context_ != nullptr); }
Gcm::~Gcm() = default;
Gcm::Gcm(Gcm&&) noexcept = default;
Gcm& Gcm::operator=(Gcm&&) noexcept = default;

Gcm::Icv Gcm::seal(Bytes key, Bytes nonce, Bytes aad, MutableBytes data) {
  HOLDFAST_CHECK(nonce.size() == kNonceBytes);
  EVP_CIPHER_CTX* c = context_.get();
  Icv icv;
  int done = 0;
  HOLDFAST_CHECK(EVP_EncryptInit_ex(c, cipher_for(key), nullptr, key.data(), nonce.data()) == 1);
  HOLDFAST_CHECK(EVP_EncryptUpdate(c, nullptr, &done, aad.data(), length_of(aad)) == 1);
  HOLDFAST_CHECK(EVP_EncryptUpdate(c, data.data(), &done, data.data(), length_of(data)) == 1);
  HOLDFAST_CHECK(EVP_EncryptFinal_ex(c, data.data() + done, &done) == 1);
  HOLDFAST_CHECK(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, kIcvBytes, icv.data()) == 1);
  return icv;
}

bool Gcm::open(Bytes key, Bytes nonce, Bytes aad, MutableBytes data, Bytes icv) {
  HOLDFAST_CHECK(nonce.size() == kNonceBytes && icv.size() == kIcvBytes);
  EVP_CIPHER_CTX* c = context_.get();
  Icv expected;
  std::copy(icv.begin(), icv.end(), expected.begin());
  int done = 0;
  HOLDFAST_CHECK(EVP_DecryptInit_ex(c, cipher_for(key), nullptr, key.data(), nonce.data()) == 1);
  HOLDFAST_CHECK(EVP_DecryptUpdate(c, nullptr, &done, aad.data(), length_of(aad)) == 1);
  HOLDFAST_CHECK(EVP_DecryptUpdate(c, data.data(), &done, data.data(), length_of(data)) == 1);
  HOLDFAST_CHECK(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, kIcvBytes, expected.data()) == 1);
  return EVP_DecryptFinal_ex(c, data.data() + done, &done) == 1;
}

}  // namespace holdfast::model
