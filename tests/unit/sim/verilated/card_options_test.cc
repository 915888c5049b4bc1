// SPDX-License-Identifier: Apache-2.0
#include "verilated/card_options.h"

#include <gtest/gtest.h>

namespace holdfast::sim {
namespace {

TEST(CardOptions, AreAllOptional) {
  const Result<CardOptions> options = parse_card_options("");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->width_bits, 128u);
  EXPECT_EQ(options->pins, PcieConfig{});
}

TEST(CardOptions, AreTakenFromText) {
  const Result<CardOptions> options = parse_card_options(
      "width=64,seed=7,latency=100,jitter=20,reorder=30,split=random,stalls=10,mps=128,mrrs=4096,"
      "rcb=128,tags=5,bar=high,iova=low,poll=9,late=5,unmapped=answer,faults=ur:3+lost");
  ASSERT_TRUE(options) << options.error().text();
  EXPECT_EQ(options->width_bits, 64u);
  EXPECT_EQ(options->link.seed, 7u);
  EXPECT_EQ(options->link.read_latency_cycles, 100u);
  EXPECT_EQ(options->link.latency_jitter_cycles, 20u);
  EXPECT_EQ(options->link.reorder_percent, 30);
  EXPECT_EQ(options->link.split, Split::kRandom);
  EXPECT_EQ(options->link.tx_write_stall_percent, 10);
  EXPECT_EQ(options->link.rx_completion_idle_percent, 10);
  EXPECT_EQ(options->pins.max_payload_bytes(), 128u);
  EXPECT_EQ(options->pins.max_read_request_bytes(), 4096u);
  EXPECT_TRUE(options->pins.rcb_128);
  EXPECT_FALSE(options->pins.extended_tags);
  EXPECT_TRUE(options->high_bar);
  EXPECT_EQ(options->placement, HostMemory::Placement::kBelow4Gib);
  EXPECT_EQ(options->poll_cycles, 9u);
  EXPECT_EQ(options->link.late_cycles, 5u);
  EXPECT_FALSE(options->link.unmapped_is_violation);
  EXPECT_EQ(options->link.fault_percent[static_cast<std::size_t>(Fault::kUnsupported)], 3);
  EXPECT_EQ(options->link.fault_percent[static_cast<std::size_t>(Fault::kNoCompletion)], 100);
}

TEST(CardOptions, SayWhatIsWrong) {
  for (const char* wrong : {"width=32", "width", "colour=red", "stalls=100", "latency=-1",
                            "mps=100", "faults=fire", "split=", "seed=x", "reorder=101"}) {
    const Result<CardOptions> options = parse_card_options(wrong);
    ASSERT_FALSE(options) << wrong;
    EXPECT_EQ(options.error().place, std::string(wrong).substr(0, std::string(wrong).find('=')));
  }
}

TEST(CardOptions, AWrongOneIsToldWhatThereIs) {
  EXPECT_EQ(
      parse_card_options("colour=red").error().text(),
      "colour: no such option of a simulated card; there are width, seed, latency, jitter, "
      "reorder, split, stalls, faults, late, unmapped, mps, mrrs, rcb, tags, bar, iova, poll");
  EXPECT_EQ(parse_card_options("seed=1,width=96").error().text(),
            "width: 96 is not allowed; it must be 64 or 128");
  EXPECT_EQ(parse_card_options("faults=ur:3+fire:2").error().text(),
            "faults: ur:3+fire:2 is not allowed; it must be KIND:PERCENT with + between; kinds are "
            "ur, ca, poison, lost, timeout, mismatch, late");
  EXPECT_EQ(parse_card_options("stalls=100").error().text(),
            "stalls: 100 is not allowed; it must be 0 to 99 percent");
}

}  // namespace
}  // namespace holdfast::sim
