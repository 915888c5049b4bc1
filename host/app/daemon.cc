// SPDX-License-Identifier: Apache-2.0
#include "app/daemon.h"

#include <sys/signal.h>
#include <systemd/sd-daemon.h>

#include <ctime>

#include "app/credential_files.h"

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
  for (const auto step : {&Daemon::read_config, &Daemon::open_card, &Daemon::open_network,
                          &Daemon::open_key_files, &Daemon::open_control, &Daemon::open_metrics})
    if (const Status status = (daemon.get()->*step)(); !status)
      return tl::unexpected(status.error());
  daemon->connect();
  return daemon;
}

Daemon::~Daemon() {
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
                "has " + std::to_string(file->errors.size()) +
                    " errors, see above; holdfastctl check-config shows them too");
  file_ = std::move(*file);
  if (!options_.card.empty()) file_.daemon.card = options_.card;
  if (!options_.vici.empty()) file_.daemon.vici = options_.vici;
  logger_.set_levels([this](std::string_view group) { return file_.daemon.log.level_of(group); });
  return {};
}

Status Daemon::open_card() {
  auto io = open_card_io(file_.daemon.card);
  if (!io) return tl::unexpected(io.error());
  card_io_ = std::move(*io);
  // Resets the card: keys that a killed daemon left are gone.
  auto card = Card::open(*card_io_);
  if (!card) return tl::unexpected(card.error());
  card_ = std::move(*card);
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
  auto offload = offload::CardOffload::create(*card_, loop_, inner_addresses_.get());
  if (!offload) return tl::unexpected(offload.error());
  offload_ = std::move(*offload);
  auto mover = offload::PacketMover::create(
      *card_, *offload_, {*tun_port_, *socket_port_, nullptr, [this] { schedule_pump(); }}, loop_,
      {});
  if (!mover) return tl::unexpected(mover.error());
  mover_ = std::move(*mover);
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
  kernel_view_ = std::make_unique<KernelView>(*netlink_, *sockets_);
  manager_->set_network(kernel_view_.get());
  control::Daemon::Facts facts;
  facts.version = HOLDFAST_VERSION;
  facts.card = file_.daemon.card;
  facts.suites = card_->info().suites;
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
    return MetricsSnapshot{HOLDFAST_VERSION,   file_.daemon.card,    started,
                           manager_->totals(), manager_->counters(), mover_->counters(),
                           card_->counters()};
  });
  if (!metrics) return tl::unexpected(metrics.error());
  metrics_ = std::move(*metrics);
  loop_.watch(metrics_->fd(), [this] { metrics_->step(); });
  return {};
}

void Daemon::connect() {
  sockets_->set_handlers(
      [this](const Endpoint& own, const Endpoint& peer, ByteView message) {
        manager_->receive(own, peer, message);
      },
      [this](const net::WirePacket& packet) {
        mover_->on_wire_packet(packet);
        schedule_pump();
      },
      [this](const IpAddress& peer, unsigned mtu) { mover_->set_path_mtu(peer, mtu); });
  loop_.watch(tun_->fd(), [this] {
    mover_->on_plain_readable();
    pump();
  });
  offload_->on_spd_change([this] { schedule_pump(); });
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

void Daemon::load_connections(FileConfig& file) {
  for (SharedSecret& secret : file.secrets)
    manager_->credentials().add_shared(
        {secret.id, std::move(secret.secret), std::move(secret.owners)});
  for (const Error& error : load_credential_files(options_.config_path, manager_->credentials()))
    say(0, error.text());
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
  mover_->poll();
  offload_->poll_events();
  if (routes_)
    for (const Error& error : routes_->sync(offload_->spd())) say(0, error.text());
  if (mover_->busy()) schedule_pump();
}

void Daemon::run() {
  if (options_.loads_connections) load_connections(file_);
  say(1, std::string("holdfastd ") + HOLDFAST_VERSION + " with card " + file_.daemon.card + ", " +
             std::to_string(card_->info().num_sas) + " SAs; vici at " + file_.daemon.vici);
  sd_notify(0, "READY=1");
  std::uint64_t watchdog_us = 0;
  std::function<void()> beat = [&] {
    sd_notify(0, "WATCHDOG=1");
    loop_.start(std::chrono::microseconds(watchdog_us / 2), beat);
  };
  if (sd_watchdog_enabled(0, &watchdog_us) > 0) beat();
  pump();
  loop_.run();
  sd_notify(0, "STOPPING=1");
}

}  // namespace holdfast::app
