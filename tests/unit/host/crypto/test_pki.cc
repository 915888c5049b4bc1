// SPDX-License-Identifier: Apache-2.0
#include "unit/host/crypto/test_pki.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

namespace holdfast::test {
namespace {

using openssl::BioPtr;
using openssl::CrlPtr;
using openssl::KeyPtr;
using openssl::X509Ptr;

void require(bool is_true, const char* what) {
  if (!is_true) throw std::runtime_error(std::string("test PKI: ") + what);
}

template <typename T>
Bytes encoded(int (*encode)(const T*, unsigned char**), const T* object) {
  unsigned char* der = nullptr;
  const int size = encode(object, &der);
  require(size > 0, "encode");
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

struct FreeName {
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
};
using NamePtr = std::unique_ptr<X509_NAME, FreeName>;

NamePtr make_name(const std::string& common_name) {
  NamePtr name(X509_NAME_new());
  const std::pair<const char*, std::string> parts[] = {
      {"C", "CH"}, {"O", "Lab"}, {"CN", common_name}};
  for (const auto& [field, value] : parts) {
    X509_NAME_add_entry_by_txt(name.get(), field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, 0);
  }
  return name;
}

void add_extension(X509* x509, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context{};
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr, value.c_str());
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

KeyPtr make_ec_key(const char* curve) {
  KeyPtr key(EVP_EC_gen(curve));
  require(key != nullptr, "EC key");
  return key;
}

KeyPtr make_rsa_key(unsigned bits, unsigned exponent) {
  const openssl::KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  const openssl::BnPtr e(BN_new());
  BN_set_word(e.get(), exponent);
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_keygen_init(context.get()) == 1 &&
              EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) == 1 &&
              EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()) == 1 &&
              EVP_PKEY_keygen(context.get(), &key) == 1,
          "RSA key");
  return KeyPtr(key);
}

Bytes private_der(const KeyPtr& key) {
  PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(key.get());
  Bytes out = encoded<PKCS8_PRIV_KEY_INFO>(i2d_PKCS8_PRIV_KEY_INFO, info);
  PKCS8_PRIV_KEY_INFO_free(info);
  return out;
}

Bytes to_pem(const std::string& label, ByteView der) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  require(
      PEM_write_bio(bio.get(), label.c_str(), "", der.data(), static_cast<long>(der.size())) > 0,
      "PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return Bytes(text, text + size);
}

Bytes issue(const CertificateSpec& spec, const KeyPtr& key, const std::string& issuer_name,
            const KeyPtr& issuer_key) {
  const X509Ptr x509(X509_new());
  X509_set_version(x509.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), spec.serial);
  X509_set_subject_name(x509.get(), make_name(spec.name).get());
  X509_set_issuer_name(x509.get(), make_name(issuer_name).get());
  ASN1_TIME_set(X509_getm_notBefore(x509.get()), spec.not_before);
  ASN1_TIME_set(X509_getm_notAfter(x509.get()), spec.not_after);
  X509_set_pubkey(x509.get(), key.get());
  add_extension(x509.get(), NID_basic_constraints, spec.basic_constraints);
  add_extension(x509.get(), NID_key_usage, spec.key_usage);
  add_extension(x509.get(), NID_subject_alt_name, spec.alt_names);
  require(X509_sign(x509.get(), issuer_key.get(), EVP_get_digestbyname(spec.digest)) > 0, "sign");
  return encoded<X509>(i2d_X509, x509.get());
}

Authority::Authority(std::string authority_name, const char* curve)
    : name(std::move(authority_name)), key(make_ec_key(curve)) {
  CertificateSpec spec;
  spec.name = name;
  spec.basic_constraints = "critical,CA:TRUE";
  spec.key_usage = "critical,keyCertSign,cRLSign";
  der = issue(spec, key, name, key);
}

Certificate Authority::certificate() const { return parsed(der); }

Certificate Authority::issue_for(const CertificateSpec& spec, const KeyPtr& subject_key) const {
  return parsed(issue(spec, subject_key, name, key));
}

Bytes Authority::crl(const std::vector<long>& serials, std::int64_t this_update,
                     std::int64_t next_update) const {
  const CrlPtr list(X509_CRL_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), make_name(name).get());
  ASN1_TIME* time = ASN1_TIME_set(nullptr, this_update);
  X509_CRL_set1_lastUpdate(list.get(), time);
  for (const long serial : serials) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(revoked, number);
    X509_REVOKED_set_revocationDate(revoked, time);
    ASN1_INTEGER_free(number);
    X509_CRL_add0_revoked(list.get(), revoked);
  }
  ASN1_TIME_set(time, next_update);
  X509_CRL_set1_nextUpdate(list.get(), time);
  ASN1_TIME_free(time);
  require(X509_CRL_sign(list.get(), key.get(), EVP_sha256()) > 0, "sign list");
  return encoded<X509_CRL>(i2d_X509_CRL, list.get());
}

Certificate parsed(ByteView der) {
  auto certificate = Certificate::parse(der);
  if (!certificate) throw std::runtime_error(certificate.error().text());
  return *certificate;
}

PrivateKey parsed_key(const KeyPtr& key) {
  auto parsed = PrivateKey::parse(private_der(key));
  if (!parsed) throw std::runtime_error(parsed.error().text());
  return *parsed;
}

}  // namespace holdfast::test
