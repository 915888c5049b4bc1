// SPDX-License-Identifier: Apache-2.0
#include "offload/icmp_too_big.h"

#include <gtest/gtest.h>

#include "support/packets.h"

namespace holdfast::offload {
namespace {

using test::address;
using test::get16;
using test::internet_checksum;  // of the tests, written apart from the one under test
using test::ip_packet_of;
using test::Packet;

const IpAddress kA4 = address("10.1.0.1"), kB4 = address("10.2.0.1");
const IpAddress kA6 = address("2001:db8:1::1"), kB6 = address("2001:db8:2::1");

std::optional<Bytes> answer(const Packet& packet, unsigned mtu) {
  return icmp_too_big(packet, *read_flow(packet), mtu);
}

TEST(IcmpTooBig, SaysWhatFitsInIpv4) {
  const Packet packet = ip_packet_of(kA4, kB4, 1500, {.has_df = true});
  const auto icmp = answer(packet, 1446);
  ASSERT_TRUE(icmp);
  EXPECT_EQ(icmp->size(), 576u);
  EXPECT_EQ(get16(*icmp, 2), 576u);
  const auto flow = read_flow(*icmp);
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->source, kB4);
  EXPECT_EQ(flow->destination, kA4);
  EXPECT_EQ(flow->protocol, 1);
  EXPECT_EQ(test::internet_checksum(ByteView(*icmp).first(20)), 0u);
  EXPECT_EQ(test::internet_checksum(ByteView(*icmp).subspan(20)), 0u);
  EXPECT_EQ(get16(*icmp, 20), 0x0304u);  // RFC 792: type 3, code 4
  EXPECT_EQ(get16(*icmp, 26), 1446u);    // RFC 1191, 4
  EXPECT_TRUE(std::equal(icmp->begin() + 28, icmp->end(), packet.begin()));
}

TEST(IcmpTooBig, SaysWhatFitsInIpv6) {
  const Packet packet = ip_packet_of(kA6, kB6, 1500);
  const auto icmp = answer(packet, 1400);
  ASSERT_TRUE(icmp);
  EXPECT_EQ(icmp->size(), 1280u);
  const auto flow = read_flow(*icmp);
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->source, kB6);
  EXPECT_EQ(flow->destination, kA6);
  EXPECT_EQ(flow->protocol, 58);
  EXPECT_EQ(get16(*icmp, 40), 0x0200u);  // RFC 4443, 3.2
  EXPECT_EQ(get16(*icmp, 46), 1400u);
  Packet summed(icmp->begin() + 8, icmp->end());  // addresses, then ICMPv6
  summed.insert(summed.end(), {0, 0, 0x04, 0xD8, 0, 0, 0, 58});
  EXPECT_EQ(test::internet_checksum(summed), 0u);
  EXPECT_TRUE(std::equal(icmp->begin() + 48, icmp->end(), packet.begin()));
}

TEST(IcmpTooBig, NoErrorAboutAnError) {
  Packet error = ip_packet_of(kA4, kB4, 1500, {.protocol = 1, .has_df = true});
  for (const int type : {3, 4, 5, 11, 12}) {
    error[20] = static_cast<std::uint8_t>(type);
    EXPECT_FALSE(answer(error, 1446)) << type;
  }
  error[20] = 8;
  EXPECT_TRUE(answer(error, 1446));
  Packet error6 = ip_packet_of(kA6, kB6, 1500, {.protocol = 58});
  error6[40] = 127;
  EXPECT_FALSE(answer(error6, 1446));
  error6[40] = 128;
  EXPECT_TRUE(answer(error6, 1446));
}

TEST(IcmpTooBig, NoErrorAboutLaterFragments) {
  Packet later = ip_packet_of(kA4, kB4, 1500);
  test::put16(later, 6, 0x4005);
  EXPECT_FALSE(answer(later, 1446));
  test::put16(later, 6, 0x6000);  // the first of several
  EXPECT_TRUE(answer(later, 1446));
}

TEST(IcmpTooBig, NoErrorToOrAboutWhatIsNoHost) {
  const char* no_hosts[] = {"0.0.0.0", "127.0.0.1", "224.0.0.5", "255.255.255.255"};
  for (const char* text : no_hosts) {
    EXPECT_FALSE(answer(ip_packet_of(address(text), kB4, 1500, {.has_df = true}), 1446)) << text;
    EXPECT_FALSE(answer(ip_packet_of(kA4, address(text), 1500, {.has_df = true}), 1446)) << text;
  }
  EXPECT_FALSE(answer(ip_packet_of(address("::"), kB6, 1500), 1446));
  EXPECT_FALSE(answer(ip_packet_of(kA6, address("ff02::5"), 1500), 1446));
}

}  // namespace
}  // namespace holdfast::offload
