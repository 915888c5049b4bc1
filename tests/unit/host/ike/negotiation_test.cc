// SPDX-License-Identifier: Apache-2.0
// Proposals and the choice among them (RFC 2409, 5; RFC 2407, 4.5).
#include "ike/negotiation.h"

#include <gtest/gtest.h>

namespace holdfast::ike {
namespace {

using namespace isakmp;

std::vector<IkeProposal> ike(const char* text) { return parse_ike_proposals(text).value(); }
std::vector<EspProposal> esp(const char* text) { return parse_esp_proposals(text).value(); }
std::vector<EspProposal> esp_list(std::initializer_list<const char*> texts) {
  std::vector<EspProposal> all;
  for (const char* text : texts) all.push_back(esp(text)[0]);
  return all;
}
const std::vector<std::uint16_t> kPsk = {phase1::kAuthPsk};
constexpr std::uint32_t kAllSuites = 0xFE;
const Phase2Limits kLimits{.suites = kAllSuites};

TEST(Negotiation, ThePeersFirstThatIsOursIsChosen) {
  const auto ours = ike("aes256-sha256-modp2048");
  auto theirs = ike("aes128-sha1-modp2048");
  theirs.push_back(ike("aes256-sha256-ecp256")[0]);
  theirs.push_back(ours[0]);
  const auto choice = choose_phase1(offer_phase1(theirs, kPsk, Seconds(100)), ours, kPsk);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->proposal, ours[0]);
  EXPECT_EQ(choice->lifetime, Seconds(100));
  EXPECT_EQ(choice->auth_method, phase1::kAuthPsk);
  ASSERT_EQ(choice->reply.proposals.size(), 1u);
  ASSERT_EQ(choice->reply.proposals[0].transforms.size(), 1u);
  EXPECT_EQ(choice->reply.proposals[0].transforms[0].number, 3) << "as the peer numbered it";
}

TEST(Negotiation, EachAlgorithmAndMethodMustFit) {
  const auto ours = ike("aes128-sha256-modp2048");
  for (const char* other : {"aes192-sha256-modp2048", "aes128-sha1-modp2048",
                            "aes128-sha256-modp3072", "aes128-sha256-curve25519"})
    EXPECT_FALSE(choose_phase1(offer_phase1(ike(other), kPsk, Seconds(0)), ours, kPsk)) << other;
  EXPECT_FALSE(choose_phase1(offer_phase1(ours, {phase1::kAuthRsa}, Seconds(0)), ours, kPsk));
}

TEST(Negotiation, TransformsThatAreNotUnderstoodAreNotChosen) {
  const auto ours = ike("aes128-sha256-modp2048");
  const SaPayload good = offer_phase1(ours, kPsk, Seconds(0));
  SaPayload bad = good;
  bad.proposals[0].transforms[0].attributes.push_back(Attribute::of(99, 1));
  EXPECT_FALSE(choose_phase1(bad, ours, kPsk)) << "an unknown attribute";
  bad = good;
  bad.proposals[0].transforms[0].attributes.push_back(Attribute::of(phase1::kGroup, 14));
  EXPECT_FALSE(choose_phase1(bad, ours, kPsk)) << "one that comes twice";
  bad = good;
  bad.proposals[0].transforms[0].id = 2;
  EXPECT_FALSE(choose_phase1(bad, ours, kPsk)) << "another transform";
  bad = good;
  bad.proposals[0].protocol = Protocol::kEsp;
  EXPECT_FALSE(choose_phase1(bad, ours, kPsk)) << "another protocol";
  bad = good;
  bad.proposals[0].transforms[0].attributes[0] = Attribute::of_u32(phase1::kEncryption, 0x10007);
  EXPECT_FALSE(choose_phase1(bad, ours, kPsk)) << "a number of which the low bits would fit";
}

TEST(Negotiation, Phase2OffersWhatTheCardCanDo) {
  const auto both = esp("aes256gcm16-aes128gcm16");
  const auto suite = both[0].suite();
  ASSERT_TRUE(suite);
  const SaPayload all = offer_phase2(both, Spi{0x1234'5678}, false, Seconds(60), kAllSuites);
  EXPECT_EQ(all.proposals[0].transforms.size(), 2u);
  EXPECT_EQ(all.proposals[0].spi, (Bytes{0x12, 0x34, 0x56, 0x78}));
  const std::uint32_t without = kAllSuites & ~(1u << static_cast<unsigned>(*suite));
  EXPECT_EQ(
      offer_phase2(both, Spi{300}, false, Seconds(60), without).proposals[0].transforms.size(), 1u);
  EXPECT_FALSE(choose_phase2(offer_phase2({both[0]}, Spi{300}, false, Seconds(60), kAllSuites),
                             both, {.suites = without}));
}

TEST(Negotiation, Phase2TakesSpiLifetimeAndEncapsulation) {
  const auto ours = esp("aes128gcm16");
  for (const bool is_udp : {false, true}) {
    const auto choice = choose_phase2(
        offer_phase2(ours, Spi{0xdead'beef}, is_udp, Seconds(77), kAllSuites), ours, kLimits);
    ASSERT_TRUE(choice);
    EXPECT_EQ(to_number(choice->peer_spi), 0xdead'beefu);
    EXPECT_EQ(choice->lifetime, Seconds(77));
    EXPECT_EQ(choice->is_udp_encapsulated, is_udp);
  }
}

TEST(Negotiation, NoLifetimeIsNotALifetimeOfZero) {
  const SaPayload offer = offer_phase2(esp("aes128gcm16"), Spi{300}, false, Seconds(0), kAllSuites);
  EXPECT_EQ(find(offer.proposals[0].transforms[0].attributes, phase2::kLifeDuration), nullptr);
  const SaPayload first = offer_phase1(ike("aes128-sha256-modp2048"), kPsk, Seconds(0));
  EXPECT_EQ(find(first.proposals[0].transforms[0].attributes, phase1::kLifeDuration), nullptr);
}

TEST(Negotiation, Phase2Refusals) {
  const auto ours = esp("aes128gcm16");
  const SaPayload good = offer_phase2(ours, Spi{0x400}, false, Seconds(60), kAllSuites);
  const auto refuses = [&](auto change) {
    SaPayload bad = good;
    change(bad.proposals[0]);
    return !choose_phase2(bad, ours, kLimits);
  };
  EXPECT_TRUE(refuses([](Proposal& p) { p.spi = {0, 0, 0, 255}; })) << "reserved";
  EXPECT_TRUE(refuses([](Proposal& p) { p.spi = {1, 2}; }));
  EXPECT_TRUE(refuses([](Proposal& p) { p.protocol = Protocol::kAh; }));
  EXPECT_TRUE(refuses([](Proposal& p) {
    p.transforms[0].attributes[2] = Attribute::of(phase2::kEncapsulation, phase2::kTransport);
  }));
  EXPECT_TRUE(refuses([](Proposal& p) {
    p.transforms[0].attributes.push_back(Attribute::of(phase2::kAuthentication, 5));
  })) << "GCM with an integrity algorithm";
  EXPECT_TRUE(refuses([](Proposal& p) {
    p.transforms[0].attributes.push_back({77, true, {0, 1}});
  }));
  EXPECT_TRUE(refuses([](Proposal& p) {
    p.transforms[0].attributes.push_back(Attribute::of(phase2::kGroup, 14));
  })) << "PFS that we do not have";
  SaPayload together = good;
  together.proposals.push_back(together.proposals[0]);
  together.proposals[1].protocol = Protocol::kIpcomp;
  together.proposals[1].spi = {1, 2};
  EXPECT_FALSE(choose_phase2(together, ours, kLimits)) << "ESP and IPComp as one";
  together.proposals[1].number = 2;
  EXPECT_TRUE(choose_phase2(together, ours, kLimits)) << "one or the other";
}

// RFC 2409, 5.5: all proposals of one offer have the group of the one KE payload.
TEST(Negotiation, Phase2OffersOneGroup) {
  const auto all =
      esp_list({"aes256gcm16-curve25519", "aes128gcm16-ecp256", "aes128gcm16-curve25519"});
  const auto same = of_one_group(all, kAllSuites);
  ASSERT_EQ(same.size(), 2u);
  EXPECT_EQ(same[0], all[0]);
  EXPECT_EQ(same[1], all[2]);
  // The group of the first one that the card can do.
  const std::uint32_t without = kAllSuites & ~(1u << static_cast<unsigned>(*all[0].suite()));
  ASSERT_EQ(of_one_group(all, without).size(), 1u);
  EXPECT_EQ(of_one_group(all, without)[0], all[1]);
  EXPECT_TRUE(of_one_group(all, 0).empty());
}

TEST(Negotiation, Phase2TakesTheGroupOfTheKePayload) {
  const auto ours = esp_list({"aes128gcm16-curve25519", "aes128gcm16-ecp256", "aes128gcm16"});
  const SaPayload offer = offer_phase2(ours, Spi{300}, false, Seconds(60), kAllSuites);
  Phase2Limits limits = kLimits;
  for (const auto& [bytes, group] :
       {std::pair(32u, DhGroup::kCurve25519), {64u, DhGroup::kEcp256}, {0u, DhGroup::kNone}}) {
    limits.key_exchange_bytes = bytes;
    const auto choice = choose_phase2(offer, ours, limits);
    ASSERT_TRUE(choice) << bytes;
    EXPECT_EQ(choice->proposal.group, group);
  }
  limits.key_exchange_bytes = 256;
  EXPECT_FALSE(choose_phase2(offer, ours, limits));
}

TEST(Negotiation, Phase2TakesTheEncapsulationThatIsDue) {
  const auto ours = esp("aes128gcm16");
  Phase2Limits limits = kLimits;
  for (const bool is_offered : {false, true}) {
    const SaPayload offer = offer_phase2(ours, Spi{300}, is_offered, Seconds(60), kAllSuites);
    for (const bool is_due : {false, true}) {
      limits.is_udp_encapsulated = is_due;
      EXPECT_EQ(choose_phase2(offer, ours, limits).has_value(), is_due == is_offered);
    }
  }
}

}  // namespace
}  // namespace holdfast::ike
