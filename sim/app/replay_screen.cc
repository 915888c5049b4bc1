// SPDX-License-Identifier: Apache-2.0
#include "app/replay_screen.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iterator>

namespace holdfast::app {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string_view sentence_of(DropReason reason) {
  for (const EnumText& text : kDropReasonTexts)
    if (text.value == static_cast<std::uint32_t>(reason)) return text.sentence;
  return "The card gave a reason that this program does not know.";
}

void format_sas(Out out, const Tally& tally, const std::vector<ReplaySa>& sas) {
  fmt::format_to(out, "\n  {:>4}  {:<8}  {:<10}  {:<11}  {:>9}  {:>9}  {:>12}  {:>12}\n", "SA", "",
                 "SPI", "suite", "packets", "dropped", "bytes in", "bytes out");
  for (std::size_t i = 0; i < sas.size(); ++i) {
    const Sums& sums = tally.by_sa[i];
    const SaConfig& config = sas[i].config;
    fmt::format_to(out, "  {:>4}  {:<8}  0x{:08x}  {:<11}  {:>9}  {:>9}  {:>12}  {:>12}\n", i,
                   config.direction == Direction::kInbound ? "inbound" : "outbound",
                   to_number(config.spi), spelling_of(config.suite), sums.packets, sums.dropped,
                   sums.bytes_in, sums.bytes_out);
  }
}

void format_drops(Out out, const Tally& tally) {
  fmt::format_to(out, "\n  dropped {}\n", tally.all.dropped);
  for (std::size_t i = 1; i < tally.all.drops.size(); ++i) {
    const auto reason = static_cast<DropReason>(i);
    if (tally.all.drops[i] > 0)
      fmt::format_to(out, "  {:>9}  {:<14}  {}\n", tally.all.drops[i], name_of(reason),
                     sentence_of(reason));
  }
}

void format_account(Out out, const Summary& summary, const Tally& tally) {
  fmt::format_to(out, "\n  {} cycles, {:.1f} bits a cycle into the card, {:.1f} out of it",
                 summary.cycles, summary.bits_per_cycle(tally.all.bytes_in),
                 summary.bits_per_cycle(tally.all.bytes_out));
  fmt::format_to(out, "\n  in = out + drops: ");
  if (summary.account)
    fmt::format_to(out, "DOES NOT HOLD: {}\n", *summary.account);
  else
    fmt::format_to(out, "{} = {} + {}, holds\n", tally.all.packets,
                   tally.all.packets - tally.all.dropped, tally.all.dropped);
  if (summary.compare.empty()) return;
  if (tally.differences == 0)
    fmt::format_to(out, "  {} says the same of every packet\n", summary.compare);
  else
    fmt::format_to(out, "  {} says something else of {} packets; --report FILE.json names them\n",
                   summary.compare, tally.differences);
}

void format_next(Out out, const Summary& summary, const Tally& tally) {
  fmt::format_to(out, "\n");
  for (const std::string& note : summary.notes) fmt::format_to(out, "  note: {}\n", note);
  if (!summary.output.empty()) {
    fmt::format_to(out, "  written: {}, {} packets", summary.output, tally.written);
    if (tally.not_passed > 0)
      fmt::format_to(out, " ({} without IP cannot stand in it)", tally.not_passed);
    fmt::format_to(out, "\n");
  }
  if (!summary.report.empty())
    fmt::format_to(out, "  written: {}, a line for each packet\n", summary.report);
  if (!summary.output.empty() && tally.written > 0)
    fmt::format_to(out, "  next: tshark -r {}\n", summary.output);
  else if (summary.output.empty())
    fmt::format_to(out, "  next: --out FILE.pcap writes the results\n");
  if (summary.report.empty() && tally.all.dropped > 0)
    fmt::format_to(out, "  next: --report FILE.json says which packet was dropped, and why\n");
}

}  // namespace

std::vector<std::string> suggest(const Tally& tally, const std::vector<ReplaySa>& sas) {
  std::vector<std::string> notes;
  if (tally.packets > 0 && tally.all.packets == 0)
    notes.push_back(
        "no packet went to the card: the capture has no ESP, and no outbound SA's selector takes "
        "its packets");
  int named = 0;
  for (const auto& [spi, count] : tally.unknown_spis)
    if (++named <= 4)
      notes.push_back(
          fmt::format("{} packets have SPI 0x{:08x}, of which no SA is given", count, spi));
  if (named > 4) notes.push_back(fmt::format("{} more SPIs have no SA", named - 4));
  for (std::size_t i = 0; i < sas.size(); ++i) {
    const Sums& sums = tally.by_sa[i];
    const auto count = [&sums](DropReason reason) {
      return sums.drops[static_cast<std::size_t>(reason)];
    };
    if (count(DropReason::kIcv) == sums.packets && sums.packets > 0)
      notes.push_back(fmt::format("every ICV of SA {} is wrong: look at its key, salt and esn ({})",
                                  i, sas[i].place));
    if (count(DropReason::kSelector) > 0 && !sas[i].has_selector) {
      const bool is_ipv6 = sas[i].config.selector.source.address.is_ipv6;
      notes.push_back(
          fmt::format("SA {} has no selector and so takes {} inside only; give it one, "
                      "or --inner {} ({})",
                      i, is_ipv6 ? "IPv6" : "IPv4", is_ipv6 ? "ipv4" : "ipv6", sas[i].place));
    }
  }
  return notes;
}

std::string format_screen(const Summary& summary, const Tally& tally,
                          const std::vector<ReplaySa>& sas) {
  std::string text;
  const Out out = std::back_inserter(text);
  fmt::format_to(out, "{}: {} packets through {} ({} bits wide)\n\n", summary.input, tally.packets,
                 summary.card, summary.info.data_width_bits);
  fmt::format_to(out, "  inbound {}, outbound {}, not ours {}, refused {}\n",
                 tally.count(Way::kInbound), tally.count(Way::kOutbound),
                 tally.count(Way::kNotOurs), tally.count(Way::kRefused));
  format_sas(out, tally, sas);
  if (tally.all.dropped > 0) format_drops(out, tally);
  format_account(out, summary, tally);
  format_next(out, summary, tally);
  return text;
}

ProgressBar::ProgressBar(std::FILE* stream, Now now)
    : stream_(stream),
      now_(now),
      is_terminal_(isatty(fileno(stream)) == 1),
      next_(now() + std::chrono::seconds(2)) {}

void ProgressBar::update(double share, std::uint64_t packets) {
  if (!is_terminal_ || now_() < next_) return;
  constexpr int kWidth = 40;
  const int done = static_cast<int>(share * kWidth);
  fmt::print(stream_, "\r  [{:#<{}}{:.<{}}] {:3.0f} %  {} packets ", "", done, "", kWidth - done,
             100 * share, packets);
  std::fflush(stream_);
  is_shown_ = true;
  next_ = now_() + std::chrono::milliseconds(200);
}

void ProgressBar::end() {
  if (!is_shown_) return;
  fmt::print(stream_, "\r{:80}\r", "");
  std::fflush(stream_);
  is_shown_ = false;
}

}  // namespace holdfast::app
