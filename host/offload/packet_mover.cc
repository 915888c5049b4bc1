// SPDX-License-Identifier: Apache-2.0
// The queue of the card: descriptors in, completions out.
#include "offload/packet_mover.h"

#include <algorithm>
#include <array>

#include "offload/outer_header.h"

namespace holdfast::offload {
namespace {

/// Packets that one call takes from the plain port, descriptors a doorbell, completions a look.
constexpr std::size_t kBatch = 64;
/// Polls without a completion before the queue is asked whether it stopped.
constexpr unsigned kPollsToDoubt = 1024;
/// A drain gives up after so many; a simulated card needs some hundred for a packet.
constexpr unsigned kMaxDrainPolls = 1'000'000;

}  // namespace

Result<std::unique_ptr<PacketMover>> PacketMover::create(Card& card, CardOffload& offload,
                                                         const Ports& ports, const Clock& clock,
                                                         const Config& config) {
  auto pool = BufferPool::create(card, std::size_t{1} << config.queue_log2);
  if (!pool) return tl::unexpected(pool.error());
  std::unique_ptr<PacketMover> mover(
      new PacketMover(card, offload, ports, clock, config, std::move(*pool)));
  // A completion ring as large as the other always has space: CardOffload relies on it.
  QueueConfig rings;
  rings.sq_log2 = rings.cq_log2 = config.queue_log2;
  auto queue = card.open_queue(config.queue, rings, mover->pool_.region());
  if (!queue) return tl::unexpected(queue.error());
  mover->queue_ = std::move(*queue);
  offload.set_flow(mover.get());
  card.enable(true);
  return mover;
}

PacketMover::PacketMover(Card& card, CardOffload& offload, const Ports& ports, const Clock& clock,
                         const Config& config, BufferPool pool)
    : card_(card),
      offload_(offload),
      ports_(ports),
      clock_(clock),
      pool_(std::move(pool)),
      slots_(std::size_t{1} << config.queue_log2),
      mtus_(config.link_mtu),
      limits_(card.info().num_sas),
      traps_(config.trap_patience) {
  staged_.reserve(kBatch);
  batch_.reserve(kBatch);
  batch_buffers_.reserve(kBatch);
}

PacketMover::~PacketMover() { offload_.set_flow(nullptr); }

void PacketMover::stage(const Slot& slot, std::size_t bytes, std::uint16_t sa_index,
                        std::uint16_t flags) {
  if (is_stopped_) {
    drop(MoverDrop::kCardStopped);
    pool_.give_back(slot.buffer);
    return;
  }
  HOLDFAST_CHECK(num_in_card() < slots_.size());
  slots_[head_++ % slots_.size()] = slot;
  staged_.push_back(
      {to_number(slot.buffer.iova), static_cast<std::uint16_t>(bytes), 0, sa_index, flags});
  if (staged_.size() == kBatch) flush();
}

void PacketMover::flush() {
  if (staged_.empty()) return;
  const Status status = queue_->submit(staged_);
  staged_.clear();
  if (!status) stop();  // the card was reset: there is space for all that has a slot
}

bool PacketMover::take_completions() {
  std::array<Completion, kBatch> completions;
  const std::size_t count = queue_->poll(completions);
  for (const Completion& completion : std::span(completions).first(count)) {
    complete(slots_[tail_ % slots_.size()], completion);
    ++tail_;
  }
  send_batch();
  if (count > 0) idle_polls_ = 0;
  return count > 0;
}

void PacketMover::on_plain_readable() {
  now_ = clock_.now();
  read_plain();
  poll();
}

/// A batch, and what came together with its last packet.
void PacketMover::read_plain() {
  for (std::size_t i = 0; (i < kBatch || ports_.plain.has_more()) && has_space(); ++i) {
    const Buffer buffer = *pool_.take();
    const auto bytes = ports_.plain.read(buffer.bytes);
    if (!bytes) {
      pool_.give_back(buffer);
      break;
    }
    ++counters_.plain_in;
    counters_.plain_bytes_in += *bytes;
    send_plain(buffer, buffer.bytes.first(*bytes));
  }
}

void PacketMover::flush_plain() {
  const std::size_t refused = ports_.plain.flush();
  counters_.plain_out -= refused;
  drop(MoverDrop::kPlainRefused, refused);
}

void PacketMover::on_wire_packet(const net::WirePacket& packet) {
  ++counters_.wire_in;
  counters_.wire_bytes_in += packet.esp.size();
  const std::size_t header_bytes = outer_header_bytes(packet);
  if (packet.esp.empty() || header_bytes + packet.esp.size() > kMaxWireBytes) {
    drop(MoverDrop::kWireLength);
    return;
  }
  if (!has_space()) {
    now_ = clock_.now();
    flush();
    take_completions();
  }
  if (!has_space()) {
    drop(MoverDrop::kNoBuffer);
    return;
  }
  const bool was_busy = busy();
  const Buffer buffer = *pool_.take();
  write_outer_header(packet, buffer.bytes.first(header_bytes));
  std::ranges::copy(packet.esp, buffer.bytes.subspan(header_bytes).begin());
  stage({buffer, Direction::kInbound, false, packet.encap, packet.own, packet.peer},
        header_bytes + packet.esp.size(), kNoSa, kDescriptorChecksumNotValid);
  if (!was_busy) wake();
}

void PacketMover::poll() {
  now_ = clock_.now();
  if (mtus_.expire(now_)) ++mtu_version_;
  drop(MoverDrop::kTrapTimeout, traps_.expire(now_));
  if (may_retry()) retry_held();
  flush();
  if (num_in_card() > 0) {
    card_.io().poll();
    bool has_any = false;
    while (take_completions()) has_any = true;
    if (!has_any) look_whether_it_stopped();
  }
  if (ports_.plain.has_more()) {  // there was no space for it
    read_plain();
    flush();
  }
  flush_plain();
  tell_acquires();
}

void PacketMover::drain() {
  now_ = clock_.now();
  flush();
  const std::uint64_t target = head_;
  for (unsigned i = 0; i < kMaxDrainPolls && tail_ < target; ++i) {
    if (take_completions()) continue;
    card_.io().poll();
    look_whether_it_stopped();
  }
  flush_plain();
}

void PacketMover::on_policies_changed() {
  if (may_retry()) wake();
}

void PacketMover::look_whether_it_stopped() {
  if (++idle_polls_ % kPollsToDoubt != 0) return;
  const bool was_reset = !queue_->submit({});
  if (!was_reset && queue_->cause() == QueueCause::kNone) return;
  // What it wrote before it stopped is in memory now: the read of the cause pushed it there.
  while (take_completions()) {
  }
  stop();
}

void PacketMover::stop() {
  is_stopped_ = true;
  staged_.clear();
  drop(MoverDrop::kCardStopped, num_in_card());
  for (; tail_ < head_; ++tail_) pool_.give_back(slots_[tail_ % slots_.size()].buffer);
}

void PacketMover::tell_acquires() {
  std::vector<std::uint32_t> acquires;
  acquires.swap(acquires_);
  for (const std::uint32_t policy_id : acquires) {
    ++counters_.acquires;
    offload_.acquire(policy_id);
  }
}

void PacketMover::set_path_mtu(const IpAddress& peer, unsigned mtu) {
  mtus_.set(peer, mtu, clock_.now());
  ++mtu_version_;
}

void PacketMover::on_way_changed(const IpAddress& peer) {
  mtus_.forget(peer);
  ++mtu_version_;
}

bool PacketMover::adds_up() const {
  return counters_.plain_in + counters_.wire_in + counters_.more_fragments ==
         counters_.plain_out + counters_.wire_out + counters_.clear_out + counters_.all_drops() +
             traps_.size() + num_in_card();
}

}  // namespace holdfast::offload
