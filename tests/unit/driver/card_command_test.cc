// SPDX-License-Identifier: Apache-2.0
// Identity, error latch, SA and path commands.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

using ::testing::HasSubstr;

TEST_P(CardSuite, OpenReadsWhatTheCardIs) {
  const CardInfo& info = card().info();
  EXPECT_EQ(info.map_major, 1);
  EXPECT_TRUE(info.has(Suite::kAes128gcm16));
  EXPECT_TRUE(info.has(Suite::kAes256gcm16));
  EXPECT_GE(info.num_sas, 4);
  EXPECT_GE(info.num_paths, 2);
  EXPECT_GE(info.max_replay_window, 64);
  EXPECT_GE(info.num_queues, 1u);
  EXPECT_LE(info.num_queues, 4u);
  EXPECT_GE(info.num_vectors, 1u);
  EXPECT_GE(info.clock_hz, 1'000'000u);
  EXPECT_TRUE(info.data_width_bits == 64 || info.data_width_bits == 128);
}

TEST_P(CardSuite, ScratchKeepsItsValue) {
  for (std::uint32_t value : {0u, 0xFFFFFFFFu, 0x12345678u}) {
    io().write_csr(csr::kIdentityScratch, value);
    EXPECT_EQ(io().read_csr(csr::kIdentityScratch), value);
  }
}

TEST_P(CardSuite, AnUnknownOffsetIsAnErrorThatHangsNothing) {
  EXPECT_EQ(card().take_errors(), 0u);
  constexpr CsrOffset kNowhere{csr::kBar0Bytes - 4};
  EXPECT_EQ(io().read_csr(kNowhere), 0xDEADDEADu);
  const std::uint32_t first = io().read_csr(csr::kControlFirstError);
  EXPECT_EQ(csr::kControlFirstErrorValid.get(first), 1u);
  EXPECT_EQ(csr::kControlFirstErrorBitIndex.get(first), csr::kControlErrorUnknownOffset.lsb);
  EXPECT_EQ(csr::kControlFirstErrorOffset.get(first), csr::kBar0Bytes - 4);
  EXPECT_EQ(card().take_errors(), csr::kControlErrorUnknownOffset.mask());
  EXPECT_EQ(card().take_errors(), 0u);
  io().write_csr(kNowhere, 1);
  EXPECT_EQ(card().take_errors(), csr::kControlErrorUnknownOffset.mask());
  EXPECT_EQ(io().read_csr(csr::kIdentityMagic), 0x484F4C44u);
}

TEST_P(CardSuite, AddQueryRemove) {
  install_sas();
  auto state = card().query_sa(kOutbound);
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(state->direction, Direction::kOutbound);
  EXPECT_EQ(state->path, kPath0);
  EXPECT_EQ(state->sequence, 1u);
  EXPECT_EQ(state->packets, 0u);
  EXPECT_EQ(state->bytes, 0u);
  state = card().query_sa(kInbound);
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(state->direction, Direction::kInbound);
  EXPECT_EQ(state->sequence, 0u);
  EXPECT_TRUE(card().remove_sa(kOutbound));
  EXPECT_EQ(card().query_sa(kOutbound).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(card().query_sa(kInbound));
}

TEST_P(CardSuite, WideSequenceNumbersAreKept) {
  ASSERT_TRUE(card().rebind(kPath0, binding_of(true, true)));
  SaConfig config = fresh_sa(Direction::kOutbound, true);
  config.has_esn = true;
  config.first_sequence = 0x1234'5678'9ABC'DEF0;
  ASSERT_TRUE(card().add_sa(kOutbound, config, kPath0));
  EXPECT_EQ(card().query_sa(kOutbound)->sequence, 0x1234'5678'9ABC'DEF0u);
  config = fresh_sa(Direction::kInbound, true);
  config.has_esn = true;
  config.first_sequence = 0x1'0000'0000;
  ASSERT_TRUE(card().add_sa(kInbound, config, kPath0));
  EXPECT_EQ(card().query_sa(kInbound)->sequence, 0xFFFF'FFFFu);
}

TEST_P(CardSuite, WrongConfigurationsAreRefusedWithASentence) {
  ASSERT_TRUE(card().rebind(kPath0, binding_of(false, false)));
  struct Case {
    void (*change)(SaConfig&);
    ErrorCode code;
    const char* text;
  };
  for (const Case& c : {
           Case{[](SaConfig& s) { s.key = secret(15, 1); }, ErrorCode::kBadValue, "16 bytes"},
           Case{[](SaConfig& s) { s.suite = Suite::kAes256gcm16; }, ErrorCode::kBadValue, "32"},
           Case{[](SaConfig& s) { s.salt = secret(3, 1); }, ErrorCode::kBadValue, "salt"},
           Case{[](SaConfig& s) { s.selector.source = prefix("::/0"); }, ErrorCode::kBadValue,
                "family"},
           Case{[](SaConfig& s) { s.dscp = 64; }, ErrorCode::kBadValue, "DSCP"},
           Case{[](SaConfig& s) { s.suite = static_cast<Suite>(9); }, ErrorCode::kUnsupported,
                "suite"},
           Case{[](SaConfig& s) { s.spi = Spi{255}; }, ErrorCode::kBadValue, "bad_spi"},
           Case{[](SaConfig& s) { s.replay_window = 31; }, ErrorCode::kBadValue, "bad_window"},
           Case{[](SaConfig& s) { s.first_sequence = 0; }, ErrorCode::kBadValue, "bad_sequence"},
           Case{[](SaConfig& s) { s.first_sequence = 1ull << 32; }, ErrorCode::kBadValue,
                "bad_sequence"},
           Case{[](SaConfig& s) { s.selector.source.length = 33; }, ErrorCode::kBadValue,
                "bad_selector"},
       }) {
    SaConfig config = fresh_sa(Direction::kInbound);
    c.change(config);
    const Status status = card().add_sa(kInbound, config, kPath0);
    ASSERT_FALSE(status) << c.text;
    EXPECT_EQ(status.error().code, c.code) << c.text;
    EXPECT_THAT(status.error().text(), HasSubstr(c.text));
    EXPECT_EQ(card().query_sa(kInbound).error().code, ErrorCode::kNotFound);
  }
}

TEST_P(CardSuite, CommandsInTheWrongOrder) {
  const auto beyond_sa = SaIndex{card().info().num_sas};
  const auto beyond_path = PathIndex{card().info().num_paths};
  const SaConfig config = fresh_sa(Direction::kInbound);
  const auto code = [](const auto& result) { return result.error().code; };
  EXPECT_EQ(code(card().add_sa(kInbound, config, kPath0)), ErrorCode::kNotFound);  // no path
  EXPECT_EQ(code(card().remove_sa(kInbound)), ErrorCode::kNotFound);
  EXPECT_EQ(code(card().query_sa(kInbound)), ErrorCode::kNotFound);
  EXPECT_EQ(code(card().move_sa(kInbound, kPath0)), ErrorCode::kNotFound);
  EXPECT_EQ(code(card().rebind(beyond_path, binding_of(false, false))), ErrorCode::kBadValue);
  ASSERT_TRUE(card().rebind(kPath0, binding_of(false, false)));
  EXPECT_EQ(code(card().add_sa(beyond_sa, config, kPath0)), ErrorCode::kBadValue);
  EXPECT_EQ(code(card().add_sa(kInbound, config, beyond_path)), ErrorCode::kBadValue);
  EXPECT_EQ(code(card().query_sa(beyond_sa)), ErrorCode::kBadValue);
  EXPECT_EQ(code(card().remove_sa(beyond_sa)), ErrorCode::kBadValue);
  ASSERT_TRUE(card().add_sa(kInbound, config, kPath0));
  const auto again = card().add_sa(kInbound, config, kPath0);
  EXPECT_EQ(code(again), ErrorCode::kInUse);
  EXPECT_THAT(again.error().text(), HasSubstr("index_in_use"));
  const auto same_spi = card().add_sa(kOutbound, config, kPath0);
  EXPECT_EQ(code(same_spi), ErrorCode::kInUse);
  EXPECT_THAT(same_spi.error().text(), HasSubstr("spi_in_use"));
  EXPECT_EQ(code(card().move_sa(kInbound, PathIndex{1})), ErrorCode::kNotFound);
  EXPECT_EQ(code(card().move_sa(kInbound, beyond_path)), ErrorCode::kBadValue);
  Binding mixed = binding_of(false, false);
  mixed.peer = binding_of(true, false).peer;
  EXPECT_EQ(code(card().rebind(kPath0, mixed)), ErrorCode::kBadValue);
  EXPECT_TRUE(card().remove_sa(kInbound));
  EXPECT_EQ(code(card().remove_sa(kInbound)), ErrorCode::kNotFound);
  EXPECT_EQ(card().take_errors(), 0u);
}

/// Writes `op` with whatever operands stand there.
CommandResult run_raw(CardIo& io, unsigned op) {
  io.write_csr(csr::kCommandCommand, csr::kCommandCommandOp.set(op));
  for (int i = 0; i < 100'000; ++i) {
    const std::uint32_t status = io.read_csr(csr::kCommandStatus);
    if (csr::kCommandStatusBusy.get(status) == 0)
      return static_cast<CommandResult>(csr::kCommandStatusResult.get(status));
    io.poll();
  }
  ADD_FAILURE() << "the command does not end";
  return CommandResult::kOk;
}

TEST_P(CardSuite, OperationsThatTheDriverDoesNotUse) {
  EXPECT_EQ(run_raw(io(), 0), CommandResult::kOk);
  EXPECT_EQ(run_raw(io(), 7), CommandResult::kBadOp);
  EXPECT_EQ(run_raw(io(), 15), CommandResult::kBadOp);
  const auto read_path = static_cast<unsigned>(CommandOp::kReadPath);
  EXPECT_EQ(run_raw(io(), read_path), CommandResult::kEmpty);
  const auto generation = card().rebind(kPath0, binding_of(false, false));
  ASSERT_TRUE(generation);
  ASSERT_TRUE(card().rebind(PathIndex{1}, binding_of(false, false)));
  EXPECT_EQ(run_raw(io(), read_path), CommandResult::kOk);  // of path 0
  EXPECT_EQ(io().read_csr(csr::kCommandResultGeneration), *generation);
}

TEST_P(CardSuite, OperandsAreClearedAndReadAsZero) {
  install_sas();
  for (unsigned i = 0; i < 8; ++i) {
    EXPECT_EQ(io().read_csr(csr::kCommandKey(i)), 0u);
    io().write_csr(csr::kCommandKey(i), 0xA5A5A5A5);
    EXPECT_EQ(io().read_csr(csr::kCommandKey(i)), 0u);
  }
  EXPECT_EQ(io().read_csr(csr::kCommandSalt), 0u);
  EXPECT_EQ(io().read_csr(csr::kCommandSpi), 0u);
  // The operands of install_sas are gone: index 0 is free, but SPI 0 is none.
  EXPECT_EQ(run_raw(io(), static_cast<unsigned>(CommandOp::kAddSa)), CommandResult::kBadSpi);
}

TEST_P(CardSuite, GenerationsCountBindings) {
  const auto first = card().rebind(kPath0, binding_of(false, false));
  const auto second = card().rebind(kPath0, binding_of(true, true));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*second, *first + 1);
  EXPECT_EQ(card().drain_fence(), *second);
  ASSERT_TRUE(card().rebind(PathIndex{1}, binding_of(false, false)));
  const SaConfig config = fresh_sa(Direction::kInbound);
  ASSERT_TRUE(card().add_sa(kInbound, config, kPath0));
  const auto moved = card().move_sa(kInbound, PathIndex{1});
  ASSERT_TRUE(moved);
  EXPECT_EQ(*moved, *second + 2);
  EXPECT_EQ(card().query_sa(kInbound)->path, PathIndex{1});
  EXPECT_EQ(io().read_csr(csr::kControlGeneration), *moved);
  EXPECT_EQ(card().drain_fence(), *moved);
}

TEST_P(CardSuite, AnOutboundKeyIsNeverInstalledTwice) {
  ASSERT_TRUE(card().rebind(kPath0, binding_of(false, false)));
  SaConfig config = fresh_sa(Direction::kOutbound);
  const Spi spi = config.spi;
  config.spi = Spi{1};
  ASSERT_FALSE(card().add_sa(kOutbound, config, kPath0));  // refused, so it was never used
  config.spi = spi;
  ASSERT_TRUE(card().add_sa(kOutbound, config, kPath0));
  ASSERT_TRUE(card().remove_sa(kOutbound));
  const auto refused = [&] {
    const Status status = card().add_sa(kOutbound, config, kPath0);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kInUse);
    EXPECT_THAT(status.error().text(), HasSubstr("outbound key"));
  };
  refused();
  config.spi = Spi{to_number(spi) + 0x10000};
  config.first_sequence = 1000;
  refused();  // another SPI and number do not make another key
  ASSERT_TRUE(card().reset());
  ASSERT_TRUE(card().rebind(kPath0, binding_of(false, false)));
  refused();
  config.direction = Direction::kInbound;
  EXPECT_TRUE(card().add_sa(kOutbound, config, kPath0));  // inbound repeats nothing
}

TEST_P(CardSuite, TheTablesCanBeFilled) {
  ASSERT_TRUE(card().rebind(kPath0, binding_of(false, false)));
  const unsigned count = std::min<unsigned>(card().info().num_sas, 64);
  std::vector<Spi> spis;
  for (unsigned i = 0; i < count; ++i) {
    const auto index = SaIndex{static_cast<std::uint16_t>(card().info().num_sas - 1 - i)};
    const SaConfig config = fresh_sa(Direction::kInbound);
    ASSERT_TRUE(card().add_sa(index, config, kPath0));
  }
  for (unsigned i = 0; i < count; ++i) {
    const auto index = SaIndex{static_cast<std::uint16_t>(card().info().num_sas - 1 - i)};
    EXPECT_TRUE(card().query_sa(index));
    EXPECT_TRUE(card().remove_sa(index));
  }
}

}  // namespace
}  // namespace holdfast::test
