// SPDX-License-Identifier: Apache-2.0
#include "bench_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

namespace holdfast::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWhatColumns = 44, kNumberColumns = 10;

std::string number(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

/// Bytes of UTF-8 that take no column.
int extra_bytes(const std::string& text) {
  return static_cast<int>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) >> 6) == 2; }));
}

std::string right(const std::string& text) {
  return fmt::format("{:>{}}", text, kNumberColumns + extra_bytes(text));
}

/// As many as the table has columns.
std::vector<double> values_of(const Figure& figure) {
  std::vector<double> values = figure.got;
  values.insert(values.end(), figure.beside.begin(), figure.beside.end());
  return values;
}

Json json_of(const Table& table, const Figure& figure) {
  Json got = Json::object();
  const std::vector<double> values = values_of(figure);
  for (std::size_t i = 0; i < table.columns.size(); ++i) got[table.columns[i]] = values[i];
  Json json = {{"what", figure.what}, {"got", got}};
  switch (figure.wanted.kind) {
    case Wanted::Kind::kNothing:
      return json;
    case Wanted::Kind::kAtLeast:
      json["wanted"] = {{"at_least", figure.wanted.value}};
      break;
    case Wanted::Kind::kAtMost:
      json["wanted"] = {{"at_most", figure.wanted.value}};
      break;
    case Wanted::Kind::kExactly:
      json["wanted"] = {{"exactly", figure.wanted.value}};
  }
  json["ok"] = is_as_wanted(figure);
  return json;
}

}  // namespace

bool Wanted::is_met_by(double got) const {
  switch (kind) {
    case Kind::kNothing:
      return true;
    case Kind::kAtLeast:
      return got >= value;
    case Kind::kAtMost:
      return got <= value;
    case Kind::kExactly:
      return got == value;
  }
  return false;
}

std::string Wanted::text(int digits) const {
  switch (kind) {
    case Kind::kNothing:
      return "";
    case Kind::kAtLeast:
      return "≥ " + number(value, digits);
    case Kind::kAtMost:
      return "≤ " + number(value, digits);
    case Kind::kExactly:
      return number(value, digits);
  }
  return "";
}

bool is_as_wanted(const Figure& figure) {
  return std::ranges::all_of(figure.got, [&](double got) { return figure.wanted.is_met_by(got); });
}

void Report::begin(Table table) {
  fmt::print("\n{}: {}", table.name, table.title);
  if (!table.unit.empty()) fmt::print(", {}", table.unit);
  fmt::print("\n");
  fmt::print("  {:{}}", "", kWhatColumns);
  for (const std::string& column : table.columns) fmt::print("{}", right(column));
  if (table.has_wanted) fmt::print("{}{}", right("wanted"), right("bound"));
  fmt::print("\n");
  std::fflush(stdout);
  sections_.push_back({std::move(table), {}, {}, {}});
}

void Report::add(const Figure& figure) {
  Section& section = sections_.back();
  HOLDFAST_CHECK(figure.got.size() + figure.beside.size() == section.table.columns.size());
  const bool is_wanted = figure.wanted.kind != Wanted::Kind::kNothing;
  ++num_figures_;
  num_wanted_ += is_wanted;
  num_short_ += !is_as_wanted(figure);
  print(section.table, figure);
  section.figures.push_back(figure);
  if (figure.bound && std::ranges::max(figure.got) > *figure.bound)
    problem("more than its bound: what was measured is not what is meant");
}

void Report::print(const Table& table, const Figure& figure) const {
  fmt::print("  {:{}}", figure.what, kWhatColumns + extra_bytes(figure.what));
  for (const double value : values_of(figure)) fmt::print("{}", right(number(value, table.digits)));
  if (table.has_wanted) {
    fmt::print("{}", right(figure.wanted.text(table.digits)));
    fmt::print("{}", right(figure.bound ? number(*figure.bound, table.digits) : ""));
  }
  if (figure.wanted.kind != Wanted::Kind::kNothing)
    fmt::print("  {}", is_as_wanted(figure) ? "ok" : "SHORT");
  fmt::print("\n");
  std::fflush(stdout);
}

void Report::note(const std::string& text) {
  fmt::print("  {}\n", text);
  std::fflush(stdout);
  sections_.back().notes.push_back(text);
}

void Report::problem(const std::string& text) {
  fmt::print("  PROBLEM: {}\n", text);
  std::fflush(stdout);
  sections_.back().problems.push_back(text);
  ++num_short_;
}

void Report::problems(const std::vector<std::string>& texts) {
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < texts.size() && i < kShown; ++i) problem(texts[i]);
  if (texts.size() > kShown) problem(fmt::format("and {} more", texts.size() - kShown));
}

void Report::print_summary() const {
  fmt::print("\n{} figures, {} of them with something wanted: ", num_figures_, num_wanted_);
  if (is_ok())
    fmt::print("all ok\n");
  else
    fmt::print("{} SHORT\n", num_short_);
}

Status Report::write_json(const std::string& path) const {
  Json sections = Json::array();
  for (const Section& section : sections_) {
    Json figures = Json::array();
    for (const Figure& figure : section.figures) {
      figures.push_back(json_of(section.table, figure));
      if (figure.bound) figures.back()["bound"] = *figure.bound;
    }
    sections.push_back({{"section", section.table.name},
                        {"title", section.table.title},
                        {"unit", section.table.unit},
                        {"figures", figures},
                        {"notes", section.notes},
                        {"problems", section.problems}});
  }
  const Json all = {{"version", 1}, {"ok", is_ok()}, {"sections", sections}};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"),
                                                             &std::fclose);
  const std::string text = all.dump(1) + "\n";
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0)
    return fail(ErrorCode::kIo, path, "cannot be written: " + std::string(std::strerror(errno)));
  return {};
}

}  // namespace holdfast::bench
