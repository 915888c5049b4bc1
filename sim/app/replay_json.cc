// SPDX-License-Identifier: Apache-2.0
#include "app/replay_json.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace holdfast::app {
namespace {

using Json = nlohmann::ordered_json;

/// File names need not be UTF-8.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string text_of_spi(std::uint32_t spi) { return fmt::format("0x{:08x}", spi); }

Json sums(const Sums& sums) {
  Json drops = Json::object();
  for (std::size_t reason = 1; reason < sums.drops.size(); ++reason)
    if (sums.drops[reason] > 0)
      drops[std::string(name_of(static_cast<DropReason>(reason)))] = sums.drops[reason];
  return {{"packets", sums.packets},
          {"dropped", sums.dropped},
          {"bytes_in", sums.bytes_in},
          {"bytes_out", sums.bytes_out},
          {"drops", drops}};
}

Json list_of_sas(const std::vector<ReplaySa>& sas, const Tally& tally) {
  Json list = Json::array();
  for (std::size_t i = 0; i < sas.size(); ++i) {
    const SaConfig& config = sas[i].config;
    Json sa = {{"sa", i},
               {"place", sas[i].place},
               {"direction", config.direction == Direction::kInbound ? "inbound" : "outbound"},
               {"spi", text_of_spi(to_number(config.spi))},
               {"suite", spelling_of(config.suite)}};
    sa.update(sums(tally.by_sa[i]));
    list.push_back(std::move(sa));
  }
  return list;
}

}  // namespace

Result<JsonReport> JsonReport::create(const std::string& path) {
  File file(std::fopen(path.c_str(), "wb"), &std::fclose);
  if (!file)
    return fail(ErrorCode::kIo, path, "cannot be written: " + std::string(std::strerror(errno)));
  std::fputs("{\"version\": 1,\n\"packets\": [\n", file.get());
  return JsonReport(path, std::move(file));
}

void JsonReport::add(const pcap::CapturedPacket& packet, const Route& route, const Verdict* verdict,
                     const std::optional<std::string>& difference) {
  Json line = {
      {"number", packet.number}, {"time", packet.time.text()}, {"direction", name_of(route.way)}};
  line["spi"] = route.spi ? Json(text_of_spi(*route.spi)) : Json(nullptr);
  const bool has_sa = verdict != nullptr && verdict->sa_index != kNoSa;
  line["sa"] = has_sa ? Json(verdict->sa_index) : Json(nullptr);
  if (verdict != nullptr) {
    const bool is_done = verdict->reason == DropReason::kNone;
    line["result"] = is_done ? "ok" : name_of(verdict->reason);
    line["generation"] = verdict->generation;
  } else {
    line["result"] = name_of(route.way);
    line["sentence"] = route.sentence;
  }
  line["bytes_in"] = verdict != nullptr ? route.packet.size() : packet.bytes.size();
  line["bytes_out"] = verdict != nullptr ? verdict->bytes.size() : 0;
  if (difference) line["difference"] = *difference;
  std::fprintf(file_.get(), "%s%s", has_packets_ ? ",\n" : "", dump(line).c_str());
  has_packets_ = true;
}

Status JsonReport::finish(const Summary& summary, const Tally& tally,
                          const std::vector<ReplaySa>& sas, const std::optional<Error>& error) {
  Json json = {{"input", summary.input}, {"card", summary.card}};
  if (!summary.compare.empty()) {
    json["compare"] = summary.compare;
    json["differences"] = tally.differences;
  }
  json["packets"] = tally.packets;
  for (const Way way : {Way::kInbound, Way::kOutbound, Way::kNotOurs, Way::kRefused})
    json[std::string(name_of(way))] = tally.count(way);
  json["all"] = sums(tally.all);
  json["sas"] = list_of_sas(sas, tally);
  json["cycles"] = summary.cycles;
  json["bits_per_cycle_in"] = summary.bits_per_cycle(tally.all.bytes_in);
  json["bits_per_cycle_out"] = summary.bits_per_cycle(tally.all.bytes_out);
  json["data_width_bits"] = summary.info.data_width_bits;
  json["adds_up"] = !summary.account && !error;
  if (summary.account) json["account"] = *summary.account;
  json["notes"] = summary.notes;
  if (error) json["error"] = error->text();
  std::fprintf(file_.get(), "\n],\n\"summary\": %s}\n", dump(json).c_str());
  if (std::fflush(file_.get()) != 0 || std::ferror(file_.get()))
    return fail(ErrorCode::kIo, path_, "cannot be written: is the disk full?");
  return {};
}

}  // namespace holdfast::app
