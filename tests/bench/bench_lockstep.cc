// SPDX-License-Identifier: Apache-2.0
// The RTL beside the reference model, at the packet ports and through the rings: every result
// compared whole.
#include <fmt/format.h>

#include "bench_progress.h"
#include "bench_sections.h"
#include "ring_bench.h"
#include "stream_bench.h"

namespace holdfast::bench {
namespace {

constexpr std::uint16_t kNumSas = 12, kNumPaths = 4;

Direction direction_of(std::uint16_t row) {
  return row % 2 == 0 ? Direction::kInbound : Direction::kOutbound;
}
std::uint16_t path_of(std::uint16_t row) { return static_cast<std::uint16_t>(row / 2 % kNumPaths); }

/// Six SAs each way on four paths, faults in the traffic; bindings change and SAs come and go
/// meanwhile.
void run(lockstep::Bench& bench, std::size_t num_packets, Progress& progress) {
  for (std::uint16_t path = 0; path < kNumPaths; ++path) bench.rebind(path);
  for (std::uint16_t row = 0; row < kNumSas; ++row)
    bench.add_sa(row, path_of(row), direction_of(row));
  std::size_t rounds = 0;
  bench.run(num_packets / 2, [&] {
    const auto row = static_cast<std::uint16_t>(bench.traffic().random()() % kNumSas);
    if (++rounds % 7 == 0)
      bench.replace_sa(row, path_of(row), direction_of(row));
    else
      bench.rebind(row % kNumPaths);
    progress.update(static_cast<double>(bench.scoreboard().compared()) /
                    static_cast<double>(num_packets));
  });
}

void compare(Report& report, const std::string& name, lockstep::Bench& bench,
             std::size_t num_packets) {
  Progress progress("lockstep, " + name);
  run(bench, num_packets, progress);
  const auto& board = bench.scoreboard();
  const auto problems = bench.accounts();
  report.add({name + ": packets compared",
              {static_cast<double>(board.compared())},
              Wanted::at_least(static_cast<double>(num_packets))});
  report.add({name + ": of these passed", {static_cast<double>(board.compared_ok())}});
  report.add({name + ": differences",
              {static_cast<double>(board.differences().size())},
              Wanted::exactly(0)});
  report.problems(problems);
}

void at_the_ports(const Context& context, unsigned width_bits, std::size_t num_packets) {
  lockstep::StreamBench bench(width_bits, context.seed + width_bits);
  compare(context.report, fmt::format("{} bits", width_bits), bench, num_packets);
}

void through_the_rings(const Context& context, std::size_t num_packets) {
  lockstep::RingPlan plan;
  plan.has_queue_per_direction = true;
  lockstep::RingBench bench(plan, context.seed);
  compare(context.report, "128 bits, rings", bench, num_packets);
}

}  // namespace

void bench_lockstep(const Context& context) {
  context.report.begin({"lockstep", "RTL and reference model, both directions at once", ""});
  at_the_ports(context, 128, context.is_long ? 1'000'000 : 20'000);
  at_the_ports(context, 64, 2'000);
  through_the_rings(context, 5'000);
  context.report.note(fmt::format(
      "seed {}{}", context.seed, context.is_long ? "" : "; --long: a million packets at 128 bits"));
}

}  // namespace holdfast::bench
