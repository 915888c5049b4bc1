// SPDX-License-Identifier: Apache-2.0
#include "app/replay_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace holdfast::app {
namespace {

constexpr const char* kDescription =
    "Sends a capture through an ESP card, packet by packet, and writes what comes out.\n"
    "ESP (protocol 50, or UDP port 4500) goes inbound and comes out decrypted; packets inside the\n"
    "selector of an outbound SA go outbound and come out as ESP.\n";

constexpr const char* kFooter =
    "Examples:\n"
    "  holdfast-replay wire.pcap --sa sas.toml --out plain.pcap\n"
    "  holdfast-replay wire.pcap --esp-sa ~/.config/wireshark/esp_sa --report report.json\n"
    "  holdfast-replay wire.pcap --sa sas.toml --card verilated: --compare soft:\n"
    "\n"
    "Exit codes:\n"
    "  0  every packet has an account; drops are in the report and are no failure\n"
    "  1  the cards of --compare differ, or in = out + drops does not hold,\n"
    "     or with --strict a packet was dropped or refused\n"
    "  2  wrong usage, or a file, key or card that cannot be used; one sentence says why\n"
    "\n"
    "docs/holdfast_replay.md has the SA file and the report in full.\n";

}  // namespace

Parsed parse_options(int argc, const char* const* argv, const std::string& default_card) {
  Parsed parsed;
  ReplayOptions& options = parsed.options;
  options.card = default_card;
  CLI::App app{kDescription, "holdfast-replay"};
  app.footer(kFooter);
  app.add_option("IN", options.input, "capture to replay: pcap or pcapng")->required();
  app.add_option("--sa", options.sa_file, "SAs, in TOML");
  app.add_option("--esp-sa", options.esp_sa_file, "inbound SAs from Wireshark's esp_sa table");
  app.add_option("--card", options.card, "the card, as the driver names it")->capture_default_str();
  app.add_option("--out", options.output, "results as pcap, with the time stamps of IN");
  app.add_option("--report", options.report, "a JSON file with one line a packet");
  app.add_option("--compare", options.compare, "a second card that must say the same");
  app.add_option("--keys-out", options.keys_folder,
                 "folder for Wireshark's esp_sa table of all SAs; it holds the keys");
  app.add_option("--inner", options.inner,
                 "address family inside SAs without a selector (default: that outside)")
      ->check(CLI::IsMember({"ipv4", "ipv6"}));
  app.add_flag("--pass", options.does_pass, "copy packets that are not ours to --out");
  app.add_flag("--strict", options.is_strict, "exit with 1 if a packet is dropped or refused");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    parsed.exit_code = app.exit(help);
    return parsed;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}; see holdfast-replay --help\n", error.what());
    parsed.exit_code = kExitError;
    return parsed;
  }
  const auto wrong = [&parsed](std::string_view sentence) {
    fmt::print(stderr, "error: {}; see holdfast-replay --help\n", sentence);
    parsed.exit_code = kExitError;
    return parsed;
  };
  if (options.sa_file.empty() && options.esp_sa_file.empty())
    return wrong("no SAs: give --sa FILE, --esp-sa FILE, or both");
  if (options.does_pass && options.output.empty()) return wrong("--pass needs --out FILE");
  return parsed;
}

}  // namespace holdfast::app
