// SPDX-License-Identifier: Apache-2.0
// Known failures of IKEv1 daemons that cross the phases; the table in README.md says which test
// stands for which.
#include <gtest/gtest.h>

#include "crypto/cipher.h"
#include "exchange/forger.h"
#include "ike/negotiation.h"

namespace holdfast::test {
namespace {

using namespace isakmp;

/// A message of phase 2 whose plaintext is `plain`, whatever that is; HASH is its first payload.
Bytes raw_encrypted(Forger& f, ExchangeType type, std::uint32_t id, Bytes plain) {
  plain.resize((plain.size() + 15) / 16 * 16);
  const Bytes iv = ike::phase2_iv(f.proposal, f.last_block, id);
  const Bytes body = cbc_encrypt(CipherAlgorithm::kAesCbc, f.keys->cipher_key.view(), iv, plain);
  Header head;
  head.initiator_cookie = f.cookies.initiator;
  head.responder_cookie = f.cookies.responder;
  head.next_payload = PayloadType::kHash;
  head.exchange = type;
  head.flags = kFlagEncrypted;
  head.message_id = id;
  head.length = static_cast<std::uint32_t>(kHeaderBytes + body.size());
  WireWriter writer;
  write_header(writer, head);
  writer.append(body);
  return writer.take();
}

/// HASH and the bytes behind it that it covers.
Bytes with_hash(const Forger& f, std::uint32_t id, PayloadType next, ByteView rest) {
  const Bytes hash = ike::hash_phase2(*f.keys, id, {rest});
  WireWriter plain;
  plain.u8(static_cast<std::uint8_t>(next));
  plain.u8(0);
  plain.u16(static_cast<std::uint16_t>(4 + hash.size()));
  plain.append(hash);
  plain.append(rest);
  return plain.take();
}

class NamedFailure : public testing::Test {
 protected:
  NamedFailure() { w.responder.load(gateway_conf()); }
  const ike::ManagerCounters& counters() const { return w.responder.manager->counters(); }

  World w;
  Forger f{w};
};

// ---------------------------------------------------------------- lengths behind a right HASH

TEST_F(NamedFailure, PayloadLengthZeroLoopingOrPastTheEndInAnEncryptedMessage) {
  ASSERT_TRUE(f.establish());
  const PayloadWriter chained = ike::chain(f.dpd(1));
  const Bytes good(chained.view().begin(), chained.view().end());
  std::uint32_t id = 100;
  for (const unsigned length : {0u, 1u, 3u, 4u, 0x7fffu, 0xffffu}) {
    SCOPED_TRACE(length);
    Bytes rest = good;
    rest[2] = static_cast<std::uint8_t>(length >> 8);
    rest[3] = static_cast<std::uint8_t>(length);
    f.say(raw_encrypted(f, ExchangeType::kInformational, id,
                        with_hash(f, id, PayloadType::kNotification, rest)));
    ++id;
    EXPECT_TRUE(f.answers.empty());
  }
  // A chain of payloads without bytes that does not end before the message does.
  Bytes chain;
  for (unsigned i = 0; i < 1000; ++i)
    for (const std::uint8_t byte :
         {std::uint8_t{11}, std::uint8_t{0}, std::uint8_t{0}, std::uint8_t{4}})
      chain.push_back(byte);
  f.say(raw_encrypted(f, ExchangeType::kInformational, id,
                      with_hash(f, id, PayloadType::kNotification, chain)));
  EXPECT_TRUE(f.answers.empty());
  EXPECT_GE(counters().malformed, 6u);
  f.say(f.informational(999, f.dpd(2)));
  EXPECT_EQ(f.answers.size(), 1u) << "the SA stands";
}

TEST_F(NamedFailure, LengthsAndCountsInsideTheSaPayloadOfQuickMode) {
  ASSERT_TRUE(f.establish());
  const Bytes good = f.quick_parts()[0].second;
  std::uint32_t id = 100;
  for (std::size_t at = 8; at + 1 < good.size(); ++at) {
    for (const unsigned value : {0u, 1u, 3u, 0x7fffu, 0xffffu}) {
      ike::Parts parts = f.quick_parts();
      parts[0].second[at] = static_cast<std::uint8_t>(value >> 8);
      parts[0].second[at + 1] = static_cast<std::uint8_t>(value);
      f.say(f.hashed(ExchangeType::kQuickMode, id, parts));
      ASSERT_EQ(f.answers.size(), 1u) << at << " " << value;
      // Refused, and then nothing is kept; or a field that may have this value.
      if (f.told(f.answer())) {
        ASSERT_TRUE(w.responder.offload.sas.empty()) << at << " " << value;
      } else {
        f.say(f.informational(id + 10'000, Forger::delete_esp({0x0abc'def0})));
        w.advance(std::chrono::minutes(3));
      }
      ASSERT_TRUE(w.responder.offload.sas.empty()) << at << " " << value;
      ++id;
    }
  }
  EXPECT_TRUE(f.quick(1));
}

// ---------------------------------------------------------------- HASH of Quick Mode

TEST_F(NamedFailure, QuickModeWithAWrongOrMissingHash) {
  ASSERT_TRUE(f.establish());
  const ike::Parts parts = f.quick_parts();
  std::uint32_t id = 100;
  Bytes wrong = ike::hash_phase2(*f.keys, id, {ike::chain(parts).view()});
  wrong[0] ^= 1;
  for (const Bytes& hash : {wrong, Bytes(32), Bytes{}, Bytes(wrong.begin(), wrong.end() - 1)}) {
    f.say(f.hashed(ExchangeType::kQuickMode, id++, parts, hash));
    EXPECT_TRUE(f.answers.empty());
  }
  f.say(f.encrypted(ExchangeType::kQuickMode, id++, parts));
  EXPECT_TRUE(f.answers.empty()) << "no HASH";
  EXPECT_GE(counters().bad_hash, 4u);
  EXPECT_TRUE(w.responder.offload.sas.empty());
  EXPECT_TRUE(f.quick(1));
}

TEST(NamedFailureOfAnInitiator, QuickModeMessage2WithAWrongHash) {
  World w;
  w.initiator.load(client_conf());
  Forger f(w, Forger::As::kResponder);
  ASSERT_TRUE(f.establish());
  const Bytes first = f.answer();
  const std::uint32_t id = parse_header(first).value().message_id;
  f.hear_quick(first);
  const ike::Parts parts = f.quick_parts();
  // Right in everything but that it leaves out the initiator's nonce.
  const Bytes hash = ike::hash_phase2(*f.keys, id, {ike::chain(parts).view()});
  f.say(f.hashed(ExchangeType::kQuickMode, id, parts, hash));
  EXPECT_TRUE(f.answers.empty());
  EXPECT_FALSE(w.initiator.outcome);
  EXPECT_TRUE(w.initiator.offload.sas.empty());
  EXPECT_EQ(w.initiator.manager->counters().bad_hash, 1u);
}

// ---------------------------------------------------------------- Diffie-Hellman

TEST_F(NamedFailure, DhValueOfAWrongLength) {
  w.responder.load(gateway_conf("proposals = aes128-sha256-modp2048"));
  f.proposal.group = DhGroup::kModp2048;
  f.say(f.main_mode(1));
  f.hear(2, f.answer());
  const ike::Parts good = f.parts(3);
  for (const std::size_t size : {0u, 1u, 32u, 128u, 255u, 257u, 384u, 2048u}) {
    ike::Parts bad = good;
    body_of(bad, PayloadType::kKeyExchange).resize(size, 7);
    f.say(f.main_mode(3, bad));
    EXPECT_TRUE(f.answers.empty()) << size;
  }
  f.say(f.main_mode(3));
  f.hear(4, f.answer());
  f.say(f.main_mode(5));
  EXPECT_EQ(f.answers.size(), 1u);
}

// ---------------------------------------------------------------- state skipped

/// Keys that belong to no exchange, so that something can be encrypted.
void make_up_keys(Forger& f) {
  f.dh = DiffieHellman::create(f.proposal.group).value();
  f.peer_public = Bytes(32, 9);
  f.peer_nonce = Bytes(32, 3);
  static_cast<void>(f.parts(1));
  f.derive_keys();
  f.last_block = f.iv;
}

TEST_F(NamedFailure, StateSkippedByAnInitiator) {
  // Nothing was said before.
  Forger stranger(w, Forger::As::kInitiator, 77);
  make_up_keys(stranger);
  for (const bool has_cookie : {false, true}) {
    if (has_cookie) stranger.cookies.responder.fill(5);
    for (const Bytes& message : {stranger.main_mode(3), stranger.main_mode(5), stranger.quick_1(1),
                                 stranger.informational(2, stranger.dpd(1)),
                                 stranger.informational(3, stranger.delete_ike())}) {
      stranger.say(message);
      EXPECT_TRUE(stranger.answers.empty());
      EXPECT_EQ(w.responder.manager->num_half_open(), 0u);
    }
  }
}

TEST_F(NamedFailure, StateSkippedAfterEachMessage) {
  for (unsigned last = 1; last <= 3; last += 2) {
    SCOPED_TRACE(last);
    Forger g(w, Forger::As::kInitiator, 80 + last);
    for (unsigned number = 1; number <= last; number += 2) {
      g.say(g.main_mode(number));
      g.hear(number + 1, g.answer());
    }
    // After message 3 with the right keys, which are not proven yet.
    if (last == 1) make_up_keys(g);
    const Bytes iv = g.iv;
    g.last_block = g.iv;
    std::vector<Bytes> early = {
        g.quick_1(1), g.quick_3(1), g.informational(2, g.dpd(1)),
        g.informational(3, g.delete_ike()),
        g.hashed(ExchangeType::kTransaction, 4, {{PayloadType::kAttributes, Bytes{1, 0, 0, 7}}})};
    if (last == 1) early.push_back(g.main_mode(5));
    for (const Bytes& message : early) {
      g.say(message);
      EXPECT_TRUE(g.answers.empty());
    }
    EXPECT_TRUE(w.responder.events.empty());
    EXPECT_TRUE(w.responder.offload.sas.empty());
    g.iv = iv;
    g.last_block.clear();
    if (last == 1) {
      g.keys.reset();
      g.dh.reset();
      g.say(g.main_mode(3));
      g.hear(4, g.answer());
    }
    g.say(g.main_mode(5));
    EXPECT_EQ(g.answers.size(), 1u) << "what is due is taken";
    w.responder.manager->terminate({});
    w.time.run_due();
    w.responder.events.clear();
  }
}

TEST(NamedFailureOfAnInitiator, StateSkippedByAResponder) {
  for (unsigned due = 2; due <= 4; due += 2) {
    SCOPED_TRACE(due);
    World w;
    w.initiator.load(client_conf());
    Forger f(w, Forger::As::kResponder);
    w.initiator.initiate("net");
    f.hear(1, f.answer());
    if (due == 4) {
      f.say(f.main_mode(2));
      f.hear(3, f.answer());
    } else {
      make_up_keys(f);
    }
    const ike::Parts four = f.parts(4);
    f.derive_keys();
    f.last_block = f.iv;
    if (due == 2) f.say(f.main_mode(4, four));
    if (due == 4) f.say(f.main_mode(6));
    EXPECT_TRUE(f.answers.empty()) << "the one behind the one that is due";
    f.say(f.quick_1(1));
    EXPECT_TRUE(f.answers.empty());
    f.say(f.informational(2, f.delete_ike()));
    EXPECT_TRUE(f.answers.empty());
    EXPECT_EQ(w.initiator.only_sa().state, ike::IkeState::kConnecting);
  }
}

}  // namespace
}  // namespace holdfast::test
