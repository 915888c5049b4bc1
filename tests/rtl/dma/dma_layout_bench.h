// SPDX-License-Identifier: Apache-2.0
// The driver on one side of a memory, dma_layout.sv on the other.
#pragma once

#include <Vdma_layout_model.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "holdfast/card.h"
#include "support/sim.h"
#include "unit/driver/fake_io.h"

namespace holdfast::test {

inline constexpr unsigned kQueueLog2 = 8, kEventLog2 = 3;

/// Bytes of a port: byte n holds bits 8n+7:8n.
template <typename Port>
std::span<std::uint8_t> bytes_of(Port& port) {
  return {reinterpret_cast<std::uint8_t*>(&port), sizeof port};
}

/// One field of a layout: where it is in the C++ struct, and its port at the RTL.
struct Field {
  const char* name;
  std::size_t offset, num_bytes;
  /// Bits that the card itself can set, from bit 0; the struct has them all.
  unsigned num_card_bits;
  std::span<std::uint8_t> port;
};

template <typename T>
using Image = std::array<std::uint8_t, sizeof(T)>;

/// T with one bit of one field set, and `flags`.
template <typename T>
Image<T> image_of(const Field& field, unsigned bit, std::uint16_t flags = 0) {
  T entry{};
  entry.flags = flags;
  auto image = std::bit_cast<Image<T>>(entry);
  image.at(field.offset + bit / 8) |= static_cast<std::uint8_t>(1u << bit % 8);
  return image;
}

inline void set_bit(const std::vector<Field>& fields, const Field& field, unsigned bit) {
  for (const Field& other : fields) std::fill(other.port.begin(), other.port.end(), 0);
  field.port[bit / 8] = static_cast<std::uint8_t>(1u << bit % 8);
}

/// Registers that say what the driver wants to hear, and memory.
class RingIo : public FakeIo {
 public:
  RingIo() {
    registers[csr::kIdentityCapWidths] = csr::kIdentityCapWidthsNumQueues.set(1);
    registers[csr::kQueuesStatus(0)] = csr::kQueuesStatusRunning.mask();
  }
  void write_csr(CsrOffset offset, std::uint32_t value) override { written[offset] = value; }
  Result<DmaRegion> map_dma(std::size_t size) override {
    memory.emplace_back(size);
    return DmaRegion{memory.back(), Iova{4096 * memory.size()}};
  }

  std::map<CsrOffset, std::uint32_t> written;
  std::vector<std::vector<std::uint8_t>> memory;  // region n at 4096 * (n + 1)
};

/// Whatever goes through memory is put there and taken from there by the driver.
class DmaLayout : public ::testing::Test {
 protected:
  void SetUp() override {
    card_ = Card::open(io_).value();
    const DmaRegion window = card_->map_dma(4096).value();
    queue_ = card_->open_queue(0, {.sq_log2 = kQueueLog2, .cq_log2 = kQueueLog2}, window).value();
    ASSERT_TRUE(card_->open_events(kEventLog2, std::nullopt));
    auto& top = sim_.top();
    top.queue_log2_i = kQueueLog2;
    top.event_log2_i = kEventLog2;
    top.sq_base_i = io_.written[csr::kQueuesSqBaseLo(0)];
    sim_.reset();
    sim_.step(2u << kQueueLog2);  // the prefetch ring is swept
    top.enable_i = 1;
    sim_.step(4);
  }
  void TearDown() override {
    io_.registers[csr::kQueuesStatus(0)] = 0;  // let the queue close
    queue_.reset();
  }

  /// Submits `descriptor`; leaves what dma_queue makes of it at the ports.
  void submit(const Descriptor& descriptor) {
    auto& top = sim_.top();
    ASSERT_TRUE(queue_->submit(std::span(&descriptor, 1)));
    top.sq_producer_i = static_cast<std::uint16_t>(io_.written[csr::kDoorbellSqProducer(0)]);
    top.eval();
    ASSERT_TRUE(top.fetch_valid_o);
    const std::size_t address = top.fetch_address_o - top.sq_base_i;
    sim_.step();
    std::memcpy(bytes_of(top.fetch_data_i).data(), &sq_memory().at(address), sizeof descriptor);
    top.fetch_data_valid_i = 1;
    sim_.step();
    top.fetch_data_valid_i = 0;
    ASSERT_TRUE(sim_.run_until([&] { return top.descriptor_valid_o; }, 10));
  }
  void take_descriptor() {
    sim_.top().descriptor_take_i = 1;
    sim_.step();
    sim_.top().descriptor_take_i = 0;
    sim_.step();
  }
  /// One bit of one field, from memory to dma_queue's output.
  template <typename Value>
  void walk(Value Descriptor::*field) {
    for (unsigned bit = 0; bit < 8 * sizeof(Value); ++bit, ++num_bits_) {
      Descriptor expected{};
      expected.*field = static_cast<Value>(Value{1} << bit);
      ASSERT_NO_FATAL_FAILURE(submit(expected));
      const auto& top = sim_.top();
      EXPECT_EQ(top.descriptor_buffer_iova_o, expected.buffer_iova) << "bit " << bit;
      EXPECT_EQ(top.descriptor_length_o, expected.length) << "bit " << bit;
      EXPECT_EQ(top.descriptor_offset_o, expected.offset) << "bit " << bit;
      EXPECT_EQ(top.descriptor_sa_index_o, expected.sa_index) << "bit " << bit;
      EXPECT_EQ(top.descriptor_flags_o, expected.flags) << "bit " << bit;
      take_descriptor();
    }
  }

  /// Lets dma_packet_write write the fields at the ports; returns what the driver reads then.
  Image<Completion> complete() {
    auto& top = sim_.top();
    const Descriptor descriptor{};
    EXPECT_TRUE(queue_->submit(std::span(&descriptor, 1)));  // what it is the completion of
    // 14 bits of it are the stream's; the entry has all.
    unsigned num_beats = (top.completion_length_i % (1u << 14) + 15) / 16;
    if (top.completion_reason_i != 0 || num_beats == 0) num_beats = 1;
    for (; num_beats > 0; sim_.step()) {
      top.result_valid_i = 1;
      top.result_last_i = num_beats == 1;
      top.eval();
      num_beats -= top.result_ready_o;
    }
    top.result_valid_i = 0;
    EXPECT_TRUE(sim_.run_until([&] { return top.completion_valid_o; }, 10));
    const std::size_t slot = num_completed_++ % (1u << kQueueLog2);
    std::memcpy(&cq_memory().at(slot * sizeof(Completion)), bytes_of(top.completion_o).data(),
                sizeof(Completion));
    sim_.step();
    Completion completion{};
    EXPECT_EQ(queue_->poll(std::span(&completion, 1)), 1u);
    return std::bit_cast<Image<Completion>>(completion);
  }
  std::uint16_t phase_of_completion() const { return 1 - (num_completed_ >> kQueueLog2) % 2; }

  /// The same with an event that sad raised, or an error.
  Image<Event> raise(bool is_error) {
    auto& top = sim_.top();
    top.error_rise_i = is_error;
    top.event_valid_i = !is_error;
    sim_.step();
    top.error_rise_i = top.event_valid_i = 0;
    const std::size_t slot = num_events_++ % (1u << kEventLog2);
    std::uint8_t* at = &event_memory().at(slot * sizeof(Event));
    EXPECT_TRUE(sim_.run_until([&] { return top.event_beat_valid_o; }, 10));
    for (; top.event_beat_valid_o; at += 16, sim_.step())
      std::memcpy(at, bytes_of(top.event_beat_o).data(), 16);
    return std::bit_cast<Image<Event>>(card_->poll_event().value_or(Event{}));
  }
  std::uint16_t phase_of_event() const { return 1 - (num_events_ >> kEventLog2) % 2; }

  std::vector<Field> completion_fields();
  std::vector<Field> event_fields();
  std::vector<std::uint8_t>& sq_memory() { return io_.memory.at(1); }
  std::vector<std::uint8_t>& cq_memory() { return io_.memory.at(2); }
  std::vector<std::uint8_t>& event_memory() { return io_.memory.at(3); }

  RingIo io_;
  std::unique_ptr<Card> card_;
  std::unique_ptr<Queue> queue_;
  Sim<Vdma_layout_model> sim_;
  unsigned num_bits_ = 0, num_completed_ = 0, num_events_ = 0;
};

}  // namespace holdfast::test
