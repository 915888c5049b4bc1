// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payloads.h"
#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

const Bytes kFragment = wire("1234 02 01 aabbcc");

TEST(Fragment, ReadsEachField) {
  const Fragment fragment = parse_fragment(kFragment).value();
  EXPECT_EQ(fragment.id, 0x1234);
  EXPECT_EQ(fragment.number, 2);
  EXPECT_TRUE(fragment.is_last);
  EXPECT_EQ(fragment.data.data(), kFragment.data() + 4);
  EXPECT_EQ(hex(fragment.data), "aabbcc");
  EXPECT_EQ(hex(write_fragment(fragment)), hex(kFragment));
  EXPECT_FALSE(parse_fragment(wire("1234 01 00 aa"))->is_last);
  EXPECT_FALSE(parse_fragment(wire("1234 01 fe aa"))->is_last);
}

TEST(Fragment, RefusesEachTruncation) {
  expect_truncations_refused(parse_fragment, kFragment, 5);
  for (std::size_t size = 0; size < 4; ++size)
    expect_refused(parse_fragment, ByteView(kFragment).first(size), ErrorCode::kTruncated);
}

TEST(Fragment, RefusesNumberZeroAndNoData) {
  expect_refused(parse_fragment, wire("1234 00 00 aabbcc"), ErrorCode::kBadFormat);
  expect_refused(parse_fragment, wire("1234 00 01 aabbcc"), ErrorCode::kBadFormat);
  expect_refused(parse_fragment, wire("1234 01 00"), ErrorCode::kBadFormat);
  EXPECT_TRUE(parse_fragment(wire("1234 ff 00 aa")));
}

TEST(FragmentDeathTest, StopsACallerWhoseFragmentCannotBeRead) {
  const Bytes data = {1};
  EXPECT_DEATH(write_fragment({1, 0, false, data}), "contract");
  EXPECT_DEATH(write_fragment({1, 1, false, {}}), "contract");
}

}  // namespace
}  // namespace holdfast::isakmp
