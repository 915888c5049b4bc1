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
    const Endpoints& ends = event_endpoints;
    PackedWriter(top.event_i)
        .put(ends.peer_port, 16)
        .put(ends.own_port, 16)
        .put(ends.peer[1], 64)
        .put(ends.peer[0], 64)
        .put(ends.own[1], 64)
        .put(ends.own[0], 64)
        .put(ends.is_ipv6, 1)
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

}  // namespace holdfast::test
