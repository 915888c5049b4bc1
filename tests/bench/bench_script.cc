// SPDX-License-Identifier: Apache-2.0
#include "bench_script.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

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
    report.add({.what = line.at("what"),
                .got = line.at("got").get<std::vector<double>>(),
                .wanted = wanted_of(line),
                .beside = line.at("beside").get<std::vector<double>>()});
  } else if (kind == "note") {
    report.note(line.at("text"));
  } else {
    report.problem(line.at("text"));
  }
}

/// Returns how many lines were understood.
std::size_t take_all(std::FILE* pipe, Report& report) {
  char* text = nullptr;
  std::size_t space = 0, num_taken = 0;
  while (::getline(&text, &space, pipe) > 0) {
    const Json line = Json::parse(text, nullptr, false);
    if (line.is_discarded() || !line.is_object()) {
      report.problem(std::string(text).substr(0, 200));
      continue;
    }
    take(line, report);
    ++num_taken;
  }
  std::free(text);
  return num_taken;
}

}  // namespace

void run_script(const Context& context, const std::string& script, const std::string& arguments) {
  const std::string command =
      fmt::format("python3 -B '{}/{}' {}", HOLDFAST_BENCH_SOURCE, script, arguments);
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return context.report.problem("python3 cannot be started");
  const std::size_t num_taken = take_all(pipe, context.report);
  const int code = ::pclose(pipe);
  if (num_taken == 0) context.report.problem("nothing was measured");
  if (code != 0) context.report.problem(fmt::format("{} ended with {}", script, code));
}

std::string build_folder() {
  return std::filesystem::canonical("/proc/self/exe").parent_path().parent_path().parent_path();
}

}  // namespace holdfast::bench
