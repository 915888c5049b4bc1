// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payloads.h"

namespace holdfast::isakmp {

// Certificate (RFC 2408, 3.9) and certificate request (RFC 2408, 3.10), behind the generic header:
// +---------------+-----------------------------------------------+
// |    encoding   |            data (variable), not aligned       |
// +---------------+-----------------------------------------------+

Result<CertificatePayload> parse_certificate(ByteView body) {
  WireReader reader(body);
  const std::uint8_t encoding = reader.u8();
  if (!reader.ok()) return fail(ErrorCode::kTruncated, "certificate payload", "has no encoding");
  const ByteView data = reader.rest();
  return CertificatePayload{encoding, Bytes(data.begin(), data.end())};
}

Bytes write_certificate(const CertificatePayload& certificate) {
  WireWriter writer;
  writer.u8(certificate.encoding);
  writer.append(certificate.data);
  return writer.take();
}

}  // namespace holdfast::isakmp
