// SPDX-License-Identifier: Apache-2.0
// Attackers without keys on the path of a move (docs/protocol/security.md): they see, hold, copy,
// race, relay and rewrite. What they divert is counted at their address.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "exchange/update_world.h"

namespace holdfast::test {
namespace {

using Accept = AddressUpdateConfig::Accept;
using std::chrono::milliseconds;
using std::chrono::seconds;

const IpAddress kA1 = ip("192.0.2.1"), kA2 = ip("203.0.113.7"), kB = ip("198.51.100.1"),
                kX = ip("203.0.113.99");
constexpr std::size_t kOuter = 28, kEsp = 600;

struct Duel {
  Accept accept;
  bool allows_nat, keeps_old;
};
std::ostream& operator<<(std::ostream& out, const Duel& duel) {
  return out << (duel.accept == Accept::kStrict ? "strict" : "at once") << ", NAT "
             << (duel.allows_nat ? "allowed" : "not allowed") << ", the old path "
             << (duel.keeps_old ? "works" : "is gone");
}

ike::Settings settings_of(const Duel& duel) {
  ike::Settings settings;
  settings.address_update.accept = duel.accept;
  settings.address_update.allow_nat = duel.allows_nat;
  return settings;
}

class AddressUpdateAttacks : public testing::TestWithParam<Duel> {
 protected:
  AddressUpdateAttacks() : w(1, settings_of(GetParam())) {
    const std::string ike = "rekey_time = 100h\n dpd_delay = 10s\n dpd_timeout = 60s";
    const std::string child = "rekey_time = 100h\n life_time = 110h";
    w.responder.load(gateway_conf(ike, child));
    w.initiator.load(client_conf(ike, child));
    w.initiator.initiate("net");
    w.settle();
    for (const auto& [id, sa] : w.responder.offload.sas) keys.push_back(sa.key);
    EXPECT_EQ(check_pair(w), "");
    EXPECT_TRUE(flows());
  }
  ~AddressUpdateAttacks() override {
    if (HasFailure())
      for (const End* end : {&w.initiator, &w.responder})
        for (const std::string& line : end->lines)
          std::printf("%s: %s\n", end->name.c_str(), line.c_str());
    w.on_send = nullptr;
    EXPECT_EQ(esp.reused, 0u);
    EXPECT_TRUE(esp.counts.adds_up());
  }
  void move() { a.move_to(kA2, GetParam().keeps_old); }
  bool flows() { return esp.both_ways(5, kEsp) == 10; }
  /// Until traffic flows both ways; fails after a minute.
  Duration until_back() {
    const TimePoint since = w.time.now();
    while (!flows()) {
      if (w.time.now() - since > seconds(60)) return ADD_FAILURE() << "never back", seconds(60);
      esp.run(milliseconds(20), milliseconds(20), kEsp);
    }
    return w.time.now() - since;
  }
  const Endpoint& bound() const { return w.responder.offload.paths.begin()->second.peer; }
  void expect_kept() {
    EXPECT_EQ(check_pair(w), "");
    std::vector<Bytes> now;
    for (const auto& [id, sa] : w.responder.offload.sas) now.push_back(sa.key);
    EXPECT_EQ(now, keys) << "nothing was negotiated anew";
    EXPECT_TRUE(w.responder.offload.credits.empty() && w.initiator.offload.credits.empty());
  }
  /// The same as if it came from the attacker's host; ahead of all that is under way.
  void race(InFlight copy) {
    injected += copy.bytes.size() + kOuter;
    copy.from.address = kX;
    w.in_flight.push_front(std::move(copy));
  }
  void inject(InFlight copy) {
    if (copy.from.address == kX) injected += copy.bytes.size() + kOuter;
    w.in_flight.push_back(std::move(copy));
  }
  bool is_from_mover(const InFlight& datagram) const { return datagram.from.address == kA2; }
  /// What may have been sent to a host from which so much came and nothing was proven.
  std::uint64_t credit() const {
    const bool is_credited = GetParam().accept == Accept::kYes && !GetParam().keeps_old;
    return is_credited ? 3 * injected : 0;
  }
  std::uint64_t diverted() { return esp.diverted_bytes(kX); }
  /// All ISAKMP messages of a move there and back, and of some DPDs.
  std::vector<InFlight> record() {
    std::vector<InFlight> all;
    w.on_send = [&](InFlight& datagram) { return all.push_back(datagram), true; };
    w.advance(seconds(45));
    move();
    esp.run(seconds(12), milliseconds(100));
    a.move_to(kA1, GetParam().keeps_old);
    esp.run(seconds(12), milliseconds(100));
    w.on_send = nullptr;
    expect_kept();
    EXPECT_EQ(bound().address, kA1);
    return all;
  }

  World w;
  Machine a{w.initiator, {kA1, kA2}}, b{w.responder, {kB}};
  EspTraffic esp{w};
  std::vector<Bytes> keys;
  std::uint64_t injected = 0;
};

// At once, after minutes, and after an hour in which DPDs have filled what is remembered of message
// IDs; from where it came, from where the mover is, from the attacker; also to who said it.
TEST_P(AddressUpdateAttacks, OldMessagesSaidAgain) {
  const auto all = record();
  ASSERT_GT(all.size(), 16u);
  const auto before = esp.diverted_bytes(kA2);  // what was under way when the mover left
  for (const Duration wait :
       {Duration(0), Duration(std::chrono::minutes(5)), Duration(std::chrono::hours(1))}) {
    w.advance(wait);
    std::size_t to_attacker = 0;
    w.on_send = [&](InFlight& datagram) { return to_attacker += datagram.to.address == kX, true; };
    for (InFlight old : all)
      for (const IpAddress& source : {old.from.address, kA1, kA2, kX, kB})
        for (const IpAddress& target : {kA1, kB}) {
          old.from.address = source;
          old.to.address = target;
          inject(old);
          esp.run(milliseconds(10), milliseconds(10), kEsp);
          ASSERT_EQ(bound().address, kA1);
        }
    w.advance(seconds(6));
    w.on_send = nullptr;
    EXPECT_EQ(diverted(), 0u);
    EXPECT_EQ(esp.diverted_bytes(kA2), before) << "where the mover was";
    // Answers to old requests and DPDs, and no more of them than came.
    EXPECT_LE(to_attacker, 2 * all.size());
    EXPECT_TRUE(flows());
    expect_kept();
  }
}

TEST_P(AddressUpdateAttacks, ACopyOfTheUpdateOvertakes) {
  bool is_first = true;
  w.on_send = [&](InFlight& datagram) {
    if (is_from_mover(datagram) && std::exchange(is_first, false)) race(datagram);
    return true;
  };
  move();
  esp.run(seconds(8), milliseconds(20), kEsp);
  EXPECT_FALSE(is_first);
  EXPECT_LE(diverted(), credit());
  EXPECT_EQ(bound().address, kA2);
  EXPECT_TRUE(flows());
  expect_kept();
}

// From many sources, all day long: few are asked, and the credit is that of one datagram.
TEST_P(AddressUpdateAttacks, CopiesFromManySources) {
  std::optional<InFlight> update;
  std::set<std::string> asked;
  std::size_t mover_heard = 0, to_others = 0;
  w.on_send = [&](InFlight& datagram) {
    if (is_from_mover(datagram) && !update) {
      update = datagram;
      race(datagram);
      return false;
    }
    if (datagram.from.address == kB && datagram.to.address != kA2 && datagram.to.address != kA1) {
      asked.insert(datagram.to.address.text());
      to_others += datagram.bytes.size();
    }
    mover_heard += datagram.to.address == kA2;
    return !is_from_mover(datagram);  // he is silenced
  };
  move();
  w.advance(milliseconds(21));
  ASSERT_TRUE(update);
  for (unsigned source = 1; source <= 200; ++source) {
    InFlight copy = *update;
    copy.from.address = ip("203.0.113.99");
    copy.from.address.bytes[2] = static_cast<std::uint8_t>(source);
    w.in_flight.push_back(copy);
    race(*update);
    esp.run(milliseconds(10), milliseconds(10), kEsp);
  }
  esp.run(seconds(3), milliseconds(20), kEsp);
  // Where no NAT is allowed each is refused, in fewer bytes than came.
  if (GetParam().allows_nat) {
    EXPECT_LE(asked.size(), 6u);
  }
  EXPECT_LE(to_others, 400 * update->bytes.size());
  const bool is_credited = GetParam().accept == Accept::kYes && !GetParam().keeps_old;
  std::uint64_t all = 0;
  for (const auto& [address, got] : esp.diverted)
    if (address != kA1.text()) all += got.first;
  EXPECT_LE(all, is_credited ? 3 * (update->bytes.size() + kOuter) : 0);
  EXPECT_LE(mover_heard, 220u) << "an answer each, at most";
  // He gives up; four seconds after the last update nothing of his is left.
  w.on_send = nullptr;
  const auto before = diverted();
  until_back();
  esp.run(seconds(5), milliseconds(20), kEsp);
  EXPECT_EQ(diverted(), before);
  keys.clear();
}

// Copies of all that the mover says, proofs too, are there first.
TEST_P(AddressUpdateAttacks, AllThatTheMoverSaysIsOvertaken) {
  w.on_send = [&](InFlight& datagram) {
    if (is_from_mover(datagram)) race(datagram);
    return true;
  };
  move();
  esp.run(seconds(8), milliseconds(20), kEsp);
  EXPECT_LE(diverted(), credit());
  EXPECT_EQ(bound().address, kA2);
  EXPECT_TRUE(flows());
  expect_kept();
}

// He relays his own challenge to the mover and its answer back, but cannot silence the mover.
TEST_P(AddressUpdateAttacks, ARelayBesideTheMover) {
  w.on_send = [&](InFlight& datagram) {
    if (is_from_mover(datagram)) race(datagram);
    if (datagram.to.address == kX) datagram.to.address = kA2;
    return true;
  };
  move();
  esp.run(seconds(8), milliseconds(20), kEsp);
  EXPECT_EQ(bound().address, kA2) << "the claimed address wins";
  EXPECT_LE(diverted(), credit());
  EXPECT_TRUE(flows());
  expect_kept();
}

// The only way of the mover leads through him: he is a NAT to both ends for five seconds.
TEST_P(AddressUpdateAttacks, ARelayInTheMiddle) {
  bool is_relaying = true;
  w.on_send = [&](InFlight& datagram) {
    if (!is_relaying) return true;
    if (datagram.to.address == kA2) return false;
    if (datagram.to.address == kX) datagram.to.address = kA2;
    if (is_from_mover(datagram)) {
      injected += datagram.bytes.size() + kOuter;
      datagram.from.address = kX;
    }
    return true;
  };
  std::uint64_t through = 0;
  esp.on_packet = [&](EspPacket& packet) {
    if (!is_relaying) return true;
    if (packet.to.address == kA2) return false;
    if (packet.to.address == kX) {
      through += packet.bytes;
      packet.to.address = kA2;
    }
    if (packet.from.address == kA2) {
      injected += packet.bytes;
      packet.from.address = kX;
    }
    return true;
  };
  move();
  esp.run(seconds(5), milliseconds(20), kEsp);
  const bool can_bind = GetParam().allows_nat;
  if (!can_bind && GetParam().keeps_old) {
    EXPECT_EQ(through, 0u);
  }
  is_relaying = false;
  const Duration back = until_back();
  RecordProperty("through", std::to_string(through));
  RecordProperty("back_ms", std::to_string(std::chrono::duration_cast<milliseconds>(back).count()));
  EXPECT_LE(back, seconds(10));
  esp.run(seconds(10), milliseconds(20), kEsp);
  EXPECT_TRUE(bound().address == kA2 || bound().address == kA1);
}

// All that the mover said there is held back, and comes when it has left, and another has the
// address.
TEST_P(AddressUpdateAttacks, HeldBackAndReleasedLater) {
  for (const Duration wait :
       {Duration(seconds(1)), Duration(seconds(10)), Duration(std::chrono::hours(1))}) {
    std::vector<InFlight> held;
    w.on_send = [&](InFlight& datagram) {
      if (is_from_mover(datagram)) held.push_back(datagram);
      return !is_from_mover(datagram);
    };
    const auto diverted_before = esp.diverted_bytes(kA2);
    move();
    esp.run(seconds(1), milliseconds(20), kEsp);
    a.move_to(kA1, false);
    esp.run(seconds(2), milliseconds(20), kEsp);
    w.advance(wait);
    w.on_send = nullptr;
    ASSERT_FALSE(held.empty());
    std::uint64_t released = 0;
    for (const InFlight& datagram : held) {
      released += datagram.bytes.size() + kOuter;
      inject(datagram);
      esp.run(milliseconds(100), milliseconds(10), kEsp);
    }
    esp.run(seconds(8), milliseconds(20), kEsp);
    const bool is_credited = GetParam().accept == Accept::kYes && !GetParam().keeps_old;
    EXPECT_LE(esp.diverted_bytes(kA2) - diverted_before, is_credited ? 3 * released : 0);
    EXPECT_EQ(bound().address, kA1);
    EXPECT_TRUE(flows());
    expect_kept();
    w.advance(seconds(15));
  }
}

TEST_P(AddressUpdateAttacks, EspRacesAheadFromElsewhere) {
  std::size_t asked = 0;
  w.on_send = [&](InFlight& datagram) { return asked += datagram.to.address == kX, true; };
  esp.on_packet = [&](EspPacket& packet) {
    if (packet.to.address != kB) return true;
    EspPacket copy = packet;
    copy.from.address = kX;
    esp.put(copy);
    return true;
  };
  esp.run(seconds(60), milliseconds(20), kEsp);
  EXPECT_EQ(diverted(), 0u);
  EXPECT_EQ(bound().address, kA1);
  if (GetParam().allows_nat)
    EXPECT_GT(asked, 0u) << "he was noticed";
  else
    EXPECT_EQ(asked, 0u) << "nothing is bound there anyway";
  EXPECT_LE(asked, 130u) << "two questions a second at most";
  esp.on_packet = nullptr;
  EXPECT_TRUE(flows());
  expect_kept();
}

// Each bit of each message of the exchange, changed on the way, before the right one comes.
TEST_P(AddressUpdateAttacks, EachBitChangedOnTheWay) {
  std::size_t num_changed = 0;
  w.on_send = [&](InFlight& datagram) {
    for (std::size_t bit = 0; bit < datagram.bytes.size() * 8; bit += 1 + bit / 1000) {
      InFlight changed = datagram;
      changed.bytes[bit / 8] = static_cast<std::uint8_t>(changed.bytes[bit / 8] ^ 1u << bit % 8);
      w.in_flight.push_back(std::move(changed));
      ++num_changed;
    }
    return true;
  };
  const auto settle = [&] {
    while (w.deliver()) {
    }
  };
  move();
  w.time.advance(milliseconds(20));
  settle();
  w.on_send = nullptr;
  EXPECT_GT(num_changed, 1000u);
  EXPECT_EQ(bound().address, kA2);
  EXPECT_TRUE(flows());
  expect_kept();
}

// Deletes are said once (RFC 2409, 5.7), to where the peer is bound: with a dead path and nothing
// bound yet the mover does not hear it, but its SAs are gone at the other end all the same.
TEST_P(AddressUpdateAttacks, DeleteCrossesTheUpdate) {
  move();
  w.time.advance(milliseconds(20));
  w.deliver();  // UPDATE
  ike::SaFilter child;
  child.ike = "t";
  child.child = "net";
  w.responder.manager->terminate(child);
  w.advance(seconds(15));
  EXPECT_EQ(w.responder.offload.sas.size(), 0u) << "delete wins";
  const bool is_heard = GetParam().keeps_old || GetParam().accept == Accept::kYes;
  EXPECT_EQ(w.initiator.offload.sas.size(), is_heard ? 0u : 2u);
  EXPECT_EQ(w.responder.sas().size(), 1u);
  a.move_to(kA1, GetParam().keeps_old);
  w.time.advance(milliseconds(20));
  w.deliver();
  ike::SaFilter all;
  all.ike = "t";
  w.responder.manager->terminate(all);
  w.advance(seconds(15));
  // A mover that has not heard of it negotiates anew.
  EXPECT_EQ(w.responder.sas().size(), is_heard ? 0u : 1u);
  keys.clear();
}

INSTANTIATE_TEST_SUITE_P(
    Duels, AddressUpdateAttacks,
    testing::Values(Duel{Accept::kYes, true, false}, Duel{Accept::kYes, true, true},
                    Duel{Accept::kYes, false, false}, Duel{Accept::kYes, false, true},
                    Duel{Accept::kStrict, true, false}, Duel{Accept::kStrict, true, true}));

}  // namespace
}  // namespace holdfast::test
