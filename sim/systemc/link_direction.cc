// SPDX-License-Identifier: Apache-2.0
#include "link_direction.h"

#include <algorithm>

#include "base/result.h"

namespace holdfast::sim {

namespace {

constexpr unsigned kBytesPerDataCredit = 16;  // PCIe 3.0, 2.6.1

}  // namespace

TlpKind kind_of(const TlpHeader& hdr) {
  switch (type_of(hdr)) {
    case TlpType::kMemWrite32:
    case TlpType::kMemWrite64:
      return TlpKind::kPosted;
    case TlpType::kCpl:
    case TlpType::kCplData:
      return TlpKind::kCompletion;
    default:
      return TlpKind::kNonPosted;
  }
}

CreditNeed credits_of(const Tlp& tlp) {
  const auto bytes = static_cast<unsigned>(4 * tlp.payload.size());
  return {1, (bytes + kBytesPerDataCredit - 1) / kBytesPerDataCredit};
}

LinkDirection::LinkDirection(const sc_core::sc_module_name& name, const DirectionConfig& config,
                             Deliver deliver)
    : sc_module(name), config_(config), deliver_(std::move(deliver)) {
  for (std::size_t i = 0; i < kNumTlpKinds; ++i) {
    const Credits& credits = config.credits[i];
    accounts_[i] = {credits.headers, credits.data, credits.headers == 0, credits.data == 0};
    stats_.fewest_header_credits[i] = credits.headers;
    stats_.fewest_data_credits[i] = credits.data;
  }
  SC_HAS_PROCESS(LinkDirection);
  SC_THREAD(run_sender);
  SC_THREAD(run_arrivals);
  SC_THREAD(run_returns);
}

void LinkDirection::send(Tlp tlp) {
  const TlpKind kind = kind_of(tlp.hdr);
  HOLDFAST_CHECK(may_send(kind));
  const unsigned most = config_.credits[index_of(kind)].data;
  HOLDFAST_CHECK(most == 0 || credits_of(tlp).data <= most);
  queue(kind).push_back({std::move(tlp), next_order_++});
  work_event_.notify(sc_core::SC_ZERO_TIME);
}

bool LinkDirection::idle() const {
  return arriving_.empty() && std::all_of(queues_.begin(), queues_.end(),
                                          [](const auto& waiting) { return waiting.empty(); });
}

// ---------------------------------------------------------------- credits

bool LinkDirection::has_credit(TlpKind kind, CreditNeed need) const {
  const Account& account = accounts_[index_of(kind)];
  return (account.headers_infinite || account.headers >= need.headers) &&
         (account.data_infinite || account.data >= need.data);
}

void LinkDirection::take_credit(TlpKind kind, CreditNeed need) {
  const std::size_t index = index_of(kind);
  Account& account = accounts_[index];
  if (!account.headers_infinite) account.headers -= need.headers;
  if (!account.data_infinite) account.data -= need.data;
  HOLDFAST_CHECK(account.headers >= 0 || account.headers_infinite);
  HOLDFAST_CHECK(account.data >= 0 || account.data_infinite);
  stats_.fewest_header_credits[index] =
      std::min(stats_.fewest_header_credits[index], account.headers);
  stats_.fewest_data_credits[index] = std::min(stats_.fewest_data_credits[index], account.data);
}

void LinkDirection::release(TlpKind kind, CreditNeed need) {
  returning_.push_back({kind, need, sc_core::sc_time_stamp() + config_.latency});
  return_event_.notify(sc_core::SC_ZERO_TIME);
}

void LinkDirection::run_returns() {
  for (;;) {
    while (returning_.empty()) wait(return_event_);
    const Returning next = returning_.front();
    returning_.pop_front();
    if (next.when > sc_core::sc_time_stamp()) wait(next.when - sc_core::sc_time_stamp());
    Account& account = accounts_[index_of(next.kind)];
    if (!account.headers_infinite) account.headers += next.need.headers;
    if (!account.data_infinite) account.data += next.need.data;
    work_event_.notify(sc_core::SC_ZERO_TIME);
  }
}

// ---------------------------------------------------------------- the wire

bool LinkDirection::is_behind_posted(const Waiting& waiting) const {
  const auto& posted = queue(TlpKind::kPosted);
  return !posted.empty() && posted.front().order < waiting.order;
}

// The oldest TLP that has credit and passes nothing that it must not pass.
std::optional<TlpKind> LinkDirection::choose() {
  std::optional<TlpKind> chosen;
  bool lacks_credit = false;
  for (const TlpKind kind : {TlpKind::kPosted, TlpKind::kNonPosted, TlpKind::kCompletion}) {
    if (queue(kind).empty()) continue;
    const Waiting& first = queue(kind).front();
    if (kind != TlpKind::kPosted && is_behind_posted(first)) continue;
    if (!has_credit(kind, credits_of(first.tlp))) {
      lacks_credit = true;
    } else if (!chosen || first.order < queue(*chosen).front().order) {
      chosen = kind;
    }
  }
  stats_.waits_for_credit += lacks_credit && !chosen;
  return chosen;
}

void LinkDirection::run_sender() {
  for (;;) {
    const std::optional<TlpKind> kind = choose();
    if (!kind) {
      wait(work_event_);
      continue;
    }
    Tlp tlp = std::move(queue(*kind).front().tlp);
    queue(*kind).pop_front();
    sent_event_.notify(sc_core::SC_ZERO_TIME);
    take_credit(*kind, credits_of(tlp));

    const std::uint64_t payload_bytes = 4 * tlp.payload.size();
    const bool four_dwords = *kind != TlpKind::kCompletion && has_four_dwords(tlp.hdr);
    const std::uint64_t bytes = (four_dwords ? 16u : 12u) + payload_bytes + config_.overhead_bytes;
    const sc_core::sc_time duration = config_.time_per_byte * static_cast<double>(bytes);
    wait(duration);
    ++stats_.tlps;
    stats_.payload_bytes += payload_bytes;
    stats_.wire_bytes += bytes;
    stats_.busy_time += duration;
    arriving_.push_back({std::move(tlp), *kind, sc_core::sc_time_stamp() + config_.latency});
    arrival_event_.notify(sc_core::SC_ZERO_TIME);
  }
}

void LinkDirection::run_arrivals() {
  for (;;) {
    while (arriving_.empty()) wait(arrival_event_);
    const sc_core::sc_time when = arriving_.front().when;
    if (when > sc_core::sc_time_stamp()) wait(when - sc_core::sc_time_stamp());
    Arriving arrived = std::move(arriving_.front());
    arriving_.pop_front();
    deliver_(arrived.kind, std::move(arrived.tlp));
  }
}

}  // namespace holdfast::sim
