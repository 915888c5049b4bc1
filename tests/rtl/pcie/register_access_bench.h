// SPDX-License-Identifier: Apache-2.0
// pcie_register_access between the requests of a host and the registers.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "Vpcie_register_access_model.h"
#include "pcie_types.h"
#include "support/sim.h"
#include "support/stream.h"
#include "support/tlp.h"

namespace holdfast::test {

inline constexpr unsigned kRegisterDws = 0x20000 / 4;

inline std::uint32_t merge(std::uint32_t old, std::uint32_t value, unsigned byte_enable) {
  for (unsigned i = 0; i < 4; ++i) {
    const std::uint32_t mask = 0xFFu << (8 * i);
    if ((byte_enable >> i) & 1) old = (old & ~mask) | (value & mask);
  }
  return old;
}

/// Registers on the bus that pcie_register_access drives; each access takes some cycles.
class RegisterBus {
 public:
  RegisterBus(Vpcie_register_access_model& top, unsigned max_cycles, std::uint64_t seed)
      : memory(kRegisterDws), top_(top), max_cycles_(max_cycles), random_(seed) {
    for (unsigned i = 0; i < kRegisterDws; ++i) memory[i] = i * 0x9E3779B1u;
  }
  struct Access {
    bool is_write;
    unsigned dw, byte_enable;
    bool operator==(const Access&) const = default;
  };
  std::vector<std::uint32_t> memory;
  std::vector<Access> log;

  void drive() {
    top_.csr_ack_i = acks_;
    top_.csr_data_i = acks_ ? answer_ : static_cast<std::uint32_t>(random_());
  }
  /// Reset: no access is under way.
  void forget() {
    acks_ = false;
    wait_ = 0;
  }
  void sample() {
    if (acks_) {
      acks_ = false;
      return;
    }
    if (!top_.csr_valid_o) return;
    if (wait_ == 0) wait_ = 1 + static_cast<unsigned>(random_() % max_cycles_);
    if (--wait_ != 0) return;
    const auto request = top_.csr_request_o;
    const Access access{get_bits(request, 53, 1) != 0,
                        static_cast<unsigned>(get_bits(request, 36, 17)) / 4,
                        static_cast<unsigned>(get_bits(request, 0, 4))};
    EXPECT_NE(access.byte_enable, 0u) << "an access without a byte";
    log.push_back(access);
    auto& word = memory.at(access.dw);
    const auto data = static_cast<std::uint32_t>(get_bits(request, 4, 32));
    answer_ = word;
    if (access.is_write) word = merge(word, data, access.byte_enable);
    acks_ = true;
  }

 private:
  Vpcie_register_access_model& top_;
  unsigned max_cycles_, wait_ = 0;
  std::mt19937_64 random_;
  bool acks_ = false;
  std::uint32_t answer_ = 0;
};

/// The module between the requests of a host, in their order, and one who keeps completions. As in
/// pcie_endpoint a write is offered when what came before it stands in the queue.
class RegisterAccessBench {
 public:
  explicit RegisterAccessBench(Pauses pauses = {}, std::uint64_t seed = 1)
      : bus(sim.top(), pauses.source_percent ? 5 : 1, seed), pauses_(pauses), random_(seed + 1) {
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
  }

  /// The request at the door stays there.
  void reset() {
    sim.reset();
    bus.forget();
    beats_.clear();
  }
  /// A function level reset: the write at hand is dropped, and no access is under way.
  void drop_write() {
    sim.top().write_is_stale_i = 1;
    sim.step(1);
    sim.top().write_is_stale_i = 0;
    bus.forget();
  }
  void send(Tlp tlp) { requests_.push_back(std::move(tlp)); }
  /// A request that is answered with status unsupported request.
  void send_unsupported(Tlp tlp) {
    tlp.bar_id = 1;
    send(std::move(tlp));
  }
  /// The completions of `tag`; one at a time has it.
  std::vector<Completion> take(std::uint8_t tag) {
    auto found = std::move(completions_[tag]);
    completions_.erase(tag);
    return found;
  }
  bool settle() {
    return sim.run_until([this] { return requests_.empty() && queue_.empty() && !is_writing_; },
                         2'000'000);
  }

  Sim<Vpcie_register_access_model> sim;
  RegisterBus bus;
  bool has_room = true;
  std::size_t writes_done = 0, pieces = 0;

 private:
  void drive() {
    auto& top = sim.top();
    bus.drive();
    if (!is_writing_ && !requests_.empty() && random_() % 100 >= pauses_.source_percent) move_on();
    // Only a completion takes room away.
    if (!room_) room_ = random_() % 100 >= pauses_.sink_percent;
    top.has_room_i = has_room && room_;
    top.non_posted_valid_i = !queue_.empty();
    if (!queue_.empty()) put_request(top.non_posted_i, answered_fields(queue_.front()));
    top.write_valid_i = is_writing_;
    if (is_writing_) put_request(top.write_i, fields_of(write_));
    for (unsigned i = 0; i < 4; ++i) top.payload_i[i] = payload_of(payload_index_, i);
  }
  void move_on() {
    if (has_data(requests_.front().kind())) {
      write_ = requests_.front();
      is_writing_ = true;
    } else {
      queue_.push_back(requests_.front());
    }
    requests_.pop_front();
  }
  static RequestFields answered_fields(const Tlp& tlp) {
    auto fields = fields_of(tlp);
    if (tlp.bar_id != 0) fields.is_read = false;
    return fields;
  }
  std::uint32_t payload_of(unsigned index, unsigned lane) const {
    const std::size_t dw = 4 * std::size_t{index} + lane;
    return dw < write_.payload.size() ? write_.payload[dw] : 0xBADBAD;
  }

  void sample() {
    auto& top = sim.top();
    bus.sample();
    // The payload memory answers a cycle later.
    payload_index_ = top.payload_index_o;
    if (top.beat_valid_o)
      for (unsigned i = 0; i < 4; ++i) beats_.push_back(top.beat_o[i]);
    if (top.completion_valid_o) sample_completion();
    if (top.non_posted_ready_o) queue_.pop_front();
    if (top.write_ready_o) {
      is_writing_ = false;
      ++writes_done;
    }
  }
  void sample_completion() {
    const auto fields = get_completion(sim.top().completion_o);
    ++pieces;
    room_ = random_() % 100 >= pauses_.sink_percent;
    EXPECT_EQ(beats_.size(), (fields.length_dw + 3) / 4 * 4) << "beats before their completion";
    for (std::size_t i = fields.length_dw; i < beats_.size(); ++i)
      EXPECT_EQ(beats_[i], 0u) << "beyond the payload";
    Completion completion{};
    completion.kind = fields.has_data ? TlpKind::kCompletionData : TlpKind::kCompletion;
    completion.length_dw = fields.length_dw;
    completion.status = fields.has_data ? 0 : 1;
    completion.byte_count = fields.byte_count;
    completion.lower_address = fields.lower_address;
    completion.requester_id = fields.requester_id;
    completion.tag = fields.tag;
    completion.tc = fields.tc;
    completion.attr = fields.attr;
    EXPECT_FALSE(queue_.empty());
    EXPECT_EQ(fields.is_locked, fields_of(queue_.front()).is_locked);
    beats_.resize(fields.length_dw);
    completion.payload = std::exchange(beats_, {});
    completions_[fields.tag].push_back(std::move(completion));
  }

  Pauses pauses_;
  std::mt19937_64 random_;
  std::deque<Tlp> requests_, queue_;
  Tlp write_;
  bool is_writing_ = false, room_ = true;
  unsigned payload_index_ = 0;
  std::vector<std::uint32_t> beats_;
  std::map<std::uint8_t, std::vector<Completion>> completions_;
};

}  // namespace holdfast::test
