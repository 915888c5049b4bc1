// SPDX-License-Identifier: Apache-2.0
// `dma_write` between the results of a pipeline that a test scripts and a host that looks at every
// write.
#pragma once

#include <Vdma_write_model.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "holdfast/layout.h"
#include "packed_port.h"
#include "pipeline_agent.h"
#include "root_complex.h"
#include "support/sim.h"
#include "support/stream.h"
#include "support/tlp.h"

namespace holdfast::test {

/// One packet: what was ordered, and what the pipeline made of it.
struct WriteJob {
  unsigned queue = 0;
  bool is_outbound = false;
  std::uint64_t buffer = 0;
  unsigned length_in = 100;
  Result result;
  // What the bench saw.
  std::size_t bytes_written = 0;
  bool is_completed = false;
  unsigned reason = 0;  // of the entry

  bool is_dropped() const { return result.reason != 0; }
};

/// Each queue has buffers, a completion ring, and vector q at addresses of its own.
class DmaWriteBench {
 public:
  static constexpr unsigned kNumQueues = 4, kCqLog2 = 3;
  static constexpr std::uint64_t buffers_of(unsigned q) { return 0x1'0000'0000ull * (q + 1); }
  static constexpr std::uint64_t kWindowBytes = 0x10'0000;
  static constexpr std::uint64_t ring_of(unsigned q) { return 0x4000'0000 + 0x1000 * q; }
  static constexpr std::uint64_t message_of(unsigned v) { return 0xFEE0'0000 + 0x10 * v; }
  static constexpr std::uint64_t kEvents = 0x5000'0000;
  static constexpr unsigned kEventVector = 7;

  explicit DmaWriteBench(Pauses pauses = {}, std::uint64_t seed = 1);

  /// Orders the packet; its result comes when all before it in its direction have.
  void add(WriteJob job);
  /// Holds back the results of one direction.
  std::array<bool, 2> is_held{};
  bool settle(std::uint64_t limit = 200'000);
  void reset();
  /// Jobs that are over; the rings go on.
  void forget();
  void raise_event(std::uint64_t seq) { events_to_send_.push_back(seq); }

  Sim<Vdma_write_model> sim;
  TlpSink sink;
  HostMemory memory;
  std::vector<WriteJob> jobs;
  unsigned max_payload = 0;
  bool is_bus_master = true, is_msix_on = true, has_interrupts = true;
  unsigned num_tlps = 0, num_data_tlps = 0, num_entries = 0, writes = 0, interrupts = 0;
  std::array<unsigned, 8> messages{};
  std::array<bool, 8> is_masked{};
  std::vector<holdfast::Event> events;
  /// Entries of a queue since its last message.
  std::array<unsigned, kNumQueues> untold{};
  std::array<std::vector<std::size_t>, 2> retired;  // jobs

 private:
  void drive();
  void drive_config();
  void drive_results();
  void sample();
  void sample_retired();
  void take(const Tlp& tlp);
  void take_data(std::uint64_t address, const Bytes& bytes);
  void take_entry(unsigned q, std::uint64_t address);
  std::size_t next_of(unsigned q) const;

  Pauses pauses_;
  std::mt19937_64 random_;
  std::size_t ordered_ = 0;
  bool offers_order_ = false;
  struct Lane {
    std::deque<std::size_t> jobs;  // whose results come
    std::size_t offset = 0;
    bool is_offered = false;
  };
  std::array<Lane, 2> lanes_;
  std::array<std::size_t, kNumQueues> num_completed_{};
  std::deque<std::uint64_t> events_to_send_;
};

}  // namespace holdfast::test
