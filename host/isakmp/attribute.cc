// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "isakmp/sa_payload.h"

namespace holdfast::isakmp {
namespace {

//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-----------------------------+-------------------------------+
// |A|       attribute type        |  AF=1: value (2 bytes)        |
// |F|                             |  AF=0: length of the value    |
// +-+-----------------------------+-------------------------------+
// |                       AF=0: value                             |
// +---------------------------------------------------------------+

constexpr std::uint16_t kFormatBit = 0x8000;  // AF, RFC 2408, 3.3

Attribute read_attribute(WireReader& reader) {
  Attribute attribute;
  const std::uint16_t type = reader.u16();
  attribute.type = static_cast<std::uint16_t>(type & ~kFormatBit);
  attribute.is_short = type & kFormatBit;
  const ByteView value = reader.take(attribute.is_short ? 2 : reader.u16());
  attribute.value.assign(value.begin(), value.end());
  return attribute;
}

}  // namespace

Attribute Attribute::of(std::uint16_t type, std::uint16_t value) {
  WireWriter writer;
  writer.u16(value);
  return {type, true, writer.take()};
}

Attribute Attribute::of_u32(std::uint16_t type, std::uint32_t value) {
  WireWriter writer;
  writer.u32(value);
  return {type, false, writer.take()};
}

Attribute Attribute::of_bytes(std::uint16_t type, ByteView value) {
  return {type, false, Bytes(value.begin(), value.end())};
}

std::optional<std::uint64_t> Attribute::number() const {
  if (value.empty() || value.size() > sizeof(std::uint64_t)) return std::nullopt;
  std::uint64_t number = 0;
  for (const std::uint8_t byte : value) number = number << 8 | byte;
  return number;
}

Result<std::vector<Attribute>> parse_attributes(ByteView bytes) {
  std::vector<Attribute> attributes;
  attributes.reserve(std::min<std::size_t>(bytes.size() / 4, 12));  // few have more
  WireReader reader(bytes);
  while (reader.left() > 0) {
    if (attributes.size() == kMaxAttributes)
      return fail(ErrorCode::kBadFormat, "attributes",
                  "more than " + std::to_string(kMaxAttributes));
    attributes.push_back(read_attribute(reader));
    if (!reader.ok())
      return fail(ErrorCode::kTruncated, "attribute " + std::to_string(attributes.size()),
                  "is longer than the bytes that are left");
  }
  return attributes;
}

void write_attributes(WireWriter& writer, const std::vector<Attribute>& attributes) {
  for (const Attribute& attribute : attributes) {
    if (!attribute.is_short) {
      write_attribute(writer, attribute.type, attribute.value);
      continue;
    }
    HOLDFAST_CHECK(attribute.value.size() == 2);
    write_short_attribute(writer, attribute.type, static_cast<std::uint16_t>(*attribute.number()));
  }
}

void write_attribute(WireWriter& writer, std::uint16_t type, ByteView value) {
  HOLDFAST_CHECK(type < kFormatBit && value.size() <= 0xffff);
  writer.u16(type);
  writer.u16(static_cast<std::uint16_t>(value.size()));
  writer.append(value);
}

void write_short_attribute(WireWriter& writer, std::uint16_t type, std::uint16_t value) {
  HOLDFAST_CHECK(type < kFormatBit);
  writer.u16(static_cast<std::uint16_t>(type | kFormatBit));
  writer.u16(value);
}

const Attribute* find(const std::vector<Attribute>& attributes, std::uint16_t type) {
  const auto found = std::ranges::find(attributes, type, &Attribute::type);
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace holdfast::isakmp
