// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "isakmp/payloads.h"

namespace holdfast::isakmp {

// Attributes payload of Mode Config (draft-dukes-ike-mode-cfg-02, 3.2), behind its generic header;
// the attributes are those of RFC 2408, 3.3:
// +---------------+---------------+-------------------------------+
// |     type      |   reserved    |          identifier           |
// +---------------+---------------+-------------------------------+
// |                     attributes (variable)                     |
// +---------------------------------------------------------------+

Result<ConfigPayload> parse_config_payload(ByteView body) {
  WireReader reader(body);
  ConfigPayload config;
  config.type = ConfigType{reader.u8()};
  reader.u8();  // Reserved; the draft does not ask to look at it.
  config.identifier = reader.u16();
  if (!reader.ok())
    return fail(ErrorCode::kTruncated, "Mode Config payload", "ends before its attributes");
  auto attributes = parse_attributes(reader.rest());
  if (!attributes) return tl::unexpected(attributes.error());
  if (config.type < ConfigType::kRequest || config.type > ConfigType::kAck)
    return fail(ErrorCode::kBadFormat, "Mode Config payload",
                "type " + std::to_string(static_cast<unsigned>(config.type)) + " is none");
  config.attributes = std::move(*attributes);
  return config;
}

Bytes write_config_payload(const ConfigPayload& config) {
  WireWriter writer;
  writer.u8(static_cast<std::uint8_t>(config.type));
  writer.u8(0);
  writer.u16(config.identifier);
  write_attributes(writer, config.attributes);
  return writer.take();
}

}  // namespace holdfast::isakmp
