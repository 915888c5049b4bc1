// SPDX-License-Identifier: Apache-2.0
// What the card is done with.
#include <algorithm>

#include "offload/outer_header.h"
#include "offload/packet_mover.h"

namespace holdfast::offload {
namespace {

/// Also of packets that were dropped for what was inside, and of dummies (RFC 4303, 2.6).
bool is_authentic(std::uint16_t reason) {
  return reason == 0 || (reason >= static_cast<std::uint16_t>(DropReason::kPadding) &&
                         reason <= static_cast<std::uint16_t>(DropReason::kLifetime));
}

}  // namespace

void PacketMover::complete(const Slot& slot, const Completion& completion) {
  const bool is_outbound = slot.direction == Direction::kOutbound;
  if (!is_outbound && is_authentic(completion.reason))
    offload_.note_arrival(SaIndex{completion.sa_index}, slot.encap, slot.own, slot.peer);
  if (completion.reason != 0) {
    auto& drops = counters_.card_drops[is_outbound ? 1 : 0];
    ++drops[std::min<std::size_t>(completion.reason, drops.size() - 1)];
    pool_.give_back(slot.buffer);
    return;
  }
  if (completion.length > slot.buffer.bytes.size()) {
    drop(MoverDrop::kBadResult);
    pool_.give_back(slot.buffer);
    return;
  }
  const ByteView result = slot.buffer.bytes.first(completion.length);
  offload_.note_use(SaIndex{completion.sa_index}, now_);
  if (is_outbound) {
    complete_outbound(slot, result);
    return;
  }
  complete_inbound(result, SaIndex{completion.sa_index});
  pool_.give_back(slot.buffer);
}

void PacketMover::complete_outbound(const Slot& slot, ByteView outer) {
  auto packet = split_outer(outer);
  if (!packet) {
    drop(MoverDrop::kBadResult);
    pool_.give_back(slot.buffer);
    return;
  }
  if (slot.may_fragment) packet->dont_fragment = false;
  batch_.push_back(*packet);
  batch_buffers_.push_back(slot.buffer);
}

void PacketMover::complete_inbound(ByteView inner, SaIndex sa) {
  const SaRow* row = offload_.row(sa);
  if (row == nullptr) {
    drop(MoverDrop::kBadResult);
    return;
  }
  // The card has checked the addresses (RFC 4301, 5.2, step 4).
  if (row->has_upper_layer_selector) {
    const auto flow = read_flow(inner);
    if (!flow || !is_upper_layer_selected(*flow, Way::kToLocal, row->local, row->remote)) {
      drop(MoverDrop::kSelector);
      return;
    }
  }
  if (!ports_.plain.write(inner)) {
    drop(MoverDrop::kPlainRefused);
    return;
  }
  ++counters_.plain_out;
  counters_.plain_bytes_out += inner.size();
}

void PacketMover::send_batch() {
  if (batch_.empty()) return;
  const std::size_t sent = std::min(ports_.wire.send(batch_), batch_.size());
  counters_.wire_out += sent;
  for (std::size_t i = 0; i < sent; ++i) counters_.wire_bytes_out += batch_[i].esp.size();
  drop(MoverDrop::kWireRefused, batch_.size() - sent);
  for (const Buffer& buffer : batch_buffers_) pool_.give_back(buffer);
  batch_.clear();
  batch_buffers_.clear();
}

}  // namespace holdfast::offload
