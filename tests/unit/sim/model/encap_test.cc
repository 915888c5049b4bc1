// SPDX-License-Identifier: Apache-2.0
// Every reason of the outbound table in docs/esp_pipeline.md, and each field of what is sent.
#include "model/encap.h"

#include <gtest/gtest.h>

#include "unit/sim/model/esp_bench.h"

namespace holdfast {
namespace {

using namespace holdfast::test;

std::string reason(EspBench& bench, const Packet& packet, const Ingress& ingress = {}) {
  return std::string(name_of(bench.outbound(packet, ingress).reason));
}

Packet cut(Packet packet, std::size_t bytes) {
  packet.resize(bytes);
  return packet;
}

TEST(Encap, Steps1And2) {
  EspBench b;
  b.install();
  const Processed result = b.outbound({}, {.reason = DropReason::kDmaWindow, .is_enabled = false});
  EXPECT_EQ(result.reason, DropReason::kDmaWindow);
  EXPECT_EQ(result.sa_index, kNoSa);
  EXPECT_EQ(reason(b, {}, {.is_enabled = false}), "disabled");
}

TEST(Encap, Steps3And4Headers) {
  EspBench b;
  b.install();
  EXPECT_EQ(reason(b, {}), "truncated");
  EXPECT_EQ(reason(b, {}, {.is_given_up = true}), "source");
  EXPECT_EQ(reason(b, {0x75}), "bad_header");
  EXPECT_EQ(reason(b, cut(inner4(), 19)), "truncated");
  EXPECT_EQ(reason(b, cut(inner4(), 19), {.is_given_up = true}), "source");
  EXPECT_EQ(reason(b, cut(inner6(), 39)), "truncated");
  EXPECT_EQ(reason(b, cut(with_ethernet(inner4()), 10), {.has_ethernet = true}), "truncated");
  Packet vlan = with_ethernet(inner4());
  put16(vlan, 12, 0x8100);
  EXPECT_EQ(reason(b, vlan, {.has_ethernet = true}), "not_esp");
  Packet wrong_checksum = inner4();
  wrong_checksum[10] ^= 1;
  EXPECT_EQ(reason(b, wrong_checksum), "none");
  Packet fragment = inner4();
  put16(fragment, 6, 0x2000);
  EXPECT_EQ(reason(b, fragment), "none");
  EXPECT_EQ(b.outbound({0x75}).sa_index, kNoSa);
}

TEST(Encap, Step5TooLong) {
  EspBench b;
  b.install();
  EXPECT_EQ(reason(b, inner4(9000)), "none");
  EXPECT_EQ(reason(b, inner4(9001)), "too_long");
  EXPECT_EQ(b.outbound(inner4(9001)).sa_index, kNoSa);
}

TEST(Encap, Step6NoSa) {
  EspBench b;
  b.install();
  for (unsigned index : {256u, 5u, unsigned{to_number(kIn)}, 0xFFFFu}) {
    const Processed result = b.model.process(Direction::kOutbound, inner4(),
                                             {.sa_index = static_cast<std::uint16_t>(index)});
    EXPECT_EQ(result.reason, DropReason::kNoSa);
    EXPECT_EQ(result.sa_index, index);
    EXPECT_EQ(result.generation, 0u);
    EXPECT_FALSE(result.has_ticket);
  }
}

TEST(Encap, Steps7To9AreInThisOrder) {
  EspBench b;
  b.out.selector = {prefix("10.1.0.0/16"), prefix("10.2.0.0/16")};
  b.out.first_sequence = 0xFFFFFFFF;
  b.out.lifetime = {.hard_packets = 1};
  b.install();
  const Packet outside = ip_packet_of(address("10.1.0.1"), address("10.3.0.1"), 60);
  EXPECT_EQ(reason(b, outside), "selector");
  EXPECT_EQ(reason(b, inner6()), "selector");
  EXPECT_EQ(reason(b, inner4()), "none");
  EXPECT_EQ(reason(b, outside), "selector");
  EXPECT_EQ(reason(b, inner4()), "sequence");  // and the lifetime is over too
  EXPECT_EQ(b.outbound(inner4()).sa_index, to_number(kOut));
}

TEST(Encap, Step10TakesANumberAllTheSame) {
  EspBench b;
  b.install();
  Processed result = b.outbound(cut(inner4(), 59));
  EXPECT_EQ(result.reason, DropReason::kTruncated);
  EXPECT_EQ(result.generation, 1u);
  EXPECT_TRUE(result.has_ticket);
  EXPECT_EQ(reason(b, cut(inner4(), 40), {.is_given_up = true}), "source");
  EXPECT_EQ(reason(b, inner4(), {.is_given_up = true}), "source");
  EXPECT_EQ(b.state(kOut).sequence, 4u);
  EXPECT_EQ(b.state(kOut).packets, 3u);
  result = b.outbound(inner4());
  EXPECT_EQ(model::load(result.bytes, 24, 4), 4u);
  EXPECT_EQ(get16(result.bytes, 4), 3u);  // identifications were skipped too
}

TEST(Encap, Ipv4HeaderByteByByte) {
  EspBench b;
  b.install();
  const Packet sent = b.outbound(inner4(61, {.traffic_class = 0xB9})).bytes;
  // 61 bytes, 1 of padding, trailer of 2: 64; before it 8 + 8, behind it 16.
  ASSERT_EQ(sent.size(), 20u + 16 + 64 + 16);
  EXPECT_EQ(sent[0], 0x45);
  EXPECT_EQ(sent[1], 0xB9);
  EXPECT_EQ(get16(sent, 2), sent.size());
  EXPECT_EQ(get16(sent, 4), 0u);  // identification: the counter's first
  EXPECT_EQ(get16(sent, 6), 0u);  // DF is clear inside
  EXPECT_EQ(sent[8], 64);
  EXPECT_EQ(sent[9], 50);
  EXPECT_EQ(internet_checksum(std::span(sent).first(20)), 0u);
  EXPECT_EQ(Packet(sent.begin() + 12, sent.begin() + 20), (Packet{192, 0, 2, 1, 192, 0, 2, 2}));
  EXPECT_EQ(model::load(sent, 20, 4), 0xC0DE0001u);
  EXPECT_EQ(model::load(sent, 24, 4), 1u);
  EXPECT_EQ(model::load(sent, 28, 8), 1u);  // the IV
}

TEST(Encap, Ipv6HeaderAndUdpChecksum) {
  EspBench b;
  b.out = sa_config(Direction::kOutbound, true);
  b.install(binding_of(true, true));
  const Packet sent = b.outbound(inner6(77, {.traffic_class = 0x2E})).bytes;
  EXPECT_EQ(model::load(sent, 0, 4), 0x62E00000u);
  EXPECT_EQ(get16(sent, 4), sent.size() - 40);
  EXPECT_EQ(sent[6], 17);
  EXPECT_EQ(sent[7], 64);
  EXPECT_EQ(get16(sent, 40), 4500u);
  EXPECT_EQ(get16(sent, 42), 4501u);
  EXPECT_EQ(get16(sent, 44), sent.size() - 40);
  EXPECT_NE(get16(sent, 46), 0u);
  Packet pseudo(sent.begin() + 8, sent.begin() + 40);  // RFC 8200, 8.1
  pseudo.resize(40);
  put16(pseudo, 34, get16(sent, 44));
  pseudo[39] = 17;
  EXPECT_EQ(internet_checksum(joined(pseudo, std::span(sent).subspan(40))), 0u);
}

TEST(Encap, UdpChecksumOfZeroIsSentAsAllOnes) {
  EspBench b;
  b.out = sa_config(Direction::kOutbound, true);
  b.install(binding_of(true, true));
  unsigned num_ones = 0;
  for (int i = 0; i < 400'000 && num_ones == 0; ++i) {
    const Packet sent = b.outbound(inner6(40)).bytes;
    EXPECT_NE(get16(sent, 46), 0u);
    if (get16(sent, 46) == 0xFFFF) ++num_ones;
  }
  EXPECT_GT(num_ones, 0u);
}

TEST(Encap, UdpOverIpv4HasNoChecksum) {
  EspBench b;
  b.install(binding_of(false, true));
  const Packet sent = b.outbound(inner4()).bytes;
  EXPECT_EQ(sent[9], 17);
  EXPECT_EQ(get16(sent, 24), sent.size() - 20);
  EXPECT_EQ(get16(sent, 26), 0u);
}

TEST(Encap, DfModes) {
  struct Case {
    DfMode mode;
    bool is_inner_ipv6, has_inner_df, has_outer_df;
  };
  for (const Case& c : {Case{DfMode::kClear, false, true, false},
                        {DfMode::kClear, true, false, false},
                        {DfMode::kSet, false, false, true},
                        {DfMode::kCopy, false, true, true},
                        {DfMode::kCopy, false, false, false},
                        {DfMode::kCopy, true, false, true}}) {
    EspBench b;
    b.out = sa_config(Direction::kOutbound, c.is_inner_ipv6);
    b.out.df = c.mode;
    b.install();
    for (unsigned i = 0; i < 3; ++i) {
      const Packet sent =
          b.outbound(c.is_inner_ipv6 ? inner6() : inner4(60, {.has_df = c.has_inner_df})).bytes;
      EXPECT_EQ(get16(sent, 6), c.has_outer_df ? 0x4000u : 0u);
      EXPECT_EQ(get16(sent, 4), c.has_outer_df ? 0u : i);
    }
  }
}

TEST(Encap, WithDfTheIdentificationIsZeroWhateverIsGiven) {
  const Packet inner = inner4();
  SaConfig config = sa_config(Direction::kOutbound);
  model::Gcm gcm;
  for (DfMode df : {DfMode::kSet, DfMode::kClear}) {
    config.df = df;
    const Packet sent = model::encapsulate(inner, model::read_ip_header(inner), config,
                                           binding_of(false, false), 1, 777, gcm);
    EXPECT_EQ(get16(sent, 4), df == DfMode::kSet ? 0u : 777u);
    EXPECT_EQ(internet_checksum(std::span(sent).first(20)), 0u);
  }
}

TEST(Encap, OnlyIpv4WithoutDfTakesAnIdentification) {
  EspBench b;
  b.install();
  SaConfig six = copy_of(b.out);
  ASSERT_EQ(b.model.write_path(PathIndex{2}, binding_of(true, false)), CommandResult::kOk);
  ASSERT_EQ(b.model.add_sa(SaIndex{9}, std::move(six), PathIndex{2}), CommandResult::kOk);
  EXPECT_EQ(get16(b.outbound(inner4()).bytes, 4), 0u);
  EXPECT_EQ(b.outbound(inner4(), {.sa_index = 9}).reason, DropReason::kNone);
  EXPECT_EQ(get16(b.outbound(inner4(60, {.has_df = true})).bytes, 4), 0u);
  EXPECT_EQ(get16(b.outbound(inner4()).bytes, 4), 1u);
}

TEST(Encap, DscpAndEcn) {
  for (bool is_outer_ipv6 : {false, true})
    for (bool copy_dscp : {false, true})
      for (bool has_ecn : {false, true}) {
        EspBench b;
        b.out.copy_dscp = copy_dscp;
        b.out.dscp = 46;
        b.out.has_ecn = has_ecn;
        b.install(binding_of(is_outer_ipv6, false));
        const Packet sent = b.outbound(inner4(60, {.traffic_class = 10 << 2 | 3})).bytes;
        const unsigned expected = (copy_dscp ? 10u : 46u) << 2 | (has_ecn ? 3u : 0u);
        EXPECT_EQ(model::read_ip_header(sent).traffic_class, expected);
      }
}

TEST(Encap, EthernetTypeFollowsTheOuterPacketAndPaddingIsCut) {
  EspBench b;
  b.install(binding_of(true, false));
  Packet frame = with_ethernet(inner4());
  frame.resize(frame.size() + 9);
  const Processed result = b.outbound(frame, {.has_ethernet = true});
  ASSERT_EQ(result.reason, DropReason::kNone);
  EXPECT_TRUE(std::ranges::equal(kMacAddresses, std::span(result.bytes).first(12)));
  EXPECT_EQ(get16(result.bytes, 12), 0x86DDu);
  EXPECT_EQ(result.bytes.size(), 14u + 40 + 16 + 64 + 16);
}

}  // namespace
}  // namespace holdfast
