// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_text.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>

namespace holdfast::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// One family: a name, a sentence, and values by labels.
class Family {
 public:
  Family(MetricType type, const std::string& name, const std::string& help)
      : family_{"holdfast_" + name, help, type, {}} {}

  Family& add(std::uint64_t value, const Labels& labels = {}) {
    ClientMetric metric;
    metric.label = labels;
    if (family_.type == MetricType::Gauge)
      metric.gauge.value = static_cast<double>(value);
    else
      metric.counter.value = static_cast<double>(value);
    family_.metric.push_back(std::move(metric));
    return *this;
  }
  const MetricFamily& get() const { return family_; }

 private:
  MetricFamily family_;
};

Family gauge(const std::string& name, const std::string& help) {
  return {MetricType::Gauge, name, help};
}
Family counter(const std::string& name, const std::string& help) {
  return {MetricType::Counter, name + "_total", help};
}

using Families = std::vector<MetricFamily>;

void add_daemon(const MetricsSnapshot& s, Families& families) {
  families.push_back(gauge("info", "The daemon and its card, as labels; always 1.")
                         .add(1, {{"version", s.version}, {"card", s.card}})
                         .get());
  families.push_back(
      gauge("start_time_seconds", "When the daemon started, since 1970.").add(s.started).get());
  Family sas = gauge("isakmp_sas", "ISAKMP SAs by state.");
  for (std::size_t i = 0; i < s.totals.by_state.size(); ++i)
    sas.add(s.totals.by_state[i], {{"state", std::string(name_of(static_cast<ike::IkeState>(i)))}});
  families.push_back(sas.get());
  families.push_back(gauge("isakmp_half_open", "ISAKMP SAs whose peer has not authenticated.")
                         .add(s.totals.half_open)
                         .get());
  families.push_back(
      gauge("child_sas", "Pairs of IPsec SAs in the card.").add(s.totals.children).get());
}

void add_isakmp(const ike::ManagerCounters& c, Families& families) {
  families.push_back(counter("isakmp_messages", "ISAKMP messages.")
                         .add(c.messages_in, {{"direction", "in"}})
                         .add(c.messages_out, {{"direction", "out"}})
                         .get());
  families.push_back(counter("isakmp_retransmits", "ISAKMP messages that came or went again.")
                         .add(c.retransmits_in, {{"direction", "in"}})
                         .add(c.retransmits_out, {{"direction", "out"}})
                         .get());
  families.push_back(counter("isakmp_refused", "ISAKMP messages that changed nothing, by reason.")
                         .add(c.malformed, {{"reason", "malformed"}})
                         .add(c.unknown_cookies, {{"reason", "unknown_cookies"}})
                         .add(c.half_open_refused, {{"reason", "half_open"}})
                         .add(c.fragments_refused, {{"reason", "fragments"}})
                         .add(c.bad_hash, {{"reason", "bad_hash"}})
                         .add(c.replayed, {{"reason", "replayed"}})
                         .add(c.unencrypted, {{"reason", "unencrypted"}})
                         .add(c.unsupported_exchange, {{"reason", "unsupported_exchange"}})
                         .get());
}

Labels way(const char* side, const char* direction) {
  return {{"side", side}, {"direction", direction}};
}

/// "timed out" as "timed_out".
std::string outcome_of(ike::MoveStep step) {
  std::string name(name_of(step));
  std::ranges::replace(name, ' ', '_');
  return name;
}

void add_moves(const MoveCounts& c, Families& families) {
  Family moves = counter("moves", "Steps of moves of an address, by who moved and by outcome.");
  for (const auto& [who, name] :
       {std::pair{MoveCounts::Who::kOurs, "ours"}, std::pair{MoveCounts::Who::kPeer, "peer"}})
    for (std::size_t i = 0; i < ike::kNumMoveSteps; ++i) {
      const auto step = static_cast<ike::MoveStep>(i);
      moves.add(c.count(who, step), {{"who", name}, {"outcome", outcome_of(step)}});
    }
  families.push_back(moves.get());

  ClientMetric durations;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i <= MoveCounts::kBounds.size(); ++i) {
    so_far += c.bucket(i);
    const bool is_last = i == MoveCounts::kBounds.size();
    durations.histogram.bucket.push_back(
        {so_far, is_last ? std::numeric_limits<double>::infinity() : MoveCounts::kBounds[i]});
  }
  durations.histogram.sample_count = so_far;
  durations.histogram.sample_sum = c.seconds();
  families.push_back({"holdfast_move_duration_seconds",
                      "From the beginning of a move to its final answer.",
                      MetricType::Histogram,
                      {durations}});
}

void add_mover(const offload::MoverCounters& c, Families& families) {
  families.push_back(counter("packets",
                             "Packets at the TUN interface (plain) and at the network "
                             "(wire); out at side clear: let pass unprotected.")
                         .add(c.plain_in, way("plain", "in"))
                         .add(c.plain_out, way("plain", "out"))
                         .add(c.wire_in, way("wire", "in"))
                         .add(c.wire_out, way("wire", "out"))
                         .add(c.clear_out, way("clear", "out"))
                         .get());
  families.push_back(counter("bytes", "Their bytes.")
                         .add(c.plain_bytes_in, way("plain", "in"))
                         .add(c.plain_bytes_out, way("plain", "out"))
                         .add(c.wire_bytes_in, way("wire", "in"))
                         .add(c.wire_bytes_out, way("wire", "out"))
                         .get());
  Family drops = counter("drops", "Packets that the daemon itself dropped, by reason.");
  for (std::size_t i = 0; i < offload::kNumMoverDrops; ++i)
    drops.add(c.drops[i], {{"reason", std::string(offload::kMoverDropTexts[i].name)}});
  families.push_back(drops.get());
  families.push_back(counter("acquires", "SAs that a packet asked for.").add(c.acquires).get());
  families.push_back(
      counter("icmp", "Answers to plain packets that were too big.").add(c.icmp_out).get());
}

void add_card(const Counters& c, std::uint64_t resets, Families& families) {
  Family packets = counter("card_packets", "Packets into and out of the card.");
  Family bytes = counter("card_bytes", "Their bytes.");
  for (const std::size_t i : {0u, 1u}) {
    const char* direction = i == 0 ? "inbound" : "outbound";
    packets.add(c.packets_in[i], {{"direction", direction}, {"end", "in"}});
    packets.add(c.packets_out[i], {{"direction", direction}, {"end", "out"}});
    bytes.add(c.bytes_in[i], {{"direction", direction}, {"end", "in"}});
    bytes.add(c.bytes_out[i], {{"direction", direction}, {"end", "out"}});
  }
  Family drops = counter("card_drops", "Packets that the card dropped, by reason.");
  for (const EnumText& reason : kDropReasonTexts)
    if (reason.value != 0) drops.add(c.drops[reason.value], {{"reason", std::string(reason.name)}});
  Family faults = counter("card_faults", "What should not happen between card and host, by kind.");
  faults.add(c.completion_stalls, {{"kind", "completion_stall"}})
      .add(c.events_lost, {{"kind", "event_lost"}})
      .add(c.dma_read_errors, {{"kind", "dma_read_error"}})
      .add(c.dma_read_timeouts, {{"kind", "dma_read_timeout"}})
      .add(c.bad_requests, {{"kind", "bad_request"}})
      .add(c.unsupported_requests, {{"kind", "unsupported_request"}})
      .add(c.bad_completions, {{"kind", "bad_completion"}});
  for (const Family* family : {&packets, &bytes, &drops, &faults})
    families.push_back(family->get());
  families.push_back(counter("card_credit_bytes", "Bytes that the credit of a path held back.")
                         .add(c.credit_bytes)
                         .get());
  families.push_back(
      counter("card_resets", "How often the card was lost and brought back.").add(resets).get());
}

}  // namespace

std::string metrics_text(const MetricsSnapshot& snapshot) {
  Families families;
  add_daemon(snapshot, families);
  add_isakmp(snapshot.isakmp, families);
  add_moves(snapshot.moves, families);
  add_mover(snapshot.mover, families);
  add_card(snapshot.card_counters, snapshot.card_resets, families);
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace holdfast::app
