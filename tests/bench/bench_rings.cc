// SPDX-License-Identifier: Apache-2.0
// Inner bits a cycle through the rings of card_core, and where the beats of its TLP streams go.
#include <fmt/format.h>

#include <algorithm>

#include "bench_progress.h"
#include "bench_ring_load.h"
#include "bench_sections.h"

namespace holdfast::bench {
namespace {

constexpr double kWantedShare = 0.85;
constexpr std::size_t kBeatBytes = 16;

struct Way {
  const char* name;
  std::array<bool, 2> is_used;  // index by Direction
};
constexpr Way kWays[] = {
    {"inbound", {true, false}}, {"outbound", {false, true}}, {"both", {true, true}}};

std::size_t beats(std::size_t bytes) { return (bytes + kBeatBytes - 1) / kBeatBytes; }

/// Beats a packet on the busiest stream: reads bring packets and descriptors, writes take results
/// and completions.
std::size_t busiest_beats(const Way& way, std::size_t inner_bytes) {
  const std::size_t inner = beats(inner_bytes), wire = beats(wire_bytes(inner_bytes, Encap::kNone));
  std::size_t read = 0, written = 0;
  if (way.is_used[0]) {
    read += wire + 1;
    written += inner + 1;
  }
  if (way.is_used[1]) {
    read += inner + 1;
    written += wire + 1;
  }
  return std::max(read, written);
}

struct Row {
  Way way;
  std::size_t inner_bytes;
  RingRun run;
};

std::string name_of(const Row& row) {
  return fmt::format("{}, {} bytes", row.way.name, row.inner_bytes);
}

void add_rate(Report& report, const Row& row) {
  const double bits = 8.0 * static_cast<double>(row.inner_bytes);
  const double bound = bits / static_cast<double>(busiest_beats(row.way, row.inner_bytes));
  double least = 1e9;
  for (const Direction direction : kDirections) {
    if (row.way.is_used[index(direction)])
      least = std::min(least, row.run.bits_per_cycle(direction));
  }
  report.add({name_of(row), {least}, Wanted::at_least(kWantedShare * bound), bound});
}

/// Share of all cycles in which a beat was taken, in percent.
void add_streams(Report& report, const Row& row) {
  const auto share = [&row](std::uint64_t cycles) {
    return 100.0 * static_cast<double>(cycles) / static_cast<double>(row.run.cycles);
  };
  const auto& reads = row.run.stream(sim::TlpStream::kTxRead);
  const auto& completions = row.run.stream(sim::TlpStream::kRxCompletion);
  const auto& writes = row.run.stream(sim::TlpStream::kTxWrite);
  report.add({name_of(row),
              {share(completions.beats), share(writes.beats), share(reads.beats),
               static_cast<double>(completions.stalled_cycles)}});
}

RingSetup setup(const Context& context, std::uint32_t latency_cycles = 0) {
  return {{Suite::kAes128gcm16, Encap::kNone, context.seed}, latency_cycles};
}

/// Both ways, 64-byte packets: what the driver and the link do to the rate.
void bench_drivers(const Context& context) {
  struct Driver {
    const char* what;
    std::size_t batch;
    std::uint32_t latency_cycles;
  };
  constexpr Driver kDrivers[] = {{"32 descriptors a doorbell", 32, 0},
                                 {"8 descriptors a doorbell", 8, 0},
                                 {"1 descriptor a doorbell", 1, 0},
                                 {"32, and reads take 100 cycles", 32, 100},
                                 {"32, and reads take 250 cycles", 32, 250}};
  context.report.begin({"rings.drivers",
                        "the same with other drivers and links, both, 64 bytes",
                        "bits/cycle each way",
                        {"in", "out"},
                        1,
                        false});
  for (const Driver& driver : kDrivers) {
    RingLoad load(setup(context, driver.latency_cycles));
    RingPlan plan;
    plan.batch = driver.batch;
    const RingRun run = load.run(plan, context.report);
    context.report.add(
        {driver.what,
         {run.bits_per_cycle(Direction::kInbound), run.bits_per_cycle(Direction::kOutbound)}});
  }
}

}  // namespace

void bench_rings(const Context& context) {
  Report& report = context.report;
  report.begin({"rings",
                "inner bits a cycle through the rings, 128 bits, each way; bound: beats of the "
                "busiest TLP stream",
                "bits/cycle",
                {"got"},
                1});
  std::vector<Row> rows;
  Progress progress("rings");
  for (const Way& way : kWays) {
    for (const std::size_t size : kSizes) {
      RingLoad load(setup(context));
      RingPlan plan;
      plan.inner_bytes = size;
      plan.is_used = way.is_used;
      rows.push_back({way, size, load.run(plan, report)});
      add_rate(report, rows.back());
      progress.update(static_cast<double>(rows.size()) / 9);
    }
  }
  report.note("2,000 packets each way; first doorbell to last completion entry; GCM-128, IPv4");
  report.begin({"rings.streams",
                "beats taken on the TLP streams in the same runs",
                "% of cycles; rx_cpl stalls in cycles",
                {"rx_cpl", "tx_wr_req", "tx_rd_req", "stalls"},
                1,
                false});
  for (const Row& row : rows) add_streams(report, row);
  bench_drivers(context);
}

}  // namespace holdfast::bench
