// SPDX-License-Identifier: Apache-2.0
// holdfastctl: looks at a daemon, its configuration and the machine it runs on.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "control/ctl/check_config.h"
#include "control/ctl/doctor.h"
#include "control/ctl/status.h"
#include "control/ctl/watch.h"
#include "control/vici_socket.h"

namespace {

using holdfast::control::ViciClient;

constexpr int kExitBad = 1, kExitError = 2;

constexpr const char* kFooter =
    "Exit codes:\n"
    "  0  done\n"
    "  1  check-config found an error, doctor something that is missing\n"
    "  2  wrong usage, or no daemon; one sentence says why\n";

struct Options {
  std::string uri = "unix://" + std::string(holdfast::control::kDefaultViciPath);
  std::string config, card;
  bool is_json = false;
};

int report(const holdfast::Error& error) {
  fmt::print(stderr, "error: {}\n", error.text());
  return kExitError;
}

holdfast::Result<std::unique_ptr<ViciClient>> connect(const Options& options) {
  const auto path = holdfast::control::parse_vici_uri(options.uri);
  if (!path) return tl::unexpected(path.error());
  return ViciClient::connect(*path);
}

int status(const Options& options) {
  const auto client = connect(options);
  if (!client) return report(client.error());
  const auto text = holdfast::ctl::status(**client, options.is_json);
  if (!text) return report(text.error());
  fmt::print("{}", *text);
  return 0;
}

int watch(const Options& options) {
  const auto client = connect(options);
  if (!client) return report(client.error());
  const auto print = [](const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);  // each line at once, also into a pipe
  };
  const auto ended = holdfast::ctl::watch(**client, options.is_json, print);
  return ended ? 0 : report(ended.error());
}

int check_config(const Options& options) {
  const auto checked = holdfast::ctl::check_config(options.config);
  fmt::print("{}", checked.report);
  return checked.is_good ? 0 : kExitBad;
}

/// The card that the daemon says it has; `soft:` if there is none to ask.
std::string card_of_daemon(const Options& options) {
  constexpr std::string_view kPrefix = "card=";
  const auto client = connect(options);
  if (!client) return "soft:";
  const auto stats = (*client)->request("stats");
  const auto* plugins = stats ? stats->list("plugins") : nullptr;
  if (plugins)
    for (const std::string& plugin : plugins->items)
      if (plugin.starts_with(kPrefix)) return plugin.substr(kPrefix.size());
  return "soft:";
}

int doctor(const Options& options) {
  const auto path = holdfast::control::parse_vici_uri(options.uri);
  if (!path) return report(path.error());
  const std::string card = options.card.empty() ? card_of_daemon(options) : options.card;
  const auto findings = holdfast::ctl::examine({"", card, *path});
  fmt::print("{}", options.is_json ? holdfast::ctl::json(findings) + "\n"
                                   : holdfast::ctl::text_of(findings));
  return holdfast::ctl::is_missing_any(findings) ? kExitBad : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Looks at holdfastd, at its configuration and at this machine.", "holdfastctl"};
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--uri", options.uri, "vici socket of the daemon")->capture_default_str();
  auto* status_command = app.add_subcommand("status", "the security associations, as a table");
  auto* watch_command = app.add_subcommand("watch", "what happens, as it happens");
  auto* check_command = app.add_subcommand("check-config", "every error of a swanctl.conf");
  auto* doctor_command = app.add_subcommand("doctor", "what this machine lacks");
  for (auto* command : {status_command, watch_command, doctor_command})
    command->add_flag("--json", options.is_json, "JSON instead of text");
  check_command->add_option("FILE", options.config, "the file")->required();
  doctor_command->add_option("--card", options.card, "the card (default: that of the daemon)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}; see holdfastctl --help\n", error.what());
    return kExitError;
  }
  if (status_command->parsed()) return status(options);
  if (watch_command->parsed()) return watch(options);
  if (check_command->parsed()) return check_config(options);
  return doctor(options);
}
