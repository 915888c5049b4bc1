// SPDX-License-Identifier: Apache-2.0
#include "isakmp/sa_payload.h"
#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

/// RFC 2408, 3.3: a short one, one of four bytes, an empty one, a short one of the largest type.
const Bytes kAttributes = wire("80010007  000c0004 00007080  00020000  ffffabcd");

std::string written(const std::vector<Attribute>& attributes) {
  WireWriter writer;
  write_attributes(writer, attributes);
  return hex(writer.view());
}

TEST(Attributes, AreReadInBothForms) {
  const auto attributes = parse_attributes(kAttributes).value();
  const std::vector<Attribute> expected = {Attribute::of(1, 7), Attribute::of_u32(12, 28800),
                                           Attribute::of_bytes(2, {}),
                                           Attribute::of(0x7fff, 0xabcd)};
  EXPECT_EQ(attributes, expected);
  EXPECT_EQ(written(attributes), hex(kAttributes));
}

TEST(Attributes, NoneAtAll) { EXPECT_TRUE(parse_attributes({})->empty()); }

TEST(Attributes, RefuseEachTruncation) {
  for (std::size_t size = 0; size < kAttributes.size(); ++size) {
    const Bytes shorter = exactly(ByteView(kAttributes).first(size));
    const bool is_between_two = size == 0 || size == 4 || size == 12 || size == 16;
    if (is_between_two)
      EXPECT_TRUE(parse_attributes(shorter)) << size;
    else
      expect_refused(parse_attributes, shorter, ErrorCode::kTruncated);
  }
}

TEST(Attributes, RefuseALengthPastTheEnd) {
  for (const char* text : {"000c0005 00007080", "000c7fff 00007080", "000cffff 00007080",
                           "000c0001", "80010007 000c0005 00007080"})
    expect_refused(parse_attributes, wire(text), ErrorCode::kTruncated);
}

TEST(Attributes, ALengthThatIsTooSmallMakesAnotherAttributeOfTheRest) {
  // 2 of 4 bytes: "7080" is then the type of an attribute without a length.
  expect_refused(parse_attributes, wire("000c0002 00007080"), ErrorCode::kTruncated);
  const auto attributes = parse_attributes(wire("000c0000 80017080")).value();
  ASSERT_EQ(attributes.size(), 2u);
  EXPECT_TRUE(attributes[0].value.empty());
  EXPECT_EQ(attributes[1], Attribute::of(1, 0x7080));
}

TEST(Attributes, AtMostSixtyFour) {
  Bytes bytes;
  for (int i = 0; i < 64; ++i) bytes = joined(bytes, wire("80010007"));
  EXPECT_EQ(parse_attributes(bytes)->size(), 64u);
  expect_refused(parse_attributes, joined(bytes, wire("80010007")), ErrorCode::kBadFormat);
}

TEST(Attributes, HaveANumberOfOneToEightBytes) {
  EXPECT_EQ(Attribute::of(1, 0xffff).number(), 0xffffu);
  EXPECT_EQ(Attribute::of_u32(1, 0x80000000).number(), 0x80000000u);
  EXPECT_EQ(Attribute::of_bytes(1, wire("05")).number(), 5u);
  EXPECT_EQ(Attribute::of_bytes(1, wire("ffffffffffffffff")).number(), ~std::uint64_t{0});
  EXPECT_EQ(Attribute::of_bytes(1, {}).number(), std::nullopt);
  EXPECT_EQ(Attribute::of_bytes(1, wire("000000000000000001")).number(), std::nullopt);
}

TEST(Attributes, AreFoundByType) {
  const auto attributes = parse_attributes(kAttributes).value();
  EXPECT_EQ(find(attributes, 12)->number(), 28800u);
  EXPECT_EQ(find(attributes, 0x7fff)->number(), 0xabcdu);
  EXPECT_EQ(find(attributes, 13), nullptr);
  const std::vector<Attribute> twice = {Attribute::of(1, 5), Attribute::of(1, 6)};
  EXPECT_EQ(find(twice, 1)->number(), 5u);
}

TEST(Attributes, OfTheLongestValue) {
  const std::vector<Attribute> attributes = {Attribute::of_bytes(3, Bytes(0xffff, 0xee))};
  WireWriter writer;
  write_attributes(writer, attributes);
  EXPECT_EQ(parse_attributes(writer.view()).value(), attributes);
}

TEST(AttributesDeathTest, StopACallerWhoseAttributeCannotBeWritten) {
  EXPECT_DEATH(written({{0x8000, true, {1, 2}}}), "contract");
  EXPECT_DEATH(written({{1, true, {1}}}), "contract");
  EXPECT_DEATH(written({{1, true, {1, 2, 3}}}), "contract");
  EXPECT_DEATH(written({Attribute::of_bytes(1, Bytes(0x10000, 0))}), "contract");
}

}  // namespace
}  // namespace holdfast::isakmp
