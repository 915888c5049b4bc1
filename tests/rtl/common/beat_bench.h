// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>

#include "support/sim.h"
#include "support/stream.h"

/// A module with one packet stream in and one out, on a bench.
namespace holdfast::test {

enum class Fault : unsigned { kNone, kSource, kShort };

/// common_pkg::beat_t on a Verilated port: data in the lowest bits, then keep, fault, last.
struct Beat {
  std::uint8_t data[16];
  std::uint16_t keep;
  std::uint8_t fault_and_last;
};

struct FaultyPacket {
  Bytes bytes;
  Fault fault = Fault::kNone;
  bool operator==(const FaultyPacket&) const = default;
};

/// Streams of 128 bits are the struct ports `beat_i` and `beat_o`, those of 64 bits `data_i keep_i
/// last_i` and `data_o keep_o last_o`.
template <typename Model>
class BeatBench {
  static constexpr bool kHasBeatIn = requires(Model & top) { top.beat_i; };
  static constexpr bool kHasBeatOut = requires(Model & top) { top.beat_o; };
  struct Shadow {
    std::uint8_t data[16];
    std::uint16_t keep;
    std::uint8_t last;
  };
  using Data = std::uint8_t[16];

 public:
  explicit BeatBench(Pauses pauses = {}, std::uint64_t seed = 1)
      : source_({&in_.data, &in_.keep, &in_.last, &sim.top().valid_i, &sim.top().ready_o},
                kHasBeatIn ? 16 : 8, pauses.source_percent, seed),
        sink_({&out_.data, &out_.keep, &out_.last, &sim.top().valid_o, &sim.top().ready_i},
              kHasBeatOut ? 16 : 8, pauses.sink_percent, seed + 1) {
    source_.on_start = [this](std::size_t index) {
      if (on_offer) on_offer(index);
    };
    sink_.on_packet = [this](const Bytes& bytes) {
      packets.push_back({bytes, fault_});
      if (on_packet) on_packet(packets.size() - 1);
    };
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset(32);
  }

  /// Sets side-bands of input packet `index`; called in each cycle in which a beat is offered.
  std::function<void(std::size_t)> on_offer;
  /// Looks at side-bands of output packet `index`, at its last beat.
  std::function<void(std::size_t)> on_packet;
  std::vector<FaultyPacket> packets;
  Sim<Model> sim;

  void send(Bytes bytes, Fault fault = Fault::kNone) {
    source_.send(std::move(bytes));
    faults_.push_back(fault);
  }

  /// Until `count` packets have left. Returns the cycles from the first beat in to the last one
  /// out.
  std::uint64_t run(std::size_t count) {
    EXPECT_TRUE(sim.run_until([&] { return packets.size() >= count; }, 1'000'000));
    const std::uint64_t cycles = last_cycle_ - first_cycle_ + 1;
    sim.step(8);
    EXPECT_EQ(packets.size(), count);
    return cycles;
  }

 private:
  void drive() {
    source_.drive();
    sink_.drive();
    if (!sim.top().valid_i) return;
    const auto fault =
        in_.last ? static_cast<std::uint8_t>(faults_[source_.packets_started()]) : std::uint8_t{0};
    if constexpr (kHasBeatIn) {
      Beat beat{.data = {},
                .keep = in_.keep,
                .fault_and_last = static_cast<std::uint8_t>(in_.last << 2 | fault)};
      std::memcpy(beat.data, in_.data, 16);
      std::memcpy(&sim.top().beat_i, &beat, 19);
    } else {
      std::memcpy(&sim.top().data_i, in_.data, 8);
      sim.top().keep_i = static_cast<std::uint8_t>(in_.keep);
      sim.top().last_i = in_.last;
      sim.top().fault_i = fault;
    }
  }
  void sample() {
    if (sim.top().valid_i && sim.top().ready_o && first_cycle_ == 0) first_cycle_ = sim.cycle();
    source_.sample();
    if constexpr (kHasBeatOut) {
      Beat beat;
      std::memcpy(&beat, &sim.top().beat_o, 19);
      std::memcpy(out_.data, beat.data, 16);
      out_.keep = beat.keep;
      out_.last = beat.fault_and_last >> 2 & 1;
      fault_ = static_cast<Fault>(beat.fault_and_last & 3);
    } else {
      std::memcpy(out_.data, &sim.top().data_o, 8);
      out_.keep = sim.top().keep_o;
      out_.last = sim.top().last_o;
    }
    if (sim.top().valid_o && sim.top().ready_i) {
      last_cycle_ = sim.cycle();
      for (unsigned i = 0; i < (kHasBeatOut ? 16u : 8u); ++i) {
        const bool is_kept = out_.keep >> i & 1;
        EXPECT_TRUE(is_kept || out_.data[i] == 0) << "byte beyond keep";
        EXPECT_TRUE(is_kept || out_.last) << "beat that is not full";
      }
    }
    sink_.sample();
  }

  Shadow in_{}, out_{};
  StreamSource<Data, std::uint16_t> source_;
  StreamSink<Data, std::uint16_t> sink_;
  std::vector<Fault> faults_;
  Fault fault_ = Fault::kNone;
  std::uint64_t first_cycle_ = 0, last_cycle_ = 0;
};

inline Bytes some_bytes(std::mt19937_64& random, std::size_t count) {
  Bytes bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

inline std::size_t num_beats(std::size_t bytes, std::size_t beat_bytes = 16) {
  return std::max<std::size_t>(1, (bytes + beat_bytes - 1) / beat_bytes);
}

}  // namespace holdfast::test
