// SPDX-License-Identifier: Apache-2.0
// The register block behind card_control, as the host sees it.
#include <gtest/gtest.h>

#include "Vcard_control_128_model.h"
#include "Vcard_control_64_model.h"
#include "support/bits.h"
#include "support/csr_walk.h"
#include "support/tlp_host.h"

namespace holdfast::test {
namespace {

using Model = Vcard_control_128_model;

struct Bench {
  Bench() : host(sim) {
    sim.top().core_rst_ni = 1;
    sim.reset();
  }
  Model& top() { return sim.top(); }
  std::uint32_t read(std::string_view name) { return host.read32(csr_offset(name)); }
  void write(std::string_view name, std::uint32_t value, unsigned be = 0xF) {
    host.write32(csr_offset(name), value, be);
  }
  std::uint64_t counter(const std::string& name) {
    write("counter_snapshot", 1);
    return host.read64(csr_offset("counters." + name + ".lo"));
  }
  /// Calls `see` in each cycle, when outputs are settled.
  void watch(std::function<void(Model&)> see) {
    sim.add_agent([] {}, [this, see] { see(sim.top()); });
  }

  Sim<Model> sim;
  TlpHost<Model> host;
};

TEST(CsrBlock, IdentityAndCapabilities) {
  Bench b;
  EXPECT_EQ(b.read("identity.magic"), 0x484F4C44u);
  EXPECT_EQ(b.read("identity.map_version") >> 16, 1u);
  EXPECT_EQ(b.read("identity.cap_suites"), 0xEu);
  EXPECT_EQ(b.read("identity.cap_tables"), (64u << 16) | 256u);
  EXPECT_EQ(b.read("identity.cap_widths"), (8u << 16) | (4u << 8) | 128u);
  EXPECT_EQ(b.read("identity.cap_window"), 1024u);
  EXPECT_EQ(b.read("identity.clock_hz"), 125'000'000u);
}

// ------------------------------------------------------------------ commands

/// One field of sad_pkg::command_t, which lists them from the top.
struct CommandField {
  const char* name;
  unsigned width;
  std::vector<std::uint32_t> words;  // most significant first
};

TEST(CsrBlock, CommandStartsWithItsOperandsAndClearsThem) {
  Bench b;
  const std::vector<CommandField> fields = {
      {"op", 4, {1}},
      {"sa_index", 16, {0x1234}},
      {"path_index", 16, {0x4321}},
      {"spi", 32, {0xC0FFEE01}},
      {"suite", 4, {3}},
      {"is_outbound", 1, {1}},
      {"has_esn", 1, {0}},
      {"replay_window", 16, {1024}},
      {"df", 2, {2}},
      {"copy_dscp", 1, {0}},
      {"dscp", 6, {0x2E}},
      {"has_ecn", 1, {1}},
      {"selector_is_ipv6", 1, {1}},
      {"source", 128, {0x20010DB8, 1, 2, 3}},
      {"destination", 128, {0x20010DB8, 4, 5, 6}},
      {"source_bits", 8, {64}},
      {"destination_bits", 8, {56}},
      {"row path_index", 16, {0}},
      {"epoch", 8, {0}},
      {"soft_bytes", 64, {0x11, 0x12}},
      {"hard_bytes", 64, {0x13, 0x14}},
      {"soft_packets", 64, {0x15, 0x16}},
      {"hard_packets", 64, {0x17, 0x18}},
      {"key", 256, {0xA0A1A2A3, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7}},
      {"salt", 32, {0xCAFEBABE}},
      {"first_seq", 64, {0x21, 0x22}},
      {"path is_ipv6", 1, {0}},
      {"path has_udp", 1, {1}},
      {"path is_limited", 1, {1}},
      {"own_address", 128, {0x0A000001, 0, 0, 7}},
      {"peer_address", 128, {0x0A000002, 0, 0, 8}},
      {"own_port", 16, {4500}},
      {"peer_port", 16, {61234}},
      {"generation", 32, {0}},
      {"credit", 32, {0x00ABCDEF}},
  };
  b.write("command.sa_index", 0x1234);
  b.write("command.path_index", 0x4321);
  b.write("command.spi", 0xC0FFEE01);
  b.write("command.sa_flags", 3 | 1 << 4 | 1 << 6 | 2 << 8 | 1 << 11 | 0x2E << 16);
  b.write("command.replay_window", 1024);
  const std::uint32_t key[] = {0xA0A1A2A3, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7};
  for (unsigned i = 0; i < 8; ++i) b.host.write32(csr_offset("command.key[0]") + 4 * i, key[i]);
  b.write("command.salt", 0xCAFEBABE);
  b.write("command.first_sequence_hi", 0x21);
  b.write("command.first_sequence_lo", 0x22);
  const auto address = [&](const char* name, std::uint32_t w0, std::uint32_t w1, std::uint32_t w2,
                           std::uint32_t w3) {
    const auto offset = csr_offset(name);
    b.host.write32(offset, w0);
    b.host.write32(offset + 4, w1);
    b.host.write32(offset + 8, w2);
    b.host.write32(offset + 12, w3);
  };
  address("command.selector_source[0]", 0x20010DB8, 1, 2, 3);
  address("command.selector_destination[0]", 0x20010DB8, 4, 5, 6);
  address("command.path_own_address[0]", 0x0A000001, 0, 0, 7);
  address("command.path_peer_address[0]", 0x0A000002, 0, 0, 8);
  b.write("command.selector_prefix", 64 | 56 << 8);
  b.write("command.soft_bytes_hi", 0x11);
  b.write("command.soft_bytes_lo", 0x12);
  b.write("command.hard_bytes_hi", 0x13);
  b.write("command.hard_bytes_lo", 0x14);
  b.write("command.soft_packets_hi", 0x15);
  b.write("command.soft_packets_lo", 0x16);
  b.write("command.hard_packets_hi", 0x17);
  b.write("command.hard_packets_lo", 0x18);
  b.write("command.path_ports", 4500 | 61234u << 16);
  b.write("command.path_flags", 0x6);
  b.write("command.path_credit", 0x00ABCDEF);

  unsigned starts = 0;
  b.watch([&](Model& top) {
    if (!top.command_start_o) return;
    ++starts;
    unsigned total = 0;
    for (const auto& field : fields) total += field.width;
    for (const auto& field : fields) {
      total -= field.width;
      for (unsigned i = 0; i < field.words.size(); ++i) {
        const auto lsb = total + 32 * static_cast<unsigned>(field.words.size() - 1 - i);
        const auto width = field.width < 32 ? field.width : 32;
        EXPECT_EQ(get_bits(top.command_o, lsb, width), field.words[i]) << field.name << " " << i;
      }
    }
  });
  b.sim.step(20);
  EXPECT_EQ(starts, 0u);
  b.write("command.command", 1);
  EXPECT_EQ(starts, 1u);
  // Nothing of the operands is left.
  for (unsigned lsb = 0; lsb < 32 * (sizeof(b.top().command_o) / 4) - 32; lsb += 32)
    EXPECT_EQ(get_bits(b.top().command_o, lsb, 32), 0u) << lsb;
  EXPECT_EQ(b.read("command.key[0]"), 0u);
  EXPECT_EQ(b.read("control.error"), 0u);
}

TEST(CsrBlock, WritesWhileACommandRunsAreRefused) {
  Bench b;
  unsigned starts = 0;
  b.watch([&](Model& top) {
    starts += top.command_start_o;
    if (top.command_start_o) top.command_busy_i = 0;
  });
  b.write("command.salt", 5);
  b.write("command.command", 3);
  b.top().command_busy_i = 1;
  EXPECT_EQ(b.read("command.status") & 1, 1u);
  b.write("command.spi", 77);
  EXPECT_EQ(b.read("control.error"), 1u << 6);
  EXPECT_EQ(b.read("control.first_error"), 0x80000000u | 6u << 24 | csr_offset("command.spi"));
  b.write("control.error", ~0u);
  b.write("command.command", 3);
  EXPECT_EQ(b.read("control.error"), 1u << 6);
  EXPECT_EQ(starts, 1u);
  b.write("control.error", ~0u);
  // Not a register: that comes first.
  b.host.write32(csr_offset("command.path_credit") + 4, 1);
  EXPECT_EQ(b.read("control.error"), 1u);
  b.top().command_busy_i = 0;
  b.write("control.error", ~0u);
  EXPECT_EQ(b.read("command.status") & 1, 0u);
  b.write("command.command", 0);
  EXPECT_EQ(starts, 2u);
  EXPECT_EQ(b.read("control.error"), 0u);
}

TEST(CsrBlock, ResultOfACommand) {
  Bench b;
  // From the top: result 4, generation 32, seq, bytes, packets, last_used 64 each, path 16,
  // outbound.
  auto& result = b.top().command_result_i;
  const unsigned total = 4 + 32 + 4 * 64 + 16 + 1;
  set_bits(result, total - 4, 4, 9);
  set_bits(result, total - 36, 32, 0x01020304);
  const std::uint64_t values[] = {0x1111222233334444, 0x5555666677778888, 0x9999AAAABBBBCCCC,
                                  0xDDDDEEEEFFFF0000};
  for (unsigned i = 0; i < 4; ++i) set_bits(result, total - 36 - 64 * (i + 1), 64, values[i]);
  set_bits(result, 1, 16, 0xBEEF);
  set_bits(result, 0, 1, 1);
  EXPECT_EQ(b.read("command.status"), 9u << 8);
  EXPECT_EQ(b.read("command.result_generation"), 0x01020304u);
  const char* names[] = {"command.result_sequence_lo", "command.result_bytes_lo",
                         "command.result_packets_lo", "command.result_last_used_lo"};
  for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(b.host.read64(csr_offset(names[i])), values[i]);
  EXPECT_EQ(b.read("command.result_sa"), 0x1BEEFu);
}

// ------------------------------------------------------------------ errors

TEST(CsrBlock, ErrorsOfTheCardAreLatched) {
  Bench b;
  auto& top = b.top();
  struct Source {
    CData* pin;
    unsigned bit;
    const char* counter;
  };
  const Source sources[] = {{&top.bad_completion_i, 4, "bad_completions"},
                            {&top.dma_read_timeout_i, 5, "dma_read_timeouts"},
                            {&top.event_lost_i, 7, "events_lost"},
                            {&top.queue_stopped_i, 8, nullptr}};
  unsigned rises = 0;
  b.watch([&](Model& t) {
    rises += t.error_rise_o;
    if (t.error_rise_o) {
      EXPECT_NE(t.error_latch_o, 0u);
    }
  });
  for (const auto& source : sources) {
    rises = 0;
    *source.pin = 1;
    b.sim.step(3);
    *source.pin = 0;
    b.sim.step(3);
    EXPECT_EQ(rises, 1u) << source.bit;
    EXPECT_EQ(top.error_latch_o, 1u << source.bit);
    EXPECT_EQ(b.read("control.error"), 1u << source.bit);
    EXPECT_EQ(b.read("control.first_error"), 0x80000000u | source.bit << 24);
    if (source.counter) {
      EXPECT_EQ(b.counter(source.counter), 3u);
    }
    b.write("control.error", 1u << source.bit);
    EXPECT_EQ(b.read("control.error"), 0u);
  }
  // Another bit does not change what came first, but rises.
  top.event_lost_i = 1;
  b.sim.step();
  top.event_lost_i = 0;
  b.sim.step(3);
  rises = 0;
  top.bad_completion_i = 1;
  b.sim.step();
  top.bad_completion_i = 0;
  b.sim.step(3);
  EXPECT_EQ(rises, 1u);
  EXPECT_EQ(b.read("control.first_error"), 0x80000000u | 7u << 24);
}

TEST(CsrBlock, AnErrorThatComesWithItsClearingStays) {
  Bench b;
  b.top().queue_stopped_i = 1;  // in every cycle, thus in that of the clearing
  b.sim.step(3);
  b.write("control.error", ~0u);
  b.top().queue_stopped_i = 0;
  EXPECT_EQ(b.read("control.error"), 1u << 8);
}

TEST(CsrBlock, BadAndUnsupportedRequests) {
  Bench b;
  Request io;
  io.kind = TlpKind::kIoRead;
  b.host.source().send(make_tlp(io));
  Request poisoned;
  poisoned.kind = TlpKind::kMemWrite32;
  poisoned.address = csr_offset("identity.scratch");
  poisoned.is_poisoned = true;
  b.host.source().send(make_tlp(poisoned, {0x666}));
  ASSERT_TRUE(b.sim.run_until([&] { return b.host.sink().tlps.size() == 1; }, 1000));
  b.host.sink().tlps.clear();
  EXPECT_EQ(b.read("identity.scratch"), 0u);
  EXPECT_EQ(b.read("control.error"), 1u << 2 | 1u << 3);
  EXPECT_EQ(b.read("control.first_error"), 0x80000000u | 3u << 24);
  EXPECT_EQ(b.counter("unsupported_requests"), 1u);
  EXPECT_EQ(b.counter("bad_requests"), 1u);
}

// ------------------------------------------------------------------ queues, events, MSI-X

TEST(CsrBlock, DoorbellRingsWithTheNewProducer) {
  Bench b;
  // queue_config_t: cq_consumer, sq_ring and sq_producer are its last fields.
  const unsigned width = 1 + 64 + 64 + 5 + 5 + 64 + 64 + 8 + 1 + 16 + 16 + 16 + 1 + 16;
  unsigned rings = 0;
  b.watch([&](Model& top) {
    for (unsigned i = 0; i < 4; ++i) {
      if (!get_bits(top.queue_config_o, width * i + 16, 1)) continue;
      ++rings;
      EXPECT_EQ(get_bits(top.queue_config_o, width * i + 17, 16), 0x100u + i);
    }
  });
  for (unsigned i = 0; i < 4; ++i) {
    const auto bell = "doorbell[" + std::to_string(i) + "]";
    b.write(bell + ".sq_producer", 0x100 + i);
    EXPECT_EQ(rings, i + 1);
    b.write(bell + ".cq_consumer", 0x200 + i);
    EXPECT_EQ(get_bits(b.top().queue_config_o, width * i, 16), 0x200u + i);
    EXPECT_EQ(rings, i + 1);
    b.write(bell + ".sq_producer", 0x999, 0x3);
    EXPECT_EQ(b.read("control.error"), 2u);
    b.write("control.error", ~0u);
    EXPECT_EQ(rings, i + 1) << "a partial write is refused";
  }
}

TEST(CsrBlock, ConfigurationReachesItsPorts) {
  Bench b;
  b.write("msix[3].address_lo", 0xFEE01234);
  b.write("msix[3].address_hi", 0x1);
  b.write("msix[3].data", 0x4021);
  b.write("msix[3].control", 0);
  // msix_entry_t: address 64, data 32, is_masked.
  EXPECT_EQ(get_bits(b.top().msix_table_o, 97 * 3 + 33, 64), 0x1FEE01234u);
  EXPECT_EQ(get_bits(b.top().msix_table_o, 97 * 3 + 1, 32), 0x4021u);
  for (unsigned i = 0; i < 8; ++i)
    EXPECT_EQ(get_bits(b.top().msix_table_o, 97 * i, 1), i == 3 ? 0u : 1u);
  b.write("event_ring.base_hi", 0xAB);
  b.write("event_ring.base_lo", 0xCD000000);
  b.write("event_ring.size", 9);
  b.write("event_ring.irq", 0x80000005);
  b.write("event_ring.control", 1);
  b.write("event_doorbell", 0x55);
  // event_config_t: enable, base 64, log2 5, vector 8, irq_enable, consumer 16.
  const auto& event = b.top().event_config_o;
  EXPECT_EQ(get_bits(event, 0, 16), 0x55u);
  EXPECT_EQ(get_bits(event, 16, 1), 1u);
  EXPECT_EQ(get_bits(event, 17, 8), 5u);
  EXPECT_EQ(get_bits(event, 25, 5), 9u);
  EXPECT_EQ(get_bits(event, 30, 64), 0xABCD000000u);
  EXPECT_EQ(get_bits(event, 94, 1), 1u);
}

// ------------------------------------------------------------------ resets

TEST(CsrBlock, SoftResetPulsesAndDropsEveryEnable) {
  Bench b;
  unsigned pulses = 0;
  b.watch([&](Model& top) { pulses += top.soft_reset_o; });
  b.write("control.control", 1);
  b.write("queues[2].control", 1);
  b.write("event_ring.control", 1);
  b.write("identity.scratch", 0x1234);
  b.write("msix[1].control", 0);
  b.write("command.salt", 0x77);
  EXPECT_EQ(b.read("queues[2].control"), 1u);
  EXPECT_EQ(pulses, 0u);
  b.write("control.control", 3);
  EXPECT_EQ(pulses, 1u);
  EXPECT_EQ(b.read("control.control"), 0u);
  EXPECT_EQ(b.read("queues[2].control"), 0u);
  EXPECT_EQ(b.read("event_ring.control"), 0u);
  EXPECT_EQ(b.read("identity.scratch"), 0x1234u);
  EXPECT_EQ(b.read("msix[1].control"), 0u);
  for (unsigned lsb = 0; lsb < 800; lsb += 32) EXPECT_EQ(get_bits(b.top().command_o, lsb, 32), 0u);
}

TEST(CsrBlock, FunctionLevelResetIsTheResetOfTheRegisters) {
  Bench b;
  b.write("identity.scratch", 0x1234);
  b.write("msix[1].control", 0);
  b.write("control.read_timeout", 99);
  // A read is under way while the reset comes and goes.
  b.host.source().send(mem_read(csr_offset("identity.magic"), 4, 0xEE));
  b.sim.step(4);
  b.top().flr_i = 1;
  b.sim.step(20);
  EXPECT_TRUE(b.host.sink().tlps.empty());
  b.top().flr_i = 0;
  b.sim.step(20);
  ASSERT_EQ(b.host.sink().tlps.size(), 1u);
  EXPECT_EQ(b.host.sink().tlps[0].payload.at(0), 0x484F4C44u);
  b.host.sink().tlps.clear();
  EXPECT_EQ(b.read("identity.scratch"), 0u);
  EXPECT_EQ(b.read("msix[1].control"), 1u);
  EXPECT_EQ(b.read("control.read_timeout"), 50u);
}

// PCIe 3.0, 6.6.2: what the card took before the reset does not change it after it, wherever in the
// endpoint it is, however long the reset lasts. A write that comes after the reset counts.
template <typename M>
void expect_no_write_survives(unsigned cycles_of_reset) {
  for (unsigned gap = 0; gap < 30; ++gap) {
    SCOPED_TRACE(std::to_string(gap) + " cycles, reset of " + std::to_string(cycles_of_reset));
    Sim<M> sim;
    TlpHost<M> host(sim);
    sim.top().core_rst_ni = 1;
    sim.reset();
    sim.step(300);
    host.source().send(mem_write(csr_offset("identity.scratch") - 4, {1, 2}));
    host.source().send(mem_write(csr_offset("command.key[0]"), std::vector<std::uint32_t>(8, 5)));
    host.source().send(mem_write(csr_offset("identity.scratch"), {3}));
    sim.step(gap);
    sim.top().flr_i = 1;
    sim.step(cycles_of_reset);
    sim.top().flr_i = 0;
    sim.step(1);
    const bool is_all_sent = host.source().idle();
    sim.step(200);
    EXPECT_EQ(host.read32(csr_offset("identity.scratch")), is_all_sent ? 0u : 3u);
    EXPECT_EQ(get_bits(sim.top().command_o, 0, 64), 0u);
    host.write32(csr_offset("identity.scratch"), 77);
    EXPECT_EQ(host.read32(csr_offset("identity.scratch")), 77u);
  }
}
TEST(CsrBlock, WritesThatAFunctionLevelResetOvertakesAreGone) {
  for (const unsigned cycles : {1u, 2u, 20u, 400u}) {
    expect_no_write_survives<Vcard_control_128_model>(cycles);
    expect_no_write_survives<Vcard_control_64_model>(cycles);
  }
}

// ------------------------------------------------------------------ drops and counters

TEST(CsrBlock, LastDropAndCountersThroughTheMap) {
  Bench b;
  auto& top = b.top();
  // retired_t: 56 bits: is_outbound, has_ticket, reason 6, sa_index 16, bytes_in 16, bytes_out 16.
  const auto retire = [&](unsigned d, unsigned reason, unsigned sa, unsigned in, unsigned out) {
    set_bits(top.retired_i, 56 * d + 55, 1, d);
    set_bits(top.retired_i, 56 * d + 48, 6, reason);
    set_bits(top.retired_i, 56 * d + 32, 16, sa);
    set_bits(top.retired_i, 56 * d + 16, 16, in);
    set_bits(top.retired_i, 56 * d, 16, out);
    top.retired_valid_i |= static_cast<CData>(1u << d);
    top.taken_i |= static_cast<CData>(1u << d);
  };
  retire(0, 17, 7, 100, 0);
  retire(1, 17, 8, 200, 0);
  b.sim.step();
  top.retired_valid_i = top.taken_i = 0;
  retire(0, 0, 9, 1500, 1400);
  b.sim.step();
  top.retired_valid_i = top.taken_i = 0;
  EXPECT_EQ(b.counter("drops[17]"), 2u);
  EXPECT_EQ(b.counter("packets_in[0]"), 2u);
  EXPECT_EQ(b.counter("packets_out[0]"), 1u);
  EXPECT_EQ(b.counter("packets_in[1]"), 1u);
  EXPECT_EQ(b.counter("packets_out[1]"), 0u);
  EXPECT_EQ(b.counter("bytes_in[0]"), 1600u);
  EXPECT_EQ(b.counter("bytes_out[0]"), 1400u);
  EXPECT_EQ(b.counter("bytes_in[1]"), 200u);
  EXPECT_EQ(b.read("control.last_drop"), 8u << 16 | 1u << 8 | 17u);
}

TEST(CsrBlock, CyclesAreCounted) {
  Bench b;
  b.sim.step(10'000);
  const auto cycles = b.counter("cycles");
  EXPECT_GT(cycles, 10'000u);
  EXPECT_LE(cycles, b.sim.cycle());
}

}  // namespace
}  // namespace holdfast::test
