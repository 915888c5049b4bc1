// SPDX-License-Identifier: Apache-2.0
#include "dma_bench.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "packed_port.h"

namespace holdfast::test {
namespace {

PipelineAgent::Setup slower(PipelineAgent::Setup setup, unsigned cycles) {
  setup.latency += cycles;
  return setup;
}

constexpr std::uint64_t kRegionBytes = 16u << 20;
constexpr std::uint64_t kSqBase = 0x1000'0000, kCqBase = 0x2000'0000;
constexpr std::uint64_t kMsixBase = 0xFEE0'0000;

/// Buffers of queue `q`; two of the regions lie above 4 GiB, one across it.
constexpr std::uint64_t kRegions[kNumQueues] = {0x4000'0000, 0xFF80'0000, 0x7'4000'0000,
                                                0xFFFF'FFFF'F000'0000};

TlpBeat get_beat(const void* port) {
  struct Words {
    std::uint32_t word[9];
  };
  const auto& words = *static_cast<const Words*>(port);
  TlpBeat beat;
  PackedReader reader(words);
  beat.eop = reader.get(1);
  beat.sop = reader.get(1);
  beat.strb = static_cast<unsigned>(reader.get(4));
  for (auto& dw : beat.data) dw = static_cast<std::uint32_t>(reader.get(32));
  for (unsigned i = 4; i > 0; --i) beat.header[i - 1] = static_cast<std::uint32_t>(reader.get(32));
  return beat;
}

TlpSinkPins read_pins(Vdma_model& top) {
  return {[&top]() -> std::optional<TlpBeat> {
            if (!top.tx_rd_req_valid_o) return std::nullopt;
            return get_beat(&top.tx_rd_req_o);
          },
          [&top](bool ready) { top.tx_rd_req_ready_i = ready; }};
}

TlpSinkPins write_pins(Vdma_model& top) {
  return {[&top]() -> std::optional<TlpBeat> {
            if (!top.tx_wr_req_valid_o) return std::nullopt;
            return get_beat(&top.tx_wr_req_o);
          },
          [&top](bool ready) { top.tx_wr_req_ready_i = ready; }};
}

TlpSourcePins completion_pins(Vdma_model& top) {
  return {[&top](bool valid, const TlpBeat& beat) {
            top.rx_cpl_valid_i = valid;
            if (!valid) return;
            PackedWriter writer(top.rx_cpl_i);
            writer.put(beat.eop, 1).put(beat.sop, 1).put(beat.strb, 4);
            for (const auto dw : beat.data) writer.put(dw, 32);
            for (unsigned i = 4; i > 0; --i) writer.put(beat.header[i - 1], 32);
            top.rx_cpl_error_i = beat.func_num;
          },
          [&top] {
            EXPECT_TRUE(top.rx_cpl_ready_o) << "rx_cpl must never wait";
            return top.rx_cpl_ready_o != 0;
          }};
}

}  // namespace

DmaBench::DmaBench(const BenchSetup& setup, std::uint64_t seed)
    : root(setup.link, read_pins(sim.top()), write_pins(sim.top()), completion_pins(sim.top()),
           seed),
      random(seed + 10),
      setup_(setup),
      agents_{PipelineAgent(slower(setup.pipeline, setup.inbound_latency), seed + 20),
              PipelineAgent(setup.pipeline, seed + 21)} {
  for (unsigned q = 0; q < kNumQueues; ++q) queues[q] = usual_queue(q);
  for (unsigned v = 0; v < kNumVectors; ++v)
    msix[v] = {kMsixBase + 16 * v + (std::uint64_t{v % 2} << 36), 0xA0B0C000u + v, false};
  transform = [this](bool is_outbound, const Bytes& bytes) {
    return random_result(is_outbound, bytes);
  };
  root.on_read = [this](std::uint64_t address, unsigned bytes) { return on_read(address, bytes); };
  root.on_write = [this](std::uint64_t address, const Bytes& bytes) { on_write(address, bytes); };
  for (unsigned d = 0; d < 2; ++d) {
    agents_[d].on_packet = [this, d](const Ingress& ingress, const Bytes& bytes) {
      return play(d == 1, ingress, bytes);
    };
  }
  sim.add_agent([this] { drive(); }, [this] { sample(); });
}

QueueConfig DmaBench::usual_queue(unsigned q, unsigned sq_log2, unsigned cq_log2) {
  QueueConfig queue;
  queue.sq_base = kSqBase + q * 0x100'0000 + 64 * (q % 2);
  queue.cq_base = kCqBase + q * 0x100'0000 + 64 * (q / 2);
  queue.sq_log2 = sq_log2;
  queue.cq_log2 = cq_log2;
  queue.window_base = kRegions[q];
  queue.window_limit = kRegions[q] + kRegionBytes - 1;
  queue.vector_index = q;
  return queue;
}

// ------------------------------------------------------------------------------------ pins

void DmaBench::drive_config() {
  auto& top = sim.top();
  PackedWriter cfg(top.cfg_i);
  cfg.put(0, 1).put(setup_.link.rcb, 1).put(msix_mask, 1).put(msix_en, 1);
  cfg.put(root.is_bus_master, 1).put(RootComplex::kCardId, 16);
  cfg.put(setup_.link.max_read_req, 3).put(setup_.link.max_payload, 3);
  if (!is_shown_ || queues != queues_shown_) {
    PackedWriter writer(top.queue_config_i);
    for (const auto& queue : queues) {
      writer.put(queue.cq_consumer, 16).put(0, 1).put(queue.sq_producer, 16);
      writer.put(queue.moderation_us, 16).put(queue.moderation_packets, 16);
      writer.put(queue.irq_enable, 1).put(queue.vector_index, 8);
      writer.put(queue.window_limit, 64).put(queue.window_base, 64);
      writer.put(queue.cq_log2, 5).put(queue.sq_log2, 5);
      writer.put(queue.cq_base, 64).put(queue.sq_base, 64).put(queue.enable, 1);
    }
    queues_shown_ = queues;
  }
  if (!is_shown_ || msix != msix_shown_) {
    PackedWriter table(top.msix_table_i);
    for (const auto& entry : msix)
      table.put(entry.is_masked, 1).put(entry.data, 32).put(entry.address, 64);
    msix_shown_ = msix;
  }
  is_shown_ = true;
  PackedWriter ring(top.event_config_i);
  ring.put(event_ring.consumer, 16).put(event_ring.irq_enable, 1).put(event_ring.vector_index, 8);
  ring.put(event_ring.log2, 5).put(event_ring.base, 64).put(event_ring.enable, 1);
  top.swept_i = is_swept;
  top.read_timeout_us_i = static_cast<std::uint16_t>(setup_.read_timeout_us);
  top.tick_us_i = sim.cycle() % setup_.cycles_per_us == 0;
  top.error_latch_i = error_latch;
  top.error_rise_i = raise_error_;
  raise_error_ = false;
  top.event_valid_i = !events_to_send_.empty();
  if (!events_to_send_.empty()) {
    const RaisedEvent& event = events_to_send_.front();
    PackedWriter(top.event_i)
        .put(event.sa_index + 7, 32)  // generation
        .put(event.seq, 64)
        .put(event.sa_index ^ 0xFF, 16)
        .put(event.sa_index, 16)
        .put(event.kind, 4);
  }
}

void DmaBench::drive_pipeline() {
  auto& top = sim.top();
  top.ready_i = 0;
  top.valid_i = 0;
  top.last_i = 0;
  top.keep_i = 0;
  PackedWriter results(top.result_i);
  for (unsigned d = 0; d < 2; ++d) {
    if (agents_[d].drive_ready()) top.ready_i |= static_cast<std::uint8_t>(1u << d);
    const auto offer = agents_[d].drive_offer();
    const Result none;
    const Result& result = offer.result ? *offer.result : none;
    results.put(result.generation, 32).put(result.sa_index, 16).put(result.bytes.size(), 16);
    results.put(result.has_ticket, 1).put(result.reason, 6);
    if (!offer.result) continue;
    const Bytes& bytes = offer.result->bytes;
    const std::size_t count = std::min<std::size_t>(16, bytes.size() - offer.offset);
    auto* data = reinterpret_cast<std::uint8_t*>(&top.data_i) + 16 * d;
    std::memset(data, 0, 16);
    std::memcpy(data, bytes.data() + offer.offset, count);
    top.keep_i |= ((1u << count) - 1) << (16 * d);
    if (offer.offset + count == bytes.size()) top.last_i |= static_cast<std::uint8_t>(1u << d);
    top.valid_i |= static_cast<std::uint8_t>(1u << d);
  }
}

void DmaBench::drive() {
  drive_config();
  drive_pipeline();
  root.drive();
}

void DmaBench::sample() {
  auto& top = sim.top();
  for (unsigned d = 0; d < 2; ++d) {
    if (((top.valid_o >> d) & 1) && agents_[d].is_ready()) {
      PlayedBeat beat;
      std::memcpy(beat.data, reinterpret_cast<const std::uint8_t*>(&top.data_o) + 16 * d, 16);
      beat.keep = (top.keep_o >> (16 * d)) & 0xFFFF;
      beat.last = (top.last_o >> d) & 1;
      PackedReader reader(top.ingress_o, 24 * d);
      beat.ingress.sa_index = static_cast<unsigned>(reader.get(16));
      beat.ingress.checksum_not_valid = static_cast<unsigned>(reader.get(1));
      beat.ingress.has_ethernet = static_cast<unsigned>(reader.get(1));
      beat.ingress.reason = static_cast<unsigned>(reader.get(6));
      agents_[d].take(beat);
    }
    if ((top.valid_i >> d) & (top.ready_o >> d) & 1) agents_[d].accept();
    agents_[d].tick();
  }
  if (top.event_valid_i && top.event_ready_o) events_to_send_.pop_front();
  sample_pulses();
  root.sample();
}

void DmaBench::sample_pulses() {
  auto& top = sim.top();
  pulses.reads += top.dma_read_o;
  pulses.read_errors += top.dma_read_error_o;
  pulses.read_timeouts += top.dma_read_timeout_o;
  pulses.bad_completions += top.bad_completion_o;
  pulses.stalls += top.completion_stall_o;
  pulses.queue_stops += top.queue_stopped_o;
  pulses.writes += top.dma_write_o;
  pulses.interrupts += top.interrupt_o;
  pulses.events += top.event_o;
  pulses.events_lost += top.event_lost_o;
  for (unsigned d = 0; d < 2; ++d) {
    if (!((top.retired_valid_o >> d) & 1)) continue;
    PackedReader reader(top.retired_o, 56 * d);
    pulses.bytes_out += reader.get(16);
    pulses.bytes_in += reader.get(16);
    reader.get(16 + 6 + 1);
    EXPECT_EQ(reader.get(1), d);
    ++pulses.retired[d];
  }
}

QueueStatus DmaBench::status(unsigned queue_index) {
  PackedReader reader(sim.top().queue_status_o, 38 * queue_index);
  QueueStatus status{};
  status.cq_producer = static_cast<std::uint16_t>(reader.get(16));
  status.sq_consumer = static_cast<std::uint16_t>(reader.get(16));
  status.waits = reader.get(1);
  status.cause = static_cast<QueueCause>(reader.get(4));
  status.is_running = reader.get(1);
  return status;
}

// ------------------------------------------------------------------------------------ host

void DmaBench::start(unsigned mask) {
  for (auto& queue : queues) queue.enable = false;
  drive_config();
  sim.reset();
  for (unsigned q = 0; q < kNumQueues; ++q)
    if ((mask >> q) & 1) enable(q);
  EXPECT_TRUE(sim.run_until([this] { return sim.top().swept_o != 0; }, 3000));
}

void DmaBench::enable(unsigned queue_index) {
  queues[queue_index].enable = true;
  queues[queue_index].sq_producer = queues[queue_index].cq_consumer = 0;
  Host& host = host_[queue_index];
  host = Host{};
}

DropReason DmaBench::refusal_of(const QueueConfig& queue, const Descriptor& d) const {
  if (d.length == 0 || (d.flags & ~7u) || d.buffer_iova % 64) return DropReason::kBadDescriptor;
  if (d.length > kMaxPacketBytes) return DropReason::kTooLong;
  const std::uint64_t first = d.buffer_iova + d.offset, last = first + d.length - 1;
  if (first < d.buffer_iova || last < first || first < queue.window_base ||
      last > queue.window_limit) {
    return DropReason::kDmaWindow;
  }
  return DropReason::kNone;
}

bool DmaBench::submit(unsigned queue_index, Descriptor descriptor) {
  Host& host = host_[queue_index];
  const QueueConfig& queue = queues[queue_index];
  const std::size_t size = std::size_t{1} << queue.sq_log2;
  if (host.submitted - status(queue_index).sq_consumer % 0x10000 >= size &&
      static_cast<std::uint16_t>(host.submitted - status(queue_index).sq_consumer) >= size) {
    return false;
  }
  const std::size_t index = host.submitted;
  // The packet says who it is: the SA index is otherwise of no meaning to the DMA.
  descriptor.sa_index = static_cast<std::uint16_t>((queue_index << 14) | (index & 0x3FFF));
  Packet packet{};
  packet.descriptor = descriptor;
  packet.refusal = refusal_of(queue, descriptor);
  if (packet.refusal == DropReason::kNone) {
    packet.input.resize(descriptor.length);
    for (auto& byte : packet.input) byte = static_cast<std::uint8_t>(random());
    root.memory.write(descriptor.buffer_iova + descriptor.offset, packet.input);
  }
  root.memory.put(queue.sq_base + 16 * (index % size), descriptor);
  host.by_buffer[descriptor.buffer_iova] = index;
  host.packets.emplace(index, std::move(packet));
  ++host.submitted;
  return true;
}

bool DmaBench::submit(unsigned queue_index, bool is_outbound, unsigned length, unsigned offset) {
  const QueueConfig& queue = queues[queue_index];
  Host& host = host_[queue_index];
  // Buffers follow each other through the region, never closer than the longest result.
  std::uint64_t room = (std::max(offset + length, kMaxPacketBytes) + 63) / 64 * 64;
  room += 64 * (random() % 8);
  if (host.next_buffer + room > queue.window_limit - queue.window_base) host.next_buffer = 0;
  Descriptor descriptor{};
  descriptor.buffer_iova = queue.window_base + host.next_buffer;
  descriptor.length = static_cast<std::uint16_t>(length);
  descriptor.offset = static_cast<std::uint16_t>(offset);
  descriptor.flags = static_cast<std::uint16_t>((random() % 4) << 1 | (is_outbound ? 1u : 0u));
  if (!submit(queue_index, descriptor)) return false;
  host.next_buffer += room;
  return true;
}

void DmaBench::ring(unsigned queue_index) {
  queues[queue_index].sq_producer = static_cast<std::uint16_t>(host_[queue_index].submitted);
}

void DmaBench::consume(unsigned queue_index) {
  Host& host = host_[queue_index];
  queues[queue_index].cq_consumer = static_cast<std::uint16_t>(host.completed);
  while (!host.packets.empty() && host.packets.begin()->first + 512 < host.completed)
    host.packets.erase(host.packets.begin());
}

bool DmaBench::drain(std::uint64_t limit) {
  return sim.run_until(
      [this] {
        bool is_done = true;
        for (unsigned q = 0; q < kNumQueues; ++q) {
          consume(q);
          if (queues[q].enable && host_[q].completed != host_[q].submitted) is_done = false;
        }
        return is_done && agents_[0].idle() && agents_[1].idle();
      },
      limit);
}

void DmaBench::expect_idle() {
  sim.step(20);
  for (unsigned q = 0; q < kNumQueues; ++q) {
    EXPECT_EQ(status(q).sq_consumer, status(q).cq_producer) << "queue " << q;
    EXPECT_EQ(status(q).cq_producer, static_cast<std::uint16_t>(host_[q].completed));
  }
  EXPECT_EQ(sim.top().writes_offered_o, sim.top().writes_accepted_o);
  EXPECT_EQ(sim.top().writes_accepted_o, static_cast<std::uint16_t>(root.num_writes()));
  EXPECT_EQ(pulses.writes + pulses.interrupts, root.num_writes());
  EXPECT_EQ(pulses.reads, root.num_reads());
  EXPECT_EQ(sim.top().valid_o, 0);
}

void DmaBench::raise_event(unsigned kind, unsigned sa_index, std::uint64_t seq) {
  events_to_send_.push_back({kind, sa_index, seq});
}

void DmaBench::raise_error(std::uint32_t latch) {
  error_latch = latch;
  raise_error_ = true;
}

// ------------------------------------------------------------------------------------ checks

Result DmaBench::random_result(bool is_outbound, const Bytes& bytes) {
  Result result;
  result.has_ticket = random() % 2;
  result.sa_index = static_cast<unsigned>(random() % 0x10000);
  result.generation = static_cast<std::uint32_t>(random());
  if (random() % 8 == 0) {
    result.reason = 7 + static_cast<unsigned>(random() % 20);
    return result;
  }
  const std::size_t change = random() % 80;
  const std::size_t length = is_outbound ? std::min<std::size_t>(bytes.size() + change, 9230)
                                         : bytes.size() - std::min(change, bytes.size() - 1);
  result.bytes.resize(length);
  for (std::size_t i = 0; i < length; ++i)
    result.bytes[i] = static_cast<std::uint8_t>((i < bytes.size() ? bytes[i] : i) ^ 0x5A);
  return result;
}

Result DmaBench::play(bool is_outbound, const Ingress& ingress, const Bytes& bytes) {
  const unsigned queue_index = ingress.sa_index >> 14;
  Host& host = host_[queue_index];
  // 14 bits of the index: the newest packet that has them.
  std::size_t index = (host.submitted & ~std::size_t{0x3FFF}) | (ingress.sa_index & 0x3FFF);
  if (index >= host.submitted) index -= 0x4000;
  Packet& packet = host.packets.at(index);
  const unsigned flags = packet.descriptor.flags;
  EXPECT_FALSE(packet.was_played);
  EXPECT_EQ(is_outbound, (flags & 1) != 0);
  EXPECT_GE(index + 1, host.last_played[is_outbound]) << "order within a direction";
  host.last_played[is_outbound] = index + 1;
  DropReason expected = packet.refusal;
  if (packet.has_read_fault) expected = DropReason::kDmaRead;
  EXPECT_EQ(static_cast<DropReason>(ingress.reason), expected)
      << "queue " << queue_index << " packet " << index << " length " << packet.descriptor.length;
  EXPECT_EQ(ingress.has_ethernet, (flags >> 1) & 1);
  EXPECT_EQ(ingress.checksum_not_valid, (flags >> 2) & 1);
  if (expected == DropReason::kNone) {
    EXPECT_EQ(bytes, packet.input)
        << "queue " << queue_index << " packet " << index << " offset " << packet.descriptor.offset;
    packet.result = transform(is_outbound, bytes);
  } else {
    packet.result.reason = ingress.reason;
  }
  packet.was_played = true;
  packet.reason = static_cast<DropReason>(packet.result.reason);
  if (packet.reason == DropReason::kNone) {
    const std::uint64_t first = packet.descriptor.buffer_iova;
    const std::uint64_t last = first + packet.result.bytes.size() - 1;
    const QueueConfig& queue = queues[queue_index];
    packet.is_written = first >= queue.window_base && last >= first && last <= queue.window_limit;
    if (!packet.is_written) packet.reason = DropReason::kDmaWindow;
  }
  return packet.result;
}

Fault DmaBench::on_read(std::uint64_t address, unsigned bytes) {
  for (unsigned q = 0; q < kNumQueues; ++q) {
    const QueueConfig& queue = queues[q];
    const std::uint64_t ring_bytes = std::uint64_t{16} << queue.sq_log2;
    if (address - queue.sq_base < ring_bytes) {
      EXPECT_LE(address - queue.sq_base + bytes, ring_bytes) << "beyond the ring";
      EXPECT_EQ(address % 16, 0u);
      EXPECT_LE(bytes, 128u);
      return descriptor_fault;
    }
    if (address < queue.window_base || address > queue.window_limit) continue;
    Host& host = host_[q];
    auto owner = host.by_buffer.upper_bound(address);
    if (owner == host.by_buffer.begin()) break;
    --owner;
    Packet& packet = host.packets.at(owner->second);
    const std::uint64_t first = packet.descriptor.buffer_iova + packet.descriptor.offset;
    EXPECT_GE(address, first) << "reads in front of the packet";
    EXPECT_LE(address + bytes, first + packet.descriptor.length) << "reads behind the packet";
    EXPECT_EQ(packet.refusal, DropReason::kNone);
    const Fault fault = packet_fault ? packet_fault(address, bytes) : Fault::kNone;
    if (fault != Fault::kNone) packet.has_read_fault = true;
    return fault;
  }
  ADD_FAILURE() << "read of " << bytes << " bytes at 0x" << std::hex << address;
  return Fault::kNone;
}

void DmaBench::on_write(std::uint64_t address, const Bytes& bytes) {
  for (unsigned v = 0; v < kNumVectors; ++v) {
    if (address != msix[v].address) continue;
    EXPECT_EQ(bytes.size(), 4u);
    EXPECT_EQ(root.memory.get<std::uint32_t>(address), msix[v].data);
    ++messages[v];
    return;
  }
  if (event_ring.enable && address - event_ring.base < (std::uint64_t{64} << event_ring.log2)) {
    EXPECT_EQ(bytes.size(), 64u);
    EXPECT_EQ(address,
              event_ring.base + 64 * (events.size() % (std::size_t{1} << event_ring.log2)));
    events.push_back(root.memory.get<Event>(address));
    const unsigned phase = 1 - ((events.size() - 1) >> event_ring.log2) % 2;
    EXPECT_EQ(events.back().flags, phase);
    return;
  }
  for (unsigned q = 0; q < kNumQueues; ++q) {
    if (address - queues[q].cq_base >= (std::uint64_t{16} << queues[q].cq_log2)) continue;
    EXPECT_EQ(bytes.size(), 16u);
    on_completion(q, address);
    return;
  }
  on_data(address, bytes);
}

void DmaBench::on_data(std::uint64_t address, const Bytes& bytes) {
  for (unsigned q = 0; q < kNumQueues; ++q) {
    if (address < queues[q].window_base || address > queues[q].window_limit) continue;
    Host& host = host_[q];
    Packet& packet = host.packets.at(host.completed);  // only the next one may be written
    EXPECT_TRUE(packet.was_played && packet.is_written) << "data of a dropped packet";
    EXPECT_EQ(address, packet.descriptor.buffer_iova + packet.bytes_written);
    packet.bytes_written += bytes.size();
    return;
  }
  ADD_FAILURE() << "write to 0x" << std::hex << address;
}

void DmaBench::on_completion(unsigned q, std::uint64_t address) {
  Host& host = host_[q];
  const std::size_t size = std::size_t{1} << queues[q].cq_log2;
  ASSERT_LT(host.completed, host.submitted) << "completion of nothing";
  Packet& packet = host.packets.at(host.completed);
  const auto entry = root.memory.get<holdfast::Completion>(address);
  EXPECT_EQ(address, queues[q].cq_base + 16 * (host.completed % size));
  EXPECT_LT(static_cast<std::uint16_t>(host.completed - queues[q].cq_consumer), size)
      << "completion space was not reserved";
  EXPECT_TRUE(packet.was_played);
  EXPECT_EQ(entry.index, static_cast<std::uint16_t>(host.completed));
  EXPECT_EQ(entry.flags, 1 - (host.completed / size) % 2);
  EXPECT_EQ(static_cast<DropReason>(entry.reason), packet.reason);
  EXPECT_EQ(entry.length, packet.is_written ? packet.result.bytes.size() : 0u);
  EXPECT_EQ(entry.sa_index, packet.result.sa_index);
  EXPECT_EQ(entry.generation, packet.result.generation);
  EXPECT_EQ(entry.reserved, 0u);
  EXPECT_EQ(packet.bytes_written, entry.length);
  if (packet.is_written) {
    EXPECT_EQ(root.memory.read(packet.descriptor.buffer_iova, entry.length), packet.result.bytes)
        << "queue " << q << " packet " << host.completed;
  }
  packet.is_completed = true;
  const auto owner = host.by_buffer.find(packet.descriptor.buffer_iova);
  if (owner != host.by_buffer.end() && owner->second == host.completed) host.by_buffer.erase(owner);
  ++host.completed;
}

}  // namespace holdfast::test
