// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "link_config.h"
#include "tlp.h"

namespace holdfast::sim {

/// Reads of the host that wait for the card's completions; checks that these obey the rules.
class HostRequests {
 public:
  using OnViolation = std::function<void(const std::string&)>;
  static constexpr std::uint16_t kRequesterId = 0;
  static constexpr std::size_t kNumTags = 32;

  HostRequests(const PcieConfig& config, OnViolation on_violation)
      : config_(config), on_violation_(std::move(on_violation)) {}

  /// Tags are taken in turn. Not when full().
  std::uint8_t start_read(MemoryRequest& request);
  bool full() const { return in_flight_ == reads_.size(); }
  bool empty() const { return in_flight_ == 0; }

  /// Takes one completion of the card. False: it belongs to nobody (also recorded).
  bool take(const Tlp& completion);
  /// True when the read of `tag` is finished, well or badly.
  bool is_done(std::uint8_t tag) const { return reads_[tag].in_use && reads_[tag].done; }
  /// Status of a finished read; frees its tag. `data` gets the DWs of a good one, untouched of a
  /// bad one.
  CompletionStatus finish(std::uint8_t tag, std::vector<std::uint32_t>& data);
  /// Gives a read up, so that its tag can be used again.
  void abandon(std::uint8_t tag);
  void clear();

 private:
  struct Read {
    MemoryRequest request;
    std::vector<std::uint32_t> data;
    std::uint64_t next_byte = 0;
    unsigned bytes_left = 0;
    CompletionStatus status = CompletionStatus::kSuccess;
    bool in_use = false;
    bool done = false;
  };
  void check(const CompletionHeader& header, const TlpHeader& hdr, const Read& read);
  void check_data(const CompletionHeader& header, const Read& read, unsigned bytes);
  void expect(bool holds, const std::string& text) {
    if (!holds) on_violation_(text);
  }

  const PcieConfig& config_;
  OnViolation on_violation_;
  std::array<Read, kNumTags> reads_;
  std::size_t in_flight_ = 0;
  std::uint8_t next_tag_ = 0;
};

}  // namespace holdfast::sim
