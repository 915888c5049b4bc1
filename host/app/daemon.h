// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/card_seat.h"
#include "app/daemon_metrics.h"
#include "app/kernel_view.h"
#include "app/move_counts.h"
#include "app/ports.h"
#include "app/steady_offload.h"
#include "app/tunnel_routes.h"
#include "config/file_config.h"
#include "control/manager_daemon.h"
#include "control/vici_commands.h"
#include "control/vici_events.h"
#include "control/vici_server.h"
#include "crypto/random.h"
#include "ike/manager.h"
#include "log/key_files.h"
#include "log/logger.h"
#include "net/event_loop.h"
#include "net/system_resolver.h"

namespace holdfast::app {

/// The whole daemon, made in the order in which it depends on its parts; ends in the other order.
/// Whatever a killed daemon left (socket, TUN, routes, card) is found and put in order.
class Daemon {
 public:
  struct Options {
    std::string config_path;
    std::string card;               ///< Instead of the one of the configuration; empty: that one.
    std::string vici;               ///< The same for the socket of vici.
    bool loads_connections = true;  ///< What the file says beside `holdfast { }`.
  };
  /// Errors: the first thing that does not work, with what to do about it.
  static Result<std::unique_ptr<Daemon>> create(const Options& options);
  ~Daemon();

  /// Until SIGTERM or SIGINT; then all peers are told, and everything is taken down.
  void run();

 private:
  explicit Daemon(const Options& options) : options_(options) {}
  Status read_config();
  Status open_network();
  Status open_card();
  Status open_key_files();
  Status open_control();
  Status open_metrics();
  void load_connections(FileConfig& file);
  void load_credentials(FileConfig& file);
  Status reload();
  void connect();
  /// Packets and the card, until nothing is under way.
  void pump();
  void schedule_pump();
  void say(int level, std::string text);

  // daemon_card.cc: a card that stops, or that somebody else resets
  CardSeat::Outside seat_outside();
  void watch_tun();
  void look_after_card();
  void lose_card(const std::string& why);
  void bring_card_back();
  /// Negotiates children anew whose SAs were in the card that is gone; looks after a while whether
  /// that was done.
  void renew_children();
  void check_renewal();
  /// Ends ISAKMP SAs with their peers' knowledge; what this end began is remembered.
  void end_connections();
  void initiate_again();

  struct CardWatch {
    TimePoint lost_at{};
    std::uint64_t resets = 0;
    std::string trouble;      ///< Why it does not come back, as last said.
    unsigned num_rounds = 0;  ///< Of renewal, that began.
    bool are_peers_told = false;
    bool is_renewing = false;  ///< Until it ends, routes stay as they are.
    std::vector<std::pair<std::string, std::string>> initiated;  ///< Connection and child.
  };

  Options options_;
  FileConfig file_;
  net::EventLoop loop_;
  SystemRandom random_;
  log::Logger logger_;
  std::unique_ptr<net::Netlink> netlink_;
  std::unique_ptr<net::Tun> tun_;
  std::unique_ptr<net::Sockets> sockets_;
  std::unique_ptr<TunPort> tun_port_;
  std::unique_ptr<SocketPort> socket_port_;
  std::unique_ptr<InnerAddresses> inner_addresses_;
  std::unique_ptr<TunnelRoutes> routes_;  // none where others route
  std::unique_ptr<SteadyOffload> offload_;
  std::unique_ptr<CardSeat> seat_;  // none while the card is gone
  CardWatch card_watch_;
  std::unique_ptr<control::ViciServer> vici_;
  std::unique_ptr<control::ViciEvents> events_;
  std::unique_ptr<log::KeyFiles> key_files_;  // none unless asked for
  MoveCounts moves_;
  std::unique_ptr<KernelView> kernel_view_;
  std::unique_ptr<net::SystemResolver> resolver_;
  std::unique_ptr<ike::Manager> manager_;
  std::unique_ptr<control::ManagerDaemon> facade_;
  std::unique_ptr<control::ViciCommands> commands_;
  std::unique_ptr<DaemonMetrics> metrics_;  // none unless asked for
  bool is_pump_scheduled_ = false, is_stopping_ = false;
};

}  // namespace holdfast::app
