// SPDX-License-Identifier: Apache-2.0
#include "isakmp/fragment_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <random>

#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

/// Adds one fragment and says what came of it: "-" (more is missing), the message in hexadecimal,
/// or "error".
class FragmentBufferTest : public testing::Test {
 protected:
  std::string add(int id, int number, bool is_last, std::string_view data) {
    const Bytes bytes = wire(data);
    const auto result = buffer_.add(
        {static_cast<std::uint16_t>(id), static_cast<std::uint8_t>(number), is_last, bytes});
    if (result) return *result ? hex(**result) : "-";
    EXPECT_EQ(result.error().code, ErrorCode::kBadFormat);
    EXPECT_EQ(buffer_.bytes(), 0u) << "an error forgets the message";
    return "error";
  }

  FragmentBuffer buffer_;
};

TEST_F(FragmentBufferTest, OneFragmentIsAMessage) {
  EXPECT_EQ(add(1, 1, true, "aa"), "aa");
  EXPECT_EQ(buffer_.bytes(), 0u);
}

TEST_F(FragmentBufferTest, JoinsInOrder) {
  EXPECT_EQ(add(1, 1, false, "aa"), "-");
  EXPECT_EQ(add(1, 2, false, "bbbb"), "-");
  EXPECT_EQ(buffer_.bytes(), 3u);
  EXPECT_EQ(add(1, 3, true, "cc"), "aabbbbcc");
  EXPECT_EQ(buffer_.bytes(), 0u);
}

TEST_F(FragmentBufferTest, JoinsInEachOrder) {
  std::vector<int> order = {1, 2, 3, 4};
  const char* const data[] = {"aa", "bb", "cccc", "dd"};
  do {
    for (std::size_t i = 0; i < order.size(); ++i) {
      const int number = order[i];
      EXPECT_EQ(add(7, number, number == 4, data[number - 1]),
                i + 1 < order.size() ? "-" : "aabbccccdd");
    }
  } while (std::ranges::next_permutation(order).found);
}

TEST_F(FragmentBufferTest, TheLastOneAloneIsNotEnough) {
  EXPECT_EQ(add(1, 3, true, "cc"), "-");
  EXPECT_EQ(add(1, 2, false, "bb"), "-");
  EXPECT_EQ(add(1, 1, false, "aa"), "aabbcc");
}

TEST_F(FragmentBufferTest, IgnoresADuplicate) {
  EXPECT_EQ(add(1, 1, false, "aa"), "-");
  EXPECT_EQ(add(1, 1, false, "aa"), "-");
  EXPECT_EQ(buffer_.bytes(), 1u);
  EXPECT_EQ(add(1, 3, true, "cc"), "-");
  EXPECT_EQ(add(1, 3, true, "cc"), "-");
  EXPECT_EQ(add(1, 2, false, "bb"), "aabbcc");
}

TEST_F(FragmentBufferTest, RefusesOneNumberWithDifferentData) {
  EXPECT_EQ(add(1, 1, false, "aa"), "-");
  EXPECT_EQ(add(1, 1, false, "ab"), "error");
  EXPECT_EQ(add(1, 1, false, "aa"), "-");
  EXPECT_EQ(add(1, 1, false, "aaaa"), "error");
}

TEST_F(FragmentBufferTest, RefusesTwoLastOnes) {
  EXPECT_EQ(add(1, 2, true, "bb"), "-");
  EXPECT_EQ(add(1, 3, true, "cc"), "error");
  EXPECT_EQ(add(1, 3, true, "cc"), "-");
  EXPECT_EQ(add(1, 2, true, "bb"), "error");
}

TEST_F(FragmentBufferTest, RefusesANumberThatIsAndIsNotTheLast) {
  EXPECT_EQ(add(1, 2, true, "bb"), "-");
  EXPECT_EQ(add(1, 2, false, "bb"), "error");
  EXPECT_EQ(add(1, 2, false, "bb"), "-");
  EXPECT_EQ(add(1, 2, true, "bb"), "error");
}

TEST_F(FragmentBufferTest, RefusesANumberBeyondTheLast) {
  EXPECT_EQ(add(1, 2, true, "bb"), "-");
  EXPECT_EQ(add(1, 3, false, "cc"), "error");
  EXPECT_EQ(add(1, 255, false, "cc"), "-");
  EXPECT_EQ(add(1, 2, true, "bb"), "error");
}

TEST_F(FragmentBufferTest, ANewIdentifierEndsTheOldOne) {
  EXPECT_EQ(add(1, 1, false, "aa"), "-");
  EXPECT_EQ(add(1, 2, true, "bb"), "aabb");
  EXPECT_EQ(add(1, 1, false, "aa"), "-");
  EXPECT_EQ(add(2, 2, true, "dd"), "-");
  EXPECT_EQ(buffer_.bytes(), 1u);
  // What is left of the first is gone with it.
  EXPECT_EQ(add(1, 2, true, "bb"), "-");
  EXPECT_EQ(add(2, 1, false, "cc"), "-");
  EXPECT_EQ(add(2, 2, true, "dd"), "ccdd");
}

TEST_F(FragmentBufferTest, AfterAMessageItsFragmentsBeginAnother) {
  EXPECT_EQ(add(1, 1, false, "aa"), "-");
  EXPECT_EQ(add(1, 2, true, "bb"), "aabb");
  EXPECT_EQ(add(1, 2, true, "bb"), "-");
  EXPECT_EQ(add(1, 1, false, "aa"), "aabb");
}

TEST_F(FragmentBufferTest, IdentifierZeroIsOneLikeOthers) {
  EXPECT_EQ(add(0, 1, false, "aa"), "-");
  EXPECT_EQ(add(0, 2, true, "bb"), "aabb");
}

TEST_F(FragmentBufferTest, Takes255Fragments) {
  std::string all;
  for (int number = 1; number < 255; ++number) {
    EXPECT_EQ(add(1, number, false, "ab"), "-");
    all += "ab";
  }
  EXPECT_EQ(add(1, 255, true, "cd"), all + "cd");
}

TEST(FragmentBuffer, HoldsNoMoreThan64KiB) {
  FragmentBuffer buffer;
  const Bytes data(32 * 1024, 0x5a), one(1, 0x5b);
  EXPECT_TRUE(buffer.add({1, 1, false, data}));
  EXPECT_TRUE(buffer.add({1, 2, false, data}));
  EXPECT_EQ(buffer.bytes(), FragmentBuffer::kMaxBytes);
  EXPECT_TRUE(buffer.add({1, 2, false, data})) << "a duplicate needs no room";
  const auto full = buffer.add({1, 3, true, one});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kFull);
  EXPECT_EQ(buffer.bytes(), 0u);
  // All of it, with the last one among them.
  EXPECT_TRUE(buffer.add({1, 1, false, data}));
  EXPECT_EQ(buffer.add({1, 2, true, data}).value()->size(), FragmentBuffer::kMaxBytes);
}

TEST(FragmentBuffer, OneFragmentThatIsTooLongIsFull) {
  FragmentBuffer buffer;
  const Bytes data(FragmentBuffer::kMaxBytes + 1, 0);
  const auto full = buffer.add({1, 1, true, data});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kFull);
}

TEST(FragmentBuffer, ForgetsWhatIsNeverCompleted) {
  FragmentBuffer buffer;
  const Bytes data(1000, 0x5a);
  for (std::uint16_t id = 1; id < 2000; ++id) {
    for (std::uint8_t number = 1; number < 5; ++number)
      ASSERT_TRUE(buffer.add({id, number, false, data}));
    ASSERT_EQ(buffer.bytes(), 4000u);
  }
}

TEST(FragmentBuffer, RandomMessagesInRandomOrderWithDuplicates) {
  const char* text = std::getenv("HOLDFAST_SEED");
  const std::uint64_t seed = text ? std::strtoull(text, nullptr, 0) : 1;
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  FragmentBuffer buffer;
  for (std::uint16_t id = 0; id < 300; ++id) {
    Bytes message(1 + random() % 3000);
    for (auto& byte : message) byte = static_cast<std::uint8_t>(random());
    const std::size_t size = std::max<std::size_t>(1 + random() % 500, message.size() / 255 + 1);
    std::vector<Fragment> fragments;
    for (std::size_t at = 0; at < message.size(); at += size) {
      const auto data = ByteView(message).subspan(at, std::min(size, message.size() - at));
      fragments.push_back(
          {id, static_cast<std::uint8_t>(fragments.size() + 1), at + size >= message.size(), data});
    }
    std::ranges::shuffle(fragments, random);
    for (std::size_t i = 0; i < fragments.size(); ++i) {
      if (i > 0) {
        ASSERT_EQ(buffer.add(fragments[random() % i]).value(), std::nullopt);
      }
      const auto result = buffer.add(fragments[i]).value();
      ASSERT_EQ(result.has_value(), i + 1 == fragments.size());
      if (result) {
        ASSERT_EQ(hex(*result), hex(message));
      }
    }
  }
}

TEST(FragmentBufferDeathTest, StopsACallerWithAFragmentThatWasNeverParsed) {
  FragmentBuffer buffer;
  const Bytes data = {1};
  EXPECT_DEATH((void)buffer.add({1, 0, false, data}), "contract");
  EXPECT_DEATH((void)buffer.add({1, 1, false, {}}), "contract");
}

}  // namespace
}  // namespace holdfast::isakmp
