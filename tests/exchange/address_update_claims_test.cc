// SPDX-License-Identifier: Apache-2.0
// An authenticated peer that lies (docs/protocol/address_update.md, 4 to 6): addresses and SPIs
// that are not his, too many updates, at the wrong time, in the wrong order.
#include <gtest/gtest.h>

#include <algorithm>

#include "exchange/update_world.h"

namespace holdfast::test {
namespace {

using namespace isakmp;
using Accept = AddressUpdateConfig::Accept;
using std::chrono::milliseconds;
using std::chrono::seconds;

// ---------------------------------------------------------------- addresses

const char* const kNobodys[] = {
    "0.0.0.0", "127.0.0.1",   "224.0.0.5",        "239.1.2.3",  "255.255.255.255",
    "0.1.2.3", "169.254.7.7", "198.51.100.1",     "::",         "::1",
    "ff02::1", "fe80::1",     "::ffff:192.0.2.9", "::192.0.2.9"};

TEST(AddressUpdateClaims, ClaimsNobodysAddress) {
  for (const char* address : kNobodys) {
    SCOPED_TRACE(address);
    Liar liar;
    AddressUpdate update = liar.update();
    update.new_address = ip(address);
    // From where it is, so that only the claimed address is new.
    liar.say(write_address_update(update), liar.forger.self);
    for (const InFlight& answer : liar.forger.answers)
      EXPECT_EQ(answer.to.address, liar.forger.self.address) << "and nobody else is told";
    liar.expect_home();
  }
}

TEST(AddressUpdateClaims, ComesFromNobodysAddress) {
  for (const char* address : kNobodys) {
    SCOPED_TRACE(address);
    Liar liar;
    AddressUpdate update = liar.update();
    update.new_address = ip(address);
    liar.say(write_address_update(update), {ip(address), 500});
    EXPECT_EQ(liar.forger.bound(), liar.home);
    liar.expect_home();
  }
}

// A victim gets challenges, four seconds long, and never more than three times the update.
TEST(AddressUpdateClaims, ClaimsTheVictimsAddress) {
  Liar liar;
  const IpAddress victim = ip("203.0.113.200");
  std::size_t to_victim = 0, said = 0;
  EspTraffic esp(liar.w);
  for (std::uint32_t id = 1; id <= 4; ++id) {
    AddressUpdate update = liar.update(id);
    update.new_address = victim;
    const Bytes message = liar.forger.message(NotifyType::kAddressUpdate, update);
    said += message.size() + kOuterBytes;
    // As if it came from there.
    liar.forger.say(message, {victim, 500});
    for (const InFlight& answer : liar.forger.answers)
      if (answer.to.address == victim) to_victim += answer.bytes.size() + kOuterBytes;
    for (unsigned i = 0; i < 300; ++i) {
      esp.send(liar.w.responder, 200);
      liar.w.time.advance(std::chrono::milliseconds(20));
    }
  }
  to_victim += esp.diverted_bytes(victim);
  EXPECT_LE(to_victim, 3 * said);
  EXPECT_GT(to_victim, 0u);
  liar.expect_home();
}

// ---------------------------------------------------------------- SPIs

TEST(AddressUpdateClaims, SpisThatAreNotHis) {
  Liar liar;
  liar.w.on_send = nullptr;
  // Somebody else's connection with the same gateway.
  World& w = liar.w;
  const auto own = w.responder.offload.sas;
  w.initiator.load(client_conf("", ""));
  AddressUpdate update = liar.update();
  update.spis = {0x1234'5678, liar.forger.spi_at_responder() ^ 1};
  w.on_send = [&](InFlight& datagram) { return liar.forger.answers.push_back(datagram), false; };
  liar.say(write_address_update(update));
  EXPECT_EQ(liar.refusal(), UpdateReason::kUnknownSpi);
  EXPECT_EQ(liar.forger.bound(), liar.home);
  // The SPI that the peer itself chose names nothing at the gateway.
  update.request_id = 2;
  update.spis = {0x0abc'def0};
  liar.say(write_address_update(update));
  EXPECT_EQ(liar.refusal(), UpdateReason::kUnknownSpi);
  liar.expect_home();
}

// ---------------------------------------------------------------- when, and in which order

// A thousand in a second: ten are worked on, the others hear `busy` at most, and an endpoint that
// is not proven hears no more than its credit allows.
TEST(AddressUpdateClaims, AThousandUpdatesInASecond) {
  for (const Accept accept : {Accept::kYes, Accept::kStrict}) {
    Liar liar(accept);
    std::size_t num_busy = 0, num_challenged = 0, answered = 0;
    for (std::uint32_t id = 1; id <= 1000; ++id) {
      liar.say(liar.update(id));
      for (const auto& told : liar.forger.all_told()) {
        ++answered;
        num_busy += told.content.reason == UpdateReason::kBusy;
        num_challenged += told.content.challenge.has_value();
      }
      liar.w.time.advance(milliseconds(1));
    }
    EXPECT_LE(answered, 1000u);
    EXPECT_GE(num_busy, accept == Accept::kStrict ? 900u : 1u);
    EXPECT_GE(num_challenged, 1u);
    EXPECT_LE(num_challenged, 10u);
    liar.expect_home();
    EXPECT_EQ(liar.w.responder.only_sa().children.size(), 1u);
  }
}

// The same datagram again and again; then the same request in new messages.
TEST(AddressUpdateClaims, TheSameAThousandTimes) {
  Liar liar;
  const Bytes once = liar.forger.message(NotifyType::kAddressUpdate, liar.update());
  liar.forger.say(once, Liar::there);
  const auto first = liar.forger.all_told();
  ASSERT_EQ(first.size(), 1u);
  std::size_t answered = 0;
  for (unsigned i = 0; i < 1000; ++i) {
    liar.forger.say(once, Liar::there);
    answered += liar.forger.answers.size();
  }
  EXPECT_LE(answered, 1000u);
  for (unsigned i = 0; i < 100; ++i) {
    liar.forger.say(liar.forger.message(NotifyType::kAddressUpdate, liar.update()), Liar::there);
    for (const auto& told : liar.forger.all_told())
      EXPECT_EQ(told.content.challenge, first[0].content.challenge)
          << "one challenge, one endpoint";
  }
  liar.expect_home();
}

TEST(AddressUpdateClaims, IdentifiersOnlyRise) {
  Liar liar;
  liar.say(liar.update(100));
  liar.expect_home();
  for (const std::uint32_t id : {99u, 1u, 0u}) {
    liar.say(liar.update(id));
    EXPECT_EQ(liar.refusal(), UpdateReason::kSuperseded);
    EXPECT_EQ(liar.forger.all_told()[0].content.highest, 100u);
    EXPECT_EQ(liar.forger.bound(), liar.home);
  }
  // The same one, long after: what it asked for is over, and stays so.
  liar.say(liar.update(100));
  EXPECT_EQ(liar.forger.bound(), liar.home);
  liar.say(liar.update(101));
  const auto told = liar.forger.all_told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].content.challenge);
  liar.expect_home();
}

// Answers to challenges of others, to none, and to one that is over.
TEST(AddressUpdateClaims, AnswersThatProveNothing) {
  Liar liar;
  liar.say(liar.update(1));
  const auto told = liar.forger.all_told();
  ASSERT_EQ(told.size(), 1u);
  AddressUpdate confirm = liar.update(1);
  const auto say = [&](const Endpoint& from) {
    liar.forger.say(liar.forger.message(NotifyType::kAddressUpdateConfirm, confirm), from);
    EXPECT_NE(liar.forger.bound().address, from.address) << "nothing is proven";
  };
  const Endpoint elsewhere{ip("203.0.113.10"), 500};
  confirm.response = Bytes(16, 0);
  say(elsewhere);
  confirm.response = told[0].content.challenge;
  say(elsewhere);
  confirm.response.reset();
  say(elsewhere);
  confirm.request_id = 2;
  confirm.response = told[0].content.challenge;
  say(elsewhere);
  liar.expect_home();
  confirm.request_id = 1;
  say(Liar::there);
  liar.expect_home();
}

TEST(AddressUpdateClaims, BeforeAuthenticationIsFinished) {
  World w;
  UpdateForger forger(w);
  w.responder.load(gateway_conf());
  ike::Parts first = forger.parts(1);
  for (const Vendor vendor : {Vendor::kHoldfast, Vendor::kNatT})
    first.emplace_back(PayloadType::kVendorId, vendor_id(vendor));
  forger.say(forger.main_mode(1, first));
  forger.hear(2, forger.answer());
  const auto say = [&] {
    forger.say(forger.message(NotifyType::kAddressUpdate, forger.update(7)), Liar::there);
    EXPECT_TRUE(forger.answers.empty());
    EXPECT_EQ(w.responder.only_sa().remote.address, forger.self.address);
  };
  forger.say(forger.main_mode(3));
  forger.hear(4, forger.answer());
  forger.last_block = Bytes(16, 1);
  say();
  forger.last_block = forger.iv;
  say();
}

TEST(AddressUpdateClaims, AfterTheEnd) {
  Liar liar;
  liar.w.responder.manager->terminate({});
  const auto unknown = liar.w.responder.manager->counters().unknown_cookies;
  liar.forger.say(liar.forger.message(NotifyType::kAddressUpdate, liar.update()), Liar::there);
  EXPECT_TRUE(liar.forger.answers.empty());
  EXPECT_EQ(liar.w.responder.manager->counters().unknown_cookies, unknown + 1);
  EXPECT_TRUE(liar.w.responder.offload.paths.empty());
}

}  // namespace
}  // namespace holdfast::test
