// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payloads.h"
#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

TEST(Certificate, IsAnEncodingAndData) {
  const Bytes body = wire("04 3003020101");
  const auto certificate = parse_certificate(body).value();
  EXPECT_EQ(certificate, (CertificatePayload{kCertX509Signature, wire("3003020101")}));
  EXPECT_EQ(hex(write_certificate(certificate)), hex(body));
  expect_truncations_refused(parse_certificate, body, 1);
}

TEST(Certificate, MayBeEmpty) {
  // RFC 2408, 3.10: a request without an authority takes any; an empty certificate is for the
  // exchange to refuse.
  const auto request = parse_certificate(wire("07")).value();
  EXPECT_EQ(request, (CertificatePayload{kCertCrl, {}}));
  EXPECT_EQ(hex(write_certificate(request)), "07");
}

TEST(Certificate, HasAnEncoding) { expect_refused(parse_certificate, {}, ErrorCode::kTruncated); }

}  // namespace
}  // namespace holdfast::isakmp
