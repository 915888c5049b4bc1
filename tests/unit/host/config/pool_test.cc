// SPDX-License-Identifier: Apache-2.0
// Pools of addresses: pool_reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/host/config/section_maker.h"

namespace holdfast {
namespace {

using testing::HasSubstr;

TEST(Pool, ReadsAddressesAndNameServers) {
  const auto pool = read_pool(section_of("four", "addrs = 10.77.0.0/24\ndns = 10.77.0.1, fd00::1"));
  ASSERT_TRUE(pool) << pool.error().text();
  EXPECT_EQ(pool->name, "four");
  EXPECT_EQ(pool->addrs.text(), "10.77.0.0/24");
  ASSERT_EQ(pool->dns.size(), 2u);
  EXPECT_EQ(pool->dns[1].text(), "fd00::1");
}

TEST(Pool, ReadsWhatLoadPoolCarries) {
  Section section;
  section.name = "six";
  section.add("addrs", "fd00::/112");
  section.add_list("dns", {"fd00::1"});
  EXPECT_EQ(read_pool(section)->addrs.text(), "fd00::/112");
  section.add("dns", "fd00::1");
  EXPECT_THAT(read_pool(section).error().text(), HasSubstr("dns"));
}

TEST(Pool, RefusesAllElse) {
  const std::pair<const char*, const char*> cases[] = {
      {"dns = 10.0.0.1", "/etc/s.conf:1: invalid addrs value: missing"},
      {"addrs = 10.0.0.1-10.0.0.9", "/etc/s.conf:2: invalid addrs value: ranges"},
      {"addrs = 10.0.0.1/24", "/etc/s.conf:2: invalid addrs value: '10.0.0.1/24' has bits"},
      {"addrs = x", "/etc/s.conf:2: invalid addrs value: 'x'"},
      {"addrs = 10.0.0.0/24\ndns = x", "/etc/s.conf:3: invalid attribute: dns"},
      {"addrs = 10.0.0.0/24\nnbns = 10.0.0.1", "/etc/s.conf:3: invalid attribute: nbns: only dns"},
      {"addrs = 10.0.0.0/24\nfoo = x", "/etc/s.conf:3: invalid attribute: foo"},
      {"addrs = 10.0.0.0/24\nx { }", "/etc/s.conf:3: invalid section: x"},
  };
  for (const auto& [body, text] : cases) {
    const auto pool = read_pool(section_of("p", body));
    ASSERT_FALSE(pool) << body;
    EXPECT_THAT(pool.error().text(), testing::StartsWith(text));
  }
}

}  // namespace
}  // namespace holdfast
