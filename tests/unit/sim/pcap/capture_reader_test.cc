// SPDX-License-Identifier: Apache-2.0
#include "pcap/capture_reader.h"

#include <gmock/gmock.h>

#include "unit/sim/pcap/capture_files.h"

namespace holdfast::pcap {
namespace {

using test::kMagicMicroseconds;
using test::kMagicNanoseconds;
using test::pcap_file;
using test::pcapng_file;
using test::TemporaryFile;
using testing::HasSubstr;

/// The only packet of a file.
CapturedPacket read_one(const std::vector<std::uint8_t>& file) {
  const TemporaryFile temporary(file);
  auto reader = CaptureReader::open(temporary.path());
  EXPECT_TRUE(reader) << reader.error().text();
  auto packet = reader->next();
  EXPECT_TRUE(packet && *packet);
  auto end = reader->next();
  EXPECT_TRUE(end && !*end) << "one packet, then the end";
  EXPECT_EQ(reader->progress(), 1.0);
  return **packet;
}

TEST(CaptureReader, ReadsEachKindOfStamp) {
  struct Case {
    const char* name;
    std::vector<std::uint8_t> file;
    std::uint32_t nanoseconds;
  };
  const std::vector<Case> cases = {
      {"pcap, microseconds", pcap_file(kMagicMicroseconds, 123'456, 101), 123'456'000},
      {"pcap, nanoseconds", pcap_file(kMagicNanoseconds, 123'456'789, 101), 123'456'789},
      {"pcap, big-endian", pcap_file(kMagicNanoseconds, 5, 101, true), 5},
      {"pcapng, microseconds", pcapng_file(6, 1'700'000'000'123'456, 101), 123'456'000},
      {"pcapng, nanoseconds", pcapng_file(9, 1'700'000'000'123'456'789, 101), 123'456'789},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    const CapturedPacket packet = read_one(one.file);
    EXPECT_EQ(packet.number, 1u);
    EXPECT_EQ(packet.time, (Timestamp{1'700'000'000, one.nanoseconds}));
    EXPECT_EQ(packet.bytes, (std::vector<std::uint8_t>{0x45, 1, 2, 3, 4}));
    EXPECT_EQ(packet.wire_length, 9u);
    EXPECT_TRUE(packet.is_truncated());
  }
}

TEST(CaptureReader, WritesStampsWithNineDigits) {
  EXPECT_EQ((Timestamp{1'700'000'000, 7}.text()), "1700000000.000000007");
}

TEST(CaptureReader, KnowsLinkTypes) {
  const std::vector<std::pair<std::uint32_t, LinkType>> types = {
      {0, LinkType::kNull},   {1, LinkType::kEthernet}, {101, LinkType::kRaw},
      {12, LinkType::kRaw},   {108, LinkType::kLoop},   {113, LinkType::kCooked},
      {228, LinkType::kIpv4}, {229, LinkType::kIpv6},   {276, LinkType::kCooked2},
  };
  for (const auto& [number, type] : types) {
    const TemporaryFile file(pcap_file(kMagicMicroseconds, 0, number));
    const auto reader = CaptureReader::open(file.path());
    ASSERT_TRUE(reader) << number << ": " << reader.error().text();
    EXPECT_EQ(reader->link_type(), type) << number;
  }
}

TEST(CaptureReader, RefusesOtherLinkTypes) {
  const TemporaryFile file(pcap_file(kMagicMicroseconds, 0, 105));  // IEEE 802.11
  const auto reader = CaptureReader::open(file.path());
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(reader.error().text(), HasSubstr("has link type IEEE802_11; known are"));
}

TEST(CaptureReader, SaysWhatIsNoCapture) {
  const auto missing = CaptureReader::open("/nowhere/x.pcap");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().text(), "/nowhere/x.pcap: cannot be opened: No such file or directory");

  const TemporaryFile text({'h', 'e', 'l', 'l', 'o', ' ', 'y', 'o', 'u'});
  const auto garbage = CaptureReader::open(text.path());
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code, ErrorCode::kBadFormat);
  EXPECT_THAT(garbage.error().text(), HasSubstr("is neither pcap nor pcapng"));

  const auto folder = CaptureReader::open(testing::TempDir());
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().text(), HasSubstr("is a folder"));
}

TEST(CaptureReader, NamesThePacketThatIsWrong) {
  std::vector<std::uint8_t> bytes = pcap_file(kMagicMicroseconds, 0, 101);
  bytes.insert(bytes.end(), {1, 2, 3});
  const TemporaryFile file(bytes);
  auto reader = CaptureReader::open(file.path());
  ASSERT_TRUE(reader);
  EXPECT_TRUE(*reader->next());
  const auto broken = reader->next();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().place, file.path() + ", packet 2");
  const auto after = reader->next();
  EXPECT_TRUE(after && !*after) << "after an error the reader is at its end";
}

TEST(CaptureReader, AFileCutAnywhereIsAnErrorOrItsBeginning) {
  for (const auto& whole :
       {pcap_file(kMagicMicroseconds, 0, 101), pcapng_file(9, 1'700'000'000'000'000'000, 1)}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const TemporaryFile file(
          {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
      auto reader = CaptureReader::open(file.path());
      if (!reader) continue;
      const auto packet = reader->next();
      EXPECT_TRUE(!packet || !*packet) << "a packet out of " << length << " bytes";
    }
  }
}

TEST(CaptureReader, AFileWithAnyByteChangedDoesNoHarm) {
  for (const auto& whole :
       {pcap_file(kMagicMicroseconds, 0, 101), pcapng_file(9, 1'700'000'000'000'000'000, 1)}) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const std::uint8_t value : std::vector<std::uint8_t>{0x00, 0x7F, 0x80, 0xFF}) {
        std::vector<std::uint8_t> bytes = whole;
        bytes[i] = value;
        const TemporaryFile file(bytes);
        auto reader = CaptureReader::open(file.path());
        for (int n = 0; reader && n < 3; ++n) {
          const auto packet = reader->next();
          if (!packet || !*packet) break;
          EXPECT_LE((*packet)->bytes.size(), whole.size());
        }
      }
    }
  }
}

}  // namespace
}  // namespace holdfast::pcap
