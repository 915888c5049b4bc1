// SPDX-License-Identifier: Apache-2.0
#include "pcap/capture_writer.h"

#include <gmock/gmock.h>

#include "pcap/capture_reader.h"
#include "unit/sim/pcap/capture_files.h"

namespace holdfast::pcap {
namespace {

TEST(CaptureWriter, WritesWhatTheReaderReads) {
  const test::TemporaryFile file;
  const std::vector<std::uint8_t> first = {0x45, 1, 2}, second(9000, 0x60);
  {
    auto writer = CaptureWriter::create(file.path(), LinkType::kRaw);
    ASSERT_TRUE(writer) << writer.error().text();
    EXPECT_TRUE(writer->write({1, 999'999'999}, first));
    EXPECT_TRUE(writer->write({2, 1}, second));
    EXPECT_TRUE(writer->finish());
  }
  auto reader = CaptureReader::open(file.path());
  ASSERT_TRUE(reader) << reader.error().text();
  EXPECT_EQ(reader->link_type(), LinkType::kRaw);
  auto packet = *reader->next();
  EXPECT_EQ(packet->time, (Timestamp{1, 999'999'999}));
  EXPECT_EQ(packet->bytes, first);
  packet = *reader->next();
  EXPECT_EQ(packet->time, (Timestamp{2, 1}));
  EXPECT_EQ(packet->bytes, second);
  EXPECT_FALSE(packet->is_truncated());
  EXPECT_FALSE(*reader->next());
}

TEST(CaptureWriter, SaysWhereItCannotWrite) {
  const auto writer = CaptureWriter::create("/nowhere/x.pcap", LinkType::kRaw);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().text(), "/nowhere/x.pcap: cannot be written: No such file or directory");
}

TEST(CaptureWriter, SaysThatTheDiskIsFull) {
  auto writer = CaptureWriter::create("/dev/full", LinkType::kRaw);
  Status status;
  if (writer)
    for (int i = 0; i < 1000 && status; ++i)
      status = writer->write({}, std::vector<std::uint8_t>(1000));
  EXPECT_TRUE(!writer || !status);
}

}  // namespace
}  // namespace holdfast::pcap
