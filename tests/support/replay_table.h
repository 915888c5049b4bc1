// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace holdfast::test {

/// One case of tests/vectors/replay_window.txt; the file says what the words mean.
struct ReplayCase {
  struct Step {
    enum class Verdict { kAccept, kPass, kEarly };
    unsigned line = 0;
    std::uint32_t wire = 0;
    Verdict verdict = Verdict::kEarly;
    std::uint64_t number = 0;  // 0 for kEarly
  };
  unsigned number = 0, window = 0;
  bool has_esn = false;
  std::uint64_t first_seq = 0;
  std::string title;
  std::vector<Step> steps;
};

/// All cases; empty if the file cannot be read or has a line that is not understood.
inline std::vector<ReplayCase> read_replay_table(const std::string& file_name) {
  std::ifstream file(file_name);
  std::vector<ReplayCase> cases;
  std::string text;
  for (unsigned line = 1; std::getline(file, text); ++line) {
    std::istringstream words(text);
    std::string first, word, number;
    if (!(words >> first) || first[0] == '#') continue;
    if (first == "case") {
      ReplayCase c;
      if (!(words >> c.number >> c.window >> c.has_esn >> number)) return {};
      c.first_seq = std::stoull(number, nullptr, 0);
      std::getline(words >> std::ws, c.title);
      cases.push_back(c);
      continue;
    }
    using Word = ReplayCase::Step::Verdict;
    ReplayCase::Step step;
    step.line = line;
    step.wire = static_cast<std::uint32_t>(std::stoul(first, nullptr, 0));
    if (cases.empty() || !(words >> word)) return {};
    if (word == "accept" || word == "pass") {
      if (!(words >> number)) return {};
      step.verdict = word == "pass" ? Word::kPass : Word::kAccept;
      step.number = std::stoull(number, nullptr, 0);
    } else if (word != "early") {
      return {};
    }
    cases.back().steps.push_back(step);
  }
  return cases;
}

}  // namespace holdfast::test
