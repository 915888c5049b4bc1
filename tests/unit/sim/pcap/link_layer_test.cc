// SPDX-License-Identifier: Apache-2.0
#include "pcap/link_layer.h"

#include <gmock/gmock.h>

namespace holdfast::pcap {
namespace {

using Frame = std::vector<std::uint8_t>;

Frame join(std::initializer_list<Frame> parts) {
  Frame whole;
  for (const Frame& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

const Frame kAddresses = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
const Frame kIpv4 = {0x45, 0, 0, 20}, kIpv6 = {0x60, 0, 0, 0};
const Frame kType4 = {0x08, 0x00}, kType6 = {0x86, 0xDD}, kTypeArp = {0x08, 0x06};
const Frame kTag = {0x81, 0x00, 0x00, 0x2A}, kOuterTag = {0x88, 0xA8, 0x00, 0x07};

struct Case {
  const char* name;
  LinkType link_type;
  Frame frame;
  int ip_offset;  // -1: no IP
  bool is_plain_ethernet;
};

const std::vector<Case> kCases = {
    {"Ethernet, IPv4", LinkType::kEthernet, join({kAddresses, kType4, kIpv4}), 14, true},
    {"Ethernet, IPv6", LinkType::kEthernet, join({kAddresses, kType6, kIpv6}), 14, true},
    {"Ethernet, ARP", LinkType::kEthernet, join({kAddresses, kTypeArp, kIpv4}), -1, false},
    {"802.1Q", LinkType::kEthernet, join({kAddresses, kTag, kType4, kIpv4}), 18, false},
    {"802.1ad", LinkType::kEthernet, join({kAddresses, kOuterTag, kTag, kType6, kIpv6}), 22, false},
    {"802.1Q, ARP", LinkType::kEthernet, join({kAddresses, kTag, kTypeArp, kIpv4}), -1, false},
    {"cooked v1", LinkType::kCooked, join({Frame(14), kType4, kIpv4}), 16, false},
    {"cooked v1, ARP", LinkType::kCooked, join({Frame(14), kTypeArp, kIpv4}), -1, false},
    {"cooked v1, 802.1Q", LinkType::kCooked,
     join({Frame(14), {0x81, 0x00}, {0, 42}, kType4, kIpv4}), 20, false},
    {"cooked v2", LinkType::kCooked2, join({kType6, Frame(18), kIpv6}), 20, false},
    {"raw IPv4", LinkType::kRaw, kIpv4, 0, false},
    {"raw IPv6", LinkType::kRaw, kIpv6, 0, false},
    {"raw, version 5", LinkType::kRaw, {0x55}, -1, false},
    {"IPv4", LinkType::kIpv4, kIpv4, 0, false},
    {"IPv6", LinkType::kIpv6, kIpv6, 0, false},
    {"loopback", LinkType::kNull, join({{2, 0, 0, 0}, kIpv4}), 4, false},
    {"OpenBSD loopback", LinkType::kLoop, join({{0, 0, 0, 24}, kIpv6}), 4, false},
};

TEST(LinkLayer, FindsIp) {
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.name);
    const auto view = find_ip(one.link_type, one.frame);
    ASSERT_EQ(view.has_value(), one.ip_offset >= 0);
    if (!view) continue;
    EXPECT_EQ(view->ip_offset, static_cast<std::size_t>(one.ip_offset));
    EXPECT_EQ(view->is_plain_ethernet, one.is_plain_ethernet);
  }
}

TEST(LinkLayer, AFrameCutAnywhereDoesNoHarm) {
  for (const Case& one : kCases) {
    for (std::size_t length = 0; length < one.frame.size(); ++length) {
      const std::span<const std::uint8_t> cut = std::span(one.frame).first(length);
      const auto view = find_ip(one.link_type, cut);
      if (view) {
        EXPECT_LE(view->ip_offset, length) << one.name << " cut to " << length;
      }
    }
  }
}

TEST(LinkLayer, ReframeKeepsAddressesAndTags) {
  const Frame frame = join({kAddresses, kTag, kType4, kIpv4});
  const auto view = find_ip(LinkType::kEthernet, frame);
  ASSERT_TRUE(view);
  EXPECT_EQ(reframe(LinkType::kEthernet, frame, *view, kIpv6),
            join({kAddresses, kTag, kType6, kIpv6}));
  EXPECT_EQ(reframe(LinkType::kEthernet, frame, *view, kIpv4), frame);
}

TEST(LinkLayer, ReframeOfOtherLinksIsRawIp) {
  const Frame frame = join({Frame(14), kType4, kIpv4});
  const auto view = find_ip(LinkType::kCooked, frame);
  ASSERT_TRUE(view);
  EXPECT_EQ(reframe(LinkType::kCooked, frame, *view, kIpv6), kIpv6);
  EXPECT_EQ(output_link_type(LinkType::kCooked), LinkType::kRaw);
  EXPECT_EQ(output_link_type(LinkType::kEthernet), LinkType::kEthernet);
}

}  // namespace
}  // namespace holdfast::pcap
