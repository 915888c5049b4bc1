// SPDX-License-Identifier: Apache-2.0
#include "app/daemon.h"

#include <sys/signal.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <ctime>

#include "app/credential_files.h"
#include "holdfast/card_wait.h"

namespace holdfast::app {
namespace {

constexpr unsigned kTunMtu = 1400;

ike::Settings settings_of(const DaemonConfig& config) {
  ike::Settings settings;
  settings.max_half_open = config.half_open.limit;
  settings.max_half_open_per_address = config.half_open.per_address;
  settings.half_open_timeout = config.half_open.timeout;
  settings.retransmit_timeout = config.retransmit.timeout;
  settings.retransmit_base = config.retransmit.base;
  settings.retransmit_tries = config.retransmit.tries;
  settings.keepalive = config.keepalive;
  settings.address_update = config.address_update;
  settings.address_update_of = config.address_update_of;
  return settings;
}

std::string path_of(const std::string& uri) {
  constexpr std::string_view kUnix = "unix://";
  return uri.starts_with(kUnix) ? uri.substr(kUnix.size()) : uri;
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::create(const Options& options) {
  std::unique_ptr<Daemon> daemon(new Daemon(options));
  for (const auto step : {&Daemon::read_config, &Daemon::open_network, &Daemon::open_card,
                          &Daemon::open_key_files, &Daemon::open_control, &Daemon::open_metrics})
    if (const Status status = (daemon.get()->*step)(); !status)
      return tl::unexpected(status.error());
  daemon->connect();
  return daemon;
}

Daemon::~Daemon() {
  on_card_wait({});
  if (events_) logger_.remove(events_.get());
}

void Daemon::say(int level, std::string text) {
  logger_.log({"DMN", level, "", 0, std::move(text)});
}

// ---------------------------------------------------------------- making it

Status Daemon::read_config() {
  auto file = read_config_file(options_.config_path);
  if (!file) return tl::unexpected(file.error());
  for (const Error& warning : file->warnings) say(1, warning.text());
  for (const Error& error : file->errors) say(0, error.text());
  if (!file->errors.empty())
    return fail(ErrorCode::kBadValue, options_.config_path,
                "has errors (" + std::to_string(file->errors.size()) +
                    "), see above; holdfastctl check-config shows them too");
  file_ = std::move(*file);
  if (!options_.card.empty()) file_.daemon.card = options_.card;
  if (!options_.vici.empty()) file_.daemon.vici = options_.vici;
  logger_.set_levels([this](std::string_view group) { return file_.daemon.log.level_of(group); });
  return {};
}

Status Daemon::open_network() {
  const DaemonConfig& config = file_.daemon;
  auto netlink = net::Netlink::open(loop_);
  if (!netlink) return tl::unexpected(netlink.error());
  netlink_ = std::move(*netlink);
  auto tun = net::Tun::open(config.tun, kTunMtu);
  if (!tun) return tl::unexpected(tun.error());
  tun_ = std::move(*tun);
  auto sockets = net::Sockets::open(
      loop_, {config.ike_port, config.nat_port, config.has_raw_esp, config.routing.fwmark});
  if (!sockets) return tl::unexpected(sockets.error());
  sockets_ = std::move(*sockets);
  if (config.routing.is_ours) {
    auto routes = TunnelRoutes::create(*netlink_, {tun_->index(), config.routing.table,
                                                   config.routing.priority, config.routing.fwmark});
    if (!routes) return tl::unexpected(routes.error());
    routes_ = std::move(*routes);
  }

  tun_port_ = std::make_unique<TunPort>(*tun_);
  socket_port_ = std::make_unique<SocketPort>(*sockets_);
  inner_addresses_ = std::make_unique<InnerAddresses>(*netlink_, tun_->index());
  offload_ = std::make_unique<SteadyOffload>(inner_addresses_.get());
  return {};
}

Status Daemon::open_card() {
  on_card_wait([this](const std::string& sentence) { say(0, sentence); });
  auto seat = CardSeat::open(file_.daemon.card, seat_outside());
  if (!seat) return tl::unexpected(seat.error());
  seat_ = std::move(*seat);
  offload_->attach(seat_->offload());
  return {};
}

/// Only when the operator asks: otherwise keys leave the process only into the card.
Status Daemon::open_key_files() {
  const DaemonConfig& config = file_.daemon;
  if (config.isakmp_keys_file.empty() && config.esp_keys_file.empty()) return {};
  auto files = log::KeyFiles::open({config.isakmp_keys_file, config.esp_keys_file},
                                   [this](const Error& error) { say(0, error.text()); });
  if (!files) return tl::unexpected(files.error());
  key_files_ = std::move(*files);
  for (const std::string& path : {config.isakmp_keys_file, config.esp_keys_file})
    if (!path.empty())
      say(0, "WARNING: all session keys are written to " + path +
                 "; whoever reads it can read the traffic");
  return {};
}

Status Daemon::open_control() {
  auto vici = control::ViciServer::open(path_of(file_.daemon.vici));
  if (!vici) return tl::unexpected(vici.error());
  vici_ = std::move(*vici);
  events_ = std::make_unique<control::ViciEvents>(*vici_);
  logger_.add(events_.get());
  manager_ = std::make_unique<ike::Manager>(
      ike::Manager::Outside{loop_, loop_, *sockets_, random_, *offload_, logger_, key_files_.get()},
      settings_of(file_.daemon));
  manager_->add_observer(events_.get());
  manager_->add_observer(&moves_);
  kernel_view_ = std::make_unique<KernelView>(*netlink_, *sockets_, tun_->index());
  manager_->set_network(kernel_view_.get());
  resolver_ = std::make_unique<net::SystemResolver>(loop_);
  manager_->set_resolver(resolver_.get());
  control::Daemon::Facts facts;
  facts.version = HOLDFAST_VERSION;
  facts.card = file_.daemon.card;
  facts.suites = seat_->card().info().suites;
  facts.started = std::time(nullptr);
  facts.started_at = loop_.now();
  facade_ = std::make_unique<control::ManagerDaemon>(*manager_, facts, [this] { return reload(); });
  commands_ = std::make_unique<control::ViciCommands>(
      control::ViciCommands::Outside{*vici_, *facade_, *events_, loop_, loop_});
  vici_->serve(*commands_);
  return {};
}

Status Daemon::open_metrics() {
  const std::string& listen = file_.daemon.metrics_listen;
  if (listen.empty()) return {};
  const auto started = static_cast<std::uint64_t>(std::time(nullptr));
  auto metrics = DaemonMetrics::open(listen, [this, started] {
    return MetricsSnapshot{.version = HOLDFAST_VERSION,
                           .card = file_.daemon.card,
                           .started = started,
                           .totals = manager_->totals(),
                           .isakmp = manager_->counters(),
                           .mover = seat_ ? seat_->mover().counters() : offload::MoverCounters{},
                           .card_counters = seat_ ? seat_->card().counters() : Counters{},
                           .card_resets = card_watch_.resets,
                           .moves = moves_};
  });
  if (!metrics) return tl::unexpected(metrics.error());
  metrics_ = std::move(*metrics);
  loop_.watch(metrics_->fd(), [this] { metrics_->step(); });
  return {};
}

void Daemon::connect() {
  sockets_->set_handlers([this](const Endpoint& own, const Endpoint& peer,
                                ByteView message) { manager_->receive(own, peer, message); },
                         [this](const net::WirePacket& packet) {
                           if (!seat_) return;
                           seat_->mover().on_wire_packet(packet);
                           schedule_pump();
                         },
                         [this](const IpAddress& peer, unsigned mtu) {
                           if (seat_) seat_->mover().set_path_mtu(peer, mtu);
                         });
  sockets_->on_no_way([this] { manager_->on_network_change(); });
  watch_tun();
  loop_.watch(vici_->fd(), [this] { vici_->step(); });
  netlink_->on_change([this] {
    if (routes_) routes_->forget_version();
    manager_->on_network_change();
    schedule_pump();
  });
  for (const int signal : {SIGTERM, SIGINT})
    loop_.on_signal(signal, [this] {
      say(1, "stopping");
      manager_->shutdown();
      loop_.post([this] { loop_.stop(); });
    });
  loop_.on_signal(SIGHUP, [this] {
    if (const Status status = reload(); !status)
      say(0, "nothing changed: " + status.error().text());
  });
}

// ---------------------------------------------------------------- configuration

/// What the files gave before and do not give any more is gone; what came by vici stays.
void Daemon::load_credentials(FileConfig& file) {
  ike::Credentials& credentials = manager_->credentials();
  credentials.forget(ike::Origin::kFile);
  credentials.forget(ike::Origin::kAuthority);
  for (const auto& errors :
       {load_file_credentials(std::move(file.secrets), file.authorities, credentials),
        load_credential_files(options_.config_path, credentials)})
    for (const Error& error : errors) say(0, error.text());
}

void Daemon::load_connections(FileConfig& file) {
  load_credentials(file);
  for (PoolConfig& pool : file.pools) manager_->load_pool(std::move(pool));
  std::vector<std::string> gone;
  for (const auto& [name, config] : manager_->connections()) {
    const bool is_there =
        std::any_of(file.connections.begin(), file.connections.end(),
                    [&, &known = name](const auto& other) { return other.name == known; });
    if (!is_there) gone.push_back(name);
  }
  for (const std::string& name : gone) static_cast<void>(manager_->unload_connection(name));
  for (ConnectionConfig& connection : file.connections)
    manager_->load_connection(std::move(connection));
}

Status Daemon::reload() {
  auto file = read_config_file(options_.config_path);
  if (!file) return tl::unexpected(file.error());
  if (!file->errors.empty()) return tl::unexpected(file->errors.front());
  if (file->daemon.card != file_.daemon.card && options_.card.empty())
    say(0, "another card takes a new start of the daemon");
  file_.daemon.log = file->daemon.log;
  manager_->set_address_update(file->daemon.address_update, file->daemon.address_update_of);
  if (options_.loads_connections) load_connections(*file);
  say(1, "configuration read again");
  return {};
}

// ---------------------------------------------------------------- running

void Daemon::schedule_pump() {
  if (is_pump_scheduled_) return;
  is_pump_scheduled_ = true;
  loop_.post([this] {
    is_pump_scheduled_ = false;
    pump();
  });
}

void Daemon::pump() {
  if (!seat_) return;
  seat_->mover().poll();
  seat_->offload().poll_events();
  if (routes_)
    for (const Error& error : routes_->sync(seat_->offload().spd(), !card_watch_.is_renewing))
      say(0, error.text());
  if (seat_->mover().busy()) schedule_pump();
}

void Daemon::run() {
  if (options_.loads_connections) load_connections(file_);
  say(1, std::string("holdfastd ") + HOLDFAST_VERSION + " with card " + file_.daemon.card + ", " +
             std::to_string(seat_->card().info().num_sas) + " SAs; vici at " + file_.daemon.vici);
  sd_notify(0, "READY=1");
  std::uint64_t watchdog_us = 0;
  std::function<void()> beat = [&] {
    sd_notify(0, "WATCHDOG=1");
    loop_.start(std::chrono::microseconds(watchdog_us / 2), beat);
  };
  if (sd_watchdog_enabled(0, &watchdog_us) > 0) beat();
  pump();
  look_after_card();
  logger_.set_soon([this](std::function<void()> work) { loop_.post(std::move(work)); });
  loop_.run();
  logger_.set_soon(nullptr);
  sd_notify(0, "STOPPING=1");
}

}  // namespace holdfast::app
