// SPDX-License-Identifier: Apache-2.0
// Walking ones from what the card says (result of a command, status, counters) to the bits of the
// registers and to what the driver's caller gets.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>

#include "csr_operands_bench.h"
#include "support/csr_walk.h"

namespace holdfast::test {
namespace {

using Model = Vcsr_operands_model;

/// Bits `lsb` and up of a port are `bits` of a register.
struct Reading {
  PortField port;
  CsrOffset offset;
  csr::Field bits;
  unsigned lsb = 0;
};

std::vector<Reading> readings(Model& top) {
  using namespace csr;
  const auto result = port_field("result", 4, top.result_i);
  const auto generation = port_field("result_generation", 32, top.result_generation_i);
  const auto seq = port_field("seq", 64, top.result_seq_i);
  const auto bytes = port_field("bytes", 64, top.result_bytes_i);
  const auto packets = port_field("packets", 64, top.result_packets_i);
  const auto last_used = port_field("last_used", 64, top.result_last_used_i);
  const auto path_index = port_field("path_index", 16, top.result_path_index_i);
  const auto is_outbound = port_field("is_outbound", 1, top.result_is_outbound_i);
  const auto sweep = port_field("sweep", 32, top.sweep_cycles_i);
  const auto newest = port_field("generation", 32, top.generation_i);
  const auto fence = port_field("drain_fence", 32, top.drain_fence_i);
  const auto producer = port_field("event_producer", 16, top.event_producer_i);
  const auto last_kind = port_field("event_last_kind", 4, top.event_last_kind_i);
  return {
      {result, kCommandStatus, kCommandStatusResult},
      {generation, kCommandResultGeneration, kCommandResultGenerationValue},
      {seq, kCommandResultSequenceLo, kCommandResultSequenceLoValue},
      {seq, kCommandResultSequenceHi, kCommandResultSequenceHiValue, 32},
      {bytes, kCommandResultBytesLo, kCommandResultBytesLoValue},
      {bytes, kCommandResultBytesHi, kCommandResultBytesHiValue, 32},
      {packets, kCommandResultPacketsLo, kCommandResultPacketsLoValue},
      {packets, kCommandResultPacketsHi, kCommandResultPacketsHiValue, 32},
      {last_used, kCommandResultLastUsedLo, kCommandResultLastUsedLoValue},
      {last_used, kCommandResultLastUsedHi, kCommandResultLastUsedHiValue, 32},
      {path_index, kCommandResultSa, kCommandResultSaPathIndex},
      {is_outbound, kCommandResultSa, kCommandResultSaOutbound},
      {sweep, kControlSweep, kControlSweepCycles},
      {newest, kControlGeneration, kControlGenerationValue},
      {fence, kControlDrainFence, kControlDrainFenceGeneration},
      {producer, kEventRingStatus, kEventRingStatusProducer},
      {last_kind, kEventRingStatus, kEventRingStatusLastKind},
  };
}

/// Registers that read as other than 0.
std::map<CsrOffset, std::uint32_t> read_all(OperandsIo& io, const std::vector<Reading>& table) {
  std::map<CsrOffset, std::uint32_t> values;
  for (const Reading& reading : table)
    if (const std::uint32_t value = io.read_csr(reading.offset)) values[reading.offset] = value;
  return values;
}

TEST(CsrResults, EachBitOfTheCardIsOneRegisterBit) {
  OperandsIo io;
  const auto table = readings(io.sim.top());
  for (const Reading& reading : table) {
    for (unsigned i = 0; i < reading.bits.width; ++i) {
      reading.port.set_only(reading.lsb + i);
      const std::map<CsrOffset, std::uint32_t> expected = {
          {reading.offset, reading.bits.set(1u << i)}};
      EXPECT_EQ(read_all(io, table), expected) << reading.port.name << " " << reading.lsb + i;
    }
    reading.port.clear();
  }
}

// Each port is read whole, and each bit that a result register has is in the table.
TEST(CsrResults, TheTableHasEveryBit) {
  OperandsIo io;
  std::map<std::string, unsigned> widths;
  std::map<CsrOffset, std::uint32_t> masks = {
      {csr::kCommandStatus, csr::kCommandStatusBusy.mask()}};
  for (const Reading& reading : readings(io.sim.top())) {
    EXPECT_EQ(widths[reading.port.name], reading.lsb) << reading.port.name;
    widths[reading.port.name] += reading.bits.width;
    masks[reading.offset] |= reading.bits.mask();
  }
  for (const Reading& reading : readings(io.sim.top()))
    EXPECT_EQ(widths[reading.port.name], reading.port.width) << reading.port.name;
  for (const CsrRow& row : kCsrRows) {
    if (!row.name.starts_with("command.")) continue;
    EXPECT_EQ(masks[CsrOffset{row.offset}], row.ro) << row.name;
  }
}

// ------------------------------------------------------------------ driver

struct DriverBench {
  DriverBench() : card(Card::open(io).value()) {}
  OperandsIo io;
  Model& top = io.sim.top();
  std::unique_ptr<Card> card;
};

/// What query_sa() tells, in the order of these ports.
std::vector<PortField> state_ports(Model& top) {
  return {port_field("seq", 64, top.result_seq_i),
          port_field("bytes", 64, top.result_bytes_i),
          port_field("packets", 64, top.result_packets_i),
          port_field("last_used", 64, top.result_last_used_i),
          port_field("path_index", 16, top.result_path_index_i),
          port_field("is_outbound", 1, top.result_is_outbound_i)};
}
std::vector<std::uint64_t> numbers_of(const SaState& state) {
  return {state.sequence,        state.bytes,
          state.packets,         state.last_used_cycle,
          to_number(state.path), state.direction == Direction::kOutbound ? 1u : 0u};
}

TEST(CsrResults, EachBitOfAResultArrivesInTheDriversSaState) {
  DriverBench b;
  const auto ports = state_ports(b.top);
  for (std::size_t n = 0; n < ports.size(); ++n) {
    for (unsigned bit = 0; bit < ports[n].width; ++bit) {
      ports[n].set_only(bit);
      std::vector<std::uint64_t> expected(ports.size());
      expected[n] = std::uint64_t{1} << bit;
      EXPECT_EQ(numbers_of(b.card->query_sa(SaIndex{}).value()), expected)
          << ports[n].name << " bit " << bit;
    }
    ports[n].clear();
  }
}

TEST(CsrResults, EachBitOfAGenerationArrivesAtTheDriversCaller) {
  DriverBench b;
  for (unsigned bit = 0; bit < 32; ++bit) {
    b.top.result_generation_i = 1u << bit;
    EXPECT_EQ(b.card->rebind(PathIndex{}, Binding{}).value(), 1u << bit);
    EXPECT_EQ(b.card->move_sa(SaIndex{}, PathIndex{}).value(), 1u << bit);
    EXPECT_EQ(b.card->drain_fence(), 0u);
    b.top.result_generation_i = 0;
    b.top.drain_fence_i = 1u << bit;
    EXPECT_EQ(b.card->drain_fence(), 1u << bit);
    EXPECT_EQ(b.card->rebind(PathIndex{}, Binding{}).value(), 0u);
    b.top.drain_fence_i = 0;
  }
}

// ------------------------------------------------------------------ counters

using Numbers = std::map<std::string, std::uint64_t>;

/// All of them but `cycles`, those that are 0 left out.
Numbers numbers_of(const Counters& c) {
  Numbers all = {{"completion_stalls", c.completion_stalls},
                 {"events", c.events},
                 {"events_lost", c.events_lost},
                 {"dma_reads", c.dma_reads},
                 {"dma_read_errors", c.dma_read_errors},
                 {"dma_read_timeouts", c.dma_read_timeouts},
                 {"dma_writes", c.dma_writes},
                 {"interrupts", c.interrupts},
                 {"bad_requests", c.bad_requests},
                 {"unsupported_requests", c.unsupported_requests},
                 {"bad_completions", c.bad_completions},
                 {"credit_bytes", c.credit_bytes}};
  for (unsigned d = 0; d < 2; ++d) {
    const auto suffix = std::to_string(d);
    all["packets_in" + suffix] = c.packets_in[d];
    all["packets_out" + suffix] = c.packets_out[d];
    all["bytes_in" + suffix] = c.bytes_in[d];
    all["bytes_out" + suffix] = c.bytes_out[d];
  }
  for (std::size_t reason = 0; reason < c.drops.size(); ++reason)
    all["drops" + std::to_string(reason)] = c.drops[reason];
  std::erase_if(all, [](const auto& item) { return item.second == 0; });
  return all;
}

/// A driver that has just reset its registers; `cycles` of whatever stands at the ports.
Numbers counted_after(const std::function<void(Model&)>& set, unsigned cycles = 1) {
  DriverBench b;
  set(b.top);
  b.io.sim.step(cycles);
  for (const auto& port :
       {&b.top.bad_request_i, &b.top.unsupported_request_i, &b.top.bad_completion_i,
        &b.top.dma_read_i, &b.top.dma_read_error_i, &b.top.dma_read_timeout_i, &b.top.dma_write_i,
        &b.top.interrupt_i, &b.top.event_i, &b.top.event_lost_i, &b.top.completion_stall_i,
        &b.top.retired_valid_i})
    *port = 0;
  return numbers_of(b.card->counters());
}

TEST(CsrResults, EachPulseIsOneOfTheDriversCounters) {
  const std::map<std::string, std::function<void(Model&)>> pulses = {
      {"completion_stalls", [](Model& top) { top.completion_stall_i = 1; }},
      {"events", [](Model& top) { top.event_i = 1; }},
      {"events_lost", [](Model& top) { top.event_lost_i = 1; }},
      {"dma_reads", [](Model& top) { top.dma_read_i = 1; }},
      {"dma_read_errors", [](Model& top) { top.dma_read_error_i = 1; }},
      {"dma_read_timeouts", [](Model& top) { top.dma_read_timeout_i = 1; }},
      {"dma_writes", [](Model& top) { top.dma_write_i = 1; }},
      {"interrupts", [](Model& top) { top.interrupt_i = 1; }},
      {"bad_requests", [](Model& top) { top.bad_request_i = 1; }},
      {"unsupported_requests", [](Model& top) { top.unsupported_request_i = 1; }},
      {"bad_completions", [](Model& top) { top.bad_completion_i = 1; }},
  };
  for (const auto& [name, set] : pulses) EXPECT_EQ(counted_after(set), (Numbers{{name, 1}}));
}

TEST(CsrResults, EachDropReasonIsItsCounterAndTheLastDrop) {
  for (const EnumText& reason : kDropReasonTexts) {
    if (reason.value == 0) continue;
    const unsigned d = reason.value % 2;
    const auto counted = counted_after([&](Model& top) {
      top.retired_valid_i = 1;
      top.retired_is_outbound_i = d != 0;
      top.retired_reason_i = static_cast<std::uint8_t>(reason.value);
    });
    const auto drops = "drops" + std::to_string(reason.value);
    EXPECT_EQ(counted, (Numbers{{drops, 1}, {"packets_in" + std::to_string(d), 1}}));
  }
  OperandsIo io;
  auto& top = io.sim.top();
  for (unsigned bit = 0; bit < 16; ++bit) {
    top.retired_sa_index_i = static_cast<std::uint16_t>(1u << bit);
    top.retired_reason_i = static_cast<std::uint8_t>(1u << bit % 5);
    top.retired_is_outbound_i = bit / 5 % 2;
    top.retired_valid_i = 1;
    io.sim.step();
    top.retired_valid_i = 0;
    EXPECT_EQ(io.read_csr(csr::kControlLastDrop),
              csr::kControlLastDropReason.set(top.retired_reason_i) |
                  csr::kControlLastDropOutbound.set(top.retired_is_outbound_i) |
                  csr::kControlLastDropSaIndex.set(top.retired_sa_index_i));
  }
}

TEST(CsrResults, BytesThatCreditHeldBackAreCounted) {
  for (const bool is_outbound : {false, true}) {
    const auto counted = counted_after([&](Model& top) {
      top.retired_valid_i = 1;
      top.retired_is_outbound_i = is_outbound;
      top.retired_bytes_in_i = 0xA5F1;
      top.retired_reason_i = static_cast<std::uint8_t>(DropReason::kCredit);
    });
    const auto found = counted.find("credit_bytes");
    EXPECT_EQ(found == counted.end() ? 0 : found->second, is_outbound ? 0xA5F1u : 0u);
  }
}

TEST(CsrResults, EachBitOfAPacketsBytesIsCounted) {
  for (unsigned d = 0; d < 2; ++d) {
    const auto suffix = std::to_string(d);
    const Numbers packet = {{"packets_in" + suffix, 1}, {"packets_out" + suffix, 1}};
    const auto count = [&](unsigned in, unsigned out, unsigned cycles = 1) {
      return counted_after(
          [&](Model& top) {
            top.retired_valid_i = 1;
            top.retired_is_outbound_i = d != 0;
            top.retired_bytes_in_i = static_cast<std::uint16_t>(in);
            top.retired_bytes_out_i = static_cast<std::uint16_t>(out);
          },
          cycles);
    };
    for (unsigned bit = 0; bit < 16; ++bit) {
      Numbers in = packet, out = packet;
      in["bytes_in" + suffix] = out["bytes_out" + suffix] = 1u << bit;
      EXPECT_EQ(count(1u << bit, 0), in);
      EXPECT_EQ(count(0, 1u << bit), out);
    }
    // Beyond 32 bits, one of the two at a time.
    constexpr unsigned kCycles = 0x10010;
    Numbers in = {{"packets_in" + suffix, kCycles}, {"packets_out" + suffix, kCycles}}, out = in;
    in["bytes_in" + suffix] = out["bytes_out" + suffix] = std::uint64_t{0xFFFF} * kCycles;
    EXPECT_EQ(count(0xFFFF, 0, kCycles), in);
    EXPECT_EQ(count(0, 0xFFFF, kCycles), out);
  }
}

}  // namespace
}  // namespace holdfast::test
