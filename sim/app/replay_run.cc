// SPDX-License-Identifier: Apache-2.0
#include "app/replay_run.h"

#include <cctype>
#include <deque>
#include <optional>

namespace holdfast::app {
namespace {

constexpr std::size_t kMaxPending = 1024;

/// The route borrows the packet's bytes, which stay where they are while it is pending.
struct Pending {
  pcap::CapturedPacket packet;
  Route route;

  bool is_in_card() const { return route.way == Way::kInbound || route.way == Way::kOutbound; }
};

/// One run_capture().
class CaptureRun {
 public:
  CaptureRun(pcap::CaptureReader& capture, const std::vector<ReplaySa>& sas, ReplayCard& card,
             const OnPacket& on_packet)
      : capture_(capture), sas_(sas), card_(card), on_packet_(on_packet) {}

  Status run() {
    while (has_more_ || !pending_.empty()) {
      if (has_more_ && pending_.size() < kMaxPending && (stopped_ || card_.has_space()))
        take_in();
      else if (Status status = end_oldest(); !status)
        return status;
    }
    return stopped_ ? Status(tl::unexpected(*stopped_)) : reading_;
  }

 private:
  void take_in() {
    auto packet = capture_.next();
    if (!packet) reading_ = tl::unexpected(packet.error());
    has_more_ = packet && *packet;
    if (!has_more_) return;
    Pending& newest = pending_.emplace_back(Pending{std::move(**packet), {}});
    newest.route = route_packet(capture_.link_type(), newest.packet, sas_);
    if (!newest.is_in_card()) return;
    if (stopped_)
      refuse(newest.route);
    else if (Status status = card_.submit(newest.route); !status)
      stop(status.error());
  }

  Status end_oldest() {
    const Pending& oldest = pending_.front();
    std::optional<Verdict> verdict;
    if (oldest.is_in_card()) {
      if (auto taken = card_.take())
        verdict = std::move(*taken);
      else
        stop(taken.error());
    }
    const Status status = on_packet_(oldest.packet, oldest.route, verdict ? &*verdict : nullptr);
    pending_.pop_front();
    return status;
  }

  /// The card is asked for nothing more; what it has not answered is refused.
  void stop(const Error& error) {
    stopped_ = error;
    for (Pending& pending : pending_)
      if (pending.is_in_card()) refuse(pending.route);
  }

  void refuse(Route& route) const {
    route.way = Way::kRefused;
    route.sentence = stopped_->sentence + '.';
    route.sentence[0] = static_cast<char>(std::toupper(route.sentence[0]));
  }

  pcap::CaptureReader& capture_;
  const std::vector<ReplaySa>& sas_;
  ReplayCard& card_;
  const OnPacket& on_packet_;
  std::deque<Pending> pending_;
  Status reading_;
  std::optional<Error> stopped_;
  bool has_more_ = true;
};

}  // namespace

Status run_capture(pcap::CaptureReader& capture, const std::vector<ReplaySa>& sas, ReplayCard& card,
                   const OnPacket& on_packet) {
  return CaptureRun(capture, sas, card, on_packet).run();
}

}  // namespace holdfast::app
