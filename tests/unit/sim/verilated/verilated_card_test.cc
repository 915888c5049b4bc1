// SPDX-License-Identifier: Apache-2.0
#include "verilated/verilated_card.h"

#include <gtest/gtest.h>

#include "holdfast/card.h"
#include "verilated/core_model.h"

namespace holdfast::sim {
namespace {

using namespace std::chrono_literals;

class VerilatedCardTest : public testing::TestWithParam<const char*> {
 protected:
  VerilatedCardTest() : io_(parse_card_options(GetParam()).value()) {}
  void TearDown() override { EXPECT_EQ(io_.violations().report(), ""); }
  VerilatedCard io_;
};

TEST_P(VerilatedCardTest, ReadsAndWritesRegisters) {
  EXPECT_EQ(io_.read_csr(csr::kIdentityMagic), 0x484F4C44u);
  EXPECT_EQ(io_.read_csr(csr::kIdentityClockHz), io_.clock_hz());
  io_.write_csr(csr::kIdentityScratch, 0x1234'5678);
  EXPECT_EQ(io_.read_csr(csr::kIdentityScratch), 0x1234'5678u);
  io_.reset();
  EXPECT_EQ(io_.read_csr(csr::kIdentityScratch), 0u);
}

TEST_P(VerilatedCardTest, ReadsManyRegistersWithOneRequest) {
  RootComplex& root_complex = io_.root_complex();
  const std::uint8_t tag = root_complex.start_read(0, 64);
  io_.run(3000);
  ASSERT_TRUE(root_complex.reads().is_done(tag));
  std::vector<std::uint32_t> data;
  EXPECT_EQ(root_complex.reads().finish(tag, data), CompletionStatus::kSuccess);
  ASSERT_EQ(data.size(), 64u);
  EXPECT_EQ(data[0], io_.read_csr(csr::kIdentityMagic));
}

TEST_P(VerilatedCardTest, SleepsWhenThereIsNothingToDo) {
  io_.write_csr(csr::kIdentityScratch, 1);
  EXPECT_FALSE(io_.is_asleep());
  for (unsigned i = 0; i < 1000 && !io_.is_asleep(); ++i) io_.poll();
  ASSERT_TRUE(io_.is_asleep());
  const std::uint64_t cycle = io_.cycle();
  io_.poll();
  EXPECT_FALSE(io_.wait_irq(0, 1s));
  EXPECT_EQ(io_.cycle(), cycle) << "an idle card costs no time";
  io_.write_csr(csr::kIdentityScratch, 2);
  EXPECT_FALSE(io_.is_asleep());
}

TEST_P(VerilatedCardTest, StopsWaitingWhenTheTimeIsUp) {
  io_.write_csr(csr::kIdentityScratch, 1);
  const std::uint64_t cycle = io_.cycle();
  EXPECT_FALSE(io_.wait_irq(0, 2us));
  EXPECT_EQ(io_.cycle() - cycle, io_.clock_hz() / 500'000);
}

INSTANTIATE_TEST_SUITE_P(Widths, VerilatedCardTest,
                         testing::Values("", "width=64,stalls=30,seed=3,rcb=128,mps=128"),
                         [](const auto& name) { return std::string(*name.param ? "64" : "128"); });

TEST(VerilatedCardOptions, AreRefusedWithTheirPlace) {
  const auto card = VerilatedCard::make("width=96");
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().place, "width");
}

}  // namespace
}  // namespace holdfast::sim
