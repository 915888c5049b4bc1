// SPDX-License-Identifier: Apache-2.0
// holdfastd: the daemon.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "app/daemon.h"
#include "holdfast/link_card.h"
#include "model/soft_card.h"
#include "verilated/verilated_card.h"

namespace {

std::string default_config() {
  const char* directory = std::getenv("SWANCTL_DIR");
  return std::string(directory ? directory : "/etc/swanctl") + "/swanctl.conf";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace holdfast;
  register_card_io("soft", model::SoftCard::make);
  register_card_io("verilated", sim::VerilatedCard::make);
  register_card_io("link", LinkCard::make);

  CLI::App cli{
      "holdfastd: IPsec that holds when the address moves. It negotiates SAs with ISAKMP\n"
      "(IKEv1), puts them into a card, and moves packets between a TUN interface, the\n"
      "network and the card. Drive it with swanctl or holdfastctl."};
  app::Daemon::Options options;
  options.config_path = default_config();
  bool has_no_connections = false;
  cli.add_option("--config", options.config_path, "configuration in the grammar of swanctl.conf")
      ->capture_default_str();
  cli.add_option("--card", options.card,
                 "soft:, verilated: or link:SOCKET instead of the "
                 "configured card");
  cli.add_option("--vici", options.vici, "socket for swanctl instead of the configured one");
  cli.add_flag("--no-connections", has_no_connections,
               "read only holdfast { }; swanctl --load-all brings the rest");
  CLI11_PARSE(cli, argc, argv);
  options.loads_connections = !has_no_connections;

  auto daemon = app::Daemon::create(options);
  if (!daemon) {
    std::fprintf(stderr, "holdfastd: %s\n", daemon.error().text().c_str());
    return 1;
  }
  (*daemon)->run();
  return 0;
}
