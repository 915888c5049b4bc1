// SPDX-License-Identifier: Apache-2.0
#include "isakmp/header.h"

#include <algorithm>
#include <string>

namespace holdfast::isakmp {
namespace {

//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +---------------------------------------------------------------+
// |                       initiator cookie (8)                    |
// |                       responder cookie (8)                    |
// +---------------+-------+-------+---------------+---------------+
// | next payload  | major | minor | exchange type |     flags     |
// +---------------+-------+-------+---------------+---------------+
// |                          message ID                           |
// |                 length, header and payloads                   |
// +---------------------------------------------------------------+

Cookie read_cookie(WireReader& reader) {
  Cookie cookie{};
  std::ranges::copy(reader.take(cookie.size()), cookie.begin());
  return cookie;
}

Header read_header(ByteView datagram) {
  WireReader reader(datagram);
  Header header;
  header.initiator_cookie = read_cookie(reader);
  header.responder_cookie = read_cookie(reader);
  header.next_payload = PayloadType{reader.u8()};
  header.version = reader.u8();
  header.exchange = ExchangeType{reader.u8()};
  header.flags = reader.u8();
  header.message_id = reader.u32();
  header.length = reader.u32();
  return header;
}

}  // namespace

Result<Header> parse_header(ByteView datagram) {
  if (datagram.size() < kHeaderBytes)
    return fail(ErrorCode::kTruncated, "ISAKMP header",
                std::to_string(datagram.size()) + " bytes are fewer than a header has");
  const Header header = read_header(datagram);
  if (header.length != datagram.size())
    return fail(ErrorCode::kBadFormat, "ISAKMP header, length",
                "says " + std::to_string(header.length) + ", the datagram has " +
                    std::to_string(datagram.size()) + " bytes");
  // RFC 2408, 3.1: neither another major version nor a higher minor one is accepted. Exchange
  // type, flags and next payload (RFC 2408, 5.2) mean something to the exchange only, and are
  // checked there.
  if (header.version != kVersion)
    return fail(ErrorCode::kUnsupported, "ISAKMP header, version",
                std::to_string(header.version >> 4) + "." + std::to_string(header.version & 15) +
                    " is not 1.0");
  return header;
}

void write_header(WireWriter& writer, const Header& header) {
  writer.append(header.initiator_cookie);
  writer.append(header.responder_cookie);
  writer.u8(static_cast<std::uint8_t>(header.next_payload));
  writer.u8(header.version);
  writer.u8(static_cast<std::uint8_t>(header.exchange));
  writer.u8(header.flags);
  writer.u32(header.message_id);
  writer.u32(header.length);
}

}  // namespace holdfast::isakmp
