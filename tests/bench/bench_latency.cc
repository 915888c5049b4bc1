// SPDX-License-Identifier: Apache-2.0
// Cycles of one 64-byte packet through a card that has nothing else to do, and where they go: as
// far as its ports and TLP streams show it, and by the depths that the RTL states.
#include <fmt/format.h>

#include <functional>
#include <numeric>

#include "bench_port_card.h"
#include "bench_ring_load.h"
#include "bench_sections.h"

namespace holdfast::bench {
namespace {

constexpr std::size_t kInnerBytes = 64;

// ---------------------------------------------------------------- at the ports

/// Cycles after the first beat in; the cycle of that beat is 0.
struct Times {
  std::uint64_t last_in = 0, first_out = 0, last_out = 0;
};

/// Sends one packet that `change` has changed, and expects `reason`.
Times send(PortCard& ports, Direction direction, Report& report,
           DropReason reason = DropReason::kNone,
           const std::function<void(Packet&, sim::PacketFlags&)>& change = {}) {
  Packet packet = ports.packet(direction, kInnerBytes);
  sim::PacketFlags flags = PortCard::flags(direction);
  if (change) change(packet, flags);
  ports.streams.clear_input_cycles();
  ports.streams.push(direction, std::move(packet), flags);
  if (!ports.streams.run_until_idle()) report.problem("a packet is stuck in the card");
  const auto results = ports.streams.take_results(direction);
  if (results.size() != 1 || results[0].verdict.reason != static_cast<unsigned>(reason)) {
    report.problem(fmt::format("a packet did not end with {}", name_of(reason)));
    return {};
  }
  const std::uint64_t begin = ports.streams.first_input_cycle(direction);
  return {ports.streams.last_input_cycle(direction) - begin, results[0].first_cycle - begin,
          results[0].last_cycle - begin};
}

double cycles(std::uint64_t from_zero) { return static_cast<double>(from_zero + 1); }

void bench_totals(Report& report, std::uint64_t seed) {
  report.begin({"latency",
                "one 64-byte packet through the pipeline, IPv4 tunnel, first beat in is cycle 1",
                "cycles",
                {"in", "out"},
                0,
                false});
  for (const unsigned width_bits : {128u, 64u}) {
    PortCard ports(width_bits, {Suite::kAes128gcm16, Encap::kNone, seed});
    const Times in = send(ports, Direction::kInbound, report);
    const Times out = send(ports, Direction::kOutbound, report);
    const auto add = [&](const char* what, std::uint64_t Times::*time) {
      report.add(
          {fmt::format("{} bits: {}", width_bits, what), {cycles(in.*time), cycles(out.*time)}});
    };
    add("last beat in", &Times::last_in);
    add("first beat out", &Times::first_out);
    add("last beat out", &Times::last_out);
  }
}

/// Packets that end early say from outside how long the steps before take.
void bench_probes(Report& report, PortCard& ports) {
  report.begin({"latency.probes",
                "packets that are refused on the way, 128 bits, to their result",
                "cycles",
                {"in", "out"},
                0,
                false});
  const auto probe = [&](Direction direction, DropReason reason,
                         const std::function<void(Packet&, sim::PacketFlags&)>& change) {
    return cycles(send(ports, direction, report, reason, change).last_out);
  };
  const auto break_version = [](Packet& packet, sim::PacketFlags&) { packet[0] = 0; };
  report.add({"bad header: by the parser, without the database",
              {probe(Direction::kInbound, DropReason::kBadHeader, break_version),
               probe(Direction::kOutbound, DropReason::kBadHeader, break_version)}});
  const auto break_spi = [](Packet& packet, sim::PacketFlags&) { packet[20] ^= 0xFF; };
  const auto break_index = [](Packet&, sim::PacketFlags& flags) { flags.sa_index = 99; };
  report.add({"no SA: by the database",
              {probe(Direction::kInbound, DropReason::kNoSa, break_spi),
               probe(Direction::kOutbound, DropReason::kNoSa, break_index)}});
  report.add({"ICV (in), cut short (out): after the cipher",
              {probe(Direction::kInbound, DropReason::kIcv,
                     [](Packet& packet, sim::PacketFlags&) { packet.back() ^= 1; }),
               probe(Direction::kOutbound, DropReason::kTruncated,
                     [](Packet& packet, sim::PacketFlags&) { packet.resize(63); })}});
}

/// Cycles by the statements in the RTL, in the order of a packet's way.
struct Stage {
  const char* what;
  unsigned in, out;
};
constexpr Stage kStages[] = {
    {"beats until its header is in", 2, 1},                   // bytes 0 to 43, 0 to 19
    {"net_ethernet_strip, net_parse_*", 2, 2},                // 1 and 1
    {"sad: query to ticket", 7, 7},                           // rtl/sad/README.md
    {"esp_*_dispatch: request", 1, 1},                        // its latency
    {"esp_decap_dispatch: outer header, SPI, IV off", 4, 0},  // 36 bytes: 2 beats, then 2 cycles
    {"crypto_gcm: to its first beat", 15, 17},                // in: from the beat, J0 went ahead
    {"other beats of the cipher", 4, 4},                      // 68 bytes
    {"crypto_gcm: last beat to ICV", 4, 4},                   // its latency
    {"sad: update to verdict", 7, 0},                         // rtl/sad/README.md
    {"esp_commit: to its first beat", 2, 2},                  // its latency
    {"other beats out", 3, 7},                                // 64 bytes, 120 bytes
    {"the first cycle itself", 1, 1},
};

void bench_stages(Report& report, PortCard& ports) {
  report.begin({"latency.stages",
                "where they go at 128 bits, by the depths stated in the RTL",
                "cycles",
                {"in", "out"},
                0,
                false});
  double in = 0, out = 0;
  for (const Stage& stage : kStages) {
    report.add({stage.what, {double(stage.in), double(stage.out)}});
    in += stage.in;
    out += stage.out;
  }
  report.add({"sum", {in, out}});
  report.add({"measured, and not accounted for",
              {cycles(send(ports, Direction::kInbound, report).last_out) - in,
               cycles(send(ports, Direction::kOutbound, report).last_out) - out}});
}

// ---------------------------------------------------------------- through the rings

/// Cycles when things happened on the TLP streams, the doorbell's being 0.
struct RingTimes {
  std::uint64_t descriptor_read, descriptor, packet_read, packet, data, completion;
};

RingTimes send_by_ring(RingLoad& load, Direction direction, Report& report) {
  using sim::TlpStream;
  constexpr std::uint64_t kLongEnough = 1'000;
  sim::RootComplex& root = load.io().root_complex();
  root.clear_stats();
  load.submit_one(direction, kInnerBytes);
  load.io().run(kLongEnough);
  const std::uint64_t begin = root.stats(TlpStream::kRxRequest).last_cycle;
  const auto first = [&](TlpStream stream) { return root.stats(stream).first_cycle - begin; };
  const auto last = [&](TlpStream stream) { return root.stats(stream).last_cycle - begin; };
  if (root.stats(TlpStream::kTxRead).beats != 2)
    report.problem("expected one read of a descriptor and one of a packet");
  const RingTimes times{first(TlpStream::kTxRead),  first(TlpStream::kRxCompletion),
                        last(TlpStream::kTxRead),   last(TlpStream::kRxCompletion),
                        first(TlpStream::kTxWrite), last(TlpStream::kTxWrite)};
  if (load.take(direction, report) != 1) report.problem("a packet has no completion");
  return times;
}

void bench_ring_latency(Report& report, std::uint64_t seed) {
  report.begin({"latency.rings",
                "one 64-byte packet through the rings, 128 bits, no latency on the link; the "
                "doorbell's beat is cycle 1",
                "cycles",
                {"in", "out"},
                0,
                false});
  RingLoad load(RingSetup{{Suite::kAes128gcm16, Encap::kNone, seed}, 0});
  const RingTimes in = send_by_ring(load, Direction::kInbound, report);
  const RingTimes out = send_by_ring(load, Direction::kOutbound, report);
  const auto add = [&](const char* what, std::uint64_t RingTimes::*time) {
    report.add({what, {cycles(in.*time), cycles(out.*time)}});
  };
  add("tx_rd_req: descriptor asked for", &RingTimes::descriptor_read);
  add("rx_cpl: descriptor", &RingTimes::descriptor);
  add("tx_rd_req: packet asked for", &RingTimes::packet_read);
  add("rx_cpl: last beat of the packet", &RingTimes::packet);
  add("tx_wr_req: first beat of the result", &RingTimes::data);
  add("tx_wr_req: completion", &RingTimes::completion);
}

}  // namespace

void bench_latency(const Context& context) {
  Report& report = context.report;
  bench_totals(report, context.seed);
  {
    PortCard ports(128, {Suite::kAes128gcm16, Encap::kNone, context.seed});
    bench_probes(report, ports);
    bench_stages(report, ports);
  }
  bench_ring_latency(report, context.seed);
}

}  // namespace holdfast::bench
