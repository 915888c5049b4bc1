// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "isakmp/payloads.h"

namespace holdfast::isakmp {
namespace {

// Delete payload (RFC 2408, 3.15), behind its generic header:
// +---------------------------------------------------------------+
// |                             DOI                               |
// +---------------+---------------+-------------------------------+
// |   protocol    |   SPI size    |        number of SPIs         |
// +---------------+---------------+-------------------------------+
// |                      SPIs (variable)                          |
// +---------------------------------------------------------------+

struct Head {
  std::uint32_t doi;
  Protocol protocol;
  std::uint8_t spi_size;
  std::uint16_t num_spis;
};

Status check_lengths(const Head& head, std::size_t bytes_left) {
  if (head.num_spis == 0 || head.spi_size == 0)
    return fail(ErrorCode::kBadFormat, "Delete", "names no SPI");
  const std::size_t wanted = std::size_t{head.num_spis} * head.spi_size;
  if (wanted != bytes_left)
    return fail(wanted > bytes_left ? ErrorCode::kTruncated : ErrorCode::kBadFormat, "Delete",
                "announces " + std::to_string(head.num_spis) + " SPIs of " +
                    std::to_string(head.spi_size) + " bytes, and has " +
                    std::to_string(bytes_left) + " bytes of them");
  return {};
}

std::string text_of(Protocol protocol) {
  return "protocol " + std::to_string(static_cast<unsigned>(protocol));
}

bool is_deletable(Protocol protocol) {
  return protocol >= Protocol::kIsakmp && protocol <= Protocol::kIpcomp;
}

// RFC 2408, 3.15: the SPI of an ISAKMP SA is its pair of cookies.
bool fits(Protocol protocol, std::size_t spi_size) {
  return protocol == Protocol::kIsakmp ? spi_size == 2 * sizeof(Cookie)
                                       : is_spi_size(protocol, spi_size);
}

Status check_meaning(const Head& head) {
  if (head.doi != kDoiIpsec && head.doi != kDoiIsakmp)
    return fail(ErrorCode::kUnsupported, "Delete", "DOI " + std::to_string(head.doi));
  if (!is_deletable(head.protocol))
    return fail(ErrorCode::kUnsupported, "Delete", text_of(head.protocol));
  if (!fits(head.protocol, head.spi_size))
    return fail(
        ErrorCode::kBadFormat, "Delete",
        "SPIs of " + std::to_string(head.spi_size) + " bytes do not fit " + text_of(head.protocol));
  return {};
}

}  // namespace

Result<Delete> parse_delete(ByteView body) {
  WireReader reader(body);
  const Head head{reader.u32(), Protocol{reader.u8()}, reader.u8(), reader.u16()};
  if (!reader.ok()) return fail(ErrorCode::kTruncated, "Delete", "ends before its SPIs");
  const Status status =
      check_lengths(head, reader.left()).and_then([&] { return check_meaning(head); });
  if (!status) return tl::unexpected(status.error());
  Delete payload{head.protocol, {}};
  payload.spis.reserve(head.num_spis);
  while (reader.left() > 0) {
    const ByteView spi = reader.take(head.spi_size);
    payload.spis.emplace_back(spi.begin(), spi.end());
  }
  return payload;
}

Bytes write_delete(const Delete& payload) {
  HOLDFAST_CHECK(!payload.spis.empty() && payload.spis.size() <= 0xffff);
  const std::size_t spi_size = payload.spis.front().size();
  HOLDFAST_CHECK(is_deletable(payload.protocol) && fits(payload.protocol, spi_size));
  WireWriter writer;
  writer.u32(kDoiIpsec);
  writer.u8(static_cast<std::uint8_t>(payload.protocol));
  writer.u8(static_cast<std::uint8_t>(spi_size));
  writer.u16(static_cast<std::uint16_t>(payload.spis.size()));
  for (const Bytes& spi : payload.spis) {
    HOLDFAST_CHECK(spi.size() == spi_size);
    writer.append(spi);
  }
  return writer.take();
}

}  // namespace holdfast::isakmp
