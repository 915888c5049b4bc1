// SPDX-License-Identifier: Apache-2.0
#include "app/replay_run.h"

#include <deque>

namespace holdfast::app {
namespace {

constexpr std::size_t kMaxPending = 1024;

/// The route borrows the packet's bytes, which stay where they are while it is pending.
struct Pending {
  pcap::CapturedPacket packet;
  Route route;

  bool is_in_card() const { return route.way == Way::kInbound || route.way == Way::kOutbound; }
};

Status end_oldest(std::deque<Pending>& pending, ReplayCard& card, const OnPacket& on_packet) {
  const Pending& oldest = pending.front();
  Status status;
  if (oldest.is_in_card()) {
    const auto verdict = card.take();
    if (!verdict) return tl::unexpected(verdict.error());
    status = on_packet(oldest.packet, oldest.route, &*verdict);
  } else {
    status = on_packet(oldest.packet, oldest.route, nullptr);
  }
  pending.pop_front();
  return status;
}

}  // namespace

Status run_capture(pcap::CaptureReader& capture, const std::vector<ReplaySa>& sas, ReplayCard& card,
                   const OnPacket& on_packet) {
  std::deque<Pending> pending;
  Status reading;
  bool has_more = true;
  while (has_more || !pending.empty()) {
    if (!has_more || pending.size() == kMaxPending || !card.has_space()) {
      if (Status status = end_oldest(pending, card, on_packet); !status) return status;
      continue;
    }
    auto packet = capture.next();
    if (!packet) reading = tl::unexpected(packet.error());
    has_more = packet && *packet;
    if (!has_more) continue;
    Pending& newest = pending.emplace_back(Pending{std::move(**packet), {}});
    newest.route = route_packet(capture.link_type(), newest.packet, sas);
    if (newest.is_in_card())
      if (Status status = card.submit(newest.route); !status) return status;
  }
  return reading;
}

}  // namespace holdfast::app
