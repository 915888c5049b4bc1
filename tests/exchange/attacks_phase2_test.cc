// SPDX-License-Identifier: Apache-2.0
// Known failures of IKEv1 daemons, phase 2: from outside against an ISAKMP SA that stands, and from
// a peer that has the keys and means ill.
#include <gtest/gtest.h>

#include "exchange/forger.h"
#include "ike/negotiation.h"

namespace holdfast::test {
namespace {

using namespace isakmp;

class Phase2Attack : public testing::Test {
 protected:
  Phase2Attack() {
    w.responder.load(gateway_conf());
    EXPECT_TRUE(f.establish());
    f.answers.clear();
  }

  const ike::ManagerCounters& counters() const { return w.responder.manager->counters(); }
  ike::IkeSnapshot sa() const { return w.responder.only_sa(); }
  /// Everything that stands, and where its peer is.
  std::string picture() const {
    std::string text;
    for (const auto& sa : w.responder.sas()) {
      text += std::string(name_of(sa.state)) + " " + sa.remote.address.text() + ":" +
              std::to_string(sa.remote.port);
      for (const auto& child : sa.children) text += " " + std::to_string(to_number(child.spi_in));
    }
    for (const auto& [id, path] : w.responder.offload.paths)
      text += " path " + path.peer.address.text() + ":" + std::to_string(path.peer.port);
    return text + " " + std::to_string(w.responder.offload.sas.size());
  }
  std::uint32_t spi_in() const { return to_number(sa().children.at(0).spi_in); }
  static constexpr std::uint32_t kForgersSpi = 0x0abc'def0;

  World w;
  Forger f{w};
  Endpoint elsewhere{IpAddress::parse("203.0.113.66").value(), 1234};
};

// CVE-2007-1841, CVE-2009-0790.
TEST_F(Phase2Attack, DeleteAndNotifyInClearAfterPhase1) {
  ASSERT_TRUE(f.quick(1));
  const std::string before = picture();
  Header head;
  head.initiator_cookie = f.cookies.initiator;
  head.responder_cookie = f.cookies.responder;
  head.exchange = ExchangeType::kInformational;
  head.message_id = 77;
  for (const ike::Parts& parts :
       {f.delete_ike(), Forger::delete_esp({kForgersSpi}), Forger::delete_esp({spi_in()}), f.dpd(1),
        f.notify(NotifyType::kInitialContact), f.notify(NotifyType::kInvalidSpi),
        f.notify(NotifyType::kNoProposalChosen)}) {
    f.say(write_message(head, ike::chain(parts)));
    EXPECT_TRUE(f.answers.empty());
    EXPECT_EQ(picture(), before);
  }
  EXPECT_EQ(counters().unencrypted, 7u);
}

// CVE-2019-10155.
TEST_F(Phase2Attack, InformationalWithWrongOrMissingHash) {
  ASSERT_TRUE(f.quick(1));
  const std::string before = picture();
  std::uint32_t id = 100;
  for (const ike::Parts& parts : {f.delete_ike(), f.dpd(9), Forger::delete_esp({kForgersSpi})}) {
    const Bytes right = ike::hash_phase2(*f.keys, id, {ike::chain(parts).view()});
    Bytes wrong = right, shorter = right, longer = right;
    wrong[31] ^= 1;
    shorter.pop_back();
    longer.push_back(0);
    for (const Bytes& hash : {wrong, shorter, longer, Bytes{}}) {
      f.say(f.hashed(ExchangeType::kInformational, id++, parts, hash));
      EXPECT_TRUE(f.answers.empty());
    }
    f.say(f.encrypted(ExchangeType::kInformational, id++, parts));
    EXPECT_TRUE(f.answers.empty()) << "no HASH";
    ike::Parts behind = parts;
    const std::uint32_t this_id = id++;
    behind.emplace_back(PayloadType::kHash,
                        ike::hash_phase2(*f.keys, this_id, {ike::chain(parts).view()}));
    f.say(f.encrypted(ExchangeType::kInformational, this_id, behind));
    EXPECT_TRUE(f.answers.empty()) << "HASH behind";
    EXPECT_EQ(picture(), before);
  }
  EXPECT_GE(counters().bad_hash, 12u);
  // The right hash of another message ID.
  const Bytes hash = ike::hash_phase2(*f.keys, 900, {ike::chain(f.delete_ike()).view()});
  f.say(f.hashed(ExchangeType::kInformational, 901, f.delete_ike(), hash));
  EXPECT_EQ(picture(), before);
}

// CVE-2020-1763, CVE-2019-12312.
TEST_F(Phase2Attack, EncryptedInformationalWithoutState) {
  const Bytes good = f.informational(5, f.delete_ike());
  Bytes unknown = good;
  unknown[9] ^= 1;
  f.say(unknown);
  EXPECT_TRUE(f.answers.empty());
  EXPECT_EQ(counters().unknown_cookies, 1u);

  for (unsigned last = 1; last <= 3; last += 2) {  // no keys yet, and keys that are not proven
    SCOPED_TRACE(last);
    Forger young(w, Forger::As::kInitiator, 50 + last);
    for (unsigned number = 1; number <= last; number += 2) {
      young.say(young.main_mode(number));
      young.hear(number + 1, young.answer());
    }
    Bytes message = good;
    std::copy(young.cookies.initiator.begin(), young.cookies.initiator.end(), message.begin());
    std::copy(young.cookies.responder.begin(), young.cookies.responder.end(), message.begin() + 8);
    young.say(message);
    EXPECT_TRUE(young.answers.empty());
    message[18] = static_cast<std::uint8_t>(ExchangeType::kQuickMode);
    young.say(message);
    EXPECT_TRUE(young.answers.empty());
    if (last == 1) continue;
    young.last_block = Bytes(16);
    young.say(young.quick_1(8));
    EXPECT_TRUE(young.answers.empty());
    EXPECT_EQ(w.responder.offload.sas.size(), 0u);
  }
}

// CVE-2023-38712.
TEST_F(Phase2Attack, DeleteOfTheIsakmpSaAndMoreBehindIt) {
  ASSERT_TRUE(f.quick(1));
  ike::Parts parts = f.delete_ike();
  for (const ike::Parts& more : {f.dpd(1), f.notify(NotifyType::kInitialContact), f.delete_ike(),
                                 Forger::delete_esp({kForgersSpi}), f.dpd(2)})
    parts.push_back(more[0]);
  f.say(f.informational(3, parts));
  EXPECT_TRUE(f.answers.empty());
  EXPECT_TRUE(w.responder.sas().empty());
  EXPECT_TRUE(w.responder.offload.sas.empty());
  EXPECT_TRUE(w.responder.offload.paths.empty());
  f.say(f.informational(4, f.dpd(3)));
  EXPECT_TRUE(f.answers.empty());
}

TEST_F(Phase2Attack, DeletesOfWhatIsNotThere) {
  ASSERT_TRUE(f.quick(1));
  const std::string before = picture();
  std::vector<std::uint32_t> many;
  for (std::uint32_t i = 0; i < 10'000; ++i) many.push_back(0x4000'0000 + i);
  f.say(f.informational(3, Forger::delete_esp(many)));
  f.say(f.informational(4, Forger::delete_esp({0, 255, 0xffff'ffff, spi_in()})));
  ike::Parts other = f.delete_ike();
  other[0].second.back() ^= 1;
  f.say(f.informational(5, other));
  EXPECT_EQ(picture(), before) << "an SPI names what its receiver chose, a Delete what its sender";
  f.say(f.informational(6, Forger::delete_esp({kForgersSpi, kForgersSpi, kForgersSpi})));
  EXPECT_TRUE(w.responder.offload.sas.empty());
}

TEST_F(Phase2Attack, DpdFromAnotherAddressMovesNothing) {
  ASSERT_TRUE(f.quick(1));
  const std::string before = picture();
  const Bytes fresh = f.informational(10, f.dpd(5));
  f.say(fresh, elsewhere);
  std::size_t size = 0;  // an answer, and perhaps a question of ours
  for (const InFlight& said : f.answers)
    if (said.to == elsewhere) size += said.bytes.size();
  EXPECT_LE(size, 3 * fresh.size());
  EXPECT_EQ(picture(), before);
  for (unsigned i = 0; i < 100; ++i) {
    f.say(fresh, elsewhere);
    ASSERT_TRUE(f.answers.empty()) << "a replay has no answer";
  }
  EXPECT_GE(counters().replayed, 100u);
  EXPECT_EQ(picture(), before);
}

// RFC 2409 has no protection against it but that a message ID is new, and nobody keeps all of them.
TEST_F(Phase2Attack, VeryOldDpdIsNotAnswered) {
  std::vector<Bytes> all;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    all.push_back(f.informational(1000 + i, f.dpd(500 + i)));
    f.say(all.back());
    ASSERT_EQ(f.answers.size(), 1u) << i;
  }
  const std::string before = picture();
  std::size_t size = 0, asked = 0, num_acks = 0;
  for (const Bytes& old : all) {
    f.say(old, elsewhere);
    asked += old.size();
    for (const InFlight& said : std::vector(f.answers)) {
      num_acks += f.told(said.bytes) == NotifyType::kDpdAck;
      size += said.bytes.size();
    }
  }
  EXPECT_LE(num_acks, 10u) << "but for the last few, which may have overtaken each other";
  EXPECT_LE(size, 3 * asked);
  EXPECT_EQ(picture(), before);
}

TEST_F(Phase2Attack, CutAndChangedAtEveryByte) {
  const Bytes good = f.informational(10, f.delete_ike());
  const std::string before = picture();
  for (std::size_t at = kHeaderBytes; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 0x80;
    f.say(bad);
    ASSERT_TRUE(f.answers.empty()) << at;
    bad.assign(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at));
    bad[26] = static_cast<std::uint8_t>(at >> 8);
    bad[27] = static_cast<std::uint8_t>(at);
    f.say(bad);
    ASSERT_TRUE(f.answers.empty()) << at;
  }
  EXPECT_EQ(picture(), before);
}

// ---------------------------------------------------------------- Quick Mode

Bytes id_body(IdType type, const Bytes& data) {
  Bytes body = {static_cast<std::uint8_t>(type), 0, 0, 0};
  body.insert(body.end(), data.begin(), data.end());
  return body;
}

// CVE-2023-38711.
TEST_F(Phase2Attack, QuickModeWithOddIdentities) {
  const Bytes fqdn = {'a', '.', 'b'};
  const std::vector<std::pair<const char*, Bytes>> odd = {
      {"a name", id_body(IdType::kFqdn, fqdn)},
      {"a user", id_body(IdType::kUserFqdn, {'a', '@', 'b'})},
      {"a key id", id_body(IdType::kKeyId, {1, 2, 3, 4})},
      {"a range that is no prefix", id_body(IdType::kIpv4Range, {10, 1, 0, 1, 10, 1, 0, 9})},
      {"a range backwards", id_body(IdType::kIpv4Range, {10, 1, 0, 9, 10, 1, 0, 1})},
      {"a mask with holes", id_body(IdType::kIpv4Subnet, {10, 1, 0, 0, 255, 0, 255, 0})},
      {"a short subnet", id_body(IdType::kIpv4Subnet, {10, 1, 0, 0})},
      {"a long address", id_body(IdType::kIpv4Addr, {10, 1, 0, 1, 0})},
      {"no address", id_body(IdType::kIpv4Addr, {})},
      {"another family", id_body(IdType::kIpv6Addr, Bytes(16, 1))},
      {"type 0", id_body(IdType::kAny, {10, 1, 0, 1})},
      {"type 255", id_body(static_cast<IdType>(255), {10, 1, 0, 1})},
      {"nothing at all", Bytes{}},
      {"too much", id_body(IdType::kIpv4Subnet, {0, 0, 0, 0, 0, 0, 0, 0})}};
  std::uint32_t id = 100;
  for (const auto& [what, body] : odd) {
    for (const std::size_t which : {2u, 3u}) {
      SCOPED_TRACE(what);
      ike::Parts parts = f.quick_parts();
      parts[which].second = body;
      f.say(f.hashed(ExchangeType::kQuickMode, id++, parts));
      ASSERT_EQ(f.answers.size(), 1u);
      EXPECT_EQ(f.told(f.answer()), NotifyType::kInvalidIdInformation);
      EXPECT_TRUE(w.responder.offload.sas.empty());
    }
  }
  EXPECT_TRUE(f.quick(1));
}

TEST_F(Phase2Attack, QuickModeWithAWrongNumberOfPayloads) {
  const ike::Parts good = f.quick_parts();
  std::uint32_t id = 100;
  const auto expect_refused = [&](const ike::Parts& parts, const char* what) {
    SCOPED_TRACE(what);
    f.say(f.hashed(ExchangeType::kQuickMode, id++, parts));
    ASSERT_EQ(f.answers.size(), 1u);
    EXPECT_TRUE(f.told(f.answer()));
    EXPECT_TRUE(w.responder.offload.sas.empty());
  };
  ike::Parts one = good, three = good, no_sa = good, two_sas = good, no_nonce = good, key = good;
  ike::Parts none = good;
  one.pop_back();
  three.push_back(three.back());
  erase(no_sa, PayloadType::kSa);
  two_sas.push_back(two_sas[0]);
  erase(no_nonce, PayloadType::kNonce);
  key.emplace_back(PayloadType::kKeyExchange, Bytes(32, 9));
  erase(none, PayloadType::kIdentification);
  expect_refused(one, "one ID");
  expect_refused(three, "three IDs");
  expect_refused(none, "no IDs, which mean the hosts");
  expect_refused(no_sa, "no SA");
  expect_refused(two_sas, "two SAs");
  expect_refused(no_nonce, "no nonce");
  expect_refused(key, "KE without a group");
  for (const std::size_t size : {0u, 7u, 257u}) {
    ike::Parts nonce = good;
    body_of(nonce, PayloadType::kNonce).resize(size);
    expect_refused(nonce, "nonce of a wrong size");
  }
  EXPECT_TRUE(f.quick(1));
}

// CVE-2024-3652: keys without bytes, and algorithms that we do not have.
TEST_F(Phase2Attack, QuickModeForKeysOfLengthZero) {
  std::uint32_t id = 100;
  const auto expect_refused = [&](std::uint8_t transform, std::uint32_t bits) {
    SCOPED_TRACE(std::to_string(transform) + " with " + std::to_string(bits));
    SaPayload offer = ike::offer_phase2({f.esp}, Spi{kForgersSpi}, false, Seconds(3600), 0xE);
    Transform& only = offer.proposals[0].transforms[0];
    only.id = transform;
    std::erase_if(only.attributes, [](const auto& a) { return a.type == phase2::kKeyLength; });
    if (bits <= 0xffff)
      only.attributes.push_back(
          Attribute::of(phase2::kKeyLength, static_cast<std::uint16_t>(bits)));
    else if (bits != ~0u)
      only.attributes.push_back(Attribute::of_u32(phase2::kKeyLength, bits));
    ike::Parts parts = f.quick_parts();
    parts[0].second = write_sa(offer);
    f.say(f.hashed(ExchangeType::kQuickMode, id++, parts));
    ASSERT_EQ(f.answers.size(), 1u);
    EXPECT_EQ(f.told(f.answer()), NotifyType::kNoProposalChosen);
    EXPECT_TRUE(w.responder.offload.sas.empty());
  };
  for (const std::uint32_t bits : {0u, 1u, 8u, 120u, 192u, 0xffffu, 0x10080u, ~0u})
    expect_refused(20, bits);
  for (const int transform : {0, 2, 3, 11, 12, 18, 19, 21, 23, 255})  // 23 is GMAC
    expect_refused(static_cast<std::uint8_t>(transform), 128);
}

TEST_F(Phase2Attack, QuickModeWithReservedSpiOrOtherProtocol) {
  std::uint32_t id = 100;
  for (const std::uint32_t spi : {0u, 1u, 255u}) {
    f.say(f.hashed(ExchangeType::kQuickMode, id++, f.quick_parts(spi)));
    EXPECT_EQ(f.told(f.answer()), NotifyType::kNoProposalChosen);
  }
  SaPayload offer = ike::offer_phase2({f.esp}, Spi{kForgersSpi}, false, Seconds(3600), 0xE);
  offer.proposals[0].protocol = Protocol::kAh;
  ike::Parts parts = f.quick_parts();
  parts[0].second = write_sa(offer);
  f.say(f.hashed(ExchangeType::kQuickMode, id++, parts));
  EXPECT_EQ(f.told(f.answer()), NotifyType::kNoProposalChosen);
  EXPECT_TRUE(w.responder.offload.sas.empty());
}

TEST_F(Phase2Attack, QuickModeWithPfsAndABadPublicValue) {
  w.responder.load(gateway_conf("", "esp_proposals = aes128gcm16-curve25519"));
  Forger other(w, Forger::As::kInitiator, 60);
  other.esp.group = DhGroup::kCurve25519;
  ASSERT_TRUE(other.establish());
  std::uint32_t id = 100;
  for (const Bytes& value : {Bytes{}, Bytes(31, 5), Bytes(33, 5), Bytes(32)}) {
    SCOPED_TRACE(value.size());
    ike::Parts parts = other.quick_parts();
    parts.insert(parts.begin() + 2, {PayloadType::kKeyExchange, value});
    other.say(other.hashed(ExchangeType::kQuickMode, id++, parts));
    ASSERT_EQ(other.answers.size(), 1u);
    EXPECT_TRUE(other.told(other.answer()));
  }
  other.say(other.quick_1(id++));
  EXPECT_TRUE(other.told(other.answer())) << "a group, but no KE";
  EXPECT_TRUE(w.responder.offload.sas.empty());
}

TEST_F(Phase2Attack, QuickModeMessage3ThatIsWrong) {
  f.say(f.quick_1(1));
  f.hear_quick(f.answer());
  const Bytes right = f.quick_3(1);
  Bytes wrong = right;
  wrong.back() ^= 1;
  f.say(wrong);
  EXPECT_EQ(w.responder.offload.count(Direction::kOutbound), 0u);
  f.say(right, elsewhere);
  EXPECT_EQ(w.responder.offload.sas.size(), 2u);
  for (const auto& [id, path] : w.responder.offload.paths)
    EXPECT_EQ(path.peer.address, f.self.address);
}

// ---------------------------------------------------------------- memory

TEST_F(Phase2Attack, QuickModesThatNeverEndAreBoundedAndEnd) {
  for (std::uint32_t id = 1; id <= 1000; ++id) f.say(f.quick_1(id));
  EXPECT_LE(sa().tasks_active.size(), 64u);
  EXPECT_LE(w.responder.offload.sas.size(), 64u);
  w.advance(std::chrono::minutes(5));
  EXPECT_TRUE(sa().tasks_active.empty()) << "none is kept after it was given up";
  EXPECT_TRUE(w.responder.offload.sas.empty());
  EXPECT_TRUE(f.quick(2000));
}

TEST_F(Phase2Attack, NoiseIsNotKept) {
  SeededRandom random(3);
  const Bytes good = f.quick_1(1);
  for (unsigned i = 0; i < 5000; ++i) {
    Bytes noise = good;
    random.fill(std::span(noise).subspan(20, 4));  // another message ID
    f.say(noise);
    ASSERT_TRUE(f.answers.empty());
  }
  EXPECT_TRUE(sa().tasks_active.empty());
  EXPECT_TRUE(w.responder.offload.sas.empty());
  EXPECT_TRUE(f.quick(7));
}

// ---------------------------------------------------------------- fragments

// CVE-2009-1574, CVE-2016-10396, CVE-2016-1287.
class FragmentAttack : public Phase2Attack {
 protected:
  Bytes fragment(const Bytes& body) const {
    Header head;
    head.initiator_cookie = f.cookies.initiator;
    head.responder_cookie = f.cookies.responder;
    head.exchange = ExchangeType::kMainMode;
    PayloadWriter payloads;
    payloads.add(PayloadType::kFragment, body);
    return write_message(head, payloads);
  }
  Bytes fragment(std::uint8_t number, bool is_last, const Bytes& data, std::uint8_t id = 1) const {
    Bytes body = {0, id, number, static_cast<std::uint8_t>(is_last)};
    body.insert(body.end(), data.begin(), data.end());
    return fragment(body);
  }
  std::pair<Bytes, Bytes> halves(const Bytes& message) const {
    const auto middle = message.begin() + static_cast<std::ptrdiff_t>(message.size() / 2);
    return {Bytes(message.begin(), middle), Bytes(middle, message.end())};
  }
};

TEST_F(FragmentAttack, OddFragmentsAreDroppedAndGoodOnesTaken) {
  const auto [first, second] = halves(f.informational(9, f.dpd(1)));
  const auto before = counters().malformed;
  for (const Bytes& body : {Bytes{}, Bytes{0}, Bytes{0, 1, 1}, Bytes{0, 1, 1, 0}}) {
    f.say(fragment(body));
    EXPECT_TRUE(f.answers.empty());
  }
  f.say(fragment(0, true, second));
  EXPECT_EQ(counters().malformed, before + 5) << "empty ones, and number 0";
  f.say(fragment(2, true, second));
  f.say(fragment(3, true, second));
  EXPECT_EQ(counters().malformed, before + 6) << "two last ones";
  f.say(fragment(1, false, first));
  EXPECT_TRUE(f.answers.empty());
  f.say(fragment(2, true, second));
  EXPECT_EQ(f.answers.size(), 1u);
  f.say(fragment(2, true, second));
  f.say(fragment(1, false, first));
  EXPECT_TRUE(f.answers.empty()) << "the whole message again is a replay";
}

TEST_F(FragmentAttack, FragmentOfAFragment) {
  const auto [first, second] = halves(fragment(1, true, f.informational(9, f.dpd(1))));
  f.say(fragment(1, false, first));
  f.say(fragment(2, true, second));
  EXPECT_TRUE(f.answers.empty());
}

TEST_F(FragmentAttack, NeverCompleted) {
  for (unsigned id = 0; id < 200; ++id)
    for (unsigned number = 1; number < 100; ++number) {
      f.say(fragment(static_cast<std::uint8_t>(number), false, Bytes(1000),
                     static_cast<std::uint8_t>(id)));
      ASSERT_TRUE(f.answers.empty());
    }
  const auto [first, second] = halves(f.informational(9, f.dpd(1)));
  f.say(fragment(1, false, first, 250));
  f.say(fragment(2, true, second, 250));
  EXPECT_EQ(f.answers.size(), 1u);
}

TEST_F(FragmentAttack, WholeMessageOfAnotherSa) {
  Forger other(w, Forger::As::kInitiator, 70);
  ASSERT_TRUE(other.establish());
  const auto [first, second] = halves(other.informational(9, other.delete_ike()));
  const std::size_t before = w.responder.sas().size();
  f.say(fragment(1, false, first));
  f.say(fragment(2, true, second));
  EXPECT_EQ(w.responder.sas().size(), before);
}

}  // namespace
}  // namespace holdfast::test
