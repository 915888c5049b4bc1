// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payloads.h"

namespace holdfast::isakmp {
namespace {

// Fragment payload, behind its generic header (RFC 2408, 3.2); no RFC describes it, and all IKEv1
// daemons agree on it. Each datagram has the ISAKMP header of the whole message, with next payload
// 132 and its own length, and one fragment; the data of all of them is the message with its header.
// +-------------------------------+---------------+---------------+
// |          identifier           | number from 1 | flags; 1: last|
// +-------------------------------+---------------+---------------+
// |                        data (variable)                        |
// +---------------------------------------------------------------+

constexpr std::uint8_t kFlagLast = 0x01;

}  // namespace

Result<Fragment> parse_fragment(ByteView body) {
  WireReader reader(body);
  Fragment fragment;
  fragment.id = reader.u16();
  fragment.number = reader.u8();
  fragment.is_last = reader.u8() & kFlagLast;
  if (!reader.ok()) return fail(ErrorCode::kTruncated, "fragment", "ends before its data");
  fragment.data = reader.rest();
  if (fragment.data.empty()) return fail(ErrorCode::kBadFormat, "fragment", "has no data");
  if (fragment.number == 0) return fail(ErrorCode::kBadFormat, "fragment", "has the number 0");
  return fragment;
}

Bytes write_fragment(const Fragment& fragment) {
  HOLDFAST_CHECK(fragment.number > 0 && !fragment.data.empty());
  WireWriter writer;
  writer.u16(fragment.id);
  writer.u8(fragment.number);
  writer.u8(fragment.is_last ? kFlagLast : 0);
  writer.append(fragment.data);
  return writer.take();
}

}  // namespace holdfast::isakmp
