// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payload.h"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::isakmp {
namespace {

//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +---------------+---------------+-------------------------------+
// | next payload  |   reserved    |   length, these 4 bytes too   |
// +---------------+---------------+-------------------------------+

constexpr std::size_t kMaxBodyBytes = 0xffff - kGenericHeaderBytes;

struct GenericHeader {
  PayloadType next;
  std::uint8_t reserved;
  std::uint16_t length;
};

/// One payload of a chain, for the sentence about what is wrong with it.
struct Position {
  std::size_t index;
  PayloadType type;

  tl::unexpected<Error> bad(ErrorCode code, std::string sentence) const {
    return fail(code,
                "payload " + std::to_string(index + 1) + " (type " +
                    std::to_string(static_cast<unsigned>(type)) + ")",
                std::move(sentence));
  }
};

/// The generic header at the start of `bytes`, which hold the whole payload.
Result<GenericHeader> read_generic(ByteView bytes, Position position) {
  WireReader reader(bytes);
  const GenericHeader header{PayloadType{reader.u8()}, reader.u8(), reader.u16()};
  if (!reader.ok())
    return position.bad(ErrorCode::kTruncated, "the message ends inside its generic header");
  if (header.length < kGenericHeaderBytes)
    return position.bad(ErrorCode::kBadFormat, "length " + std::to_string(header.length) +
                                                   " does not even count the generic header");
  if (header.length > bytes.size())
    return position.bad(ErrorCode::kTruncated, "length " + std::to_string(header.length) +
                                                   ", and " + std::to_string(bytes.size()) +
                                                   " bytes are left");
  // RFC 2408, 5.3: the reserved field must be 0. After a wrong key it seldom is.
  if (header.reserved != 0)
    return position.bad(ErrorCode::kBadFormat, "the reserved byte is not 0");
  return header;
}

}  // namespace

Result<std::vector<Payload>> parse_payloads(PayloadType first, ByteView bytes, Padding padding,
                                            std::size_t max) {
  std::vector<Payload> payloads;
  PayloadType type = first;
  while (type != PayloadType::kNone) {
    const Position position{payloads.size(), type};
    if (payloads.size() == max) return position.bad(ErrorCode::kBadFormat, "is one too many");
    const auto header = read_generic(bytes, position);
    if (!header) return tl::unexpected(header.error());
    const ByteView whole = bytes.first(header->length);
    payloads.push_back({type, whole.subspan(kGenericHeaderBytes), whole});
    bytes = bytes.subspan(header->length);
    type = header->next;
  }
  // RFC 2409, appendix B: an encrypted message is padded up to the block size of its cipher.
  if (!bytes.empty() && padding == Padding::kRefused)
    return fail(ErrorCode::kBadFormat, "last payload",
                std::to_string(bytes.size()) + " bytes follow it");
  return payloads;
}

const Payload* find(const std::vector<Payload>& payloads, PayloadType type) {
  const auto found = std::ranges::find(payloads, type, &Payload::type);
  return found == payloads.end() ? nullptr : &*found;
}

std::size_t count(const std::vector<Payload>& payloads, PayloadType type) {
  return static_cast<std::size_t>(std::ranges::count(payloads, type, &Payload::type));
}

void PayloadWriter::add(PayloadType type, ByteView body) {
  HOLDFAST_CHECK(type != PayloadType::kNone);
  HOLDFAST_CHECK(body.size() <= kMaxBodyBytes);
  const auto number = static_cast<std::uint8_t>(type);
  if (first_ == PayloadType::kNone)
    first_ = type;
  else
    writer_.put_u16(last_, static_cast<std::uint16_t>(number << 8));  // and the reserved byte, 0
  last_ = writer_.size();
  writer_.u16(0);
  writer_.u16(static_cast<std::uint16_t>(kGenericHeaderBytes + body.size()));
  writer_.append(body);
}

Bytes write_message(Header header, const PayloadWriter& payloads) {
  header.next_payload = payloads.first();
  header.length = static_cast<std::uint32_t>(kHeaderBytes + payloads.size());
  WireWriter writer;
  write_header(writer, header);
  writer.append(payloads.view());
  return writer.take();
}

}  // namespace holdfast::isakmp
