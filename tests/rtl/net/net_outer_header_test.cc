// SPDX-License-Identifier: Apache-2.0
#include "Vnet_outer_header_model.h"
#include "rtl/esp/esp_packets.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

// Headers of all four shapes against the same packets built in C++ (esp_packets.h).
TEST(NetOuterHeader, BuildsTheBytesInFrontOfTheCiphertext) {
  const std::uint64_t seed = seed_or(1);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Vnet_outer_header_model top;
  for (unsigned n = 0; n < 400; ++n) {
    TestSa sa = test_sa(random, static_cast<std::uint32_t>(random()), 16, n & 1, n & 2);
    for (auto* address : {&sa.own, &sa.peer})
      for (auto& byte : *address) byte = static_cast<std::uint8_t>(random());
    sa.own_port = static_cast<std::uint16_t>(random());
    sa.peer_port = static_cast<std::uint16_t>(random());
    const auto tos = static_cast<std::uint8_t>(random());
    const auto id = static_cast<std::uint16_t>(random());
    const bool has_df = n & 4;
    const Bytes esp = random_bytes(random, 36 + 4 * (random() % 100));

    top.is_ipv6_i = n & 1;
    top.has_udp_i = (n & 2) != 0;
    put_top_first(top.own_address_i, sa.own, 16);
    put_top_first(top.peer_address_i, sa.peer, 16);
    top.own_port_i = sa.own_port;
    top.peer_port_i = sa.peer_port;
    top.tos_i = tos;
    top.has_df_i = has_df;
    top.identification_i = id;
    put_top_first(top.esp_i, Bytes(esp.begin(), esp.begin() + 16), 16);
    top.esp_bytes_i = static_cast<std::uint16_t>(esp.size());
    top.eval();

    const Bytes payload =
        sa.has_udp ? udp_around(sa, sa.own, sa.peer, sa.own_port, sa.peer_port, esp) : esp;
    Bytes expected = ip_packet(sa.own, sa.peer, sa.has_udp ? 17 : 50, payload, tos, id, has_df);
    const std::size_t header_bytes = (n & 1 ? 40u : 20u) + (n & 2 ? 8u : 0u) + 16u;
    ASSERT_EQ(top.header_bytes_o, header_bytes);
    expected.resize(64, 0);
    std::fill(expected.begin() + static_cast<std::ptrdiff_t>(header_bytes), expected.end(), 0);
    if ((n & 3) == 3) {  // the checksum is not known here, but what it is made of
      const std::uint16_t sum = words_sum(esp, 16, esp.size(), top.udp_sum_o);
      const auto checksum = static_cast<std::uint16_t>(sum == 0xFFFF ? 0xFFFF : ~sum);
      EXPECT_EQ(checksum, expected[46] << 8 | expected[47]);
      put_number(expected, 46, 0, 2);
    }
    Bytes header(64);
    get_bytes(top.header_o, header.data(), 64);
    ASSERT_EQ(header, expected) << "case " << n;
  }
}

}  // namespace
}  // namespace holdfast::test
