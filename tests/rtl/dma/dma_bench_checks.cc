// SPDX-License-Identifier: Apache-2.0
// What the bench looks at: packets into the pipeline, reads, writes, completions.
#include <gtest/gtest.h>

#include <algorithm>

#include "dma_bench.h"

namespace holdfast::test {

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
