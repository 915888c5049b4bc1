// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace holdfast::offload {

/// Why the packet mover itself dropped a packet; what the card dropped has a DropReason.
#define HOLDFAST_MOVER_DROPS(X)                                                                 \
  X(Malformed, "malformed", "The plain packet is no whole IPv4 or IPv6 packet.")                \
  X(NoPolicy, "no_policy", "No policy matches the plain packet (RFC 4301, 5.1).")               \
  X(PolicyDrop, "policy_drop", "A policy says to drop it.")                                     \
  X(NoClearPort, "no_clear_port", "A policy lets it pass in clear, and there is no way out.")   \
  X(ClearRefused, "clear_refused", "The way out for packets in clear did not take it.")         \
  X(TrapFull, "trap_full", "It waits for an SA, and enough packets wait already.")              \
  X(TrapTimeout, "trap_timeout", "It waited for an SA that did not come in time.")              \
  X(TooBig, "too_big", "Longer than its path carries; its sender was told if that is allowed.") \
  X(NoBuffer, "no_buffer", "All buffers are in use: the card is slower than the network.")      \
  X(WireLength, "wire_length", "ESP without a byte, or longer than the card takes.")            \
  X(Selector, "selector", "Not what the SA's protocol and ports allow (RFC 4301, 5.2).")        \
  X(PlainRefused, "plain_refused", "The TUN interface did not take it.")                        \
  X(WireRefused, "wire_refused", "The sockets did not take it.")                                \
  X(BadResult, "bad_result", "The card's result is not what it should be.")                     \
  X(CardStopped, "card_stopped", "The card's queue stopped or the card was reset.")

enum class MoverDrop : std::uint8_t {
#define HOLDFAST_X(name, text, sentence) k##name,
  HOLDFAST_MOVER_DROPS(HOLDFAST_X)
#undef HOLDFAST_X
};

struct MoverDropText {
  std::string_view name, sentence;
};
/// By MoverDrop.
inline constexpr MoverDropText kMoverDropTexts[] = {
#define HOLDFAST_X(name, text, sentence) {text, sentence},
    HOLDFAST_MOVER_DROPS(HOLDFAST_X)
#undef HOLDFAST_X
};
inline constexpr std::size_t kNumMoverDrops = std::size(kMoverDropTexts);

/// Index 0 inbound, 1 outbound, as in the card's counters.
struct MoverCounters {
  std::uint64_t plain_in = 0, plain_out = 0, wire_in = 0, wire_out = 0, clear_out = 0;
  std::uint64_t plain_bytes_in = 0, plain_bytes_out = 0, wire_bytes_in = 0, wire_bytes_out = 0;
  /// Fragments that one packet became, beyond the first.
  std::uint64_t more_fragments = 0;
  /// Answers of ours to the plain side, and those not sent to keep their rate low.
  std::uint64_t icmp_out = 0, icmp_limited = 0;
  std::uint64_t acquires = 0;
  std::array<std::uint64_t, kNumMoverDrops> drops{};
  std::array<std::array<std::uint64_t, 64>, 2> card_drops{};  ///< By direction and DropReason.

  std::uint64_t dropped(MoverDrop reason) const { return drops[static_cast<std::size_t>(reason)]; }
  std::uint64_t all_drops() const {
    std::uint64_t sum = std::accumulate(drops.begin(), drops.end(), std::uint64_t{0});
    for (const auto& way : card_drops) sum = std::accumulate(way.begin(), way.end(), sum);
    return sum;
  }
};

}  // namespace holdfast::offload
