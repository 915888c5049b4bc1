// SPDX-License-Identifier: Apache-2.0
// Each rule that the root complex checks can fail: a card that breaks it, and the text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_card.h"
#include "verilated/root_complex.h"

namespace holdfast::sim {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

struct Bench {
  explicit Bench(const PcieConfig& pins = {})
      : root_complex(128, memory, {}, pins), card(root_complex) {
    region = memory.map(0x8000).value();
    base = to_number(region.iova);
  }
  MemoryRequest request(bool is_write, std::uint64_t offset, unsigned bytes) const {
    MemoryRequest made = make_request(is_write, base + offset, bytes);
    made.requester_id = root_complex.pins().completer_id;
    return made;
  }
  void send_write(const MemoryRequest& made) { send_write(pack(made), made.dwords); }
  void send_write(const TlpHeader& hdr, unsigned dwords, std::uint32_t value = 0) {
    Tlp& tlp = card.tx_write.push();
    tlp.hdr = hdr;
    tlp.payload.assign(dwords, value);
  }
  /// The first text after the card has run for a while; empty if no rule was broken.
  std::string violation(std::uint64_t cycles = 400) {
    card.step(cycles);
    const auto& texts = root_complex.violations().texts();
    return texts.empty() ? "" : texts.front();
  }

  HostMemory memory{HostMemory::Placement::kBelow4Gib};
  RootComplex root_complex;
  TestCard card;
  DmaRegion region;
  std::uint64_t base = 0;
};

TEST(Rules, AcceptWhatIsLegal) {
  Bench bench;
  bench.send_write(bench.request(true, 4096 - 256, 256));
  bench.card.push_read(pack(bench.request(false, 4096 - 512, 512)));
  MemoryRequest flush = bench.request(false, 0, 4);  // zero-length read
  flush.first_be = 0;
  flush.tag = 3;
  bench.card.push_read(pack(flush));
  EXPECT_EQ(bench.violation(), "");
}

TEST(Rules, RequestsStayWithinAPage) {
  Bench bench;
  bench.card.push_read(pack(bench.request(false, 4096 - 8, 12)));
  EXPECT_THAT(bench.violation(), HasSubstr("crosses 4 KiB"));
  Bench other;
  other.send_write(other.request(true, 4096 - 8, 12));
  EXPECT_THAT(other.violation(), HasSubstr("crosses 4 KiB"));
}

TEST(Rules, SizesStayBelowTheLimits) {
  Bench bench;
  bench.card.push_read(pack(bench.request(false, 0, 516)));
  EXPECT_THAT(bench.violation(), HasSubstr("DMA read of 516 bytes, the limit is 512"));
  Bench other;
  other.send_write(other.request(true, 0, 260));
  EXPECT_THAT(other.violation(), HasSubstr("DMA write of 260 bytes, the limit is 256"));
}

TEST(Rules, OnlyMappedMemoryIsTouched) {
  Bench bench;
  bench.card.push_read(pack(bench.request(false, 0x8000, 4)));
  EXPECT_THAT(bench.violation(), HasSubstr("not mapped"));
  Bench other;
  other.send_write(other.request(true, 0x8000, 4));
  EXPECT_THAT(other.violation(), HasSubstr("not mapped"));
}

TEST(Rules, ByteEnablesAreLegal) {
  struct Case {
    unsigned bytes;
    std::uint8_t first_be, last_be;
  };
  for (const Case& wrong : {Case{4, 0xF, 0xF}, Case{4, 0b1010, 0}, Case{8, 0xF, 0},
                            Case{8, 0b0111, 0xF}, Case{8, 0xF, 0b1110}, Case{8, 0, 0xF}}) {
    Bench bench;
    MemoryRequest request = bench.request(false, 0, wrong.bytes);
    request.first_be = wrong.first_be;
    request.last_be = wrong.last_be;
    bench.card.push_read(pack(request));
    EXPECT_THAT(bench.violation(), HasSubstr("byte enables"))
        << wrong.bytes << " " << int{wrong.first_be} << " " << int{wrong.last_be};
  }
  Bench bench;
  MemoryRequest nothing = bench.request(true, 0, 4);
  nothing.first_be = 0;
  bench.send_write(nothing);
  EXPECT_NE(bench.violation(), "");
}

TEST(Rules, BytesThatAreNotEnabledAreZero) {
  Bench bench;
  bench.send_write(pack(bench.request(true, 0, 5)), 2, 0x0101'0101);
  EXPECT_THAT(bench.violation(), HasSubstr("not enabled"));
}

TEST(Rules, TagsAreNotInUseTwice) {
  Bench bench;
  bench.root_complex.link().read_latency_cycles = 50;
  bench.card.read(bench.base, 4, 5);
  bench.card.read(bench.base, 4, 5);
  EXPECT_THAT(bench.violation(), HasSubstr("tag 5, which is in use"));
}

TEST(Rules, TagsHaveFiveBitsUnlessExtended) {
  PcieConfig pins;
  pins.extended_tags = false;
  Bench bench(pins);
  bench.card.read(bench.base, 4, 32);
  EXPECT_THAT(bench.violation(), HasSubstr("only 5 bits"));
}

TEST(Rules, NothingLeavesWithoutBusMastering) {
  PcieConfig pins;
  pins.bus_master_enable = false;
  Bench bench(pins);
  bench.card.step(20);
  bench.card.read(bench.base, 4, 1);
  EXPECT_THAT(bench.violation(), HasSubstr("bus mastering is off"));
  Bench other(pins);
  other.card.step(20);
  other.card.write(other.base, Bytes(4, 1));
  EXPECT_THAT(other.violation(), HasSubstr("bus mastering is off"));
}

TEST(Rules, HeaderFieldsAreZeroOrOurs) {
  const auto spoiled = [](auto spoil) {
    Bench bench;
    TlpHeader hdr = pack(bench.request(false, 0, 4));
    spoil(hdr);
    bench.card.push_read(hdr);
    return bench.violation();
  };
  EXPECT_EQ(spoiled([](TlpHeader&) {}), "");
  EXPECT_THAT(spoiled([](TlpHeader& hdr) { hdr[0] |= 0x0020'0000; }), HasSubstr("header DW 0"));
  EXPECT_THAT(spoiled([](TlpHeader& hdr) { hdr[1] ^= 1u << 16; }), HasSubstr("requester ID"));
  EXPECT_THAT(spoiled([](TlpHeader& hdr) { hdr[2] |= 1; }), HasSubstr("bits 1:0"));
  EXPECT_THAT(spoiled([](TlpHeader& hdr) { hdr[3] = 1; }), HasSubstr("in the fourth"));
  EXPECT_THAT(spoiled([](TlpHeader& hdr) {
                hdr = {0x2000'0001, hdr[1], 0, hdr[2]};
              }),
              HasSubstr("below 4 GiB"));
  EXPECT_THAT(spoiled([](TlpHeader& hdr) { hdr[0] = 0x0400'0001; }), HasSubstr("fmt and type"));
}

TEST(Rules, BeatsAreWellFormed) {
  const auto spoiled = [](unsigned bytes, std::function<void(TlpBeat&)> spoil) {
    Bench bench;
    bench.card.write(bench.base, Bytes(bytes, 7));
    bench.card.spoil_write_beat = std::move(spoil);
    return bench.violation();
  };
  EXPECT_EQ(spoiled(64, [](TlpBeat&) {}), "");
  EXPECT_THAT(spoiled(64, [](TlpBeat& beat) { beat.hdr[1] += beat.sop ? 0 : 1; }),
              HasSubstr("hdr changed"));
  EXPECT_THAT(spoiled(64, [](TlpBeat& beat) { beat.sop = true; }), HasSubstr("sop inside"));
  EXPECT_THAT(spoiled(64, [](TlpBeat& beat) { beat.sop = false; }), HasSubstr("without sop"));
  EXPECT_THAT(spoiled(64, [](TlpBeat& beat) { beat.strb = 0b0101; }), HasSubstr("not contiguous"));
  EXPECT_THAT(spoiled(64, [](TlpBeat& beat) { beat.strb = beat.sop ? 0b0111 : 0xF; }),
              HasSubstr("strb is not full"));
  EXPECT_THAT(spoiled(4, [](TlpBeat& beat) { beat.data[1] = 1; }), HasSubstr("beyond strb"));
  EXPECT_THAT(spoiled(64, [](TlpBeat& beat) { beat.eop = true; }), HasSubstr("length field"));
}

TEST(Rules, OffersStayAsTheyAreWhileStalled) {
  Bench bench;
  bench.root_complex.link().tx_write_stall_percent = 99;
  bench.card.write(bench.base, Bytes(4, 7));
  std::uint32_t count = 0;
  bench.card.spoil_write_beat = [&count](TlpBeat& beat) { beat.data[0] = ++count; };
  EXPECT_THAT(bench.violation(5), HasSubstr("changed while stalled"));

  Bench other;
  other.root_complex.link().tx_write_stall_percent = 99;
  other.card.write(other.base, Bytes(4, 7));
  other.card.step(1);
  other.card.tx_write.clear();
  EXPECT_THAT(other.violation(5), HasSubstr("taken back"));
}

TEST(Rules, InterruptMessagesAreThoseOfAVector) {
  const CardIo::MsixMessage message = Interrupts::message(2);
  const auto data = static_cast<std::uint8_t>(message.data);
  Bench bench;
  bench.card.write(message.address, Bytes{data, 0, 0, 0});  // upper bytes missing
  EXPECT_THAT(bench.violation(), HasSubstr("not that of a vector"));

  PcieConfig pins;
  pins.msix_enable = false;
  Bench other(pins);
  const auto high = static_cast<std::uint8_t>(message.data >> 8);
  other.card.write(message.address, Bytes{data, high, 0, 0});
  EXPECT_THAT(other.violation(), HasSubstr("MSI-X is off"));
}

TEST(Rules, CompletionsDoNotPassWrites) {
  Bench bench;
  bench.root_complex.link().tx_write_stall_percent = 99;
  bench.card.write(bench.base, Bytes(4, 7));
  bench.card.passes_writes = true;
  bench.card.step(2);  // offered, not taken
  bench.root_complex.start_read(0);
  EXPECT_THAT(bench.violation(5), HasSubstr("passes DMA writes"));
}

/// Completions of a read of 32 DWs at 0, of which the first is spoiled.
std::string spoiled_completion(const std::function<void(CompletionHeader&, Tlp&)>& spoil) {
  Bench bench;
  bench.card.answers = false;
  const std::uint8_t tag = bench.root_complex.start_read(0, 32);
  bench.card.step(2);
  CompletionHeader header;
  header.has_data = true;
  header.dwords = 32;
  header.byte_count = 128;
  header.completer_id = bench.root_complex.pins().completer_id;
  header.tag = tag;
  Tlp& tlp = bench.card.tx_completion.push();
  tlp.payload.assign(32, 0);
  spoil(header, tlp);
  tlp.hdr = pack(header);
  return bench.violation(30);
}

TEST(Rules, CompletionsAreWhatWasAskedFor) {
  EXPECT_EQ(spoiled_completion([](CompletionHeader&, Tlp&) {}), "");
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.tag = 9; }),
              HasSubstr("no read waits for"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.byte_count = 124; }),
              HasSubstr("byte count 124, expected 128"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.lower_address = 4; }),
              HasSubstr("lower address"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.completer_id = 0; }),
              HasSubstr("completer ID"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.requester_id = 1; }),
              HasSubstr("requester ID"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp& tlp) {
                header.dwords = 15;
                tlp.payload.resize(15);
              }),
              HasSubstr("no read completion boundary"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp& tlp) {
                header.dwords = 33;
                tlp.payload.resize(33);
              }),
              HasSubstr("more than was asked for"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp& tlp) {
                header.has_data = false;
                tlp.payload.clear();
              }),
              HasSubstr("without data"));
}

}  // namespace
}  // namespace holdfast::sim
