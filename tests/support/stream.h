// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <random>
#include <vector>

namespace holdfast::test {

using Bytes = std::vector<std::uint8_t>;

/// How often a side pauses: in each cycle it pauses with this probability, in percent.
struct Pauses {
  unsigned source_percent = 0;
  unsigned sink_percent = 0;
};

/// The pause matrix that every stream module runs (idle source × stalling sink).
inline constexpr Pauses kPauseMatrix[] = {{0, 0}, {0, 50}, {50, 0}, {50, 50}, {90, 10}, {10, 90}};

/// Copies `beat_bytes` bytes into a Verilator port of 64 (QData) or more bits (VlWide).
template <typename Port>
void put_bytes(Port& port, const std::uint8_t* bytes, std::size_t count) {
  std::memset(&port, 0, sizeof(Port));
  std::memcpy(&port, bytes, count);
}
template <typename Port>
void get_bytes(const Port& port, std::uint8_t* bytes, std::size_t count) {
  std::memcpy(bytes, &port, count);
}

/// The pins of one stream: pointers into a Verilated model. `Data` is the type of its data port.
template <typename Data, typename Keep>
struct StreamPins {
  Data* data;
  Keep* keep;
  std::uint8_t* last;
  std::uint8_t* valid;
  std::uint8_t* ready;
};

/// Drives packets into a stream. `on_start(index)` may set side-band pins of packet `index`; it is
/// called while its first beat is offered, before the model settles.
template <typename Data, typename Keep>
class StreamSource {
 public:
  StreamSource(StreamPins<Data, Keep> pins, std::size_t beat_bytes, unsigned pause_percent,
               std::uint64_t seed)
      : pins_(pins), beat_bytes_(beat_bytes), pause_percent_(pause_percent), random_(seed) {}

  std::function<void(std::size_t)> on_start;

  void send(Bytes packet) { packets_.push_back(std::move(packet)); }
  bool idle() const { return packets_.empty(); }
  std::size_t packets_started() const { return started_; }

  void drive() {
    if (!offering_ && !packets_.empty() && random_() % 100 >= pause_percent_) offering_ = true;
    *pins_.valid = offering_;
    if (!offering_) return;
    const Bytes& packet = packets_.front();
    const std::size_t count = std::min(beat_bytes_, packet.size() - offset_);
    put_bytes(*pins_.data, packet.data() + offset_, count);
    *pins_.keep = static_cast<Keep>(
        count == beat_bytes_ && count == 8 * sizeof(Keep) ? ~Keep{0} : (Keep{1} << count) - 1);
    *pins_.last = offset_ + count == packet.size();
    if (on_start) on_start(started_);
  }
  void sample() {
    if (!(offering_ && *pins_.ready)) return;
    offering_ = false;
    offset_ += beat_bytes_;
    if (offset_ < packets_.front().size()) return;
    packets_.pop_front();
    offset_ = 0;
    ++started_;
  }

 private:
  StreamPins<Data, Keep> pins_;
  std::size_t beat_bytes_;
  unsigned pause_percent_;
  std::mt19937_64 random_;
  std::deque<Bytes> packets_;
  std::size_t offset_ = 0, started_ = 0;
  bool offering_ = false;
};

/// Collects packets from a stream. `on_packet(bytes)` is called at each last beat, while the
/// side-band pins still show the packet.
template <typename Data, typename Keep>
class StreamSink {
 public:
  StreamSink(StreamPins<Data, Keep> pins, std::size_t beat_bytes, unsigned pause_percent,
             std::uint64_t seed)
      : pins_(pins), beat_bytes_(beat_bytes), pause_percent_(pause_percent), random_(seed) {}

  std::function<void(const Bytes&)> on_packet;
  std::vector<Bytes> packets;

  void set_pause_percent(unsigned percent) { pause_percent_ = percent; }

  void drive() { *pins_.ready = random_() % 100 >= pause_percent_; }
  void sample() {
    if (!(*pins_.valid && *pins_.ready)) return;
    std::size_t count = 0;
    while (count < beat_bytes_ && ((*pins_.keep >> count) & 1)) ++count;
    std::uint8_t beat[64];
    get_bytes(*pins_.data, beat, beat_bytes_);
    current_.insert(current_.end(), beat, beat + count);
    if (!*pins_.last) return;
    if (on_packet) on_packet(current_);
    packets.push_back(std::move(current_));
    current_.clear();
  }

 private:
  StreamPins<Data, Keep> pins_;
  std::size_t beat_bytes_;
  unsigned pause_percent_;
  std::mt19937_64 random_;
  Bytes current_;
};

}  // namespace holdfast::test
