// SPDX-License-Identifier: Apache-2.0
// An authenticated peer that says it is at a victim's address, where DPD is to prove that: it
// guesses the numbers of questions that it does not see (docs/protocol/security.md).
#include <gtest/gtest.h>

#include "exchange/update_world.h"

namespace holdfast::test {
namespace {

using namespace isakmp;
using std::chrono::milliseconds;

const Endpoint kVictim{ip("203.0.113.200"), 500}, kHis{ip("203.0.113.10"), 500};

ike::Settings settings_of(bool has_base_form) {
  ike::Settings settings;
  settings.address_update.base_form = has_base_form;
  return settings;
}

class Guesses : public testing::Test {
 protected:
  explicit Guesses(bool has_base_form = false) : w(1, settings_of(has_base_form)) {
    w.responder.load(gateway_conf());
    EXPECT_TRUE(forger.establish_all());
    home = forger.bound();
  }
  /// Numbers of the questions that went there since it was asked last, or the peer spoke.
  std::vector<std::uint32_t> asked(const Endpoint& at) {
    std::vector<std::uint32_t> numbers;
    const auto heard = std::exchange(forger.answers, {});
    for (const InFlight& datagram : heard) {
      if (datagram.to.address != at.address) {
        forger.answers.push_back(datagram);
        continue;
      }
      const auto opened = forger.open(datagram.bytes);
      const auto* payload = opened.find(PayloadType::kNotification);
      const auto said = parse_notification(payload->body);
      if (said && said->type == NotifyType::kDpdAreYouThere)
        numbers.push_back(WireReader(said->data).u32());
    }
    return numbers;
  }
  IpAddress bound() const { return forger.bound().address; }
  void answer(std::uint32_t number, const Endpoint& from) {
    WireWriter data;
    data.u32(number);
    forger.say(forger.informational(next_id++, forger.notify(NotifyType::kDpdAck, data.take())),
               from);
  }
  /// Something authentic comes from there.
  void appear_at(const Endpoint& from) {
    forger.say(forger.informational(next_id++, forger.dpd(next_dpd++)), from);
  }

  World w;
  UpdateForger forger{w};
  Endpoint home;
  std::uint32_t next_id = 0x2000'0001, next_dpd = 77;
};

TEST_F(Guesses, WhatIsAskedAtOneEndpointDoesNotTellTheOtherNumber) {
  for (const std::uint32_t guesses : {1u, 500u}) {
    SCOPED_TRACE(guesses);
    appear_at(kVictim);
    ASSERT_EQ(asked(kVictim).size(), 1u);
    for (unsigned round = 0; round < 4; ++round) {
      const auto seen = asked(home);
      ASSERT_EQ(seen.size(), 1u);
      for (std::uint32_t below = 1; below <= guesses; ++below) answer(seen[0] - below, kVictim);
      w.time.advance(milliseconds(250));
    }
    EXPECT_EQ(bound(), home.address);
    w.time.advance(std::chrono::seconds(11));
  }
}

TEST_F(Guesses, OneAnswerOfFourIsNotEnough) {
  for (const unsigned answers : {1u, 2u}) {
    appear_at(kVictim);
    for (unsigned round = 0; round < 4; ++round) {
      const auto seen = asked(kVictim);
      ASSERT_EQ(seen.size(), 1u);
      if (round < answers) {
        answer(seen[0], kVictim);
        answer(seen[0], kVictim);  // which counts once
      }
      w.time.advance(milliseconds(250));
    }
    EXPECT_EQ(bound() == kVictim.address, answers == 2);
    w.time.advance(std::chrono::seconds(11));
  }
}

// Numbers rise all the same (RFC 3706, 6.2), by little enough for the life of an SA.
TEST_F(Guesses, NumbersRise) {
  std::uint32_t last = 0;
  for (unsigned question = 0; question < 200; ++question) {
    appear_at({kVictim.address, static_cast<std::uint16_t>(1000 + question)});
    for (unsigned round = 0; round < 4; ++round) {
      const auto seen = asked(home);
      ASSERT_EQ(seen.size(), 1u);
      if (last != 0) {
        ASSERT_LT(seen[0] - last, 1u << 16);
      }
      last = seen[0];
      w.time.advance(milliseconds(250));
    }
  }
}

class BaseFormGuesses : public Guesses {
 protected:
  BaseFormGuesses() : Guesses(true) {}
  void claim(const Endpoint& at) {
    AddressUpdate update = forger.update(++id);
    update.new_address = at.address;
    update.sender.reset();
    forger.say(forger.message(NotifyType::kAddressUpdate, update), at);
  }
  std::uint32_t id = 0;
};

// He proves an address of his own first, so that he knows the number before.
TEST_F(BaseFormGuesses, TheNumberBeforeDoesNotTellTheNext) {
  claim(kHis);
  const auto seen = asked(kHis);
  ASSERT_EQ(seen.size(), 1u);
  answer(seen[0], kHis);
  ASSERT_EQ(bound(), kHis.address);
  w.time.advance(std::chrono::seconds(5));
  claim(kVictim);
  const auto asked_there = asked(kVictim);
  ASSERT_EQ(asked_there.size(), 1u);
  answer(seen[0] + 1, kVictim);
  EXPECT_EQ(bound(), kHis.address);
  answer(asked_there[0], kVictim);
  EXPECT_EQ(bound(), kHis.address) << "who has guessed once is not listened to";
}

}  // namespace
}  // namespace holdfast::test
