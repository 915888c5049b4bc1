// SPDX-License-Identifier: Apache-2.0
// Every reason of the inbound table in docs/esp_pipeline.md, step by step.
#include "model/decap.h"

#include <gtest/gtest.h>

#include "unit/sim/model/esp_bench.h"

namespace holdfast {
namespace {

using namespace holdfast::test;

class Decap : public ::testing::Test {
 protected:
  void SetUp() override { bench_.install(); }

  /// A good packet with the next number.
  Packet good() { return raw(good_esp()); }
  Packet good_esp() { return esp(bench_.in, ++sequence_, with_trailer(inner4(), 4)); }
  std::string reason(const Packet& packet, const Ingress& ingress = {}) {
    const Processed result = bench_.inbound(packet, ingress);
    EXPECT_EQ(result.bytes.empty(), result.reason != DropReason::kNone);
    return std::string(name_of(result.reason));
  }
  /// Of a packet with this plaintext.
  std::string reason_of_plaintext(const Packet& plaintext) {
    return reason(raw(esp(bench_.in, ++sequence_, plaintext)));
  }
  static Packet cut(Packet packet, std::size_t bytes) {
    packet.resize(bytes);
    return packet;
  }

  EspBench bench_;
  std::uint64_t sequence_ = 0;
};

TEST_F(Decap, AGoodPacketLeaves) {
  const Processed result = bench_.inbound(good());
  EXPECT_EQ(result.reason, DropReason::kNone);
  EXPECT_EQ(result.bytes, inner4());
  EXPECT_EQ(result.sa_index, to_number(kIn));
  EXPECT_EQ(result.generation, 1u);
  EXPECT_TRUE(result.has_ticket);
}

TEST_F(Decap, Step1ReasonOfTheSourceGoesFirst) {
  EXPECT_EQ(reason({}, {.reason = DropReason::kDmaRead, .is_enabled = false}), "dma_read");
}

TEST_F(Decap, Step2Disabled) {
  const Processed result = bench_.inbound({}, {.is_enabled = false});
  EXPECT_EQ(result.reason, DropReason::kDisabled);
  EXPECT_EQ(result.sa_index, kNoSa);
  EXPECT_EQ(result.generation, 0u);
}

TEST_F(Decap, Step3Ethernet) {
  const Packet frame = with_ethernet(good());
  EXPECT_EQ(reason(cut(frame, 13), {.has_ethernet = true}), "truncated");
  EXPECT_EQ(reason(cut(frame, 13), {.has_ethernet = true, .is_given_up = true}), "source");
  Packet vlan = frame;
  put16(vlan, 12, 0x8100);
  EXPECT_EQ(reason(vlan, {.has_ethernet = true}), "not_esp");
  EXPECT_EQ(reason(cut(frame, 14), {.has_ethernet = true}), "truncated");
  EXPECT_EQ(reason(frame, {.has_ethernet = true}), "none");
}

TEST_F(Decap, Step4VersionAndLengths) {
  EXPECT_EQ(reason({}), "truncated");
  EXPECT_EQ(reason({}, {.is_given_up = true}), "source");
  EXPECT_EQ(reason({0x55}), "bad_header");
  EXPECT_EQ(reason({0x44}), "bad_header");  // IHL of 4, before the cut header
  EXPECT_EQ(reason({0x45}), "truncated");
  EXPECT_EQ(reason({0x45}, {.is_given_up = true}), "source");
  EXPECT_EQ(reason({0x60}), "truncated");
  EXPECT_EQ(reason(cut(good(), 19)), "truncated");
  EXPECT_EQ(reason(cut(raw6(good_esp()), 39)), "truncated");
  Packet other_type = with_ethernet(good());
  put16(other_type, 12, 0x86DD);
  EXPECT_EQ(reason(other_type, {.has_ethernet = true}), "bad_header");
  Packet short_total = good();
  put16(short_total, 2, 19);
  EXPECT_EQ(reason(short_total), "bad_header");
  Packet options = good();
  options[0] = 0x4F;  // 60 bytes of header, and only 40 that the total length has
  put16(options, 2, 40);
  EXPECT_EQ(reason(options), "bad_header");
}

TEST_F(Decap, Step5TooLong) {
  Packet packet = good();
  put16(packet, 2, 9217);
  EXPECT_EQ(reason(packet), "too_long");  // before the checksum, and whatever came
  put16(packet, 2, 9216);
  EXPECT_EQ(reason(packet), "bad_checksum");
  Packet six = raw6(good_esp());
  put16(six, 4, 9177);
  EXPECT_EQ(reason(six), "too_long");
  put16(six, 4, 9176);
  EXPECT_NE(reason(six), "too_long");
}

TEST_F(Decap, Step6Checksum) {
  Packet packet = good();
  packet[10] ^= 1;
  EXPECT_EQ(reason(packet), "bad_checksum");
  EXPECT_EQ(reason(packet, {.checksum_not_valid = true}), "none");
}

TEST_F(Decap, Step7Fragments) {
  for (unsigned field : {0x2000u, 0x0001u, 0x1FFFu}) {
    Packet packet = good();
    put16(packet, 6, field);
    fix_ipv4_checksum(packet);
    EXPECT_EQ(reason(packet), "fragment");
  }
  Packet six = raw6(good_esp());
  six[6] = 44;
  EXPECT_EQ(reason(six), "fragment");
}

TEST_F(Decap, Step8WhatIsNotEsp) {
  for (unsigned protocol : {0u, 1u, 6u, 51u, 255u}) {
    Packet packet = good();
    packet[9] = static_cast<std::uint8_t>(protocol);
    fix_ipv4_checksum(packet);
    EXPECT_EQ(reason(packet), "not_esp");
  }
  for (unsigned extension : {0u, 43u, 60u, 51u}) {
    Packet six = raw6(good_esp());
    six[6] = static_cast<std::uint8_t>(extension);
    EXPECT_EQ(reason(six), "not_esp");
  }
  EXPECT_EQ(reason(in_udp(good_esp(), 4499, 4501)), "not_esp");
  EXPECT_EQ(reason(in_udp(good_esp(), 4500, 1)), "none");
  EXPECT_EQ(reason(in_udp(good_esp(), 1, 4500)), "none");
}

TEST_F(Decap, Step8UdpThatHasNoRoomForItsHeader) {
  for (std::size_t bytes = 0; bytes < 8; ++bytes)
    EXPECT_EQ(reason(ip_packet(address("192.0.2.2"), address("192.0.2.1"), Packet(bytes))),
              "bad_header");
  // The IP length promises more than the packet has: the ports are not looked at.
  EXPECT_EQ(reason(cut(in_udp(good_esp(), 1, 1), 27)), "truncated");
  EXPECT_EQ(reason(cut(in_udp(good_esp(), 1, 1), 27), {.is_given_up = true}), "source");
  EXPECT_EQ(reason(cut(in_udp(good_esp(), 1, 1), 28), {.is_given_up = true}), "not_esp");
}

TEST_F(Decap, Step9UdpPayload) {
  Packet wrong_length = in_udp(good_esp());
  put16(wrong_length, 24, get16(wrong_length, 24) + 1);
  EXPECT_EQ(reason(wrong_length), "bad_header");
  put16(wrong_length, 24, get16(wrong_length, 24) - 2);
  EXPECT_EQ(reason(wrong_length), "bad_header");
  EXPECT_EQ(reason(in_udp({0xFF})), "nat_keepalive");
  EXPECT_EQ(reason(in_udp({0xFE})), "bad_length");
  EXPECT_EQ(reason(in_udp({})), "bad_length");
  EXPECT_EQ(reason(in_udp({0xFF, 0xFF, 0xFF})), "bad_length");
  EXPECT_EQ(reason(cut(in_udp({0xFF}), 28)), "truncated");
  EXPECT_EQ(reason(in_udp({0, 0, 0, 0})), "non_esp_marker");
  EXPECT_EQ(reason(in_udp(Packet(40))), "non_esp_marker");
  EXPECT_EQ(reason(in_udp({0, 0, 0, 1})), "bad_length");
  EXPECT_EQ(reason(cut(in_udp(good_esp()), 31)), "truncated");
  EXPECT_EQ(reason(cut(in_udp(good_esp()), 31), {.is_given_up = true}), "source");
  Packet checksum = in_udp(good_esp());
  put16(checksum, 26, 0xBAD1);  // accepted as it is
  EXPECT_EQ(reason(checksum), "none");
}

TEST_F(Decap, Step10Length) {
  EXPECT_EQ(reason(raw(Packet(32, 1))), "bad_length");
  EXPECT_EQ(reason(raw(Packet(35, 1))), "bad_length");
  EXPECT_EQ(reason(raw(Packet(36, 1))), "no_sa");
  EXPECT_EQ(reason(raw(Packet(37, 1))), "bad_length");
  EXPECT_EQ(reason(raw(Packet(38, 1))), "bad_length");
  EXPECT_EQ(reason(raw(Packet(39, 1))), "bad_length");
  EXPECT_EQ(reason(raw(Packet(40, 1))), "no_sa");
  EXPECT_EQ(reason(cut(raw(Packet(35, 1)), 21)), "bad_length");  // lengths before the cut header
  EXPECT_EQ(reason(cut(raw(Packet(36, 1)), 27)), "truncated");
  EXPECT_EQ(reason(cut(raw(Packet(36, 1)), 27), {.is_given_up = true}), "source");
  EXPECT_EQ(reason(cut(raw(Packet(36, 1)), 28), {.is_given_up = true}), "no_sa");
}

TEST_F(Decap, Step11Lookup) {
  Packet packet = good_esp();
  packet[3] ^= 1;
  const Processed no_sa = bench_.inbound(raw(packet));
  EXPECT_EQ(no_sa.reason, DropReason::kNoSa);
  EXPECT_EQ(no_sa.sa_index, kNoSa);
  const Packet once = good();
  EXPECT_EQ(reason(once), "none");
  const Processed again = bench_.inbound(once);
  EXPECT_EQ(again.reason, DropReason::kReplayEarly);
  EXPECT_EQ(again.sa_index, to_number(kIn));
  EXPECT_EQ(again.generation, 0u);
  EXPECT_FALSE(again.has_ticket);
  EXPECT_EQ(reason(raw(esp(bench_.in, 0, with_trailer(inner4(), 4)))), "replay_early");
  EXPECT_EQ(reason(raw(esp(bench_.in, 500, with_trailer(inner4(), 4)))), "none");
  EXPECT_EQ(reason(raw(esp(bench_.in, 436, with_trailer(inner4(), 4)))), "replay_early");
  EXPECT_EQ(reason(raw(esp(bench_.in, 437, with_trailer(inner4(), 4)))), "none");
}

TEST_F(Decap, Step11AnOutboundSaIsNotFoundBySpi) {
  ASSERT_EQ(bench_.model.delete_sa(kIn), CommandResult::kOk);
  EXPECT_EQ(reason(good()), "no_sa");
}

TEST_F(Decap, Step12SourceAndTruncated) {
  const Packet packet = good();
  EXPECT_EQ(reason(packet, {.is_given_up = true}), "source");
  const Processed result = bench_.inbound(cut(packet, packet.size() - 1));
  EXPECT_EQ(result.reason, DropReason::kTruncated);
  EXPECT_EQ(result.generation, 1u);  // it has a ticket
  EXPECT_EQ(reason(cut(packet, 60), {.is_given_up = true}), "source");
  EXPECT_EQ(reason(packet), "none");  // neither moved the window
}

TEST_F(Decap, Step13Icv) {
  const Packet packet = good();
  for (std::size_t at : {std::size_t{28}, std::size_t{36}, packet.size() - 17, packet.size() - 1}) {
    Packet wrong = packet;
    wrong[at] ^= 0x10;  // IV, ciphertext, its end, ICV
    EXPECT_EQ(reason(wrong), "icv") << at;
  }
  EXPECT_EQ(reason(packet), "none");
}

TEST_F(Decap, Step13EsnIsInTheAad) {
  EspBench b;
  b.in.has_esn = true;
  b.in.first_sequence = 0x1'0000'0000;  // low half 0 is a good number
  b.install();
  EXPECT_EQ(b.inbound(raw(esp(b.in, 0x1'0000'0000, with_trailer(inner4(), 4)))).reason,
            DropReason::kNone);
  EXPECT_EQ(b.inbound(raw(esp(b.in, 0x2'0000'0001, with_trailer(inner4(), 4)))).reason,
            DropReason::kIcv);
  SaConfig without = copy_of(b.in);
  without.has_esn = false;
  EXPECT_EQ(b.inbound(raw(esp(without, 0x1'0000'0001, with_trailer(inner4(), 4)))).reason,
            DropReason::kIcv);
}

TEST_F(Decap, Step15Padding) {
  const Packet inner = inner4(60);
  const auto with = [&](Packet tail) { return joined(inner, tail); };
  EXPECT_EQ(reason_of_plaintext(with({1, 2, 2, 4})), "none");
  EXPECT_EQ(reason_of_plaintext(with({1, 3, 2, 4})), "padding");
  EXPECT_EQ(reason_of_plaintext(with({2, 1, 2, 4})), "padding");
  EXPECT_EQ(reason_of_plaintext(with({0, 0, 0, 4})), "none");      // two bytes after the packet
  EXPECT_EQ(reason_of_plaintext(with({1, 2, 63, 4})), "padding");  // beyond the payload
  EXPECT_EQ(reason_of_plaintext({0, 0, 3, 59}), "padding");
  EXPECT_EQ(reason_of_plaintext({1, 2, 2, 59}), "dummy");  // nothing but padding
  Packet long_padding = inner;
  for (unsigned i = 1; i <= 254; ++i) long_padding.push_back(static_cast<std::uint8_t>(i));
  long_padding.push_back(254);
  long_padding.push_back(4);
  EXPECT_EQ(reason_of_plaintext(long_padding), "none");
  long_padding[200] ^= 1;
  EXPECT_EQ(reason_of_plaintext(long_padding), "padding");
  EXPECT_EQ(bench_.state(kIn).sequence, sequence_);  // the window moved each time
  EXPECT_EQ(bench_.state(kIn).packets, 3u);          // charged only when good
}

TEST_F(Decap, Step16NextHeader) {
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner4(), 59)), "dummy");
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner4(), 6)), "next_header");
  EXPECT_EQ(reason_of_plaintext(with_trailer({}, 4)), "inner_header");
}

TEST_F(Decap, Step17InnerHeader) {
  EXPECT_EQ(reason_of_plaintext(with_trailer(cut(inner4(), 19), 4)), "inner_header");
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner6(), 4)), "inner_header");
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner4(), 41)), "inner_header");
  EXPECT_EQ(reason_of_plaintext(with_trailer(cut(inner6(), 39), 41)), "inner_header");
  Packet inner = inner4();
  inner[0] = 0x44;
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner, 4)), "inner_header");
  inner = inner4();
  put16(inner, 2, 61);  // beyond the payload
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner, 4)), "inner_header");
  put16(inner, 2, 19);
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner, 4)), "inner_header");
  Packet six = inner6();
  put16(six, 4, 21);
  EXPECT_EQ(reason_of_plaintext(with_trailer(six, 41)), "inner_header");
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner4(9000), 4)), "none");
  EXPECT_EQ(reason_of_plaintext(with_trailer(inner4(9001), 4)), "too_long");
}

TEST_F(Decap, BytesBehindTheInnerPacketAreCut) {
  const Packet inner = inner4(61);
  const Processed result =
      bench_.inbound(raw(esp(bench_.in, 1, with_trailer(joined(inner, Packet(33, 0xEE)), 4))));
  EXPECT_EQ(result.bytes, inner);
  Packet packet = raw(esp(bench_.in, 2, with_trailer(inner, 4)));
  packet.resize(packet.size() + 11);  // Ethernet padding
  EXPECT_EQ(bench_.inbound(packet).bytes, inner);
}

TEST_F(Decap, Step18Selector) {
  EspBench b;
  b.in.selector = {prefix("10.1.0.0/16"), prefix("10.2.0.4/30")};
  b.install();
  const auto send = [&](std::string_view source, std::string_view destination, int nh = 4) {
    const Packet inner = ip_packet_of(address(source), address(destination), 60);
    return name_of(
        b.inbound(raw(esp(b.in, ++sequence_, with_trailer(inner, static_cast<std::uint8_t>(nh)))))
            .reason);
  };
  EXPECT_EQ(send("10.1.255.255", "10.2.0.7"), "none");
  EXPECT_EQ(send("10.0.255.255", "10.2.0.7"), "selector");
  EXPECT_EQ(send("10.1.0.0", "10.2.0.8"), "selector");
  EXPECT_EQ(send("fd01::5", "fd02::7", 41), "selector");
}

TEST_F(Decap, Step19EcnTableOfRfc6040) {
  // RFC 6040, 4.2, figure 4, normal mode; rows: inner, columns: outer Not-ECT, ECT(1), ECT(0), CE.
  constexpr int kDrop = -1;
  constexpr int kExpected[4][4] = {
      {0, 0, 0, kDrop},  // Not-ECT
      {1, 1, 1, 3},      // ECT(1)
      {2, 1, 2, 3},      // ECT(0)
      {3, 3, 3, 3},      // CE
  };
  for (bool is_ipv6 : {false, true})
    for (unsigned inner_ecn = 0; inner_ecn < 4; ++inner_ecn)
      for (unsigned outer_ecn = 0; outer_ecn < 4; ++outer_ecn) {
        SCOPED_TRACE(std::to_string(inner_ecn) + " in " + std::to_string(outer_ecn));
        EspBench b;
        b.in = sa_config(Direction::kInbound, is_ipv6);
        b.install();
        const auto tos = static_cast<std::uint8_t>(0x88 | inner_ecn);
        const IpOptions options{.traffic_class = tos};
        const Packet inner = is_ipv6 ? inner6(60, options) : inner4(60, options);
        const Packet packet = raw(esp(b.in, 1, with_trailer(inner, is_ipv6 ? 41 : 4)),
                                  {.traffic_class = static_cast<std::uint8_t>(0x40 | outer_ecn)});
        const Processed result = b.inbound(packet);
        const int expected = kExpected[inner_ecn][outer_ecn];
        if (expected == kDrop) {
          EXPECT_EQ(result.reason, DropReason::kEcn);
          continue;
        }
        const auto new_tos = static_cast<std::uint8_t>(0x88 | expected);
        EXPECT_EQ(result.bytes, is_ipv6 ? inner6(60, {.traffic_class = new_tos})
                                        : inner4(60, {.traffic_class = new_tos}));
      }
}

TEST_F(Decap, WithoutEcnHandlingTheInnerFieldStays) {
  EspBench b;
  b.in.has_ecn = false;
  b.install();
  for (std::uint8_t ecn = 0; ecn < 4; ++ecn) {
    const Packet inner = inner4(60, {.traffic_class = ecn});
    const Packet packet = raw(esp(b.in, 1u + ecn, with_trailer(inner, 4)), {.traffic_class = 3});
    EXPECT_EQ(b.inbound(packet).bytes, inner);
  }
}

TEST_F(Decap, Step20LifetimeComesLast) {
  EspBench b;
  b.in.lifetime = {.hard_bytes = 10};
  b.in.selector.source = prefix("10.9.0.0/16");
  b.install();
  const Packet inside = ip_packet_of(address("10.9.0.1"), address("10.2.0.7"), 60);
  EXPECT_EQ(b.inbound(raw(esp(b.in, 1, with_trailer(inner4(), 4)))).reason, DropReason::kSelector);
  EXPECT_EQ(b.inbound(raw(esp(b.in, 2, with_trailer(inside, 4)), {.traffic_class = 3})).reason,
            DropReason::kEcn);
  EXPECT_EQ(b.inbound(raw(esp(b.in, 3, with_trailer(inside, 4)))).reason, DropReason::kLifetime);
}

TEST_F(Decap, EthernetTypeFollowsTheInnerPacket) {
  EspBench b;
  b.in = sa_config(Direction::kInbound, true);
  b.install();
  const Packet packet = with_ethernet(raw(esp(b.in, 1, with_trailer(inner6(), 41))));
  EXPECT_EQ(b.inbound(packet, {.has_ethernet = true}).bytes, with_ethernet(inner6()));
}

}  // namespace
}  // namespace holdfast
