// SPDX-License-Identifier: Apache-2.0
// Each rule that the root complex checks can fail: a card that breaks it, and the text.
#include "verilated/request_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule_bench.h"

namespace holdfast::sim {
namespace {

using testing::HasSubstr;

TEST(RequestRules, AcceptWhatIsLegal) {
  RuleBench bench;
  bench.send_write(bench.request(true, 4096 - 256, 256));
  bench.card.push_read(pack(bench.request(false, 4096 - 512, 512)));
  MemoryRequest flush = bench.request(false, 0, 4);  // zero-length read
  flush.first_be = 0;
  flush.tag = 3;
  bench.card.push_read(pack(flush));
  EXPECT_EQ(bench.violation(), "");
}

TEST(RequestRules, RequestsStayWithinAPage) {
  RuleBench bench;
  bench.card.push_read(pack(bench.request(false, 4096 - 8, 12)));
  EXPECT_THAT(bench.violation(), HasSubstr("crosses 4 KiB"));
  RuleBench other;
  other.send_write(other.request(true, 4096 - 8, 12));
  EXPECT_THAT(other.violation(), HasSubstr("crosses 4 KiB"));
}

TEST(RequestRules, SizesStayBelowTheLimits) {
  RuleBench bench;
  bench.card.push_read(pack(bench.request(false, 0, 516)));
  EXPECT_THAT(bench.violation(), HasSubstr("DMA read of 516 bytes, the limit is 512"));
  RuleBench other;
  other.send_write(other.request(true, 0, 260));
  EXPECT_THAT(other.violation(), HasSubstr("DMA write of 260 bytes, the limit is 256"));
}

TEST(RequestRules, ByteEnablesAreLegal) {
  struct Case {
    unsigned bytes;
    std::uint8_t first_be, last_be;
  };
  for (const Case& wrong : {Case{4, 0xF, 0xF}, Case{4, 0b1010, 0}, Case{8, 0xF, 0},
                            Case{8, 0b0111, 0xF}, Case{8, 0xF, 0b1110}, Case{8, 0, 0xF}}) {
    RuleBench bench;
    MemoryRequest request = bench.request(false, 0, wrong.bytes);
    request.first_be = wrong.first_be;
    request.last_be = wrong.last_be;
    bench.card.push_read(pack(request));
    EXPECT_THAT(bench.violation(), HasSubstr("byte enables"))
        << wrong.bytes << " " << int{wrong.first_be} << " " << int{wrong.last_be};
  }
  RuleBench bench;
  MemoryRequest nothing = bench.request(true, 0, 4);
  nothing.first_be = 0;
  bench.send_write(nothing);
  EXPECT_NE(bench.violation(), "");
}

TEST(RequestRules, BytesThatAreNotEnabledAreZero) {
  RuleBench bench;
  bench.send_write(pack(bench.request(true, 0, 5)), 2, 0x0101'0101);
  EXPECT_THAT(bench.violation(), HasSubstr("not enabled"));
}

TEST(RequestRules, TagsAreNotInUseTwice) {
  RuleBench bench;
  bench.root_complex.link().read_latency_cycles = 50;
  bench.card.read(bench.base, 4, 5);
  bench.card.read(bench.base, 4, 5);
  EXPECT_THAT(bench.violation(), HasSubstr("tag 5, which is in use"));
}

TEST(RequestRules, TagsHaveFiveBitsUnlessExtended) {
  PcieConfig pins;
  pins.extended_tags = false;
  RuleBench bench(pins);
  bench.card.read(bench.base, 4, 32);
  EXPECT_THAT(bench.violation(), HasSubstr("only 5 bits"));
}

TEST(RequestRules, HeaderFieldsAreZeroOrOurs) {
  const auto spoiled = [](auto spoil) {
    RuleBench bench;
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

}  // namespace
}  // namespace holdfast::sim
