// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.h"

#include <algorithm>
#include <functional>

#include "crypto/certificate_native.h"
#include "crypto/pem.h"

namespace holdfast {
namespace {

using openssl::ErrorsForgotten;
using openssl::GeneralNamesPtr;
using openssl::X509Ptr;

tl::unexpected<Error> bad_format(std::string sentence) {
  return fail(ErrorCode::kBadFormat, "", std::move(sentence));
}

Result<X509Ptr> decode(const Bytes& der) {
  const std::uint8_t* next = der.data();
  X509Ptr x509(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
  if (x509 == nullptr) return bad_format("the certificate is not of its format (RFC 5280, 4.1)");
  if (next != der.data() + der.size()) return bad_format("bytes follow the certificate");
  // Reads the extensions too, once and for all.
  if ((X509_get_extension_flags(x509.get()) & EXFLAG_INVALID) != 0) {
    return bad_format("an extension of the certificate is damaged");
  }
  return x509;
}

Bytes der_of_name(const X509_NAME* name) {
  std::uint8_t* der = nullptr;
  const int size = i2d_X509_NAME(name, &der);
  HOLDFAST_CHECK(size >= 0);
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// Whether a name of the type (GEN_DNS, GEN_EMAIL, GEN_IPADD) fits. The whole of it is compared,
/// a zero byte within it too.
bool has_name(const GeneralNamesPtr& names, int type,
              const std::function<bool(std::string_view)>& fits) {
  const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names.get());
  for (int i = 0; i < count; ++i) {
    int found = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &found);
    if (found == type && fits(text_of(static_cast<const ASN1_STRING*>(value)))) return true;
  }
  return false;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Certificate::Certificate(std::shared_ptr<const Native> native, std::shared_ptr<const Bytes> der)
    : native_(std::move(native)), der_(std::move(der)) {}

Result<Certificate> Certificate::parse(ByteView data) {
  const ErrorsForgotten forgotten;
  auto der = openssl::der_of(data, "CERTIFICATE", "X509 CERTIFICATE", "the certificate");
  if (!der) return tl::unexpected(der.error());
  auto x509 = decode(*der);
  if (!x509) return tl::unexpected(x509.error());
  const auto traits = openssl::inspect_key(X509_get0_pubkey(x509->get()));
  if (!traits) return tl::unexpected(traits.error());
  GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(x509->get(), NID_subject_alt_name, nullptr, nullptr)));
  return Certificate(
      std::make_shared<const Native>(Native{std::move(*x509), std::move(names), *traits}),
      std::make_shared<const Bytes>(std::move(*der)));
}

KeyType Certificate::key_type() const { return native_->traits.type; }

unsigned Certificate::key_bits() const { return native_->traits.bits; }

std::optional<HashAlgorithm> Certificate::signature_hash() const { return native_->traits.hash; }

Bytes Certificate::subject_dn() const {
  return der_of_name(X509_get_subject_name(native_->x509.get()));
}

Bytes Certificate::issuer_dn() const {
  return der_of_name(X509_get_issuer_name(native_->x509.get()));
}

std::string Certificate::subject_text() const {
  return openssl::dn_text(X509_get_subject_name(native_->x509.get()));
}

bool Certificate::is_ca() const { return X509_check_ca(native_->x509.get()) == 1; }

bool Certificate::may_be_issued_by(const Certificate& issuer) const {
  return X509_check_issued(issuer.native_->x509.get(), native_->x509.get()) == X509_V_OK;
}

std::string Certificate::key_id() const {
  return openssl::key_id(X509_get_X509_PUBKEY(native_->x509.get()));
}

bool Certificate::has_dns_name(std::string_view name) const {
  if (name.empty()) return false;
  return has_name(native_->names, GEN_DNS, [name](std::string_view other) {
    return std::equal(name.begin(), name.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
  });
}

bool Certificate::has_email(std::string_view name) const {
  if (name.empty()) return false;
  return has_name(native_->names, GEN_EMAIL,
                  [name](std::string_view other) { return other == name; });
}

bool Certificate::has_address(const IpAddress& address) const {
  const std::string_view wanted(reinterpret_cast<const char*>(address.bytes.data()),
                                address.is_ipv6 ? 16 : 4);
  return has_name(native_->names, GEN_IPADD,
                  [wanted](std::string_view other) { return other == wanted; });
}

Status Certificate::verify(ByteView hash, ByteView signature) const {
  return openssl::verify_signature(X509_get0_pubkey(native_->x509.get()), native_->traits, hash,
                                   signature);
}

namespace openssl {

std::string dn_text(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  HOLDFAST_CHECK(bio != nullptr);
  // Letters of other scripts stay as they are.
  constexpr unsigned long kFlags =
      (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN;
  X509_NAME_print_ex(bio.get(), name, 0, kFlags);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace openssl
}  // namespace holdfast
