// SPDX-License-Identifier: Apache-2.0
#include <Vdma_play_model.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "packed_port.h"
#include "support/sim.h"
#include "support/stream.h"

namespace holdfast::test {
namespace {

/// A packet in the memory image: its first byte in byte `shift` of its first row.
struct Played {
  Bytes bytes;
  unsigned shift;
  unsigned row;
  unsigned rows() const { return (shift + static_cast<unsigned>(bytes.size()) + 15) / 16; }
};

class Bench {
 public:
  explicit Bench(const Pauses& pauses, std::uint64_t seed)
      : sink({&sim.top().data_o, &sim.top().keep_o, &sim.top().last_o, &sim.top().valid_o,
              &sim.top().ready_i},
             16, pauses.sink_percent, seed),
        pause_percent_(pauses.source_percent),
        random_(seed) {
    for (auto& byte : image_) byte = static_cast<std::uint8_t>(random_());
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
  }

  Sim<Vdma_play_model> sim;
  StreamSink<VlWide<4>, SData> sink;
  std::vector<Played> packets;

  void add(unsigned length, unsigned shift) {
    Played packet{Bytes(length), shift, next_row_};
    next_row_ = (next_row_ + packet.rows()) % 2048;
    for (unsigned i = 0; i < length; ++i) {
      packet.bytes[i] = static_cast<std::uint8_t>(random_());
      image_[(16 * packet.row + shift + i) % image_.size()] = packet.bytes[i];
    }
    packets.push_back(packet);
  }

  /// One cycle; the RAM's read register changes with its edge.
  void step() {
    sim.step();
    if (is_read_) put_bytes(sim.top().read_data_i, &image_[16 * read_row_], 16);
  }

 private:
  void drive() {
    auto& top = sim.top();
    if (!offering_ && index_ < packets.size() && random_() % 100 >= pause_percent_)
      offering_ = true;
    top.valid_i = offering_;
    if (offering_) {
      const Played& packet = packets[index_];
      top.row_i = static_cast<SData>(packet.row);
      PackedWriter(top.packet_i)
          .put(packet.bytes.empty() ? 0 : packet.rows(), 10)
          .put(packet.shift, 2)
          .put(packet.bytes.size(), 14)
          .put(index_, 16)
          .put(0, 2)
          .put(packet.bytes.empty() ? 4 : 0, 6);
    }
    sink.drive();
  }
  void sample() {
    auto& top = sim.top();
    sink.sample();
    if (offering_ && top.ready_o) {
      offering_ = false;
      ++index_;
    }
    is_read_ = top.read_o;
    read_row_ = top.read_row_o;
  }

  unsigned pause_percent_;
  std::mt19937_64 random_;
  Bytes image_ = Bytes(16 * 2048);
  std::size_t index_ = 0;
  unsigned next_row_ = 2000, read_row_ = 0;
  bool offering_ = false, is_read_ = false;
};

TEST(DmaPlay, EveryShiftAndLengthInThePauseMatrix) {
  std::uint64_t seed = seed_or(1);
  for (const Pauses pauses : kPauseMatrix) {
    SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
    Bench bench(pauses, seed++);
    for (unsigned length = 0; length < 70; ++length)
      for (unsigned shift = 0; shift < 4; ++shift) bench.add(length, length ? shift : 0);
    bench.add(9230, 3);
    for (unsigned i = 0; i < 60'000 && bench.sink.packets.size() < bench.packets.size(); ++i)
      bench.step();
    ASSERT_EQ(bench.sink.packets.size(), bench.packets.size());
    for (std::size_t i = 0; i < bench.packets.size(); ++i)
      EXPECT_EQ(bench.sink.packets[i], bench.packets[i].bytes) << "packet " << i;
  }
}

TEST(DmaPlay, NoPauseBetweenPackets) {
  for (const unsigned shift : {0u, 1u, 2u, 3u}) {
    Bench bench({}, 7);
    unsigned rows = 0;
    for (unsigned i = 0; i < 100; ++i) bench.add(120, shift);
    for (const Played& packet : bench.packets) rows += packet.rows();
    unsigned cycles = 0;
    for (; bench.sink.packets.size() < 100 && cycles < 5000; ++cycles) bench.step();
    EXPECT_LE(cycles, rows + 4) << "shift " << shift;
  }
}

}  // namespace
}  // namespace holdfast::test
