// SPDX-License-Identifier: Apache-2.0
// holdfast-card: a simulated card as a process of its own. Names concrete cards, as a main.cc does.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>

#include "link/link_server.h"
#include "link/served_card.h"
#include "model/soft_card.h"
#ifdef HOLDFAST_HAS_VERILATED
#include "verilated/verilated_card.h"
#endif

namespace {

using holdfast::CardIo;
using holdfast::ErrorCode;
using holdfast::Result;
using holdfast::link::LinkServer;
using holdfast::link::Served;
using holdfast::link::ServedCard;

/// Cycles that the soft card's clock runs before the server looks at its socket again.
constexpr unsigned kSoftCyclesPerRun = 100;
#ifdef HOLDFAST_HAS_VERILATED
/// The same for the RTL, where they take half a millisecond; and a client's mistake is answered.
constexpr std::string_view kVerilatedDefaults = "poll=100,unmapped=answer";
constexpr const char* kDefaultCard = "verilated:";
#else
constexpr const char* kDefaultCard = "soft:";
#endif

LinkServer* g_server = nullptr;
void on_signal(int) { g_server->stop(); }

Result<std::unique_ptr<ServedCard>> make_soft(std::string_view options) {
  using holdfast::model::SoftCard;
  return SoftCard::make(options).map([](std::unique_ptr<CardIo> io) -> std::unique_ptr<ServedCard> {
    std::unique_ptr<SoftCard> card(static_cast<SoftCard*>(io.release()));
    return std::make_unique<Served<SoftCard>>(std::move(card), kSoftCyclesPerRun);
  });
}

#ifdef HOLDFAST_HAS_VERILATED
Result<std::unique_ptr<ServedCard>> make_verilated(std::string_view options) {
  using namespace holdfast::sim;
  std::string all(kVerilatedDefaults);
  if (!options.empty()) all += "," + std::string(options);
  return parse_card_options(all).map([](const CardOptions& parsed) -> std::unique_ptr<ServedCard> {
    return std::make_unique<Served<VerilatedCard>>(std::make_unique<VerilatedCard>(parsed));
  });
}
#endif

Result<std::unique_ptr<ServedCard>> make_card(std::string_view name) {
  const std::size_t colon = name.find(':');
  const std::string_view kind = colon == name.npos ? std::string_view() : name.substr(0, colon);
  const std::string_view options = colon == name.npos ? name : name.substr(colon + 1);
  if (kind == "soft") return make_soft(options);
#ifdef HOLDFAST_HAS_VERILATED
  if (kind == "verilated") return make_verilated(options);
#endif
  return holdfast::fail(ErrorCode::kNotFound, "card '" + std::string(name) + "'",
                        "no such kind of card; this program serves soft: and, where the RTL was "
                        "built, verilated:");
}

int serve(const std::string& path, const std::string& name) {
  const auto complain = [](const holdfast::Error& error) {
    std::cerr << "holdfast-card: " << error.text() << '\n';
    return 1;
  };
  const auto card = make_card(name);
  if (!card) return complain(card.error());
  const auto log = [](const std::string& line) { std::cerr << "holdfast-card: " << line << '\n'; };
  const auto server = LinkServer::listen(path, **card, log);
  if (!server) return complain(server.error());
  g_server = server->get();
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, on_signal);
  log("serving " + name + " at " + path);
  (*server)->run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A simulated card as a process of its own: link:SOCKET for holdfastd.",
               "holdfast-card");
  std::string socket, card = kDefaultCard;
  app.add_option("--listen", socket, "UNIX socket to serve the card at (vfio-user)")->required();
  app.add_option("--card", card, "the card: soft:OPTIONS or verilated:OPTIONS")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return serve(socket, card);
}
