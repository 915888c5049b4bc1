// SPDX-License-Identifier: Apache-2.0
#include "offload/trap_queue.h"

#include "base/result.h"

namespace holdfast::offload {

bool TrapQueue::hold(std::uint32_t policy_id, ByteView packet, TimePoint now) {
  const auto found = counts_.find(policy_id);
  if (found != counts_.end() && found->second >= kMaxPackets) return false;
  if (bytes_ + packet.size() > kMaxBytes) return false;
  put_back({policy_id, Bytes(packet.begin(), packet.end()), now});
  return true;
}

bool TrapQueue::must_acquire(std::uint32_t policy_id, TimePoint now) {
  const auto [entry, is_new] = acquired_.try_emplace(policy_id, now);
  if (!is_new && now - entry->second < patience_) return false;
  entry->second = now;
  return true;
}

TrapQueue::Held TrapQueue::take() {
  HOLDFAST_CHECK(!held_.empty());
  Held held = std::move(held_.front());
  held_.pop_front();
  bytes_ -= held.packet.size();
  if (const auto found = counts_.find(held.policy_id); --found->second == 0) counts_.erase(found);
  return held;
}

void TrapQueue::put_back(Held held) {
  ++counts_[held.policy_id];
  bytes_ += held.packet.size();
  held_.push_back(std::move(held));
}

std::size_t TrapQueue::expire(TimePoint now) {
  std::size_t count = 0;
  while (!held_.empty() && now - held_.front().since >= patience_) {
    take();
    ++count;
  }
  return count;
}

}  // namespace holdfast::offload
