// SPDX-License-Identifier: Apache-2.0
// Selectors as a swanctl.conf spells them.
#include <gtest/gtest.h>

#include "config/connection.h"

namespace holdfast {
namespace {

TEST(TrafficSelector, ReadsEverySpelling) {
  const std::pair<const char*, const char*> spellings[] = {
      {"dynamic", "dynamic"},
      {"dynamic[tcp/80]", "dynamic[tcp/80]"},
      {"10.1.0.0/16", "10.1.0.0/16"},
      {"10.1.2.3/16", "10.1.0.0/16"},
      {"10.1.2.3", "10.1.2.3/32"},
      {"fd00::/64 [udp]", "fd00::/64[udp]"},
      {"10.1.0.0/16[tcp]", "10.1.0.0/16[tcp]"},
      {"10.1.0.0/16[6/80]", "10.1.0.0/16[tcp/80]"},
      {"10.1.0.0/16[47]", "10.1.0.0/16[47]"},
      {"10.1.0.0/16[/53]", "10.1.0.0/16[/53]"},
      {"10.1.0.0/16[tcp/0-65535]", "10.1.0.0/16[tcp]"},
      {"10.1.0.0/16[tcp/80-80]", "10.1.0.0/16[tcp/80]"},
      {"10.1.0.0/16[%any/%any]", "10.1.0.0/16"},
      {"10.1.0.0/16[icmp]", "10.1.0.0/16[icmp]"},
      {"fd00::1[ipv6-icmp]", "fd00::1/128[ipv6-icmp]"},
      {"10.0.0.0-10.0.0.255", "10.0.0.0/24"},
      {"10.0.0.4-10.0.0.5", "10.0.0.4/31"},
      {"10.0.0.4-10.0.0.4", "10.0.0.4/32"},
      {"0.0.0.0-255.255.255.255", "0.0.0.0/0"},
      {"fd00::-fd00::ffff", "fd00::/112"},
  };
  for (const auto& [text, shown] : spellings) {
    const auto selector = TrafficSelector::parse(text);
    ASSERT_TRUE(selector) << text << ": " << selector.error().text();
    EXPECT_EQ(selector->text(), shown) << text;
    EXPECT_EQ(*TrafficSelector::parse(selector->text()), *selector) << text;
  }
}

TEST(TrafficSelector, RefusesWithTheRightCode) {
  const std::pair<const char*, ErrorCode> cases[] = {
      {"10.0.0.1-10.0.0.9", ErrorCode::kUnsupported},
      {"10.0.0.9-10.0.0.1", ErrorCode::kUnsupported},
      {"10.0.0.1-fd00::1", ErrorCode::kBadFormat},
      {"10.0.0.0[tcp/80-90]", ErrorCode::kUnsupported},
      {"10.0.0.0[udp/opaque]", ErrorCode::kUnsupported},
      {"10.0.0.0[icmp/8]", ErrorCode::kUnsupported},
      {"10.0.0.0[icmp/0]", ErrorCode::kUnsupported},
      {"10.0.0.0/33", ErrorCode::kBadValue},
      {"10.0.0.0[gre]", ErrorCode::kBadValue},
      {"10.0.0.0[256]", ErrorCode::kBadValue},
      {"10.0.0.0[tcp/65536]", ErrorCode::kBadValue},
      {"10.0.0.0[tcp/http]", ErrorCode::kBadValue},
      {"10.0.0.0[tcp/9-1]", ErrorCode::kBadValue},
      {"10.0.0.0[]", ErrorCode::kBadFormat},
      {"10.0.0.0[tcp", ErrorCode::kBadFormat},
      {"10.0.0.0[tcp]x", ErrorCode::kBadFormat},
      {"[tcp]", ErrorCode::kBadFormat},
      {"%dynamic", ErrorCode::kBadFormat},
      {"gw.lab", ErrorCode::kBadFormat},
      {"", ErrorCode::kBadFormat},
  };
  for (const auto& [text, code] : cases) {
    const auto selector = TrafficSelector::parse(text);
    ASSERT_FALSE(selector) << text;
    EXPECT_EQ(selector.error().code, code) << text << ": " << selector.error().text();
  }
}

}  // namespace
}  // namespace holdfast
