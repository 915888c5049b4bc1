// SPDX-License-Identifier: Apache-2.0
#include <openssl/decoder.h>
#include <openssl/pem.h>

#include <climits>

#include "crypto/certificate_native.h"
#include "crypto/pem.h"
#include "crypto/signature_key.h"

namespace holdfast {

struct PrivateKey::Native {
  openssl::KeyPtr key;
  openssl::KeyTraits traits;
  std::string id;
};

namespace {

using openssl::KeyPtr;
using PublicKeyPtr = std::unique_ptr<X509_PUBKEY, openssl::Deleter<X509_PUBKEY_free>>;
using DecoderPtr = std::unique_ptr<OSSL_DECODER_CTX, openssl::Deleter<OSSL_DECODER_CTX_free>>;

/// Called where OpenSSL would ask at the terminal: notes that it was, and gives nothing.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*is_writing*/, void* is_encrypted) {
  *static_cast<bool*>(is_encrypted) = true;
  return -1;
}

KeyPtr decode_pem(ByteView data, bool& is_encrypted) {
  const openssl::BioPtr bio(BIO_new_mem_buf(data.data(), static_cast<int>(data.size())));
  HOLDFAST_CHECK(bio != nullptr);
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &is_encrypted));
}

KeyPtr decode_der(ByteView data, bool& is_encrypted) {
  EVP_PKEY* key = nullptr;
  const DecoderPtr decoder(OSSL_DECODER_CTX_new_for_pkey(&key, "DER", nullptr, nullptr,
                                                         EVP_PKEY_KEYPAIR, nullptr, nullptr));
  HOLDFAST_CHECK(decoder != nullptr);
  OSSL_DECODER_CTX_set_pem_password_cb(decoder.get(), refuse_passphrase, &is_encrypted);
  const std::uint8_t* next = data.data();
  std::size_t left = data.size();
  const bool is_read = OSSL_DECODER_from_data(decoder.get(), &next, &left) == 1;
  KeyPtr owner(key);
  return is_read && left == 0 ? std::move(owner) : nullptr;
}

/// A key whose halves do not belong together, or that is a public one, cannot do this.
bool can_sign(EVP_PKEY* key, const openssl::KeyTraits& traits) {
  const Bytes hash(digest_size(traits.hash.value_or(HashAlgorithm::kSha256)), 0x5a);
  const Bytes signature = make_signature(key, traits, hash);
  return !signature.empty() && verify_signature(key, traits, hash, signature).has_value();
}

Result<std::string> id_of(EVP_PKEY* key) {
  X509_PUBKEY* encoded = nullptr;
  const bool is_encoded = X509_PUBKEY_set(&encoded, key) == 1;
  const PublicKeyPtr owner(encoded);
  if (!is_encoded) return fail(ErrorCode::kBadFormat, "", "the key has no public half");
  return openssl::key_id(encoded);
}

}  // namespace

PrivateKey::PrivateKey(std::shared_ptr<const Native> native) : native_(std::move(native)) {}

Result<PrivateKey> PrivateKey::parse(ByteView data) {
  const openssl::ErrorsForgotten forgotten;
  if (data.empty() || data.size() > INT_MAX) {
    return fail(ErrorCode::kBadFormat, "", "the private key is empty or far too long");
  }
  bool is_encrypted = false;
  KeyPtr key = openssl::looks_like_der(data) ? decode_der(data, is_encrypted)
                                             : decode_pem(data, is_encrypted);
  if (key == nullptr && is_encrypted) {
    return fail(ErrorCode::kUnsupported, "",
                "the private key is encrypted; store it without a passphrase, readable by its "
                "owner alone");
  }
  if (key == nullptr) {
    return fail(ErrorCode::kBadFormat, "", "the private key is not PKCS#1, SEC 1 or PKCS#8");
  }
  const auto traits = openssl::inspect_key(key.get());
  if (!traits) return tl::unexpected(traits.error());
  if (!can_sign(key.get(), *traits)) {
    return fail(ErrorCode::kBadFormat, "", "the private key is damaged: its signature is wrong");
  }
  auto id = id_of(key.get());
  if (!id) return tl::unexpected(id.error());
  return PrivateKey(
      std::make_shared<const Native>(Native{std::move(key), *traits, std::move(*id)}));
}

KeyType PrivateKey::type() const { return native_->traits.type; }

unsigned PrivateKey::bits() const { return native_->traits.bits; }

std::optional<HashAlgorithm> PrivateKey::signature_hash() const { return native_->traits.hash; }

std::string PrivateKey::key_id() const { return native_->id; }

bool PrivateKey::matches(const Certificate& certificate) const {
  const openssl::ErrorsForgotten forgotten;
  return EVP_PKEY_eq(native_->key.get(), X509_get0_pubkey(certificate.native().x509.get())) == 1;
}

Bytes PrivateKey::sign(ByteView hash) const {
  Bytes signature = openssl::make_signature(native_->key.get(), native_->traits, hash);
  HOLDFAST_CHECK(!signature.empty());
  return signature;
}

}  // namespace holdfast
