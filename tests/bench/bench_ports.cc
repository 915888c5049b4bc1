// SPDX-License-Identifier: Apache-2.0
// Inner bits a cycle at the packet ports of the card (rtl/top/card_stream.sv), packets back to
// back: first beat in of the first packet to last beat out of the last one.
#include <fmt/format.h>

#include <array>

#include "bench_port_card.h"
#include "bench_progress.h"
#include "bench_sections.h"

namespace holdfast::bench {
namespace {

constexpr std::size_t kNumPackets = 2'000;
constexpr double kWantedShare = 0.95;
constexpr std::size_t kNumLines = 24;

using Rates = std::array<double, 2>;  // inner bits a cycle, index by Direction

class PortBench {
 public:
  PortBench(unsigned width_bits, const TunnelPlan& plan, Report& report)
      : report_(report), ports_(width_bits, plan) {}

  /// `is_used` says which directions run; 0 for one that does not.
  Rates measure(std::size_t inner_bytes, std::array<bool, 2> is_used) {
    // Registers are read before packets are there: the clock runs in every call.
    const Counters before = ports_.card->counters();
    ports_.streams.clear_input_cycles();
    for (const Direction direction : kDirections) {
      if (!is_used[index(direction)]) continue;
      for (std::size_t i = 0; i < kNumPackets; ++i)
        ports_.streams.push(direction, ports_.packet(direction, inner_bytes),
                            PortCard::flags(direction));
    }
    if (!ports_.streams.run_until_idle()) report_.problem("packets are stuck in the card");
    const Counters after = ports_.card->counters();
    Rates rates{};
    for (const Direction direction : kDirections) {
      if (is_used[index(direction)]) rates[index(direction)] = rate(direction, before, after);
    }
    if (const auto text = ports_.streams.violations().report(); !text.empty())
      report_.problem(text);
    return rates;
  }

 private:
  /// Bytes by the card's own counters, which also say that every packet passed.
  double rate(Direction direction, const Counters& before, const Counters& after) {
    const std::size_t i = index(direction);
    const auto results = ports_.streams.take_results(direction);
    if (results.size() != kNumPackets ||
        after.packets_out[i] - before.packets_out[i] != kNumPackets) {
      report_.problem("not every packet passed");
      return 0;
    }
    const std::uint64_t bytes = direction == Direction::kInbound
                                    ? after.bytes_out[i] - before.bytes_out[i]
                                    : after.bytes_in[i] - before.bytes_in[i];
    const std::uint64_t cycles =
        results.back().last_cycle - ports_.streams.first_input_cycle(direction) + 1;
    return 8.0 * static_cast<double>(bytes) / static_cast<double>(cycles);
  }

  Report& report_;
  PortCard ports_;
};

/// The beats of the wire packet allow no more.
double bound(unsigned width_bits, std::size_t inner_bytes, Encap encap) {
  const std::size_t beat_bytes = width_bits / 8;
  const std::size_t beats = (wire_bytes(inner_bytes, encap) + beat_bytes - 1) / beat_bytes;
  return 8.0 * static_cast<double>(inner_bytes) / static_cast<double>(beats);
}

void bench_plan(const Context& context, unsigned width_bits, const TunnelPlan& plan,
                Progress& progress) {
  static std::size_t num_done = 0;
  PortBench bench(width_bits, plan, context.report);
  for (const std::size_t size : kSizes) {
    const double in = bench.measure(size, {true, false})[0];
    const double out = bench.measure(size, {false, true})[1];
    const Rates both = bench.measure(size, {true, true});
    const double most = bound(width_bits, size, plan.encap);
    const std::string what = fmt::format("{} bits, GCM-{}, {}{} bytes", width_bits,
                                         plan.suite == Suite::kAes128gcm16 ? 128 : 256,
                                         plan.encap == Encap::kUdp ? "UDP, " : "", size);
    context.report.add(
        {what, {in, out, both[0], both[1]}, Wanted::at_least(kWantedShare * most), most});
    progress.update(static_cast<double>(++num_done) / kNumLines);
  }
}

}  // namespace

void bench_ports(const Context& context) {
  context.report.begin(
      {"ports",
       "inner bits a cycle at the ports, IPv4 tunnel; bound: beats of the wire packet",
       "bits/cycle",
       {"in", "out", "both in", "both out"},
       1});
  Progress progress("ports");
  for (const unsigned width_bits : {128u, 64u}) {
    for (const Suite suite : {Suite::kAes128gcm16, Suite::kAes256gcm16}) {
      for (const Encap encap : {Encap::kNone, Encap::kUdp})
        bench_plan(context, width_bits, {suite, encap, context.seed}, progress);
    }
  }
  context.report.note(
      fmt::format("{} packets each way, back to back; first beat in of the first to last beat out "
                  "of the last",
                  kNumPackets));
}

}  // namespace holdfast::bench
