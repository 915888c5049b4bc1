// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payloads.h"
#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

/// A subnet as client identity in Quick Mode: 10.1.0.0/16, UDP, port 53 (RFC 2407, 4.6.2).
const Bytes kSubnet = wire("04 11 0035 0a010000 ffff0000");

Bytes id_of(int type, std::size_t num_bytes) {
  return joined(Bytes{static_cast<std::uint8_t>(type), 0, 0, 0}, Bytes(num_bytes, 'a'));
}

TEST(Identification, ReadsEachField) {
  const Identification id = parse_identification(kSubnet).value();
  EXPECT_EQ(id, (Identification{4, 17, 53, wire("0a010000ffff0000")}));
  EXPECT_EQ(hex(write_identification(id)), hex(kSubnet));
}

TEST(Identification, RefusesEachTruncation) {
  expect_truncations_refused(parse_identification, kSubnet, kSubnet.size());
  for (std::size_t size = 0; size < 4; ++size)
    expect_refused(parse_identification, ByteView(kSubnet).first(size), ErrorCode::kTruncated);
}

TEST(Identification, AddressesHaveTheirExactSize) {
  const std::pair<int, std::size_t> types[] = {{1, 4},  {4, 8}, {5, 16},
                                               {6, 32}, {7, 8}, {8, 32}};  // RFC 2407, 4.6.2.1
  for (const auto& [type, wanted] : types)
    for (std::size_t size = 0; size <= 64; ++size)
      if (size == wanted)
        EXPECT_TRUE(parse_identification(id_of(type, size))) << type;
      else
        expect_refused(parse_identification, id_of(type, size), ErrorCode::kBadFormat);
}

TEST(Identification, NamesAndKeysHaveAtLeastAByte) {
  for (const int type : {2, 3, 9, 10, 11, 12, 255}) {
    expect_refused(parse_identification, id_of(type, 0), ErrorCode::kBadFormat);
    const auto id = parse_identification(id_of(type, 1000));
    ASSERT_TRUE(id) << type;
    EXPECT_EQ(hex(write_identification(*id)), hex(id_of(type, 1000)));
  }
}

TEST(Identification, RefusesTheReservedType) {
  expect_refused(parse_identification, id_of(0, 4), ErrorCode::kBadFormat);
}

TEST(Identification, RefusesANulInAName) {
  for (const char* text : {"02 00 0000 612e62 00", "02 00 0000 00", "03 00 0000 61 00 4062"})
    expect_refused(parse_identification, wire(text), ErrorCode::kBadFormat);
  EXPECT_TRUE(parse_identification(wire("0b 00 0000 61 00 62")));  // A key identifier may.
}

TEST(IdentificationDeathTest, StopsACallerWhoseIdCannotBeRead) {
  EXPECT_DEATH(write_identification({1, 0, 0, wire("0a0100")}), "contract");
  EXPECT_DEATH(write_identification({2, 0, 0, {}}), "contract");
  EXPECT_DEATH(write_identification({}), "contract");
}

}  // namespace
}  // namespace holdfast::isakmp
