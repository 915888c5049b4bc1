// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::sim {

/// Rules that the card broke, as texts for people. Tests fail if there is one.
class Violations {
 public:
  /// Texts beyond this number are counted, not kept.
  static constexpr std::size_t kMaxKept = 50;

  void record(std::uint64_t cycle, const std::string& text) {
    if (texts_.size() < kMaxKept) texts_.push_back("cycle " + std::to_string(cycle) + ": " + text);
    ++count_;
  }
  std::uint64_t count() const { return count_; }
  const std::vector<std::string>& texts() const { return texts_; }
  /// All kept texts, a line each; empty if there was no violation.
  std::string report() const {
    std::string lines;
    for (const std::string& text : texts_) lines += text + "\n";
    if (count_ > texts_.size()) lines += "and more: " + std::to_string(count_) + " in all\n";
    return lines;
  }
  void clear() {
    texts_.clear();
    count_ = 0;
  }

 private:
  std::vector<std::string> texts_;
  std::uint64_t count_ = 0;
};

}  // namespace holdfast::sim
