// SPDX-License-Identifier: Apache-2.0
// holdfast-ike-load: many initiators at once, made of the daemon's own protocol objects, each with
// an address of its own, which may move when all are up; and forged first messages whose senders
// never answer.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <unordered_map>

#include "crypto/random.h"
#include "ike/credentials.h"
#include "ike/manager.h"
#include "ike/negotiation.h"
#include "net/event_loop.h"
#include "net/sockets.h"
#include "offload/offload.h"

namespace {

using namespace holdfast;

constexpr std::uint16_t kIkePort = 500, kNatPort = 4500;
constexpr std::uint16_t kPskMethod = 1;  // RFC 2409, appendix A
constexpr std::size_t kForgedPerTick = 50;

struct Options {
  std::string peer, first = "10.64.0.1", first_forged = "10.128.0.1", first_moved = "10.160.0.1";
  std::string proposals = "aes128-sha256-curve25519", secret, more;
  std::string local_ts = "dynamic";
  unsigned count = 1000, window = 8, forged = 0, forged_per_second = 20000, moves = 0, children = 1;
};

/// The address `index` after `first`, without those that end in 0 or 255.
IpAddress address_at(const IpAddress& first, unsigned index) {
  const unsigned low = first.bytes[3] + index % 250;
  const unsigned high = first.bytes[1] * 256u + first.bytes[2] + index / 250;
  IpAddress address = first;
  address.bytes[1] = static_cast<std::uint8_t>(high >> 8);
  address.bytes[2] = static_cast<std::uint8_t>(high);
  address.bytes[3] = static_cast<std::uint8_t>(low);
  return address;
}

/// Takes every SA and forgets it: the initiators move no packets.
class NoCard : public Offload {
 public:
  std::uint32_t suites() const override { return 0b1110; }
  bool is_spi_free(Spi) const override { return true; }
  Result<PathId> add_path(const Binding&) override { return PathId{++last_}; }
  void remove_path(PathId) override {}
  Status rebind(PathId, const Binding&, std::optional<std::uint32_t>) override { return {}; }
  Status move_sas(std::span<const SaId>, PathId) override { return {}; }
  bool is_drained(PathId) override { return true; }
  PathUsage query_path(PathId) override { return {}; }
  Result<SaId> add_sa(SaRequest) override { return SaId{++last_}; }
  void remove_sa(SaId) override {}
  SaUsage query_sa(SaId) override { return {}; }
  void set_observer(Observer*) override {}
  void add_policy(std::uint32_t, PolicyAction, const TrafficSelector&,
                  const TrafficSelector&) override {}
  void remove_policy(std::uint32_t) override {}
  Status add_inner_address(const IpAddress&) override { return {}; }
  void remove_inner_address(const IpAddress&) override {}

 private:
  std::uint32_t last_ = 0;
};

class NoLog : public ike::LogSink {
 public:
  void log(const ike::LogLine&) override {}
};

/// The machine of one initiator: one address at a time.
class OneAddress : public ike::Manager::NetworkView {
 public:
  explicit OneAddress(const IpAddress& address) : address_(address) {}
  bool is_usable(const IpAddress& own) const override { return own == address_; }
  std::optional<IpAddress> source_to(const IpAddress&) const override { return address_; }
  void set(const IpAddress& address) { address_ = address; }
  const IpAddress& get() const { return address_; }

 private:
  IpAddress address_;
};

class Load;

/// One of the many.
struct Initiator : ike::Observer {
  Initiator(Load& in, const IpAddress& own, const IpAddress& other)
      : load(in), home(own), away(other), network(own) {}
  void on_move(const ike::MoveReport& report) override;

  Load& load;
  IpAddress home, away;
  OneAddress network;
  unsigned num_moves = 0;
  std::unique_ptr<ike::Manager> manager;  // ends first
};

class Load {
 public:
  explicit Load(const Options& options) : options_(options), pace_(loop_) {}

  /// Errors: what the sockets and the configuration say.
  Status prepare() {
    auto peer = IpAddress::parse(options_.peer);
    auto first = IpAddress::parse(options_.first);
    auto forged = IpAddress::parse(options_.first_forged);
    auto moved = IpAddress::parse(options_.first_moved);
    for (const auto* address : {&peer, &first, &forged, &moved})
      if (!*address) return tl::unexpected(address->error());
    peer_ = {*peer, kIkePort};
    first_ = *first;
    first_forged_ = *forged;
    first_moved_ = *moved;
    auto sockets = net::Sockets::open(loop_, {kIkePort, kNatPort, false, 0});
    if (!sockets) return tl::unexpected(sockets.error());
    sockets_ = std::move(*sockets);
    sockets_->set_handlers(
        [this](const Endpoint& own, const Endpoint& from, ByteView message) {
          if (const auto found = by_address_.find(own.address.text()); found != by_address_.end())
            found->second->receive(own, from, message);
        },
        [](const net::WirePacket&) {}, [](const IpAddress&, unsigned) {});
    for (unsigned i = 0; i < options_.count; ++i)
      if (const Status status = add_initiator(i); !status) return status;
    return {};
  }

  void run() {
    started_ = loop_.now();
    for (unsigned i = 0; i < options_.window; ++i) start_next();
    forge();
    loop_.run();
  }

 private:
  /// One child, or several that share what --local-ts says.
  std::string children() const {
    std::string text;
    for (unsigned i = 0; i < options_.children; ++i) {
      const std::string local =
          options_.children == 1 ? options_.local_ts : fmt::format("10.1.{}.{}", i / 250, i % 250);
      text += fmt::format(
          " c{} {{\n local_ts = {}\n remote_ts = 10.2.0.0/16\n esp_proposals = aes128gcm16\n }}\n",
          i, local);
    }
    return text;
  }

  Status add_initiator(unsigned index) {
    const IpAddress own = address_at(first_, index), other = address_at(first_moved_, index);
    auto initiator = std::make_unique<Initiator>(*this, own, other);
    const std::string text = own.text();
    const auto tree = parse_config(
        fmt::format("load {{\n version = 1\n local_addrs = {0}\n remote_addrs = {1}\n"
                    " proposals = {2}\n {3}\n local {{\n auth = psk\n id = {0}\n }}\n"
                    " remote {{\n auth = psk\n }}\n children {{\n{4} }} }}\n",
                    text, options_.peer, options_.proposals, options_.more, children()),
        "holdfast-ike-load");
    if (!tree) return tl::unexpected(tree.error());
    auto config = read_connection(tree->sections.front());
    if (!config) return tl::unexpected(config.error());
    proposals_ = config->proposals;
    ike::Settings settings;
    settings.retransmit_tries = 8;
    initiator->manager = std::make_unique<ike::Manager>(
        ike::Manager::Outside{loop_, loop_, *sockets_, random_, card_, log_}, settings);
    ike::Manager* const manager = initiator->manager.get();
    manager->add_observer(initiator.get());
    const Bytes secret(options_.secret.begin(), options_.secret.end());
    manager->credentials().add_shared({"psk", SecretBytes(secret), {}});
    manager->load_connection(std::move(*config));
    if (options_.moves > 0) manager->set_network(&initiator->network);
    by_address_[text] = by_address_[other.text()] = manager;
    initiators_.push_back(std::move(initiator));
    return {};
  }

  void start_next() {
    if (num_started_ == initiators_.size()) return;
    bring_up(*initiators_[num_started_++], 0);
  }

  /// One child after the other.
  void bring_up(Initiator& one, unsigned child) {
    one.manager->initiate(fmt::format("c{}", child), "", [this, &one, child](const Status& status) {
      // Not from within: the initiator is still at work.
      loop_.post([this, &one, child, is_up = bool(status)] {
        if (is_up && child + 1 < options_.children) return bring_up(one, child + 1);
        ++(is_up ? num_up_ : num_failed_);
        start_next();
        end_if_done();
      });
    });
  }

  /// Forged ones spread over their time.
  void forge() {
    const double seconds = std::chrono::duration<double>(loop_.now() - started_).count();
    const auto due = static_cast<unsigned>(
        std::min<double>(options_.forged, seconds * options_.forged_per_second + kForgedPerTick));
    for (; num_forged_ < due; ++num_forged_) send_forged(address_at(first_forged_, num_forged_));
    if (num_forged_ < options_.forged)
      pace_.start(std::chrono::milliseconds(1), [this] { forge(); });
    else
      end_if_done();
  }

  void send_forged(const IpAddress& own) {
    using namespace isakmp;
    Header header;
    random_.fill(header.initiator_cookie);
    header.exchange = ExchangeType::kMainMode;
    PayloadWriter payloads;
    payloads.add(PayloadType::kSa,
                 write_sa(ike::offer_phase1(proposals_, {kPskMethod}, std::chrono::hours(4))));
    sockets_->send({own, kIkePort}, peer_, write_message(header, payloads));
  }

  void end_if_done() {
    if (num_up_ + num_failed_ < initiators_.size() || num_forged_ < options_.forged || is_told_)
      return;
    is_told_ = true;
    std::uint64_t again = 0;
    for (const auto& one : initiators_) again += one->manager->counters().retransmits_out;
    fmt::print(
        "{{\"up\": {}, \"failed\": {}, \"forged\": {}, \"sent_again\": {}, "
        "\"seconds\": {:.3f}}}\n",
        num_up_, num_failed_, num_forged_, again, seconds());
    std::fflush(stdout);
    // Whoever started it says when they shall move, by a line, and when it has seen enough, by the
    // end of its input. Until then it answers DPD, and it leaves without a word.
    loop_.watch(0, [this] {
      char byte = 0;
      if (::read(0, &byte, 1) != 1) std::quick_exit(0);
      started_ = loop_.now();
      num_started_ = 0;
      for (unsigned i = 0; i < options_.window; ++i) start_move();
    });
  }

  double seconds() const { return std::chrono::duration<double>(loop_.now() - started_).count(); }

  // ---------------------------------------------------------------- moves
 public:
  void on_moved(bool is_good, Duration took) {
    last_ = took;
    ++(is_good ? num_moved_ : num_lost_);
    loop_.post([this] {
      start_move();
      if (num_moved_ + num_lost_ < std::size_t{options_.moves} * initiators_.size()) return;
      fmt::print("{{\"moved\": {}, \"lost\": {}, \"seconds\": {:.3f}, \"last_ms\": {:.3f}}}\n",
                 std::exchange(num_moved_, 0), std::exchange(num_lost_, 0), seconds(),
                 std::chrono::duration<double, std::milli>(last_).count());
      std::fflush(stdout);
    });
  }

 private:
  void start_move() {
    if (num_started_ == options_.moves * initiators_.size()) return;
    Initiator& one = *initiators_[num_started_++ % initiators_.size()];
    one.network.set(one.network.get() == one.home ? one.away : one.home);
    one.manager->on_network_change();
  }

  Options options_;
  net::EventLoop loop_;
  SystemRandom random_;
  NoCard card_;
  NoLog log_;
  Timer pace_;
  Endpoint peer_;
  IpAddress first_, first_forged_, first_moved_;
  TimePoint started_{};
  Duration last_{};
  std::unique_ptr<net::Sockets> sockets_;
  std::vector<IkeProposal> proposals_;
  std::vector<std::unique_ptr<Initiator>> initiators_;
  std::unordered_map<std::string, ike::Manager*> by_address_;
  std::size_t num_started_ = 0, num_up_ = 0, num_failed_ = 0, num_moved_ = 0, num_lost_ = 0;
  unsigned num_forged_ = 0;
  bool is_told_ = false;
};

void Initiator::on_move(const ike::MoveReport& report) {
  using ike::MoveStep;
  if (report.step == MoveStep::kMoved) load.on_moved(true, report.took);
  if (report.step == MoveStep::kAnew || report.step == MoveStep::kRefused)
    load.on_moved(false, report.took);
}

int parse(int argc, char** argv, Options& options) {
  CLI::App app{"Many initiators at once, for ./dev bench daemon.", "holdfast-ike-load"};
  app.add_option("--peer", options.peer, "address of the responder")->required();
  app.add_option("--secret", options.secret, "pre-shared key")->required();
  app.add_option("--first", options.first, "first address of the initiators")
      ->capture_default_str();
  app.add_option("--count", options.count, "initiators, an address each")->capture_default_str();
  app.add_option("--window", options.window, "how many are at work at a time")
      ->capture_default_str();
  app.add_option("--proposals", options.proposals, "as in swanctl.conf")->capture_default_str();
  app.add_option("--more", options.more, "further lines for the connections");
  app.add_option("--local-ts", options.local_ts, "of the children")->capture_default_str();
  app.add_option("--children", options.children, "of each, one selector after the other")
      ->capture_default_str();
  app.add_option("--moves", options.moves, "how often each goes to its other address and back");
  app.add_option("--first-moved", options.first_moved, "first of the other addresses")
      ->capture_default_str();
  app.add_option("--forged", options.forged, "forged first messages")->capture_default_str();
  app.add_option("--first-forged", options.first_forged, "first address of their senders")
      ->capture_default_str();
  app.add_option("--forged-per-second", options.forged_per_second, "how fast")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}; see holdfast-ike-load --help\n", error.what());
    return 2;
  }
  return -1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (const int code = parse(argc, argv, options); code >= 0) return code;
  Load load(options);
  if (const Status status = load.prepare(); !status) {
    fmt::print(stderr, "error: {}\n", status.error().text());
    return 2;
  }
  load.run();
}
