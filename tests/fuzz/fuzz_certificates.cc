// SPDX-License-Identifier: Apache-2.0
// Certificates, private keys, revocation lists and chains; the first byte says which.
#include "base/wire.h"
#include "crypto/certificate.h"
#include "fuzz.h"

namespace holdfast {
namespace {

/// Within the validity of the certificates in the corpus.
constexpr std::int64_t kTime = 1'800'000'000;

void check_error(const Error& error) {
  fuzz::require(!error.sentence.empty());
  fuzz::require(error.code == ErrorCode::kBadFormat || error.code == ErrorCode::kUnsupported ||
                error.code == ErrorCode::kRefused);
}

/// What is no signature of anybody is refused, whatever the key is.
void check_signature(const Certificate& certificate) {
  const HashAlgorithm hash = certificate.signature_hash().value_or(HashAlgorithm::kSha1);
  const Bytes digest(digest_size(hash), 0x5a);
  for (const std::size_t size : {0u, 1u, 64u, 96u, 132u, 256u}) {
    fuzz::require(!certificate.verify(digest, Bytes(size, 0x11)).has_value());
  }
}

void check_certificate(ByteView data) {
  const auto certificate = Certificate::parse(data);
  if (!certificate) return check_error(certificate.error());
  const auto again = Certificate::parse(certificate->der());
  fuzz::require(again && again->der() == certificate->der() &&
                again->subject_dn() == certificate->subject_dn() &&
                again->issuer_dn() == certificate->issuer_dn() &&
                again->key_id() == certificate->key_id() && certificate->key_id().size() == 40 &&
                again->subject_text() == certificate->subject_text() &&
                again->is_ca() == certificate->is_ca());
  fuzz::require(!certificate->has_dns_name("") && !certificate->has_email(""));
  (void)certificate->has_dns_name("gw.lab");
  (void)certificate->has_address(IpAddress{});
  check_signature(*certificate);
}

void check_key(ByteView data) {
  const auto key = PrivateKey::parse(data);
  if (!key) return check_error(key.error());
  const HashAlgorithm hash = key->signature_hash().value_or(HashAlgorithm::kSha1);
  fuzz::require(key->key_id().size() == 40 && !key->sign(Bytes(digest_size(hash), 1)).empty());
}

/// Two bytes of size and an authority, two bytes of size and a list, and a certificate.
void check_chain(ByteView data) {
  WireReader reader(data);
  const auto authority = Certificate::parse(reader.take(reader.u16()));
  const ByteView crl = reader.take(reader.u16());
  const auto certificate = Certificate::parse(reader.rest());
  TrustStore store;
  store.set_verification_time(kTime);
  if (authority) store.add_authority(*authority);
  const Status is_added = store.add_crl(crl);
  if (!is_added) check_error(is_added.error());
  if (!certificate) return check_error(certificate.error());
  const Status status = store.verify(*certificate, {*certificate});
  if (!status) check_error(status.error());
  fuzz::require(!status || authority.has_value());
}

void check(unsigned what, ByteView data) {
  switch (what) {
    case 0:
      return check_certificate(data);
    case 1:
      return check_key(data);
    default:
      return check_chain(data);
  }
}

}  // namespace
}  // namespace holdfast

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) holdfast::check(data[0] % 3u, {data + 1, size - 1});
  return 0;
}
