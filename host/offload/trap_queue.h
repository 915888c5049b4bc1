// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "base/bytes.h"
#include "net/clock.h"

namespace holdfast::offload {

/// Plain packets that wait for the SA that their policy asked for: the first few of each policy,
/// so that what began a connection is not lost.
class TrapQueue {
 public:
  static constexpr std::size_t kMaxPackets = 8;      ///< Of one policy.
  static constexpr std::size_t kMaxBytes = 4 << 20;  ///< Of all.

  /// After `patience` a packet is given up, and the policy may ask for an SA again.
  explicit TrapQueue(Duration patience) : patience_(patience) {}

  /// False if there is no room.
  bool hold(std::uint32_t policy_id, ByteView packet, TimePoint now);
  /// The policy's SA must be asked for; says so once until it came or `patience` passed.
  bool must_acquire(std::uint32_t policy_id, TimePoint now);

  struct Held {
    std::uint32_t policy_id = 0;
    Bytes packet;
    TimePoint since;
  };
  /// Oldest first; size() > 0.
  Held take();
  /// take() put back, as the youngest.
  void put_back(Held held);
  /// An SA of the policy came: the next packet without one asks again.
  void settle(std::uint32_t policy_id) { acquired_.erase(policy_id); }
  std::size_t size() const { return held_.size(); }
  /// Gives up what waited too long; how many.
  std::size_t expire(TimePoint now);

 private:
  Duration patience_;
  std::deque<Held> held_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::uint32_t, std::size_t> counts_;
  std::unordered_map<std::uint32_t, TimePoint> acquired_;
};

}  // namespace holdfast::offload
