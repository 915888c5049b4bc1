// SPDX-License-Identifier: Apache-2.0
#include "link/message_reader.h"

#include <gtest/gtest.h>

#include "unit/sim/link/socket_bench.h"
#include "unit/sim/link/wire_bench.h"

namespace holdfast::link {
namespace {

using namespace holdfast::test;
using Got = MessageReader::Got;
using vfio_user::Command;

class MessageReaderTest : public ::testing::Test {
 protected:
  Got read() { return reader_.read(ours_.get()); }

  std::pair<OwnedFd, OwnedFd> pair_ = socket_pair();
  OwnedFd& ours_ = pair_.first;
  OwnedFd& theirs_ = pair_.second;
  MessageReader reader_{4096, 4};
};

TEST_F(MessageReaderTest, MessagesComeInAnyPieces) {
  const Bytes first = message(Command::kRegionRead, Bytes(16, 7)),
              second = message(Command::kDmaMap);
  Bytes both = first;
  both.insert(both.end(), second.begin(), second.end());
  for (std::size_t piece = 1; piece <= both.size(); ++piece) {
    std::vector<Bytes> got;
    for (std::size_t at = 0; at < both.size(); at += piece) {
      ASSERT_TRUE(
          send_bytes(theirs_, ByteView(both).subspan(at, std::min(piece, both.size() - at))));
      while (read() == Got::kMessage) got.push_back(reader_.take_message().bytes);
    }
    ASSERT_EQ(got, (std::vector<Bytes>{first, second})) << piece;
  }
}

TEST_F(MessageReaderTest, DescriptorsBelongToTheirMessage) {
  const OwnedFd a = event_file(), b = event_file();
  ASSERT_TRUE(send_bytes(theirs_, message(Command::kDeviceReset)));
  ASSERT_TRUE(send_bytes(theirs_, message(Command::kDeviceSetIrqs, Bytes(20)), {&a, &b}));
  ASSERT_TRUE(send_bytes(theirs_, message(Command::kDeviceReset)));
  ASSERT_EQ(read(), Got::kMessage);
  EXPECT_TRUE(reader_.take_message().fds.empty());
  ASSERT_EQ(read(), Got::kMessage);
  const MessageReader::Message message = reader_.take_message();
  ASSERT_EQ(message.fds.size(), 2u);
  const std::uint64_t one = 1;
  ASSERT_EQ(write(message.fds[1].get(), &one, sizeof one), 8);
  EXPECT_EQ(take_signals(b), 1u);
  ASSERT_EQ(read(), Got::kMessage);
  EXPECT_TRUE(reader_.take_message().fds.empty());
}

TEST_F(MessageReaderTest, AnImpossibleSizeEndsIt) {
  for (const std::uint32_t size : {0u, 15u, 4097u, 0xFFFFFFFFu}) {
    MessageReader reader(4096, 4);
    const auto pair = socket_pair();
    vfio_user::Header header{kId, Command::kDeviceReset, size, 0, 0};
    ASSERT_TRUE(send_bytes(pair.second, bytes_of(header)));
    EXPECT_EQ(reader.read(pair.first.get()), Got::kEnd) << size;
    EXPECT_NE(reader.why(), "");
  }
}

TEST_F(MessageReaderTest, TheLongestMessage) {
  ASSERT_TRUE(send_bytes(theirs_, message(Command::kRegionWrite, Bytes(4096 - 16))));
  ASSERT_EQ(read(), Got::kMessage);
  EXPECT_EQ(reader_.take_message().bytes.size(), 4096u);
}

TEST_F(MessageReaderTest, TooManyDescriptorsEndIt) {
  const OwnedFd a = event_file();
  ASSERT_TRUE(send_bytes(theirs_, message(Command::kDeviceReset), {&a, &a, &a, &a, &a}));
  EXPECT_EQ(read(), Got::kEnd);
}

TEST_F(MessageReaderTest, MoreDescriptorsThanAMessageHoldsEndIt) {
  const OwnedFd a = event_file();
  ASSERT_TRUE(send_bytes(theirs_, message(Command::kDeviceReset),
                         {&a, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a}));
  EXPECT_EQ(read(), Got::kEnd);
}

TEST_F(MessageReaderTest, DescriptorsWithEveryByteEndIt) {
  const OwnedFd a = event_file();
  const Bytes bytes = message(Command::kDeviceReset);
  Got got = Got::kNothing;
  for (std::size_t at = 0; at < 8 && got == Got::kNothing; ++at) {
    ASSERT_TRUE(send_bytes(theirs_, ByteView(bytes).subspan(at, 1), {&a}));
    got = read();
  }
  EXPECT_EQ(got, Got::kEnd);
}

TEST_F(MessageReaderTest, TheOtherSideGoesInTheMiddle) {
  ASSERT_TRUE(send_bytes(theirs_, ByteView(message(Command::kDeviceReset)).first(9)));
  EXPECT_EQ(read(), Got::kNothing);
  theirs_.close();
  EXPECT_EQ(read(), Got::kEnd);
}

}  // namespace
}  // namespace holdfast::link
