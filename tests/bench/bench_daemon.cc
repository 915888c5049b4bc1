// SPDX-License-Identifier: Apache-2.0
// The daemon beside strongSwan's: bench_daemon.py measures, in a lab of namespaces, and tells
// tables, figures and notes as lines of JSON.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench_sections.h"

namespace holdfast::bench {
namespace {

using Json = nlohmann::json;

Wanted wanted_of(const Json& line) {
  if (!line.at("at_least").is_null()) return Wanted::at_least(line.at("at_least"));
  if (!line.at("at_most").is_null()) return Wanted::at_most(line.at("at_most"));
  return {};
}

void take(const Json& line, Report& report) {
  const std::string kind = line.at("kind");
  if (kind == "table") {
    Table table;
    table.name = line.at("name");
    table.title = line.at("title");
    table.unit = line.at("unit");
    table.columns = line.at("columns").get<std::vector<std::string>>();
    table.digits = line.at("digits");
    table.has_wanted = line.at("has_wanted");
    report.begin(std::move(table));
  } else if (kind == "figure") {
    report.add({line.at("what"), line.at("got").get<std::vector<double>>(), wanted_of(line)});
  } else if (kind == "note") {
    report.note(line.at("text"));
  } else {
    report.problem(line.at("text"));
  }
}

}  // namespace

void bench_daemon(const Context& context) {
  // Beside this program, in the same tree of a build.
  const auto build = std::filesystem::canonical("/proc/self/exe").parent_path() / "../..";
  const std::string command = fmt::format(
      "python3 '{}/bench_daemon.py' '{}' '{}'{} 2>&1", HOLDFAST_BENCH_SOURCE,
      (build / "host/app/holdfastd").string(), (build / "tests/bench/holdfast-ike-load").string(),
      context.is_long ? " --long" : "");
  context.report.begin({.name = "daemon",
                        .title = "holdfastd and charon in turn, each on core 0, load on core 1",
                        .unit = "",
                        .columns = {},
                        .digits = 0,
                        .has_wanted = false});
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             &::pclose);
  if (!pipe) return context.report.problem("python3 cannot be started");
  char* text = nullptr;
  std::size_t space = 0;
  bool has_any = false;
  while (::getline(&text, &space, pipe.get()) > 0) {
    const Json line = Json::parse(text, nullptr, false);
    if (line.is_discarded() || !line.is_object()) {
      context.report.problem(std::string(text).substr(0, 200));
      continue;
    }
    take(line, context.report);
    has_any = true;
  }
  std::free(text);
  if (!has_any) context.report.problem("nothing was measured");
}

}  // namespace holdfast::bench
