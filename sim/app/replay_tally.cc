// SPDX-License-Identifier: Apache-2.0
#include "app/replay_tally.h"

#include <fmt/format.h>

namespace holdfast::app {
namespace {

constexpr std::size_t kMaxUnknownSpis = 1000;

}  // namespace

void Sums::add(const Route& route, const Verdict& verdict) {
  ++packets;
  bytes_in += route.packet.size();
  bytes_out += verdict.bytes.size();
  if (verdict.reason == DropReason::kNone) return;
  ++dropped;
  ++drops[static_cast<std::size_t>(verdict.reason) % drops.size()];
}

void Tally::add(const Route& route, const Verdict* verdict) {
  ++packets;
  ++by_way[static_cast<std::size_t>(route.way)];
  if (verdict == nullptr) return;
  all.add(route, *verdict);
  if (verdict->sa_index < by_sa.size()) by_sa[verdict->sa_index].add(route, *verdict);
  if (verdict->reason == DropReason::kNoSa && route.spi &&
      (unknown_spis.size() < kMaxUnknownSpis || unknown_spis.contains(*route.spi)))
    ++unknown_spis[*route.spi];
}

std::optional<std::string> check_account(const Tally& tally, const Counters& before,
                                         const Counters& after) {
  if (!after.adds_up()) return "the card's counters: in is not out + drops";
  for (const auto& [direction, way] : {std::pair{0u, Way::kInbound}, {1u, Way::kOutbound}}) {
    const std::uint64_t counted = after.packets_in[direction] - before.packets_in[direction];
    if (counted != tally.count(way))
      return fmt::format("{} {} packets went in, the card counted {}", tally.count(way),
                         name_of(way), counted);
  }
  for (std::size_t reason = 1; reason < tally.all.drops.size(); ++reason) {
    const std::uint64_t counted = after.drops[reason] - before.drops[reason];
    if (counted != tally.all.drops[reason])
      return fmt::format("{} completions said {}, the card counted {}", tally.all.drops[reason],
                         name_of(static_cast<DropReason>(reason)), counted);
  }
  return std::nullopt;
}

}  // namespace holdfast::app
