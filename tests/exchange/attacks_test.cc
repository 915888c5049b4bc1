// SPDX-License-Identifier: Apache-2.0
// Known failures of IKEv1 daemons, phase 1: each is a message that some daemon once obeyed, crashed
// on, or kept in memory.
#include <gtest/gtest.h>

#include "crypto/dh_group.h"
#include "exchange/forger.h"

namespace holdfast::test {
namespace {

using namespace isakmp;

class Phase1Attack : public testing::Test {
 protected:
  Phase1Attack() { w.responder.load(gateway_conf()); }

  const ike::ManagerCounters& counters() const { return w.responder.manager->counters(); }
  /// Nothing was said and nothing is kept.
  void expect_nothing() {
    EXPECT_TRUE(f.answers.empty());
    EXPECT_TRUE(w.responder.sas().empty());
    EXPECT_EQ(w.responder.manager->num_half_open(), 0u);
  }
  /// From message `number` on all goes as it should.
  void expect_goes_on(unsigned number) {
    for (; number <= 5; number += 2) {
      f.say(f.main_mode(number));
      ASSERT_EQ(f.answers.size(), 1u) << "message " << number;
      f.hear(number + 1, f.answer());
    }
    EXPECT_TRUE(f.quick(1));
  }
  void reach(unsigned last) {
    for (unsigned number = 1; number <= last; number += 2) {
      f.say(f.main_mode(number));
      f.hear(number + 1, f.answer());
    }
  }

  World w;
  Forger f{w};
};

void put_u16(Bytes& bytes, std::size_t at, unsigned value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

// CVE-2004-0403, CVE-2013-4564: the header's length is what the datagram has, or nothing is done.
TEST_F(Phase1Attack, HeaderLengthZeroHugeOrUnequal) {
  const Bytes good = f.main_mode(1);
  const auto size = static_cast<std::uint32_t>(good.size());
  for (const std::uint32_t length : {0u, 1u, 27u, 28u, size - 1, size + 1, 0x7fff'ffffu, ~0u}) {
    SCOPED_TRACE(length);
    Bytes bad = good;
    for (unsigned i = 0; i < 4; ++i)
      bad[24 + i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
    const auto before = counters().malformed;
    f.say(bad);
    expect_nothing();
    EXPECT_EQ(counters().malformed, before + 1);
  }
  expect_goes_on(1);
}

TEST_F(Phase1Attack, CutAtEveryByte) {
  const Bytes good = f.main_mode(1);
  for (std::size_t size = 0; size < good.size(); ++size) {
    SCOPED_TRACE(size);
    Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    f.say(cut);
    expect_nothing();
    if (size < kHeaderBytes) continue;
    cut[24] = cut[25] = 0;
    put_u16(cut, 26, static_cast<unsigned>(size));  // and the header agrees
    f.say(cut);
    expect_nothing();
  }
  expect_goes_on(1);
}

// CVE-2004-0392, CVE-2004-0218 to -0222.
TEST_F(Phase1Attack, PayloadLengthZeroOrPastTheEnd) {
  const Bytes good = f.main_mode(1);
  const auto left = static_cast<unsigned>(good.size() - kHeaderBytes);
  for (const unsigned length : {0u, 1u, 2u, 3u, left + 1, 0x8000u, 0xffffu}) {
    SCOPED_TRACE(length);
    Bytes bad = good;
    put_u16(bad, kHeaderBytes + 2, length);
    f.say(bad);
    expect_nothing();
  }
  expect_goes_on(1);
}

// CVE-2015-3204: proposal, transform and attribute lengths, and counts, each on its own.
TEST_F(Phase1Attack, EveryLengthInsideTheSaPayload) {
  const ike::Parts good = f.parts(1);
  const std::size_t size = good[0].second.size();
  for (std::size_t at = 0; at + 1 < size; ++at) {
    for (const unsigned value : {0u, 1u, 3u, 0x7fffu, 0xffffu}) {
      ike::Parts bad = good;
      put_u16(bad[0].second, at, value);
      f.say(f.main_mode(1, bad));
      ASSERT_LE(f.answers.size(), 1u);
      // What is refused leaves nothing; a field without a meaning may be anything.
      if (f.answers.empty() || f.told(f.answer())) {
        ASSERT_EQ(w.responder.manager->num_half_open(), 0u) << at << " " << value;
      }
      w.responder.manager->terminate({});
      w.time.run_due();
    }
  }
  expect_goes_on(1);
}

TEST_F(Phase1Attack, AttributeLengths) {
  const ike::Parts good = f.parts(1);
  const std::size_t size = good[0].second.size();  // ends with the lifetime: type, length 4, value
  for (const unsigned length : {0u, 3u, 5u, 8u, 0xffffu}) {
    SCOPED_TRACE(length);
    ike::Parts bad = good;
    put_u16(bad[0].second, size - 6, length);
    f.say(f.main_mode(1, bad));
    expect_nothing();
  }
  expect_goes_on(1);
}

// A number is what it is, not its low bits.
TEST_F(Phase1Attack, NumbersAreNotCutToTheirLowBits) {
  const ike::Parts good = f.parts(1);
  for (const std::uint16_t type : {phase1::kEncryption, phase1::kHash, phase1::kGroup,
                                   phase1::kAuthentication, phase1::kKeyLength}) {
    SCOPED_TRACE(type);
    SaPayload offer = parse_sa(good[0].second).value();
    for (Attribute& attribute : offer.proposals[0].transforms[0].attributes)
      if (attribute.type == type)
        attribute = Attribute::of_u32(
            type, 0x0001'0000 | static_cast<std::uint32_t>(attribute.number().value()));
    f.say(f.main_mode(1, {{PayloadType::kSa, write_sa(offer)}}));
    EXPECT_EQ(f.told(f.answer()), NotifyType::kNoProposalChosen);
  }
  expect_goes_on(1);
}

// CVE-2024-3652 for phase 1.
TEST_F(Phase1Attack, KeysOfLengthZeroOrOdd) {
  for (const unsigned bits : {0u, 1u, 8u, 64u, 127u, 129u, 257u, 512u, 0xffffu}) {
    SCOPED_TRACE(bits);
    f.proposal.key_bits = static_cast<std::uint16_t>(bits);
    f.say(f.main_mode(1));
    ASSERT_EQ(f.answers.size(), 1u);
    EXPECT_EQ(f.told(f.answer()), NotifyType::kNoProposalChosen);
    EXPECT_EQ(w.responder.manager->num_half_open(), 0u);
  }
  f.proposal.key_bits = 128;
  expect_goes_on(1);
}

// CVE-2005-3671, CVE-2005-3732.
TEST_F(Phase1Attack, MissingDoubledOrOddKeyExchangeAndNonce) {
  reach(1);
  const ike::Parts good = f.parts(3);
  for (const PayloadType type : {PayloadType::kKeyExchange, PayloadType::kNonce}) {
    SCOPED_TRACE(static_cast<int>(type));
    ike::Parts bad = good;
    erase(bad, type);
    f.say(f.main_mode(3, bad));
    EXPECT_TRUE(f.answers.empty()) << "missing";
    bad = good;
    bad.push_back({type, body_of(bad, type)});
    f.say(f.main_mode(3, bad));
    EXPECT_TRUE(f.answers.empty()) << "doubled";
    for (const std::size_t size : {0u, 1u, 7u, 257u}) {
      bad = good;
      body_of(bad, type).resize(size);
      f.say(f.main_mode(3, bad));
      EXPECT_TRUE(f.answers.empty()) << "of size " << size;
    }
  }
  EXPECT_GE(counters().malformed, 12u);
  expect_goes_on(3);
}

// CVE-2015-3240.
TEST_F(Phase1Attack, DhValuesThatGiveAwayTheSecret) {
  w.responder.load(gateway_conf("proposals = aes128-sha256-modp2048"));
  const Bytes minus_one =
      openssl::modp_prime_minus_one(*openssl::find_dh_group(DhGroup::kModp2048));
  Bytes zero(256), one(256), prime = minus_one;
  one.back() = 1;
  ++prime.back();
  const Bytes full(256, 0xff);
  for (const Bytes& value : {zero, one, minus_one, prime, full}) {
    SCOPED_TRACE(int{value.back()});
    Forger other(w, Forger::As::kInitiator, 11);
    other.proposal.group = DhGroup::kModp2048;
    other.say(other.main_mode(1));
    other.hear(2, other.answer());
    ike::Parts bad = other.parts(3);
    body_of(bad, PayloadType::kKeyExchange) = value;
    other.say(other.main_mode(3, bad));
    for (const InFlight& said : other.answers)
      EXPECT_TRUE(other.told(said.bytes)) << "no message 4";
    EXPECT_EQ(w.responder.manager->num_half_open(), 0u);
  }
}

TEST_F(Phase1Attack, CurvePointsThatAreNone) {
  for (const DhGroup group : {DhGroup::kEcp256, DhGroup::kCurve25519}) {
    const bool is_ecp = group == DhGroup::kEcp256;
    w.responder.load(gateway_conf(is_ecp ? "proposals = aes128-sha256-ecp256"
                                         : "proposals = aes128-sha256-curve25519"));
    for (const std::uint8_t fill : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0xff}}) {
      SCOPED_TRACE(int{fill});
      if (!is_ecp && fill == 0xff) continue;  // any other 32 bytes are a point
      Forger other(w, Forger::As::kInitiator, 12);
      other.proposal.group = group;
      other.say(other.main_mode(1));
      other.hear(2, other.answer());
      ike::Parts bad = other.parts(3);
      Bytes& value = body_of(bad, PayloadType::kKeyExchange);
      std::fill(value.begin(), value.end(), fill);
      // On Curve25519 0 and 1 are points of small order.
      if (!is_ecp && fill == 1) std::fill(value.begin() + 1, value.end(), std::uint8_t{0});
      other.say(other.main_mode(3, bad));
      for (const InFlight& said : other.answers)
        EXPECT_TRUE(other.told(said.bytes)) << "no message 4";
    }
  }
}

TEST_F(Phase1Attack, ForgedMessage5IsDroppedAndTheRealOneTaken) {
  reach(3);
  const Bytes real = f.main_mode(5);
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    Bytes forged = real;
    SeededRandom random(seed);
    random.fill(std::span(forged).subspan(kHeaderBytes));
    f.say(forged);
    EXPECT_TRUE(f.answers.empty());
  }
  ASSERT_EQ(w.responder.sas().size(), 1u);
  f.say(real);
  f.hear(6, f.answer());
  EXPECT_TRUE(f.quick(1));
}

TEST_F(Phase1Attack, Message5WithoutOrWithWrongProofMakesNobody) {
  for (unsigned variant = 0; variant < 5; ++variant) {
    SCOPED_TRACE(variant);
    Forger other(w, Forger::As::kInitiator, 20 + variant);
    for (unsigned number = 1; number <= 3; number += 2) {
      other.say(other.main_mode(number));
      other.hear(number + 1, other.answer());
    }
    ike::Parts bad = other.parts(5);
    Bytes& hash = body_of(bad, PayloadType::kHash);
    if (variant == 0) hash[0] ^= 1;
    if (variant == 1) hash.clear();
    if (variant == 2) hash.pop_back();
    if (variant == 3) erase(bad, PayloadType::kHash);
    if (variant == 4) erase(bad, PayloadType::kIdentification);
    other.say(other.main_mode(5, bad));
    EXPECT_TRUE(other.answers.empty()) << "in clear, or of phase 2: neither";
    for (const auto& sa : w.responder.sas()) EXPECT_NE(sa.state, ike::IkeState::kEstablished);
    EXPECT_TRUE(w.responder.events.empty());
  }
}

TEST_F(Phase1Attack, SomebodyElsesIdentity) {
  for (const char* name : {"gw.lab", "mallory.lab", "client.lab.", "client", "c"}) {
    SCOPED_TRACE(name);
    Forger other(w, Forger::As::kInitiator, 30);
    other.name = name;
    EXPECT_FALSE(other.establish());
    EXPECT_TRUE(w.responder.events.empty());
  }
}

// CVE-2017-9023, CVE-2026-14957.
TEST_F(Phase1Attack, EmptyOrBrokenCertificate) {
  for (const Bytes& body : {Bytes{}, Bytes{4}, Bytes{4, 0x30}, Bytes{4, 0x30, 0x84, 0xff, 0xff},
                            Bytes(2000, 4), Bytes{0}, Bytes{7}}) {
    SCOPED_TRACE(body.size());
    Forger other(w, Forger::As::kInitiator, 40);
    for (unsigned number = 1; number <= 3; number += 2) {
      other.say(other.main_mode(number));
      other.hear(number + 1, other.answer());
    }
    ike::Parts bad = other.parts(5);
    bad.insert(bad.begin() + 1, {PayloadType::kCertificate, body});
    other.say(other.main_mode(5, bad));
    w.advance(std::chrono::minutes(1));
    EXPECT_EQ(w.responder.manager->num_half_open(), 0u);
    w.responder.manager->terminate({});
  }
}

// CVE-2023-30570, and modes that we do not have: no state, no answer.
TEST_F(Phase1Attack, OtherExchangesThanMainMode) {
  for (unsigned type = 0; type < 256; ++type) {
    if (type == static_cast<unsigned>(ExchangeType::kMainMode)) continue;
    Bytes bad = f.main_mode(1);
    bad[18] = static_cast<std::uint8_t>(type);
    f.say(bad);
    ASSERT_TRUE(f.answers.empty()) << type;
    ASSERT_EQ(w.responder.manager->num_half_open(), 0u) << type;
  }
  expect_goes_on(1);
}

// CVE-2016-5361: nothing goes to an address again that did not ask again, and never much more than
// came from it.
TEST_F(Phase1Attack, NoAmplification) {
  const Bytes first = f.main_mode(1);
  f.say(first);
  ASSERT_EQ(f.answers.size(), 1u);
  EXPECT_LE(f.answer().size(), 3 * first.size());
  f.answers.clear();
  w.advance(std::chrono::minutes(2));
  EXPECT_TRUE(f.answers.empty()) << "message 2 goes once";
  // The smallest message 1 that is answered at all.
  ike::Parts least = {f.parts(1)[0]};
  f.cookies.responder = {};
  const Bytes small = f.main_mode(1, least);
  f.say(small);
  EXPECT_LE(f.answer().size(), 3 * small.size());
}

TEST_F(Phase1Attack, RepeatedMessage1IsAnsweredFromOneRecord) {
  const Bytes first = f.main_mode(1);
  f.say(first);
  const Bytes second = f.answer();
  for (unsigned i = 0; i < 100; ++i) {
    f.say(first);
    EXPECT_EQ(f.answer(), second);
  }
  EXPECT_EQ(w.responder.manager->num_half_open(), 1u);
}

// A responder's SA is named by both cookies.
TEST_F(Phase1Attack, MessageWithAnotherInitiatorCookie) {
  ASSERT_TRUE(f.establish());
  Bytes other = f.informational(5, f.delete_ike());
  other[0] ^= 1;
  f.say(other);
  EXPECT_TRUE(f.answers.empty());
  EXPECT_EQ(w.responder.sas().size(), 1u);
  EXPECT_TRUE(f.quick(1));
}

// ---------------------------------------------------------------- initiator

class InitiatorAttack : public testing::Test {
 protected:
  InitiatorAttack() { w.initiator.load(client_conf()); }
  World w;
  Forger f{w, Forger::As::kResponder};
};

TEST_F(InitiatorAttack, TheForgerCanDoItRight) {
  ASSERT_TRUE(f.establish());
  EXPECT_EQ(w.initiator.only_sa().state, ike::IkeState::kEstablished);
  EXPECT_EQ(f.answers.size(), 1u) << "Quick Mode begins";
}

TEST_F(InitiatorAttack, Message2WithAnAnswerThatWasNotOffered) {
  w.initiator.initiate("net");
  f.hear(1, f.answer());
  const SaPayload offered = parse_sa(f.sai_body).value();
  SaPayload none = offered, two = offered, weaker = offered;
  none.proposals[0].transforms[0].attributes.clear();
  two.proposals[0].transforms.push_back(two.proposals[0].transforms[0]);
  weaker.proposals[0].transforms[0].attributes[2] = Attribute::of(phase1::kGroup, 2);
  for (const SaPayload& answer : {none, two, weaker}) {
    ike::Parts bad = f.parts(2);
    body_of(bad, PayloadType::kSa) = write_sa(answer);
    f.say(f.main_mode(2, bad));
    EXPECT_TRUE(f.answers.empty());
  }
  f.say(f.main_mode(2));
  EXPECT_EQ(f.answers.size(), 1u) << "the right one is still taken";
}

// Our own messages come back: neither with a cookie of 0, nor with our own one.
TEST_F(InitiatorAttack, Reflection) {
  w.initiator.initiate("net");
  const Bytes mine = f.answer();
  for (const bool is_zero : {true, false}) {
    Bytes back = mine;
    if (!is_zero) std::copy(back.begin(), back.begin() + 8, back.begin() + 8);
    f.say(back);
    EXPECT_TRUE(f.answers.empty()) << is_zero;
  }
  f.hear(1, mine);
  f.say(f.main_mode(2));
  const Bytes key_exchange = f.answer();
  f.say(key_exchange);
  EXPECT_TRUE(f.answers.empty()) << "our own public value";
  f.hear(3, key_exchange);
  const ike::Parts four = f.parts(4);
  f.derive_keys();
  f.say(f.main_mode(4, four));
  EXPECT_EQ(f.answers.size(), 1u);
}

TEST_F(InitiatorAttack, Message4WithoutItsPayloads) {
  w.initiator.initiate("net");
  f.hear(1, f.answer());
  f.say(f.main_mode(2));
  f.hear(3, f.answer());
  const ike::Parts good = f.parts(4);
  f.derive_keys();
  for (const PayloadType type : {PayloadType::kKeyExchange, PayloadType::kNonce}) {
    ike::Parts bad = good;
    erase(bad, type);
    f.say(f.main_mode(4, bad));
    EXPECT_TRUE(f.answers.empty());
  }
  f.say(f.main_mode(4, good));
  f.hear(5, f.answer());
  Bytes noise = f.main_mode(6);
  noise[kHeaderBytes] ^= 0x55;
  f.say(noise);
  EXPECT_NE(w.initiator.only_sa().state, ike::IkeState::kEstablished);
}

TEST_F(InitiatorAttack, Message6WithAWrongProof) {
  w.initiator.initiate("net");
  f.hear(1, f.answer());
  f.say(f.main_mode(2));
  f.hear(3, f.answer());
  const ike::Parts four = f.parts(4);
  f.derive_keys();
  f.say(f.main_mode(4, four));
  f.hear(5, f.answer());
  ike::Parts bad = f.parts(6);
  body_of(bad, PayloadType::kHash)[3] ^= 1;
  f.say(f.main_mode(6, bad));
  w.advance(std::chrono::minutes(3));
  ASSERT_TRUE(w.initiator.outcome);
  EXPECT_FALSE(*w.initiator.outcome);
  EXPECT_TRUE(w.initiator.sas().empty());
  EXPECT_TRUE(w.initiator.events.empty());
}

}  // namespace
}  // namespace holdfast::test
