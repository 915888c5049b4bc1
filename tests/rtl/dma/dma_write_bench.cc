// SPDX-License-Identifier: Apache-2.0
#include "dma_write_bench.h"

#include <algorithm>

namespace holdfast::test {

namespace {

/// The bytes that a write enables; they are one run.
Bytes enabled_bytes(const Tlp& tlp, std::uint64_t& address) {
  Bytes bytes;
  for (unsigned i = 0; i < 4 * tlp.length_dw(); ++i) {
    const unsigned enables = i < 4                          ? tlp.first_be()
                             : i / 4 + 1 == tlp.length_dw() ? tlp.last_be()
                                                            : 0xF;
    if (!((enables >> (i % 4)) & 1)) continue;
    if (bytes.empty()) address = tlp.address() + i;
    EXPECT_EQ(address + bytes.size(), tlp.address() + i) << "enables with a gap";
    bytes.push_back(static_cast<std::uint8_t>(tlp.payload.at(i / 4) >> (8 * (i % 4))));
  }
  return bytes;
}

}  // namespace

DmaWriteBench::DmaWriteBench(Pauses pauses, std::uint64_t seed)
    : sink({[this]() -> std::optional<TlpBeat> {
              if (!sim.top().tx_wr_req_valid_o) return std::nullopt;
              return get_beat(sim.top().tx_wr_req_o);
            },
            [this](bool ready) { sim.top().tx_wr_req_ready_i = ready; }},
           4, pauses.sink_percent, seed),
      pauses_(pauses),
      random_(seed + 1) {
  sim.add_agent([this] { drive(); }, [this] { sample(); });
  reset();
}

void DmaWriteBench::reset() {
  jobs.clear();
  lanes_ = {};
  retired = {};
  ordered_ = 0;
  offers_order_ = false;
  num_completed_ = {};
  sim.top().order_valid_i = sim.top().valid_i = sim.top().event_valid_i = 0;
  sim.reset();
  sim.step(4);  // the event ring starts
}

void DmaWriteBench::forget() {
  jobs.clear();
  retired = {};
  ordered_ = 0;
}

void DmaWriteBench::add(WriteJob job) { jobs.push_back(std::move(job)); }

bool DmaWriteBench::settle(std::uint64_t limit) {
  const auto is_over = [this] {
    return events_to_send_.empty() &&
           std::all_of(jobs.begin(), jobs.end(), [](const auto& job) { return job.is_completed; });
  };
  if (!sim.run_until(is_over, limit)) return false;
  sim.step(100);
  return true;
}

// ------------------------------------------------------------------ pins

void DmaWriteBench::drive() {
  auto& top = sim.top();
  drive_config();
  drive_results();
  if (!offers_order_ && ordered_ < jobs.size() && random_() % 100 >= pauses_.source_percent)
    offers_order_ = true;
  top.order_valid_i = offers_order_;
  if (offers_order_) {
    const WriteJob& job = jobs[ordered_];
    PackedWriter(top.order_i)
        .put(job.buffer, 64)
        .put(job.length_in, 16)
        .put(job.is_outbound, 1)
        .put(job.queue, 2);
  }
  top.event_valid_i = !events_to_send_.empty();
  if (!events_to_send_.empty())
    PackedWriter(top.event_i)
        .put(0, 32)  // ports, addresses, family
        .put(0, 64)
        .put(0, 64)
        .put(0, 64)
        .put(0, 64)
        .put(0, 1)
        .put(9, 32)
        .put(events_to_send_.front(), 64)
        .put(5, 16)
        .put(3, 16)
        .put(2, 4);
  sink.drive();
}

void DmaWriteBench::drive_config() {
  auto& top = sim.top();
  PackedWriter(top.cfg_i)
      .put(0, 2)
      .put(0, 1)
      .put(is_msix_on, 1)
      .put(is_bus_master, 1)
      .put(RootComplex::kCardId, 16)
      .put(0, 3)
      .put(max_payload, 3);
  PackedWriter queues(top.queue_taken_i);
  for (unsigned q = 0; q < kNumQueues; ++q) {
    queues.put(0, 16).put(0, 1).put(0, 16);  // doorbells
    queues.put(0, 16).put(1, 16);            // moderation
    queues.put(has_interrupts, 1).put(q, 8);
    queues.put(buffers_of(q) + kWindowBytes - 1, 64).put(buffers_of(q), 64);
    queues.put(kCqLog2, 5).put(kCqLog2, 5).put(ring_of(q), 64).put(0, 64).put(1, 1);
  }
  PackedWriter table(top.msix_table_i);
  for (unsigned v = 0; v < 8; ++v)
    table.put(is_masked[v], 1).put(0x4000 + v, 32).put(message_of(v), 64);
  PackedWriter(top.event_config_i)
      .put(events.size(), 16)  // the host is quick
      .put(1, 1)
      .put(kEventVector, 8)
      .put(4, 5)
      .put(kEvents, 64)
      .put(1, 1);
}

void DmaWriteBench::drive_results() {
  auto& top = sim.top();
  top.valid_i = top.last_i = 0;
  top.keep_i = 0;
  PackedWriter results(top.result_i);
  for (unsigned d = 0; d < 2; ++d) {
    Lane& lane = lanes_[d];
    if (!lane.is_offered && !lane.jobs.empty() && !is_held[d] &&
        random_() % 100 >= pauses_.source_percent)
      lane.is_offered = true;
    const Result& result = lane.is_offered ? jobs[lane.jobs.front()].result : Result{};
    results.put(result.generation, 32).put(result.sa_index, 16).put(result.bytes.size(), 16);
    results.put(result.has_ticket, 1).put(result.reason, 6);
    // Bytes beyond keep are anything.
    auto* data = reinterpret_cast<std::uint8_t*>(&top.data_i) + 16 * d;
    std::memset(data, 0xEE, 16);
    if (!lane.is_offered) continue;
    const std::size_t count = std::min<std::size_t>(16, result.bytes.size() - lane.offset);
    std::memcpy(data, result.bytes.data() + lane.offset, count);
    top.keep_i |= ((1u << count) - 1) << (16 * d);
    const bool is_last = lane.offset + count == result.bytes.size();
    top.last_i |= static_cast<std::uint8_t>(is_last << d);
    top.valid_i |= static_cast<std::uint8_t>(1u << d);
  }
}

void DmaWriteBench::sample() {
  auto& top = sim.top();
  if (offers_order_ && top.order_ready_o) {
    lanes_[jobs[ordered_].is_outbound].jobs.push_back(ordered_);
    ++ordered_;
    offers_order_ = false;
  }
  for (unsigned d = 0; d < 2; ++d) {
    Lane& lane = lanes_[d];
    if (!lane.is_offered || !((top.ready_o >> d) & 1)) continue;
    lane.is_offered = false;
    lane.offset += 16;
    if (!((top.last_i >> d) & 1)) continue;
    lane.offset = 0;
    lane.jobs.pop_front();
  }
  if (top.event_valid_i && top.event_ready_o) events_to_send_.pop_front();
  writes += top.dma_write_o;
  interrupts += top.interrupt_o;
  sample_retired();
  sink.sample();
  for (; !sink.tlps.empty(); sink.tlps.pop_front()) take(sink.tlps.front());
}

// The account of a packet comes with the acceptance of its entry.
void DmaWriteBench::sample_retired() {
  auto& top = sim.top();
  for (unsigned d = 0; d < 2; ++d) {
    if (!((top.retired_valid_o >> d) & 1)) continue;
    PackedReader reader(top.retired_o, 56 * d);
    const auto bytes_out = reader.get(16), bytes_in = reader.get(16), sa_index = reader.get(16);
    const auto reason = reader.get(6), has_ticket = reader.get(1);
    EXPECT_EQ(reader.get(1), d);
    std::size_t index = 0;
    for (std::size_t seen = 0; index < jobs.size(); ++index)
      if (jobs[index].is_outbound == (d == 1) && seen++ == retired[d].size()) break;
    ASSERT_LT(index, jobs.size()) << "retired without an order";
    const WriteJob& job = jobs[index];
    EXPECT_EQ(bytes_in, job.length_in);
    EXPECT_EQ(bytes_out, job.bytes_written);
    EXPECT_EQ(sa_index, job.result.sa_index);
    EXPECT_EQ(has_ticket, job.result.has_ticket);
    EXPECT_TRUE(reason == job.result.reason || (job.bytes_written == 0 && reason == 3));
    retired[d].push_back(index);
  }
}

// ------------------------------------------------------------------ writes

void DmaWriteBench::take(const Tlp& tlp) {
  ++num_tlps;
  EXPECT_TRUE(tlp.kind() == TlpKind::kMemWrite32 || tlp.kind() == TlpKind::kMemWrite64);
  EXPECT_EQ(tlp.requester_id(), RootComplex::kCardId);
  ASSERT_EQ(tlp.payload.size(), tlp.length_dw());
  EXPECT_LE(4 * tlp.length_dw(), 128u << max_payload);
  EXPECT_LE(tlp.address() % 4096 + 4 * tlp.length_dw(), 4096u);
  std::uint64_t address = 0;
  const Bytes bytes = enabled_bytes(tlp, address);
  memory.write(address, bytes);
  if (address >= message_of(0) && address < message_of(8)) {
    const auto vector = static_cast<unsigned>((address - message_of(0)) / 0x10);
    EXPECT_EQ(tlp.payload, std::vector<std::uint32_t>{0x4000 + vector});
    EXPECT_TRUE(is_msix_on && !is_masked[vector]);
    ++messages[vector];
    if (vector < kNumQueues) untold[vector] = 0;
  } else if (address - kEvents < 16 * 64) {
    EXPECT_EQ(bytes.size(), 64u);
    events.push_back(memory.get<holdfast::Event>(address));
  } else if (address - ring_of(0) < 0x1000 * kNumQueues) {
    EXPECT_EQ(bytes.size(), 16u);
    take_entry(static_cast<unsigned>((address - ring_of(0)) / 0x1000), address);
  } else {
    take_data(address, bytes);
  }
}

std::size_t DmaWriteBench::next_of(unsigned q) const {
  std::size_t index = 0;
  while (index < jobs.size() && (jobs[index].queue != q || jobs[index].is_completed)) ++index;
  return index;
}

void DmaWriteBench::take_data(std::uint64_t address, const Bytes& bytes) {
  ++num_data_tlps;
  const auto q = static_cast<unsigned>(address / buffers_of(0)) - 1;
  ASSERT_LT(q, kNumQueues) << "write to 0x" << std::hex << address;
  const std::size_t index = next_of(q);
  ASSERT_LT(index, jobs.size());
  WriteJob& job = jobs[index];
  EXPECT_EQ(address, job.buffer + job.bytes_written);
  // Only the last one is shorter than up to the next multiple of the largest payload.
  const std::uint64_t end = address + bytes.size();
  EXPECT_TRUE(end % (128u << max_payload) == 0 || end == job.buffer + job.result.bytes.size());
  job.bytes_written += bytes.size();
}

void DmaWriteBench::take_entry(unsigned q, std::uint64_t address) {
  ++num_entries;
  const std::size_t index = next_of(q);
  ASSERT_LT(index, jobs.size()) << "an entry of nothing";
  WriteJob& job = jobs[index];
  const std::size_t number = num_completed_[q]++;
  const auto entry = memory.get<holdfast::Completion>(address);
  EXPECT_EQ(address, ring_of(q) + 16 * (number % (1u << kCqLog2)));
  EXPECT_EQ(entry.index, number);
  EXPECT_EQ(entry.flags, 1 - (number >> kCqLog2) % 2);
  EXPECT_EQ(entry.reserved, 0u);
  EXPECT_EQ(entry.sa_index, job.result.sa_index);
  EXPECT_EQ(entry.generation, job.result.generation);
  EXPECT_EQ(entry.length, job.bytes_written);
  const bool fits = job.buffer >= buffers_of(q) &&
                    job.buffer + job.result.bytes.size() <= buffers_of(q) + kWindowBytes;
  job.reason = entry.reason;
  EXPECT_EQ(entry.reason, job.is_dropped() || fits ? job.result.reason
                                                   : static_cast<unsigned>(DropReason::kDmaWindow));
  EXPECT_EQ(job.bytes_written, fits ? job.result.bytes.size() : 0u) << "data before the entry";
  if (fits) {
    EXPECT_EQ(memory.read(job.buffer, job.result.bytes.size()), job.result.bytes) << index;
  }
  job.is_completed = true;
  ++untold[q];
}

}  // namespace holdfast::test
