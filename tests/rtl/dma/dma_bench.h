// SPDX-License-Identifier: Apache-2.0
// `dma` between a root complex and a stand-in for the pipeline, with a host that fills rings and
// checks every completion against what the pipeline said.
#pragma once

#include <Vdma_model.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "holdfast/layout.h"
#include "pipeline_agent.h"
#include "root_complex.h"
#include "support/sim.h"

namespace holdfast::test {

inline constexpr unsigned kMaxPacketBytes = 9230;
inline constexpr unsigned kNumQueues = 4;
inline constexpr unsigned kNumVectors = 8;

/// dma_pkg::queue_config_t.
struct QueueConfig {
  bool enable = false;
  std::uint64_t sq_base = 0, cq_base = 0;
  unsigned sq_log2 = 6, cq_log2 = 6;
  std::uint64_t window_base = 0, window_limit = ~std::uint64_t{0};
  unsigned vector_index = 0;
  bool irq_enable = false;
  unsigned moderation_packets = 1, moderation_us = 0;
  std::uint16_t sq_producer = 0, cq_consumer = 0;
  bool operator==(const QueueConfig&) const = default;
};
/// dma_pkg::queue_status_t.
struct QueueStatus {
  bool is_running;
  QueueCause cause;
  bool waits;
  std::uint16_t sq_consumer, cq_producer;
};
struct MsixEntry {
  std::uint64_t address = 0;
  std::uint32_t data = 0;
  bool is_masked = true;
  bool operator==(const MsixEntry&) const = default;
};
struct EventConfig {
  bool enable = false;
  std::uint64_t base = 0;
  unsigned log2 = 0, vector_index = 0;
  bool irq_enable = false;
  std::uint16_t consumer = 0;
};

/// One descriptor from submission to completion.
struct Packet {
  Descriptor descriptor;
  Bytes input;         // empty if it must not be read
  DropReason refusal;  // what the card must say before it reads
  bool has_read_fault = false;
  bool was_played = false, is_completed = false;
  bool is_written = false;  // the result fits, data is expected
  Result result;
  DropReason reason = DropReason::kNone;  // of the completion
  std::size_t bytes_written = 0;
};

/// Every output pulse, counted.
struct Pulses {
  unsigned reads = 0, read_errors = 0, read_timeouts = 0, bad_completions = 0, stalls = 0;
  unsigned queue_stops = 0, writes = 0, interrupts = 0, events = 0, events_lost = 0;
  std::array<unsigned, 2> retired{};
  std::uint64_t bytes_in = 0, bytes_out = 0;
};

struct BenchSetup {
  LinkSetup link;
  PipelineAgent::Setup pipeline;
  unsigned inbound_latency = 0;  // more than pipeline.latency
  unsigned read_timeout_us = 50;
  unsigned cycles_per_us = 20;
};

class DmaBench {
 public:
  explicit DmaBench(const BenchSetup& setup, std::uint64_t seed);

  Sim<Vdma_model> sim;
  RootComplex root;
  std::array<QueueConfig, kNumQueues> queues;
  std::array<MsixEntry, kNumVectors> msix;
  EventConfig event_ring;
  bool msix_en = true, msix_mask = false, is_swept = true;
  std::uint32_t error_latch = 0;
  Pulses pulses;
  std::mt19937_64 random;
  /// What the pipeline makes of a packet; by default a random one.
  std::function<Result(bool is_outbound, const Bytes&)> transform;
  std::function<Fault(std::uint64_t address, unsigned bytes)> packet_fault;
  Fault descriptor_fault = Fault::kNone;
  /// Messages by vector, in order of arrival among all writes.
  std::array<unsigned, kNumVectors> messages{};
  std::vector<Event> events;
  std::array<std::uint64_t, 2> window_cycles{};  // first and last completion since start_clock()

  /// Resets, waits for the sweep and starts the queues of `mask` with their configuration.
  void start(unsigned mask = 0xF);
  void enable(unsigned queue_index);
  /// Gives queue `q` its usual place in memory; its buffers and window are one region.
  static QueueConfig usual_queue(unsigned q, unsigned sq_log2 = 6, unsigned cq_log2 = 6);

  /// Puts one packet into the ring, without the doorbell. False if the ring has no room.
  bool submit(unsigned queue_index, Descriptor descriptor);
  /// A packet of `length` bytes somewhere in the queue's region.
  bool submit(unsigned queue_index, bool is_outbound, unsigned length, unsigned offset);
  /// Rings: the producer is all that was submitted.
  void ring(unsigned queue_index);
  /// Returns the space of all completions seen.
  void consume(unsigned queue_index);
  std::size_t num_submitted(unsigned queue_index) const { return host_[queue_index].submitted; }
  std::size_t num_completed(unsigned queue_index) const { return host_[queue_index].completed; }
  const Packet& packet(unsigned queue_index, std::size_t index) const {
    return host_[queue_index].packets.at(index);
  }

  QueueStatus status(unsigned queue_index);
  unsigned msix_pending() { return sim.top().msix_pending_o; }
  /// Steps until all that was rung is completed; false after `limit` cycles.
  bool drain(std::uint64_t limit = 200'000);
  /// Idle checks: all taken is completed, writes accepted, tags free, nothing open.
  void expect_idle();
  void raise_event(unsigned kind, unsigned sa_index, std::uint64_t seq);
  /// What raised events carry; addresses as in sad_pkg: the first byte on the wire in the top bits.
  struct Endpoints {
    bool is_ipv6 = false;
    std::array<std::uint64_t, 2> own{}, peer{};  // high half first
    unsigned own_port = 0, peer_port = 0;
  } event_endpoints;
  bool event_taken() const { return events_to_send_.empty(); }
  void raise_error(std::uint32_t latch);

 private:
  struct Host {
    std::size_t submitted = 0, completed = 0;
    std::size_t first_index = 0;  // of a run: packets before belong to earlier ones
    std::uint64_t next_buffer = 0;
    std::map<std::size_t, Packet> packets;
    std::map<std::uint64_t, std::size_t> by_buffer;  // written to next
    std::array<std::size_t, 2> last_played{};
  };
  struct RaisedEvent {
    unsigned kind, sa_index;
    std::uint64_t seq;
  };

  void drive();
  void sample();
  void drive_config();
  void drive_pipeline();
  void sample_pulses();
  Result play(bool is_outbound, const Ingress& ingress, const Bytes& bytes);
  Result random_result(bool is_outbound, const Bytes& bytes);
  Fault on_read(std::uint64_t address, unsigned bytes);
  void on_write(std::uint64_t address, const Bytes& bytes);
  void on_completion(unsigned queue_index, std::uint64_t address);
  void on_data(std::uint64_t address, const Bytes& bytes);
  DropReason refusal_of(const QueueConfig& queue, const Descriptor& descriptor) const;

  BenchSetup setup_;
  std::array<PipelineAgent, 2> agents_;
  std::array<Host, kNumQueues> host_;
  // What the wide pins show: they are packed bit by bit, so only when something changed.
  std::array<QueueConfig, kNumQueues> queues_shown_;
  std::array<MsixEntry, kNumVectors> msix_shown_;
  bool is_shown_ = false;
  std::deque<RaisedEvent> events_to_send_;
  bool raise_error_ = false;
};

}  // namespace holdfast::test
