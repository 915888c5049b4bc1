// SPDX-License-Identifier: Apache-2.0
#include "Vnet_ethernet_prepend_model.h"
#include "Vnet_ethernet_strip_model.h"
#include "rtl/common/beat_bench.h"

/// net_ethernet_strip and net_ethernet_prepend.
namespace holdfast::test {
namespace {

enum Reason : unsigned { kNone = 0, kSource = 6, kTruncated = 7, kNotEsp = 13 };

class NetEthernet : public testing::TestWithParam<Pauses> {};

TEST_P(NetEthernet, StripTakesItOffAndSaysWhatItWas) {
  const std::uint64_t seed = seed_or(1);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  BeatBench<Vnet_ethernet_strip_model> bench(GetParam(), seed);
  struct Case {
    Bytes frame;
    bool has_ethernet;
    unsigned reason;
    bool is_ipv6;
  };
  std::vector<Case> cases;
  std::vector<FaultyPacket> expected;
  for (std::size_t n = 0; n < 2000; ++n) {
    Case c{some_bytes(random, random() % 70), random() % 2 == 0, kNone, random() % 2 == 0};
    const bool is_given_up = random() % 8 == 0;
    Bytes ip = c.frame;
    if (c.has_ethernet && c.frame.size() < 14) {
      c.reason = is_given_up ? kSource : kTruncated;
      ip.clear();
    } else if (c.has_ethernet) {
      c.frame[12] = c.is_ipv6 ? 0x86 : 0x08;
      c.frame[13] = c.is_ipv6 ? 0xDD : 0x00;
      if (random() % 5 == 0) {
        c.frame[12 + random() % 2] ^= 0x10;
        c.reason = kNotEsp;
      }
      ip.erase(ip.begin(), ip.begin() + 14);
    }
    const Fault fault = is_given_up ? Fault::kSource : Fault::kNone;
    bench.send(c.frame, fault);
    expected.push_back({ip, fault});
    cases.push_back(c);
  }
  bench.on_offer = [&](std::size_t index) {
    bench.sim.top().has_ethernet_i = cases[index].has_ethernet;
    bench.sim.top().user_i = index & 1;
  };
  bench.on_packet = [&](std::size_t index) {
    const Case& c = cases[index];
    auto& top = bench.sim.top();
    EXPECT_EQ(top.user_o, index & 1);
    EXPECT_EQ(top.reason_o, c.reason) << index;
    std::uint8_t ethernet[13];  // addresses, then the bit that says that it is there
    std::memcpy(ethernet, &top.ethernet_o, 13);
    EXPECT_EQ(ethernet[12] & 1, c.has_ethernet) << index;
    if (!c.has_ethernet || c.frame.size() < 14) return;
    EXPECT_TRUE(std::equal(ethernet, ethernet + 12, c.frame.begin())) << index;
    if (c.reason == kNone) {
      EXPECT_EQ(top.type_is_ipv6_o, c.is_ipv6) << index;
    }
  };
  bench.run(expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n)
    ASSERT_EQ(bench.packets[n], expected[n]) << "packet " << n;
}

TEST_P(NetEthernet, PrependPutsItOn) {
  std::mt19937_64 random(seed_or(2));
  BeatBench<Vnet_ethernet_prepend_model> bench(GetParam());
  std::vector<Bytes> headers;
  std::vector<FaultyPacket> expected;
  for (std::size_t n = 0; n < 2000; ++n) {
    Bytes header = random() % 2 ? some_bytes(random, 12) : Bytes{};
    const Bytes ip = some_bytes(random, header.empty() ? random() % 60 : 1 + random() % 60);
    bench.send(ip);
    headers.push_back(header);
    if (!header.empty()) {
      const bool is_ipv6 = n & 1;
      header.push_back(is_ipv6 ? 0x86 : 0x08);
      header.push_back(is_ipv6 ? 0xDD : 0x00);
    }
    header.insert(header.end(), ip.begin(), ip.end());
    expected.push_back({header});
  }
  bench.on_offer = [&](std::size_t index) {
    auto& top = bench.sim.top();
    std::uint8_t ethernet[13] = {};
    std::copy(headers[index].begin(), headers[index].end(), ethernet);
    ethernet[12] = !headers[index].empty();
    std::memcpy(&top.ethernet_i, ethernet, 13);
    top.is_ipv6_i = index & 1;
  };
  bench.run(expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n)
    ASSERT_EQ(bench.packets[n], expected[n]) << "packet " << n;
}

INSTANTIATE_TEST_SUITE_P(All, NetEthernet, testing::ValuesIn(kPauseMatrix));

}  // namespace
}  // namespace holdfast::test
