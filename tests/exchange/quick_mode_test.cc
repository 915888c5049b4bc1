// SPDX-License-Identifier: Apache-2.0
// What Quick Mode agrees on: the group of PFS (RFC 2409, 5.5) and the encapsulation (RFC
// 3947, 5.1).
#include <gtest/gtest.h>

#include <algorithm>

#include "exchange/forger.h"
#include "ike/main_mode.h"
#include "ike/negotiation.h"

namespace holdfast::test {
namespace {

using namespace isakmp;

bool has_line(const End& end, const std::string& part) {
  return std::any_of(end.lines.begin(), end.lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

// ---------------------------------------------------------------- one group in one offer

TEST(QuickModeGroups, OnlyProposalsOfTheFirstGroupAreOffered) {
  struct {
    const char* gateway;
    bool comes_up;
  } const cases[] = {{"aes128gcm16-curve25519", true},
                     {"aes128gcm16-ecp256,aes256gcm16-curve25519", true},
                     {"aes128gcm16-ecp256", false},
                     {"aes128gcm16", false}};
  for (const auto& [gateway, comes_up] : cases) {
    SCOPED_TRACE(gateway);
    World w;
    w.responder.load(gateway_conf("", std::string("esp_proposals = ") + gateway));
    w.initiator.load(client_conf(
        "", "esp_proposals = aes128gcm16-curve25519,aes128gcm16-ecp256,aes256gcm16-curve25519"));
    w.initiator.initiate("net");
    w.advance(std::chrono::seconds(30));
    ASSERT_TRUE(w.initiator.outcome);
    EXPECT_TRUE(has_line(w.initiator, "/ECP_256/NO_EXT_SEQ, whose group"));
    EXPECT_EQ(w.initiator.outcome->has_value(), comes_up);
    EXPECT_EQ(check_pair(w) == "", comes_up);
    if (comes_up) continue;
    EXPECT_NE(w.initiator.outcome->error().text().find("NO-PROPOSAL-CHOSEN"), std::string::npos);
    EXPECT_TRUE(w.initiator.offload.sas.empty());
    EXPECT_TRUE(w.responder.offload.sas.empty());
  }
}

// The KE payload belongs to the first proposal that the card can do, not to one that it cannot.
TEST(QuickModeGroups, TheKeyExchangeIsOfTheFirstProposalThatTheCardCanDo) {
  World w;
  w.initiator.offload.suite_mask = 1u << static_cast<unsigned>(*EspProposal{}.suite());
  const std::string proposals = "esp_proposals = aes256gcm16-ecp256,aes128gcm16-curve25519";
  w.responder.load(gateway_conf("", proposals));
  w.initiator.load(client_conf("", proposals));
  w.initiator.initiate("net");
  w.settle();
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(w.initiator.only_sa().children.at(0).proposal.group, DhGroup::kCurve25519);
}

/// A peer that offers several groups beside one KE payload.
TEST(QuickModeGroups, AResponderTakesTheGroupOfTheKePayload) {
  struct {
    const char* ours;
    DhGroup key;
    bool is_taken;
  } const cases[] = {{"aes128gcm16-curve25519,aes128gcm16-ecp256", DhGroup::kCurve25519, true},
                     {"aes128gcm16-curve25519,aes128gcm16-ecp256", DhGroup::kEcp256, true},
                     {"aes128gcm16-ecp256", DhGroup::kCurve25519, false},
                     {"aes128gcm16-curve25519", DhGroup::kNone, false},
                     {"aes128gcm16", DhGroup::kCurve25519, false}};
  for (const auto& [ours, key, is_taken] : cases) {
    SCOPED_TRACE(std::string(ours) + " with KE of group " + std::to_string(static_cast<int>(key)));
    World w;
    w.responder.load(gateway_conf("", std::string("esp_proposals = ") + ours));
    Forger f(w);
    ASSERT_TRUE(f.establish());
    ike::Parts parts = f.quick_parts();
    std::vector<EspProposal> all(3, f.esp);
    all[0].group = DhGroup::kEcp256;
    all[1].group = DhGroup::kCurve25519;
    body_of(parts, PayloadType::kSa) =
        write_sa(ike::offer_phase2(all, Spi{0x0abc'def0}, false, Seconds(3600), 0xE));
    if (key != DhGroup::kNone) {
      const auto dh = DiffieHellman::create(key).value();
      const ByteView value = dh->public_value();
      parts.insert(parts.begin() + 2,
                   {PayloadType::kKeyExchange, Bytes(value.begin(), value.end())});
    }
    f.say(f.hashed(ExchangeType::kQuickMode, 1, parts));
    ASSERT_EQ(f.answers.size(), 1u);
    if (is_taken) {
      EXPECT_EQ(f.told(f.answer()), std::nullopt);
      EXPECT_EQ(w.responder.offload.count(Direction::kInbound), 1u);
    } else {
      EXPECT_EQ(f.told(f.answer()), NotifyType::kNoProposalChosen);
      EXPECT_TRUE(w.responder.offload.sas.empty());
    }
  }
}

// ---------------------------------------------------------------- encapsulation: responder

/// What NAT detection says to the end that is tested.
enum class Nat : std::uint8_t { kNotSpoken, kNone, kAtPeer, kAtTarget, kFaked };
constexpr Nat kAllNats[] = {Nat::kNotSpoken, Nat::kNone, Nat::kAtPeer, Nat::kAtTarget, Nat::kFaked};
constexpr std::uint16_t kUdpTransport = 4, kDraftUdpTunnel = 61443;

bool is_udp_due(Nat nat) { return nat != Nat::kNotSpoken && nat != Nat::kNone; }

/// NAT-D payloads of a peer that sees `nat` (RFC 3947, 3.2).
void add_nat_discovery(Forger& f, Nat nat, ike::Parts& parts) {
  if (nat == Nat::kNotSpoken) return;
  Endpoint target = f.target.endpoint, self = f.self;
  if (nat == Nat::kAtPeer) self.address = IpAddress::parse("10.9.9.9").value();
  if (nat == Nat::kAtTarget) target.address = IpAddress::parse("10.8.8.8").value();
  for (const Endpoint& endpoint : {target, self})
    parts.emplace_back(PayloadType::kNatDiscovery,
                       ike::nat_hash(f.proposal.hash, f.cookies, endpoint));
}

/// Main Mode as an initiator whose NAT-D payloads say `nat`.
bool establish_with(Forger& f, Nat nat) {
  for (unsigned number = 1; number <= 5; number += 2) {
    ike::Parts parts = f.parts(number);
    if (number == 1 && nat != Nat::kNotSpoken)
      parts.emplace_back(PayloadType::kVendorId, vendor_id(Vendor::kNatT));
    if (number == 3) add_nat_discovery(f, nat, parts);
    f.say(f.main_mode(number, parts));
    if (f.answers.size() != 1) return false;
    f.hear(number + 1, f.answer());
    if (number == 3 && is_udp_due(nat)) f.self.port = 4500;  // RFC 3947, 4
  }
  return true;
}

/// `parts` of Quick Mode with another encapsulation mode.
void set_mode(ike::Parts& parts, std::uint16_t mode) {
  SaPayload sa = parse_sa(body_of(parts, PayloadType::kSa)).value();
  for (Attribute& attribute : sa.proposals[0].transforms[0].attributes)
    if (attribute.type == phase2::kEncapsulation) attribute = Attribute::of(attribute.type, mode);
  body_of(parts, PayloadType::kSa) = write_sa(sa);
}

std::optional<std::uint16_t> mode_of(const Payload* payload) {
  if (!payload) return std::nullopt;
  const SaPayload sa = parse_sa(payload->body).value();
  const Attribute* mode =
      isakmp::find(sa.proposals[0].transforms[0].attributes, phase2::kEncapsulation);
  if (!mode) return std::nullopt;
  return static_cast<std::uint16_t>(mode->number().value());
}

TEST(Encapsulation, AResponderTakesWhatNatDetectionSaysAndNothingElse) {
  for (const Nat nat : kAllNats) {
    for (const std::uint16_t mode : {phase2::kTunnel, phase2::kTransport, phase2::kUdpTunnel,
                                     kUdpTransport, kDraftUdpTunnel}) {
      SCOPED_TRACE("NAT " + std::to_string(static_cast<int>(nat)) + ", mode " +
                   std::to_string(mode));
      World w;
      w.responder.load(gateway_conf(nat == Nat::kFaked ? "encap = yes" : ""));
      Forger f(w);
      ASSERT_TRUE(establish_with(f, nat));
      ike::Parts parts = f.quick_parts();
      set_mode(parts, mode);
      f.say(f.hashed(ExchangeType::kQuickMode, 1, parts));
      ASSERT_EQ(f.answers.size(), 1u);
      if (mode == (is_udp_due(nat) ? phase2::kUdpTunnel : phase2::kTunnel)) {
        f.hear_quick(f.answer());
        f.say(f.quick_3(1));
        ASSERT_EQ(w.responder.offload.sas.size(), 2u);
        EXPECT_EQ(w.responder.offload.paths.begin()->second.encap,
                  is_udp_due(nat) ? Encap::kUdp : Encap::kNone);
      } else {
        EXPECT_EQ(f.told(f.answer()), NotifyType::kNoProposalChosen);
        EXPECT_TRUE(w.responder.offload.sas.empty());
      }
    }
  }
}

TEST(Encapsulation, ARefusalSaysThatItIsTheNat) {
  for (const Nat nat : {Nat::kNone, Nat::kAtPeer}) {
    World w;
    w.responder.load(gateway_conf());
    Forger f(w);
    ASSERT_TRUE(establish_with(f, nat));
    ike::Parts parts = f.quick_parts();
    set_mode(parts, is_udp_due(nat) ? phase2::kTunnel : phase2::kUdpTunnel);
    f.say(f.hashed(ExchangeType::kQuickMode, 1, parts));
    EXPECT_TRUE(has_line(w.responder, is_udp_due(nat) ? "there is a NAT" : "there is no NAT"));
  }
}

// ---------------------------------------------------------------- encapsulation: initiator

/// Main Mode as a responder; false if the target did not begin Quick Mode.
bool answer_with(Forger& f, Nat nat) {
  f.target.initiate("net");
  for (unsigned number = 1; number <= 5; number += 2) {
    if (f.answers.size() != 1) return false;
    f.hear(number, f.answer());
    ike::Parts parts = f.parts(number + 1);
    if (number == 1 && nat != Nat::kNotSpoken)
      parts.emplace_back(PayloadType::kVendorId, vendor_id(Vendor::kNatT));
    if (number == 3) {
      add_nat_discovery(f, nat, parts);
      f.derive_keys();
    }
    f.say(f.main_mode(number + 1, parts));
    f.self.port = f.answers.empty() ? f.self.port : f.answers[0].to.port;
  }
  return f.answers.size() == 1;
}

TEST(Encapsulation, AnInitiatorOffersWhatNatDetectionSaysAndTakesNothingElse) {
  for (const Nat nat : kAllNats) {
    for (const std::uint16_t mode : {phase2::kTunnel, phase2::kUdpTunnel, phase2::kTransport}) {
      SCOPED_TRACE("NAT " + std::to_string(static_cast<int>(nat)) + ", mode " +
                   std::to_string(mode));
      World w;
      w.initiator.load(client_conf(nat == Nat::kFaked ? "encap = yes" : ""));
      Forger f(w, Forger::As::kResponder);
      ASSERT_TRUE(answer_with(f, nat));
      const Bytes offer = f.answer();
      const std::uint32_t id = parse_header(offer).value().message_id;
      const std::uint16_t due = is_udp_due(nat) ? phase2::kUdpTunnel : phase2::kTunnel;
      {
        const Forger::Opened opened = f.open(offer);
        EXPECT_EQ(mode_of(opened.find(PayloadType::kSa)), due);
        EXPECT_EQ(count(opened.payloads, PayloadType::kSa), 1u);
        const Payload* nonce = opened.find(PayloadType::kNonce);
        f.quick_peer_nonce.assign(nonce->body.begin(), nonce->body.end());
      }
      ike::Parts answer = f.quick_parts();
      set_mode(answer, mode);
      f.say(f.quick_2(id, answer));
      ASSERT_TRUE(w.initiator.outcome);
      EXPECT_EQ(w.initiator.outcome->has_value(), mode == due);
      EXPECT_EQ(w.initiator.offload.sas.size(), mode == due ? 2u : 0u);
    }
  }
}

// ---------------------------------------------------------------- encapsulation: two ends

/// A NAT before the initiator: other address, other ports.
void put_nat(World& w) {
  const IpAddress inside = w.initiator.endpoint.address;
  const IpAddress outside = IpAddress::parse("203.0.113.1").value();
  w.on_send = [inside, outside](InFlight& datagram) {
    if (datagram.from.address == inside) {
      datagram.from = {outside, static_cast<std::uint16_t>(datagram.from.port + 10000)};
    } else if (datagram.to.address == outside) {
      datagram.to = {inside, static_cast<std::uint16_t>(datagram.to.port - 10000)};
    }
    return true;
  };
}

void expect_udp(const World& w, bool is_udp) {
  for (const End* end : {&w.initiator, &w.responder}) {
    ASSERT_EQ(end->offload.paths.size(), 1u);
    EXPECT_EQ(end->offload.paths.begin()->second.encap, is_udp ? Encap::kUdp : Encap::kNone);
  }
}

TEST(Encapsulation, TwoEndsAgreeAndGoOnAgreeingWhenTheyRekey) {
  for (const bool has_nat : {false, true}) {
    for (const int faker : {0, 1, 2}) {  // nobody, client, gateway
      SCOPED_TRACE(std::to_string(has_nat) + ", " + std::to_string(faker));
      World w;
      w.responder.load(gateway_conf(faker == 2 ? "encap = yes" : ""));
      w.initiator.load(client_conf(faker == 1 ? "encap = yes" : ""));
      if (has_nat) put_nat(w);
      w.initiator.initiate("net");
      w.settle();
      ASSERT_EQ(check_pair(w), "");
      expect_udp(w, has_nat || faker != 0);
      for (End* end : {&w.initiator, &w.responder})
        for (const char* child : {"net", ""}) {
          EXPECT_EQ(end->manager->rekey(ike::SaFilter{"t", child, 0, 0}), 1u);
          w.advance(std::chrono::seconds(5));
          EXPECT_EQ(check_pair(w), "");
          expect_udp(w, has_nat || faker != 0);
        }
    }
  }
}

}  // namespace
}  // namespace holdfast::test
