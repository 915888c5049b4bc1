// SPDX-License-Identifier: Apache-2.0
// What tests of address updates need beside two ends: machines with several addresses, ESP that
// follows the bindings, and a peer with keys that knows address updates.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "exchange/forger.h"
#include "exchange/world.h"
#include "isakmp/address_update.h"

namespace holdfast::test {

IpAddress ip(const char* text);
/// The seed of a random test: HOLDFAST_SEED, or `otherwise`.
std::uint64_t seed_or(std::uint64_t otherwise);

/// The machine of one end: which of its addresses are up, and which one the kernel prefers.
class Machine : public ike::Manager::NetworkView {
 public:
  /// The first one is up, and preferred.
  Machine(End& end, std::vector<IpAddress> addresses);

  bool is_usable(const IpAddress& own) const override { return up_.contains(own.text()); }
  std::optional<IpAddress> source_to(const IpAddress& peer) const override;

  void set_up(const IpAddress& address, bool is_up);
  void prefer(const IpAddress& address) { preferred_ = address; }
  /// Now the end hears of it.
  void tell();
  /// Another address; the one before stays up, or is gone.
  void move_to(const IpAddress& address, bool keeps_old);
  void lose_all();
  const std::vector<IpAddress>& addresses() const { return addresses_; }

 private:
  void place();

  End& end_;
  std::vector<IpAddress> addresses_;
  std::set<std::string> up_;
  IpAddress preferred_;
};

/// An ESP packet without its bytes.
struct EspPacket {
  Endpoint from, to;
  Spi spi{};
  Bytes key;
  std::uint64_t sequence = 0;
  std::size_t bytes = 0;
};

/// ESP between the ends of a world, as their bindings say: it keeps numbers, windows and credits,
/// and counts who gets what.
class EspTraffic {
 public:
  explicit EspTraffic(World& world) : world_(world) {}

  /// One packet by the newest outbound SA of `from`. True if it came to the other end.
  bool send(End& from, std::size_t bytes = 100);
  /// Puts a packet on the wire, perhaps an old one or one with another source.
  bool put(const EspPacket& packet);
  /// So many each way, in turns; how many of them came.
  unsigned both_ways(unsigned count, std::size_t bytes = 100);
  /// Lets time pass with a packet each way every `every`.
  void run(Duration duration, Duration every = std::chrono::milliseconds(20),
           std::size_t bytes = 100);

  struct Counts {
    std::uint64_t sent = 0, put = 0, delivered = 0;
    std::uint64_t no_sa = 0, no_address = 0, over_credit = 0, lost = 0, strays = 0, unknown_spi = 0,
                  replayed = 0;
    /// Whatever was sent or put came out, or was dropped for a reason.
    bool adds_up() const {
      return sent + put ==
             delivered + no_sa + no_address + over_credit + lost + strays + unknown_spi + replayed;
    }
  };
  Counts counts;
  /// Pairs of a key and a sequence number that were used twice.
  std::uint64_t reused = 0;
  /// Bytes to addresses that no end has, and how many packets.
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> diverted;
  /// Sees and changes what is sent; false: it is lost.
  std::function<bool(EspPacket&)> on_packet;
  std::uint64_t diverted_bytes(const IpAddress& to) { return diverted[to.text()].first; }

 private:
  std::optional<EspPacket> make(End& from, std::size_t bytes);
  bool receive(End& at, const EspPacket& packet);
  End* owner(const IpAddress& address);

  World& world_;
  std::map<std::pair<End*, std::uint32_t>, std::uint64_t> next_;
  std::map<Bytes, std::uint64_t> highest_used_;
  std::map<std::pair<End*, std::uint32_t>, std::set<std::uint64_t>> seen_;
};

/// A peer that knows address updates and has the keys: an ISAKMP SA and a child with
/// `world.responder`.
class UpdateForger : public Forger {
 public:
  explicit UpdateForger(World& in) : Forger(in) {}
  /// Main Mode with the Vendor IDs, without Quick Mode.
  bool begin();
  /// Both.
  bool establish_all() { return begin() && quick(0x7777'0001); }

  /// An update as it should be, from and to `self`.
  isakmp::AddressUpdate update(std::uint32_t request_id);
  Bytes message(isakmp::NotifyType type, const Bytes& data);
  Bytes message(isakmp::NotifyType type, const isakmp::AddressUpdate& update) {
    return message(type, isakmp::write_address_update(update));
  }
  void say_update(const isakmp::AddressUpdate& update) {
    say(message(isakmp::NotifyType::kAddressUpdate, update));
  }
  /// Notify type and content of an answer to what was said last.
  struct Told {
    isakmp::NotifyType type{};
    isakmp::AddressUpdate content;
    Endpoint to;
  };
  std::vector<Told> all_told();
  /// Where the responder sends the child's ESP.
  Endpoint bound() const { return world.responder.offload.paths.begin()->second.peer; }
  std::uint32_t spi_at_responder() const;

 private:
  std::uint32_t next_id_ = 0x1000'0001;
  std::vector<Bytes> opened_;
  std::vector<Told> told_;  // of opened_: each can be opened once
};

/// Bytes of IPv4 and UDP before a message.
constexpr std::size_t kOuterBytes = 28;

/// A peer with keys and a child, which stands at `forger.self` and says that it is at `there` now.
struct Liar {
  explicit Liar(AddressUpdateConfig::Accept accept = AddressUpdateConfig::Accept::kYes);
  isakmp::AddressUpdate update(std::uint32_t id = 1);
  /// Says an update, from `from`, and checks what always holds afterwards: no more than three times
  /// as much comes back, nothing is bound but to where it came from, and that within a credit.
  void say(const Bytes& data, const Endpoint& from = there);
  void say(const isakmp::AddressUpdate& update, const Endpoint& from = there) {
    say(isakmp::write_address_update(update), from);
  }
  /// What is not proven is gone after four seconds.
  void expect_home();
  /// The reason, if a NACK is the only answer.
  std::optional<isakmp::UpdateReason> refusal();

  static const Endpoint there;
  World w;
  UpdateForger forger;
  Endpoint home;
};

}  // namespace holdfast::test
