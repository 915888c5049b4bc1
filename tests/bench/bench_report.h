// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::bench {

/// What a figure has to be.
struct Wanted {
  enum class Kind : unsigned char { kNothing, kAtLeast, kAtMost, kExactly };
  Kind kind = Kind::kNothing;
  double value = 0;

  static Wanted at_least(double value) { return {Kind::kAtLeast, value}; }
  static Wanted at_most(double value) { return {Kind::kAtMost, value}; }
  static Wanted exactly(double value) { return {Kind::kExactly, value}; }
  bool is_met_by(double got) const;
  /// Empty if nothing is wanted.
  std::string text(int digits) const;
};

/// One line of a table.
struct Figure {
  std::string what;
  std::vector<double> got;  ///< One for each of the first columns; each has to be as wanted.
  Wanted wanted = {};
  /// What it cannot exceed; the table's title says why. More is a problem: of the measurement.
  std::optional<double> bound = std::nullopt;
  std::vector<double> beside = {};  ///< The other columns: what explains the first ones.
};

struct Table {
  std::string name;  ///< For programs: "ports".
  std::string title;
  std::string unit;
  std::vector<std::string> columns{"got"};
  int digits = 0;          ///< After the point.
  bool has_wanted = true;  ///< False: nothing is wanted or bound, its columns are left out.
};

/// Figures as they are measured: a table for people on stdout, line by line, and all of them as
/// JSON at the end.
class Report {
 public:
  void begin(Table table);
  void add(const Figure& figure);
  /// A line below the table.
  void note(const std::string& text);
  /// The run is not worth its figures: counts as a figure that is short.
  void problem(const std::string& text);
  /// The first of them, and how many more there are.
  void problems(const std::vector<std::string>& texts);

  bool is_ok() const { return num_short_ == 0; }
  /// The last line for people.
  void print_summary() const;
  /// Errors: kIo.
  Status write_json(const std::string& path) const;

 private:
  struct Section {
    Table table;
    std::vector<Figure> figures;
    std::vector<std::string> notes, problems;
  };
  void print(const Table& table, const Figure& figure) const;

  std::vector<Section> sections_;
  std::size_t num_figures_ = 0, num_wanted_ = 0, num_short_ = 0;
};

bool is_as_wanted(const Figure& figure);

}  // namespace holdfast::bench
