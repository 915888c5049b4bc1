// SPDX-License-Identifier: Apache-2.0
// Plain packets: their policy, their size, and those that wait for an SA.
#include <algorithm>

#include "offload/icmp_too_big.h"
#include "offload/ipv4_fragments.h"
#include "offload/packet_mover.h"

namespace holdfast::offload {

void PacketMover::send_plain(const Buffer& buffer, ByteView packet) {
  const auto flow = read_flow(packet);
  const auto decision = flow ? offload_.spd().lookup(*flow) : std::nullopt;
  if (decision && decision->action == Spd::Action::kProtect) {
    protect(buffer, *flow, decision->sa);
    return;
  }
  if (!flow)
    drop(MoverDrop::kMalformed);
  else if (!decision)
    drop(MoverDrop::kNoPolicy);
  else if (decision->action == Spd::Action::kDrop)
    drop(MoverDrop::kPolicyDrop);
  else if (decision->action == Spd::Action::kTrap)
    hold(packet.first(flow->total_bytes), decision->policy_id);
  else if (ports_.clear == nullptr)
    drop(MoverDrop::kNoClearPort);
  else if (!ports_.clear->send(packet.first(flow->total_bytes)))
    drop(MoverDrop::kClearRefused);
  else
    ++counters_.clear_out;
  pool_.give_back(buffer);
}

void PacketMover::protect(const Buffer& buffer, const Flow& flow, SaIndex sa) {
  const std::size_t limit = inner_limit(sa);
  if (flow.total_bytes > limit) {
    protect_too_long(buffer, flow, sa, limit);
    return;
  }
  stage({buffer, Direction::kOutbound, false}, flow.total_bytes, to_number(sa),
        kDescriptorOutbound);
}

void PacketMover::protect_too_long(const Buffer& buffer, const Flow& flow, SaIndex sa,
                                   std::size_t limit) {
  const SaRow& row = *offload_.row(sa);
  // An IPv6 sender need not go below 1,280 bytes (RFC 8201, 4): we carry that somehow.
  const std::size_t least = flow.source.is_ipv6 ? kMinIpv6Mtu : 0;
  const bool outside_by_need = flow.total_bytes <= least;
  const bool outside_by_choice = row.df == DfMode::kClear;
  if (!outside_by_need && !outside_by_choice && flow.has_df) {
    tell_too_big(buffer, flow, std::max(limit, least));
    return;
  }
  const bool can_be_cut = !flow.source.is_ipv6 && !row.has_upper_layer_selector && !flow.has_df;
  if (!outside_by_need && !outside_by_choice && can_be_cut) {
    send_fragments(buffer, flow, sa, limit);
    return;
  }
  if (!outside_by_need && row.df == DfMode::kSet) {
    drop(MoverDrop::kTooBig);  // neither inside nor outside may be cut
    pool_.give_back(buffer);
    return;
  }
  stage({buffer, Direction::kOutbound, true}, flow.total_bytes, to_number(sa), kDescriptorOutbound);
}

void PacketMover::send_fragments(const Buffer& buffer, const Flow& flow, SaIndex sa,
                                 std::size_t limit) {
  const auto fragments = fragment_ipv4(buffer.bytes.first(flow.total_bytes), limit);
  pool_.give_back(buffer);
  if (fragments.empty()) {
    drop(MoverDrop::kTooBig);
    return;
  }
  const auto has_room = [&] {
    return std::min(pool_.num_free(), slots_.size() - num_in_card()) >= fragments.size();
  };
  if (!has_room()) {
    flush();
    take_completions();
  }
  if (!has_room()) {
    drop(MoverDrop::kNoBuffer);
    return;
  }
  counters_.more_fragments += fragments.size() - 1;
  for (const Bytes& fragment : fragments) {
    const Buffer part = *pool_.take();
    std::ranges::copy(fragment, part.bytes.begin());
    stage({part, Direction::kOutbound, false}, fragment.size(), to_number(sa), kDescriptorOutbound);
  }
}

void PacketMover::tell_too_big(const Buffer& buffer, const Flow& flow, std::size_t limit) {
  drop(MoverDrop::kTooBig);
  const auto answer =
      icmp_too_big(buffer.bytes.first(flow.total_bytes), flow, static_cast<unsigned>(limit));
  pool_.give_back(buffer);
  if (!answer) return;
  if (!may_send_icmp())
    ++counters_.icmp_limited;
  else if (ports_.plain.write(*answer))
    ++counters_.icmp_out;
}

bool PacketMover::may_send_icmp() {
  if (now_ - icmp_since_ >= std::chrono::seconds(1)) {
    icmp_since_ = now_;
    icmp_left_ = kIcmpPerSecond;
  }
  if (icmp_left_ == 0) return false;
  --icmp_left_;
  return true;
}

std::size_t PacketMover::inner_limit(SaIndex sa) {
  // Both only ever grow, so their sum tells whether one did.
  const std::uint64_t stamp = offload_.version() + mtu_version_;
  Limit& limit = limits_.at(to_number(sa));
  if (limit.stamp == stamp) return limit.bytes;
  const SaRow& row = *offload_.row(sa);
  const Binding& binding = offload_.binding(row.path);
  limit = {stamp, largest_inner_bytes(binding, row.suite, mtus_.mtu(binding.peer.address))};
  return limit.bytes;
}

void PacketMover::hold(ByteView packet, std::uint32_t policy_id) {
  if (!traps_.hold(policy_id, packet, now_)) drop(MoverDrop::kTrapFull);
  if (traps_.must_acquire(policy_id, now_)) acquires_.push_back(policy_id);
}

void PacketMover::retry_held() {
  const std::uint64_t version = offload_.spd().version();
  bool has_tried_all = true;
  for (std::size_t i = traps_.size(); i > 0; --i) {
    TrapQueue::Held held = traps_.take();
    const auto decision = offload_.spd().lookup(*read_flow(held.packet));
    const bool is_trap = decision && decision->action == Spd::Action::kTrap;
    if (is_trap && decision->policy_id == held.policy_id) {
      traps_.put_back(std::move(held));
    } else if (is_trap) {
      hold(held.packet, decision->policy_id);
    } else if (!has_space()) {
      has_tried_all = false;
      traps_.put_back(std::move(held));
    } else {
      traps_.settle(held.policy_id);
      const Buffer buffer = *pool_.take();
      std::ranges::copy(held.packet, buffer.bytes.begin());
      send_plain(buffer, buffer.bytes.first(held.packet.size()));
    }
  }
  if (has_tried_all) retried_version_ = version;
}

}  // namespace holdfast::offload
