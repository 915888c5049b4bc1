// SPDX-License-Identifier: Apache-2.0
#include "app/replay.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "app/replay_card.h"
#include "app/replay_esp_sa.h"
#include "app/replay_files.h"
#include "app/replay_json.h"
#include "app/replay_run.h"
#include "app/replay_sa_toml.h"
#include "app/replay_screen.h"
#include "app/replay_shadow.h"
#include "app/replay_tally.h"
#include "app/text_file.h"
#include "pcap/capture_reader.h"
#include "pcap/capture_writer.h"

namespace holdfast::app {
namespace {

/// One replay, from files to exit code.
class Replay {
 public:
  explicit Replay(const ReplayOptions& options) : options_(options) {}

  /// Nothing is written before all that is read, and the cards, are known to be good.
  Result<int> run() {
    if (Status status = check_files(options_); !status) return tl::unexpected(status.error());
    if (Status status = read_sas(); !status) return tl::unexpected(status.error());
    auto capture = pcap::CaptureReader::open(options_.input);
    if (!capture) return tl::unexpected(capture.error());
    if (!options_.compare.empty()) {
      auto shadow = ReplayShadow::start(options_.compare, options_.input, sas_);
      if (!shadow) return tl::unexpected(shadow.error());
      shadow_ = std::move(*shadow);
    }
    auto card = ReplayCard::open(options_.card, sas_);
    if (!card) return tl::unexpected(card.error());
    if (shadow_)
      if (Status status = shadow_->wait_open(); !status) return tl::unexpected(status.error());
    if (Status status = open_outputs(*capture); !status) return tl::unexpected(status.error());
    if (Status status = write_keys(); !status) return tl::unexpected(status.error());
    return run_card(*capture, **card);
  }

 private:
  Status read_sas() {
    if (!options_.sa_file.empty()) {
      auto sas = read_sa_toml(options_.sa_file);
      if (!sas) return tl::unexpected(sas.error());
      sas_ = std::move(*sas);
    }
    if (!options_.esp_sa_file.empty()) {
      auto table = read_esp_sa(options_.esp_sa_file);
      if (!table) return tl::unexpected(table.error());
      for (ReplaySa& sa : table->sas) sas_.push_back(std::move(sa));
      notes_ = table->skipped;
    }
    for (ReplaySa& sa : sas_)
      if (!options_.inner.empty() && !sa.has_selector)
        sa.config.selector = {any_address(options_.inner == "ipv6"),
                              any_address(options_.inner == "ipv6")};
    return check_together(sas_);
  }

  Status write_keys() {
    if (options_.keys_folder.empty()) return {};
    std::error_code error;
    std::filesystem::create_directories(options_.keys_folder, error);
    if (error)
      return fail(ErrorCode::kIo, options_.keys_folder, "cannot be made: " + error.message());
    const std::string path = keys_file(options_);
    std::string text = format_esp_sa(sas_);
    const Status status = write_secret_file(path, text);
    secure_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    if (status)
      fmt::print(stderr, "warning: {} holds the keys of {} SAs; delete it when you are done\n",
                 path, sas_.size());
    return status;
  }

  Status open_outputs(const pcap::CaptureReader& capture) {
    link_type_ = capture.link_type();
    if (!options_.output.empty()) {
      auto writer =
          pcap::CaptureWriter::create(options_.output, pcap::output_link_type(link_type_));
      if (!writer) return tl::unexpected(writer.error());
      writer_.emplace(std::move(*writer));
    }
    if (!options_.report.empty()) {
      auto json = JsonReport::create(options_.report);
      if (!json) return tl::unexpected(json.error());
      json_.emplace(std::move(*json));
    }
    return {};
  }

  Result<int> run_card(pcap::CaptureReader& capture, ReplayCard& card) {
    tally_.emplace(sas_.size());
    const Counters before = card.card().counters();
    const OnPacket on_packet = [this, &capture](const auto& packet, const Route& route,
                                                const Verdict* verdict) {
      progress_.update(capture.progress(), tally_->packets);
      return end_packet(packet, route, verdict);
    };
    Status status = run_capture(capture, sas_, card, on_packet);
    if (status) status = finish_shadow();
    progress_.end();
    const Counters after = card.card().counters();

    Summary summary{options_.input,
                    options_.card,
                    options_.compare,
                    options_.output,
                    options_.report,
                    card.card().info(),
                    after.cycles - before.cycles,
                    {},
                    notes_};
    if (status) summary.account = check_account(*tally_, before, after);
    for (std::string& note : suggest(*tally_, sas_)) summary.notes.push_back(std::move(note));
    if (writer_)
      if (Status finished = writer_->finish(); !finished) return tl::unexpected(finished.error());
    if (json_)
      if (Status finished = json_->finish(summary, *tally_, sas_,
                                          status ? std::nullopt : std::optional(status.error()));
          !finished)
        return tl::unexpected(finished.error());
    if (!status) return tl::unexpected(status.error());
    fmt::print("{}", format_screen(summary, *tally_, sas_));
    return exit_code(summary);
  }

  /// The second card saw the same packets, and came to the end of them.
  Status finish_shadow() {
    if (shadow_error_) return tl::unexpected(*shadow_error_);
    return shadow_ ? shadow_->finish() : Status{};
  }

  Status end_packet(const pcap::CapturedPacket& packet, const Route& route,
                    const Verdict* verdict) {
    std::optional<std::string> differs;
    if (verdict != nullptr && shadow_) {
      if (const auto other = shadow_->next()) {
        differs = difference(*verdict, *other);
        if (differs) tell_difference(packet, *differs);
      } else {  // the packets behind get their lines all the same
        shadow_error_ = other.error();
        shadow_.reset();
      }
    }
    tally_->add(route, verdict);
    if (json_) json_->add(packet, route, verdict, differs);
    return writer_ ? write(packet, route, verdict) : Status{};
  }

  void tell_difference(const pcap::CapturedPacket& packet, const std::string& differs) {
    constexpr std::uint64_t kMaxTold = 10;
    if (++tally_->differences > kMaxTold) return;
    progress_.end();
    fmt::print(stderr, "packet {}: {}\n", packet.number, differs);
  }

  Status write(const pcap::CapturedPacket& packet, const Route& route, const Verdict* verdict) {
    if (verdict != nullptr) {
      if (verdict->reason != DropReason::kNone) return {};
      ++tally_->written;
      if (route.has_ethernet) return writer_->write(packet.time, verdict->bytes);
      return writer_->write(packet.time,
                            pcap::reframe(link_type_, packet.bytes, *route.link, verdict->bytes));
    }
    if (route.way != Way::kNotOurs || !options_.does_pass) return {};
    if (pcap::output_link_type(link_type_) == link_type_) {
      ++tally_->written;
      return writer_->write(packet.time, packet.bytes);
    }
    if (!route.link) {
      ++tally_->not_passed;
      return {};
    }
    ++tally_->written;
    return writer_->write(packet.time, std::span(packet.bytes).subspan(route.link->ip_offset));
  }

  int exit_code(const Summary& summary) const {
    const bool has_loss = tally_->all.dropped > 0 || tally_->count(Way::kRefused) > 0;
    if (tally_->differences > 0 || summary.account || (options_.is_strict && has_loss))
      return kExitDifference;
    return kExitDone;
  }

  const ReplayOptions& options_;
  std::vector<ReplaySa> sas_;
  std::vector<std::string> notes_;
  pcap::LinkType link_type_{};
  std::optional<pcap::CaptureWriter> writer_;
  std::optional<JsonReport> json_;
  std::unique_ptr<ReplayShadow> shadow_;
  std::optional<Error> shadow_error_;
  std::optional<Tally> tally_;
  ProgressBar progress_;
};

}  // namespace

int replay(const ReplayOptions& options) {
  const auto code = Replay(options).run();
  if (code) return *code;
  fmt::print(stderr, "error: {}\n", code.error().text());
  return kExitError;
}

}  // namespace holdfast::app
