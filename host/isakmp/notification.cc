// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "isakmp/payloads.h"

namespace holdfast::isakmp {
namespace {

// Notification payload (RFC 2408, 3.14), behind its generic header:
// +---------------------------------------------------------------+
// |                             DOI                               |
// +---------------+---------------+-------------------------------+
// |   protocol    |   SPI size    |         notify type           |
// +---------------+---------------+-------------------------------+
// |                        SPI (variable)                         |
// |                        data (variable)                        |
// +---------------------------------------------------------------+

void keep(Bytes& bytes, ByteView view) { bytes.assign(view.begin(), view.end()); }

}  // namespace

Result<Notification> parse_notification(ByteView body) {
  WireReader reader(body);
  Notification notification;
  const std::uint32_t doi = reader.u32();
  notification.protocol = Protocol{reader.u8()};
  const std::uint8_t spi_size = reader.u8();
  notification.type = NotifyType{reader.u16()};
  keep(notification.spi, reader.take(spi_size));
  if (!reader.ok())
    return fail(ErrorCode::kTruncated, "notification", "ends inside its head or its SPI");
  if (doi != kDoiIpsec && doi != kDoiIsakmp)
    return fail(ErrorCode::kUnsupported, "notification", "DOI " + std::to_string(doi));
  keep(notification.data, reader.rest());
  return notification;
}

Bytes write_notification(const Notification& notification) {
  HOLDFAST_CHECK(notification.spi.size() <= 0xff);
  WireWriter writer;
  writer.u32(kDoiIpsec);
  writer.u8(static_cast<std::uint8_t>(notification.protocol));
  writer.u8(static_cast<std::uint8_t>(notification.spi.size()));
  writer.u16(static_cast<std::uint16_t>(notification.type));
  writer.append(notification.spi);
  writer.append(notification.data);
  return writer.take();
}

std::string_view name_of(NotifyType type) {
  switch (type) {
#define HOLDFAST_NOTIFY_CASE(name, value, text) \
  case NotifyType::name:                        \
    return text;
    HOLDFAST_NOTIFY_TYPES(HOLDFAST_NOTIFY_CASE)
#undef HOLDFAST_NOTIFY_CASE
  }
  return "unknown";
}

}  // namespace holdfast::isakmp
