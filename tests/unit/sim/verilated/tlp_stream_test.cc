// SPDX-License-Identifier: Apache-2.0
#include "verilated/tlp_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule_bench.h"

namespace holdfast::sim {
namespace {

using testing::HasSubstr;

TEST(TlpAssembler, BeatsAreWellFormed) {
  const auto spoiled = [](unsigned bytes, std::function<void(TlpBeat&)> spoil) {
    RuleBench bench;
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

TEST(TlpPlayer, CutsTlpsIntoBeats) {
  for (const unsigned beat_dwords : {2u, 4u}) {
    TlpPlayer player(beat_dwords);
    for (unsigned dwords = 0; dwords < 12; ++dwords) {
      Tlp& tlp = player.push();
      tlp.hdr = pack(make_request(dwords != 0, 0x1000, 4 * std::max(dwords, 1u)));
      tlp.payload.assign(dwords, 0x0102'0304);
    }
    for (unsigned dwords = 0; dwords < 12; ++dwords) {
      const unsigned beats = std::max(1u, (dwords + beat_dwords - 1) / beat_dwords);
      for (unsigned i = 0; i < beats; ++i) {
        TlpBeat beat;
        player.beat(beat);
        EXPECT_EQ(beat.sop, i == 0);
        EXPECT_EQ(beat.eop, i == beats - 1);
        const unsigned here = std::min(beat_dwords, dwords - i * beat_dwords);
        EXPECT_EQ(beat.strb, (1u << here) - 1);
        EXPECT_EQ(player.advance(), beat.eop);
      }
    }
    EXPECT_TRUE(player.empty());
  }
}

}  // namespace
}  // namespace holdfast::sim
