// SPDX-License-Identifier: Apache-2.0
// holdfast-ike-load: many initiators at once, made of the daemon's own protocol objects, each with
// an address of its own; and forged first messages whose senders never answer.
#include <fmt/format.h>

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
  std::string peer, first = "10.64.0.1", first_forged = "10.128.0.1";
  std::string proposals = "aes128-sha256-curve25519", secret, more;
  unsigned count = 1000, window = 8, forged = 0, forged_per_second = 20000;
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

class Load {
 public:
  explicit Load(const Options& options) : options_(options), pace_(loop_) {}

  /// Errors: what the sockets and the configuration say.
  Status prepare() {
    auto peer = IpAddress::parse(options_.peer);
    auto first = IpAddress::parse(options_.first);
    auto forged = IpAddress::parse(options_.first_forged);
    for (const auto* address : {&peer, &first, &forged})
      if (!*address) return tl::unexpected(address->error());
    peer_ = {*peer, kIkePort};
    first_ = *first;
    first_forged_ = *forged;
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
      if (const Status status = add_initiator(address_at(first_, i)); !status) return status;
    return {};
  }

  void run() {
    started_ = loop_.now();
    for (unsigned i = 0; i < options_.window; ++i) start_next();
    forge();
    loop_.run();
  }

 private:
  Status add_initiator(const IpAddress& own) {
    const std::string text = own.text();
    const auto tree = parse_config(
        fmt::format("load {{\n version = 1\n local_addrs = {0}\n remote_addrs = {1}\n"
                    " proposals = {2}\n {3}\n local {{\n auth = psk\n id = {0}\n }}\n"
                    " remote {{\n auth = psk\n }}\n children {{ net {{\n local_ts = dynamic\n"
                    " remote_ts = 10.2.0.0/16\n esp_proposals = aes128gcm16\n }} }} }}\n",
                    text, options_.peer, options_.proposals, options_.more),
        "holdfast-ike-load");
    if (!tree) return tl::unexpected(tree.error());
    auto config = read_connection(tree->sections.front());
    if (!config) return tl::unexpected(config.error());
    proposals_ = config->proposals;
    ike::Settings settings;
    settings.retransmit_tries = 8;
    auto manager = std::make_unique<ike::Manager>(
        ike::Manager::Outside{loop_, loop_, *sockets_, random_, card_, log_}, settings);
    const Bytes secret(options_.secret.begin(), options_.secret.end());
    manager->credentials().add_shared({"psk", SecretBytes(secret), {}});
    manager->load_connection(std::move(*config));
    by_address_[text] = manager.get();
    initiators_.push_back(std::move(manager));
    return {};
  }

  void start_next() {
    if (num_started_ == initiators_.size()) return;
    initiators_[num_started_++]->initiate("net", "", [this](const Status& status) {
      ++(status ? num_up_ : num_failed_);
      // Not from within: the initiator is still at work.
      loop_.post([this] {
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
    for (const auto& manager : initiators_) again += manager->counters().retransmits_out;
    fmt::print(
        "{{\"up\": {}, \"failed\": {}, \"forged\": {}, \"sent_again\": {}, "
        "\"seconds\": {:.3f}}}\n",
        num_up_, num_failed_, num_forged_, again,
        std::chrono::duration<double>(loop_.now() - started_).count());
    std::fflush(stdout);
    // Answers DPD until whoever started it has seen enough, and leaves without a word.
    loop_.watch(0, [] { std::quick_exit(0); });
  }

  Options options_;
  net::EventLoop loop_;
  SystemRandom random_;
  NoCard card_;
  NoLog log_;
  Timer pace_;
  Endpoint peer_;
  IpAddress first_, first_forged_;
  TimePoint started_{};
  std::unique_ptr<net::Sockets> sockets_;
  std::vector<IkeProposal> proposals_;
  std::vector<std::unique_ptr<ike::Manager>> initiators_;
  std::unordered_map<std::string, ike::Manager*> by_address_;
  std::size_t num_started_ = 0, num_up_ = 0, num_failed_ = 0;
  unsigned num_forged_ = 0;
  bool is_told_ = false;
};

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
