// SPDX-License-Identifier: Apache-2.0
// card_core: where a key goes that the host writes with one TLP, and that it leaves from there.
#include <gtest/gtest.h>

#include "Vcard_core_128___024root.h"
#include "Vcard_core_64___024root.h"
#include "card_core_bench.h"
#include "support/state.h"

namespace holdfast::test {
namespace {

using Words = std::vector<std::uint32_t>;

const Words kKey = {0xA1B2C3D4, 0xE5F60718, 0x19283746, 0x55647382,
                    0xCAFEF00D, 0xDEADBEE5, 0x8BADF00D, 0x0BADCAFE};

template <typename Top>
class CardCoreSecrets : public testing::Test {
 protected:
  void SetUp() override {
    bench_.wait_until_swept();
    ASSERT_EQ(bench_.command(CommandOp::kWritePath), CommandResult::kOk);
  }
  /// The read comes back when the write is done.
  void write_key() {
    bench_.write(csr::kCommandKey(0), kKey);
    bench_.read(csr::kControlStatus);
  }
  void add_sa() {
    bench_.write(csr::kCommandSpi, 0x1234);
    bench_.write(csr::kCommandSaFlags, csr::kCommandSaFlagsSuite.set(3));
    bench_.write(csr::kCommandReplayWindow, 64);
    bench_.write(csr::kCommandFirstSequenceLo, 1);
    write_key();
    ASSERT_EQ(bench_.command(CommandOp::kAddSa), CommandResult::kOk);
  }
  /// Words of the key that are anywhere in the card.
  std::size_t count_key() {
    bench_.clear_request_pins();
    return count_secrets(state_of(bench_.top()), kKey);
  }
  void soft_reset() {
    bench_.write(csr::kControlControl, csr::kControlControlSoftReset.mask());
    bench_.wait_until_swept();
  }
  void function_level_reset() {
    bench_.root_complex.pins().function_reset = true;
    bench_.step(8);
    bench_.root_complex.pins().function_reset = false;
    bench_.wait_until_swept();
  }

  CardCoreBench<Top> bench_;
};
TYPED_TEST_SUITE(CardCoreSecrets, CardCoreTops);

TYPED_TEST(CardCoreSecrets, AddedAndDeleted) {
  for (unsigned round = 0; round < 2; ++round) {
    this->add_sa();
    EXPECT_GE(this->count_key(), kKey.size()) << "the search finds nothing";
    ASSERT_EQ(this->bench_.command(CommandOp::kDeleteSa), CommandResult::kOk);
    EXPECT_EQ(this->count_key(), 0u);
  }
}

TYPED_TEST(CardCoreSecrets, SoftReset) {
  this->add_sa();
  this->soft_reset();
  EXPECT_EQ(this->count_key(), 0u) << "of an SA";
  this->write_key();
  EXPECT_GE(this->count_key(), kKey.size()) << "the search finds nothing";
  this->soft_reset();
  EXPECT_EQ(this->count_key(), 0u) << "of operands";
}

TYPED_TEST(CardCoreSecrets, FunctionLevelReset) {
  this->add_sa();
  this->function_level_reset();
  EXPECT_EQ(this->count_key(), 0u) << "of an SA";
  this->write_key();
  this->function_level_reset();
  EXPECT_EQ(this->count_key(), 0u) << "of operands";
}

// The reset comes while the card works on the write.
TYPED_TEST(CardCoreSecrets, FunctionLevelResetOvertakesAKey) {
  for (unsigned gap = 0; gap < 24; gap += 3) {
    this->bench_.write(csr::kCommandKey(0), kKey);
    this->bench_.step(gap);
    this->function_level_reset();
    this->bench_.step(600);
    EXPECT_EQ(this->count_key(), 0u) << gap;
  }
}

TYPED_TEST(CardCoreSecrets, Reset) {
  this->add_sa();
  this->write_key();
  this->bench_.reset();
  this->bench_.wait_until_swept();
  EXPECT_EQ(this->count_key(), 0u);
}

// A key that never became an operand: a poisoned write, one behind BAR0, one that lies too long.
TYPED_TEST(CardCoreSecrets, RefusedWrites) {
  auto& root_complex = this->bench_.root_complex;
  sim::MemoryRequest request = sim::make_request(
      true, sim::RootComplex::kBar0 + static_cast<std::uint32_t>(csr::kCommandKey(0)), 32);
  sim::Tlp tlp;
  tlp.hdr = pack(request);
  tlp.payload = kKey;
  tlp.hdr[0] |= 1u << 14;  // poisoned
  root_complex.send_raw(tlp, false);
  this->bench_.step(100);
  EXPECT_EQ(this->count_key(), 0u) << "poisoned";
  tlp.hdr = pack(request);
  tlp.payload.push_back(kKey[0]);
  root_complex.send_raw(tlp, false);
  this->bench_.step(100);
  EXPECT_EQ(this->count_key(), 0u) << "longer than its header says";
}

}  // namespace
}  // namespace holdfast::test
