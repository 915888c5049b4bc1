// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "isakmp/payloads.h"

namespace holdfast::isakmp {
namespace {

// Identification payload (RFC 2407, 4.6.2), behind its generic header:
// +---------------+---------------+-------------------------------+
// |    ID type    |   protocol    |             port              |
// +---------------+---------------+-------------------------------+
// |                        data (variable)                        |
// +---------------------------------------------------------------+

/// Types of RFC 2407, 4.6.2.1.
constexpr std::uint8_t kReserved = 0, kIpv4Addr = 1, kFqdn = 2, kUserFqdn = 3, kIpv4Subnet = 4,
                       kIpv6Addr = 5, kIpv6Subnet = 6, kIpv4Range = 7, kIpv6Range = 8;

/// Bytes of data that the type must have; 0 where it is free.
std::size_t size_of(std::uint8_t type) {
  switch (type) {
    case kIpv4Addr:
      return 4;
    case kIpv4Subnet:
    case kIpv4Range:
      return 2 * 4;
    case kIpv6Addr:
      return 16;
    case kIpv6Subnet:
    case kIpv6Range:
      return 2 * 16;
    default:
      return 0;
  }
}

Status check_data(std::uint8_t type, ByteView data) {
  const std::string place = "ID of type " + std::to_string(type);
  if (type == kReserved) return fail(ErrorCode::kBadFormat, place, "the type is reserved");
  const std::size_t size = size_of(type);
  if (size != 0 && data.size() != size)
    return fail(ErrorCode::kBadFormat, place,
                std::to_string(data.size()) + " bytes, and must have " + std::to_string(size));
  if (data.empty()) return fail(ErrorCode::kBadFormat, place, "has no data");
  // RFC 2407, 4.6.2.3 and 4.6.2.4: no terminators, NUL among them. A NUL in a name is how one
  // certificate poses as another.
  if ((type == kFqdn || type == kUserFqdn) && std::ranges::find(data, 0) != data.end())
    return fail(ErrorCode::kBadFormat, place, "has a NUL in it");
  return {};
}

}  // namespace

Result<Identification> parse_identification(ByteView body) {
  WireReader reader(body);
  Identification id{reader.u8(), reader.u8(), reader.u16(), {}};
  if (!reader.ok()) return fail(ErrorCode::kTruncated, "ID", "ends before its data");
  const ByteView data = reader.rest();
  const Status status = check_data(id.type, data);
  if (!status) return tl::unexpected(status.error());
  id.data.assign(data.begin(), data.end());
  return id;
}

Bytes write_identification(const Identification& id) {
  HOLDFAST_CHECK(check_data(id.type, id.data).has_value());
  WireWriter writer;
  writer.u8(id.type);
  writer.u8(id.protocol);
  writer.u16(id.port);
  writer.append(id.data);
  return writer.take();
}

}  // namespace holdfast::isakmp
