// SPDX-License-Identifier: Apache-2.0
// holdfast-bench: the figures of this project (docs/developer/bench.md).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "bench_sections.h"

namespace {

using holdfast::bench::Context;
using holdfast::bench::Report;

struct Section {
  const char* name;
  const char* what;
  void (*run)(const Context& context);
};
constexpr Section kSections[] = {
    {"ports", "inner bits a cycle at the ports of the ESP pipeline", holdfast::bench::bench_ports},
    {"rings", "inner bits a cycle through the rings", holdfast::bench::bench_rings},
    {"latency", "of a 64-byte packet, and where it goes", holdfast::bench::bench_latency},
    {"cam", "SPIs stored, lookups missed", holdfast::bench::bench_cam},
    {"swaps", "10,000 binding swaps under full load", holdfast::bench::bench_swaps},
    {"lockstep", "the RTL against the model, packet by packet", holdfast::bench::bench_lockstep},
    {"speed", "of the simulated card and of the model", holdfast::bench::bench_speed},
    {"daemon", "holdfastd beside strongSwan", holdfast::bench::bench_daemon},
    {"handover", "an address moves under probes, beside strongSwan and wireguard-go",
     holdfast::bench::bench_handover},
    {"moves", "what moves cost the gateway", holdfast::bench::bench_moves},
};

struct Options {
  std::vector<std::string> sections;
  std::string json;
  std::uint64_t seed = 1;
  bool is_long = false;
  int exit_code = -1;  // set: do not run
};

Options parse(int argc, char** argv) {
  Options options;
  CLI::App app{"The figures of this project, in cycles and ratios.", "holdfast-bench"};
  std::string sections = "Sections (all, if none is named):\n";
  std::vector<std::string> names;
  for (const Section& section : kSections) {
    sections += fmt::format("  {:<10}{}\n", section.name, section.what);
    names.emplace_back(section.name);
  }
  app.footer(sections + "\nExit codes: 0 all as wanted, 1 a figure is short, 2 wrong usage.");
  app.add_option("SECTION", options.sections, "what to measure")->check(CLI::IsMember(names));
  app.add_option("--json", options.json, "write the figures to this file, too");
  app.add_flag("--long", options.is_long,
               "a lockstep run of a million packets, memory after ten minutes, 20 moves of a kind");
  app.add_option("--seed", options.seed, "of everything random")
      ->envname("HOLDFAST_SEED")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    options.exit_code = app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}; see holdfast-bench --help\n", error.what());
    options.exit_code = 2;
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  if (options.exit_code >= 0) return options.exit_code;
  Report report;
  for (const Section& section : kSections) {
    const bool is_asked_for = std::ranges::count(options.sections, section.name) > 0;
    if (options.sections.empty() || is_asked_for)
      section.run({report, options.seed, options.is_long});
  }
  report.print_summary();
  if (!options.json.empty()) {
    if (const auto status = report.write_json(options.json); !status) {
      fmt::print(stderr, "error: {}\n", status.error().text());
      return 2;
    }
  }
  return report.is_ok() ? 0 : 1;
}
