// SPDX-License-Identifier: Apache-2.0
#include "verilated/tlp.h"

#include <gtest/gtest.h>

namespace holdfast::sim {
namespace {

// PCIe 3.0, 2.2.7: headers written out by hand.
TEST(Tlp, PacksMemoryRequestsAsOnTheWire) {
  MemoryRequest read = make_request(false, 0x1234'5678, 64);
  read.requester_id = 0x0100;
  read.tag = 0x2A;
  EXPECT_EQ(pack(read), (TlpHeader{0x0000'0010, 0x0100'2AFF, 0x1234'5678, 0}));

  MemoryRequest write = make_request(true, 0x12'3456'7801, 6);  // 3 bytes, then 3
  EXPECT_EQ(pack(write), (TlpHeader{0x6000'0002, 0x0000'007E, 0x12, 0x3456'7800}));

  MemoryRequest page = make_request(false, 0, 4096);
  EXPECT_EQ(pack(page)[0], 0u) << "1,024 DWs are written as 0";
}

TEST(Tlp, PacksCompletionsAsOnTheWire) {
  CompletionHeader header;
  header.has_data = true;
  header.dwords = 1;
  header.completer_id = 0x0100;
  header.byte_count = 4096;
  header.tag = 7;
  header.lower_address = 0x44;
  EXPECT_EQ(pack(header), (TlpHeader{0x4A00'0001, 0x0100'0000, 0x0000'0744, 0}));
  header.has_data = false;
  header.dwords = 0;
  header.status = CompletionStatus::kAbort;
  header.byte_count = 4;
  EXPECT_EQ(pack(header), (TlpHeader{0x0A00'0000, 0x0100'8004, 0x0000'0744, 0}));
}

TEST(Tlp, ParsesWhatItPacks) {
  for (std::uint64_t address : {0x1000ull, 0xFFFF'FFFCull, 0x1'0000'0000ull}) {
    for (unsigned bytes = 1; bytes < 20; ++bytes) {
      for (unsigned lead = 0; lead < 4; ++lead) {
        const MemoryRequest made = make_request(true, address + lead, bytes);
        const MemoryRequest parsed = parse_memory_request(pack(made));
        EXPECT_EQ(parsed.first_byte(), address + lead);
        EXPECT_EQ(parsed.byte_count(), bytes);
        EXPECT_EQ(parsed.dwords, (lead + bytes + 3) / 4);
        EXPECT_TRUE(parsed.is_write);
      }
    }
  }
}

TEST(Tlp, CountsOneByteForAZeroLengthRead) {
  MemoryRequest flush;
  flush.first_be = 0;
  EXPECT_EQ(flush.byte_count(), 1u);  // PCIe 3.0, table 2-38
}

}  // namespace
}  // namespace holdfast::sim
