// SPDX-License-Identifier: Apache-2.0
#include <Vdma_packet_ram_model.h>
#include <gtest/gtest.h>

#include <array>

#include "support/sim.h"
#include "support/stream.h"

namespace holdfast::test {
namespace {

constexpr unsigned kRows = 32, kDws = 4 * kRows;

class DmaPacketRam : public testing::Test {
 protected:
  Sim<Vdma_packet_ram_model> sim;
  std::array<std::uint32_t, kDws> expected{};

  void write(unsigned place, unsigned enable, const std::array<std::uint32_t, 4>& dws) {
    auto& top = sim.top();
    top.place_i = static_cast<std::uint8_t>(place);
    top.dw_enable_i = static_cast<std::uint8_t>(enable);
    for (unsigned i = 0; i < 4; ++i) {
      top.data_i[i] = dws[i];
      if ((enable >> i) & 1) expected[(place + i) % kDws] = dws[i];
    }
    sim.step();
    top.dw_enable_i = 0;
  }
  void expect_contents() {
    for (unsigned row = 0; row < kRows; ++row) {
      sim.top().read_i = 1;
      sim.top().row_i = static_cast<std::uint8_t>(row);
      sim.step();
      sim.top().read_i = 0;
      sim.step();  // stays
      for (unsigned i = 0; i < 4; ++i)
        EXPECT_EQ(sim.top().data_o[i], expected[4 * row + i]) << "row " << row << " bank " << i;
    }
  }
  void sweep() {
    sim.reset();
    EXPECT_TRUE(sim.run_until([this] { return sim.top().swept_o != 0; }, kRows + 2));
    expected.fill(0);
  }
};

TEST_F(DmaPacketRam, BeatAtEveryPlace) {
  sweep();
  expect_contents();
  std::mt19937_64 random(seed_or(1));
  for (unsigned round = 0; round < 1000; ++round) {
    std::array<std::uint32_t, 4> dws;
    for (auto& dw : dws) dw = static_cast<std::uint32_t>(random());
    write(static_cast<unsigned>(random() % kDws), static_cast<unsigned>(random() % 16), dws);
    if (round % 100 == 0) expect_contents();
  }
  expect_contents();
}

TEST_F(DmaPacketRam, ResetLeavesNothing) {
  sweep();
  for (unsigned place = 0; place < kDws; place += 4) write(place, 0xF, {~0u, ~0u, ~0u, ~0u});
  expect_contents();
  sweep();
  for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(sim.top().data_o[i], 0u) << "read register";
  expect_contents();
}

}  // namespace
}  // namespace holdfast::test
