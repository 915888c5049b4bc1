// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <random>

#include "support/stream.h"

namespace holdfast::test {

/// esp_pkg::ingress_t and esp_pkg::result_t as C++ values.
struct Ingress {
  unsigned reason, has_ethernet, checksum_not_valid, sa_index;
  bool operator==(const Ingress&) const = default;
};
struct Result {
  unsigned reason = 0;
  bool has_ticket = false;
  unsigned sa_index = 0xFFFF;
  std::uint32_t generation = 0;
  Bytes bytes;
};

/// One beat of a direction's stream into the pipeline, and out of it.
struct PlayedBeat {
  std::uint8_t data[16];
  unsigned keep;
  bool last;
  Ingress ingress;
};

/// Stands in for one direction of the ESP pipeline: takes packets, asks the test what becomes of
/// them, and gives the results back in order, at random times.
class PipelineAgent {
 public:
  struct Setup {
    unsigned stall_percent = 0;  // of its input
    unsigned pause_percent = 0;  // of its output
    unsigned latency = 0;        // cycles from the last beat in to the first beat out, at least
    unsigned latency_spread = 0;
  };

  PipelineAgent(const Setup& setup, std::uint64_t seed) : setup_(setup), random_(seed) {}

  std::function<Result(const Ingress&, const Bytes&)> on_packet;
  bool idle() const { return results_.empty(); }

  // Input: would it take a beat in this cycle; it was taken.
  bool drive_ready() { return ready_ = random_() % 100 >= setup_.stall_percent; }
  void take(const PlayedBeat& beat);
  bool is_ready() const { return ready_; }

  // Output: the result on offer, or null; one beat of it was accepted.
  struct Offer {
    const Result* result;
    std::size_t offset;  // of the beat
  };
  Offer drive_offer();
  void accept();
  void tick() { ++cycle_; }

 private:
  struct Timed {
    Result result;
    std::uint64_t due;
  };
  Setup setup_;
  std::mt19937_64 random_;
  Bytes current_;
  Ingress ingress_{};
  bool is_open_ = false, ready_ = false, is_offering_ = false;
  std::deque<Timed> results_;
  std::size_t offset_ = 0;
  std::uint64_t cycle_ = 0;
};

}  // namespace holdfast::test
