// SPDX-License-Identifier: Apache-2.0
// Address updates (docs/protocol/address_update.md) on a network that loses, doubles, delays and
// reorders: each message of the exchange, in each mode, alone and in pairs.
#include <gtest/gtest.h>

#include <ostream>

#include "exchange/update_world.h"

namespace holdfast::test {
namespace {

using Accept = AddressUpdateConfig::Accept;
using std::chrono::milliseconds;
using std::chrono::seconds;

const IpAddress kA1 = ip("192.0.2.1"), kA2 = ip("203.0.113.7"), kB1 = ip("198.51.100.1"),
                kB2 = ip("198.51.100.77");

/// How an exchange goes: who moves, whether his old path works, what the other end binds before
/// proof.
struct Mode {
  bool is_responder_moving, keeps_old;
  Accept accept;
};
std::ostream& operator<<(std::ostream& out, const Mode& mode) {
  return out << (mode.is_responder_moving ? "the responder moves, " : "the initiator moves, ")
             << (mode.keeps_old ? "its old path works, " : "its old path is gone, ")
             << (mode.accept == Accept::kStrict ? "strict" : "accepted at once");
}

/// What the network does to one message of an exchange.
struct Fault {
  enum class Kind : std::uint8_t { kLost, kDoubled, kLate, kLateAndAtOnce };
  Kind kind;
  milliseconds by{0};
};
constexpr Fault kFaults[] = {
    {Fault::Kind::kLost},
    {Fault::Kind::kDoubled},
    {Fault::Kind::kLate, milliseconds(30)},    // behind those that follow at once
    {Fault::Kind::kLate, milliseconds(400)},   // behind its repetition
    {Fault::Kind::kLate, milliseconds(5000)},  // when all is over
    {Fault::Kind::kLateAndAtOnce, milliseconds(700)},
    {Fault::Kind::kLateAndAtOnce, milliseconds(6000)},
};
constexpr std::size_t kNumFaults = std::size(kFaults);
/// UPDATE, ACK, CONFIRM, final ACK, and what follows when one of them is missing.
constexpr std::size_t kNumMessages = 6;

ike::Settings settings_of(Accept accept) {
  ike::Settings settings;
  settings.address_update.accept = accept;
  return settings;
}

class AddressUpdateFaults : public testing::TestWithParam<Mode> {
 protected:
  AddressUpdateFaults() : w(1, settings_of(GetParam().accept)) {
    // No renewal comes between.
    const std::string ike = "rekey_time = 100h", child = "rekey_time = 100h\n life_time = 110h";
    w.responder.load(gateway_conf(ike, child));
    w.initiator.load(client_conf(ike, child));
    w.initiator.initiate("net");
    w.settle();
    before = keys();
    EXPECT_EQ(check_pair(w), "");
  }
  std::vector<Bytes> keys() const {
    std::vector<Bytes> all;
    for (const End* end : {&w.initiator, &w.responder})
      for (const auto& [id, sa] : end->offload.sas) all.push_back(sa.key);
    return all;
  }
  bool is_responder() const { return GetParam().is_responder_moving; }
  End& mover() { return is_responder() ? w.responder : w.initiator; }
  End& other() { return is_responder() ? w.initiator : w.responder; }
  Machine& machine() { return is_responder() ? b : a; }
  const Binding& binding(const End& end) const { return end.offload.paths.begin()->second; }

  /// False: the datagram does not go its way now.
  bool apply(const Fault& fault, const InFlight& datagram) {
    switch (fault.kind) {
      case Fault::Kind::kLost:
        return false;
      case Fault::Kind::kDoubled:
        w.in_flight.push_back(datagram);
        return true;
      case Fault::Kind::kLate:
      case Fault::Kind::kLateAndAtOnce:
        w.time.start(fault.by, [this, datagram] { w.in_flight.push_back(datagram); });
        return fault.kind == Fault::Kind::kLateAndAtOnce;
    }
    return true;
  }
  /// Moves to the mover's other address while the network does `faults`, by number of message.
  void move_with(const std::map<std::size_t, Fault>& faults) {
    const IpAddress to = machine().addresses()[++num_moves % 2];
    std::size_t number = 0;
    w.on_send = [&](InFlight& datagram) {
      const auto fault = faults.find(number++);
      return fault == faults.end() || apply(fault->second, datagram);
    };
    machine().move_to(to, GetParam().keeps_old);
    // Longer than what is late, and than what the rate limit looks at.
    esp.run(seconds(13), milliseconds(250));
    w.on_send = nullptr;
    expect_moved_to(to);
    // With the questions about ESP that still comes from the path before.
    EXPECT_LE(number, 40u);
  }
  void expect_moved_to(const IpAddress& to) {
    EXPECT_EQ(check_pair(w), "");
    EXPECT_EQ(keys(), before) << "nothing was negotiated anew";
    EXPECT_EQ(binding(mover()).own.address, to);
    EXPECT_EQ(binding(other()).peer.address, to);
    EXPECT_EQ(mover().only_sa().local.address, to);
    EXPECT_EQ(other().only_sa().remote.address, to);
    EXPECT_TRUE(w.initiator.offload.credits.empty() && w.responder.offload.credits.empty())
        << "what is bound is proven";
    EXPECT_EQ(esp.both_ways(5), 10u) << "traffic flows";
    EXPECT_EQ(esp.reused, 0u) << "no sequence number is used twice";
    EXPECT_TRUE(esp.counts.adds_up());
  }

  World w;
  Machine a{w.initiator, {kA1, kA2}}, b{w.responder, {kB1, kB2}};
  EspTraffic esp{w};
  std::vector<Bytes> before;
  unsigned num_moves = 0;
};

TEST_P(AddressUpdateFaults, EachMessageOnItsOwn) {
  for (std::size_t message = 0; message < kNumMessages; ++message)
    for (std::size_t fault = 0; fault < kNumFaults; ++fault) {
      SCOPED_TRACE("message " + std::to_string(message) + ", fault " + std::to_string(fault));
      move_with({{message, kFaults[fault]}});
    }
  EXPECT_EQ(num_moves, kNumMessages * kNumFaults);
}

TEST_P(AddressUpdateFaults, EachPairOfMessages) {
  unsigned wanted = 0;
  for (std::size_t first = 0; first < 4; ++first)
    for (std::size_t second = first + 1; second < kNumMessages; ++second)
      for (std::size_t fault = 0; fault < kNumFaults * kNumFaults; ++fault, ++wanted) {
        SCOPED_TRACE("messages " + std::to_string(first) + " and " + std::to_string(second) +
                     ", faults " + std::to_string(fault / kNumFaults) + " and " +
                     std::to_string(fault % kNumFaults));
        move_with({{first, kFaults[fault / kNumFaults]}, {second, kFaults[fault % kNumFaults]}});
        if (HasFailure()) return;
      }
  EXPECT_EQ(num_moves, wanted);
}

// Three of the four times that UPDATE is sent are lost.
TEST_P(AddressUpdateFaults, TheLastRepetitionIsEnough) {
  const Fault lost{Fault::Kind::kLost};
  move_with({{0, lost}, {1, lost}, {2, lost}});
}

INSTANTIATE_TEST_SUITE_P(
    Modes, AddressUpdateFaults,
    testing::Values(Mode{false, false, Accept::kStrict}, Mode{false, true, Accept::kStrict},
                    Mode{true, false, Accept::kStrict}, Mode{true, true, Accept::kStrict},
                    Mode{false, false, Accept::kYes}, Mode{false, true, Accept::kYes},
                    Mode{true, false, Accept::kYes}, Mode{true, true, Accept::kYes}));

}  // namespace
}  // namespace holdfast::test
