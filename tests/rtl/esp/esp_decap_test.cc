// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "esp_bench.h"

/// Inbound through the pipeline, step by step of docs/esp_pipeline.md: esp_decap with
/// esp_decap_front (steps 1 to 10), esp_decap_dispatch (11), esp_decap_check (15 to 17),
/// esp_decap_finish (12 to 20) and esp_decap_exit (ECN, Ethernet).
namespace holdfast::test {
namespace {

struct Expected {
  Drop reason = Drop::kNone;
  Bytes bytes;
  unsigned sa_index = 0xFFFF;
};

void expect_results(const EspBench& bench, const std::vector<Expected>& expected) {
  ASSERT_EQ(bench.inbound().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const PacketOut& out = bench.inbound()[i];
    EXPECT_EQ(out.reason, expected[i].reason) << "packet " << i;
    EXPECT_EQ(out.bytes, expected[i].bytes) << "packet " << i;
    EXPECT_EQ(out.sa_index, expected[i].sa_index) << "packet " << i;
  }
}

/// Shapes of the outside of a tunnel; row and path of each are its index.
std::vector<TestSa> all_shapes(std::mt19937_64& random) {
  std::vector<TestSa> sas;
  for (unsigned i = 0; i < 4; ++i)
    sas.push_back(test_sa(random, 0x1000 + i, 16 + 8 * (i % 3), i & 1, i & 2, i % 3 == 1));
  return sas;
}

class EspDecapPauses : public testing::TestWithParam<Pauses> {};

TEST_P(EspDecapPauses, OpensPacketsOfAllSizesAndShapes) {
  const std::uint64_t seed = seed_or(11);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  EspBench bench(GetParam(), seed);
  const std::vector<TestSa> sas = all_shapes(random);
  for (unsigned i = 0; i < 4; ++i) bench.add_sa(i, sas[i], false, i == 3);
  std::vector<Expected> expected;
  for (unsigned n = 0; n < 160; ++n) {
    const unsigned index = n % 4;
    const bool is_ipv6 = index == 3;
    const std::size_t length = n == 50 ? 9000 : (is_ipv6 ? 40 : 20) + n % 83;
    const Bytes inner = inner_packet(random, length, is_ipv6);
    Bytes wire = wire_packet(sas[index], n + 1, with_trailer(inner), false);
    if (random() % 4 == 0) append(wire, random_bytes(random, random() % 40));  // Ethernet padding
    PacketIn packet{.bytes = wire};
    Bytes out = inner;
    if (random() % 3 == 0) {
      packet.bytes = with_ethernet(wire);
      packet.has_ethernet = true;
      out = with_ethernet(inner);
    }
    bench.send_inbound(packet);
    expected.push_back({Drop::kNone, out, index});
  }
  bench.run();
  expect_results(bench, expected);
}

INSTANTIATE_TEST_SUITE_P(All, EspDecapPauses, testing::ValuesIn(kPauseMatrix));

/// One bench, one SA, packets with an expectation each.
class EspDecap : public testing::Test {
 protected:
  void SetUp() override {
    bench.add_sa(0, sa, false, false, [](Command& c) { c.row.has_ecn = 1; });
  }

  Bytes good(std::uint8_t tos = 0) {
    return wire_packet(sa, ++seq, with_trailer(inner), false, tos);
  }
  Bytes sealed(const Bytes& plaintext) { return wire_packet(sa, ++seq, plaintext, false); }
  void expect(PacketIn packet, Drop reason, unsigned sa_index = 0xFFFF, Bytes bytes = {}) {
    bench.send_inbound(std::move(packet));
    expected.push_back({reason, std::move(bytes), sa_index});
  }
  void TearDown() override {
    expect({.bytes = good()}, Drop::kNone, 0, inner);  // nothing is stuck
    bench.run();
    expect_results(bench, expected);
  }

  std::mt19937_64 random{5};
  EspBench bench;
  TestSa sa = test_sa(random, 0x1001, 32);
  Bytes inner = inner_packet(random, 64);
  std::uint64_t seq = 0;
  std::vector<Expected> expected;
};

// Steps 1 to 5 and 7 of docs/esp_pipeline.md.
TEST_F(EspDecap, DropsWhatIsNoIpPacket) {
  expect({.bytes = {}, .reason = Drop::kDmaRead}, Drop::kDmaRead);
  expect({.bytes = {}, .reason = Drop::kBadDescriptor, .has_ethernet = true}, Drop::kBadDescriptor);
  expect({.bytes = {}}, Drop::kTruncated);
  expect({.bytes = {}, .is_given_up = true}, Drop::kSource);
  expect({.bytes = Bytes(13, 8), .has_ethernet = true}, Drop::kTruncated);
  expect({.bytes = with_ethernet(good(), 0x8100), .has_ethernet = true}, Drop::kNotEsp);
  expect({.bytes = with_ethernet(good(), 0x86DD), .has_ethernet = true}, Drop::kBadHeader);
  Bytes packet = good();
  packet[0] = 0x55;
  expect({.bytes = packet}, Drop::kBadHeader);
  packet[0] = 0x44;
  expect({.bytes = packet}, Drop::kBadHeader);
  packet = good();
  put_number(packet, 2, 19, 2);
  expect({.bytes = packet}, Drop::kBadHeader);
  packet.resize(19);
  expect({.bytes = packet}, Drop::kTruncated);
  packet = good();
  put_number(packet, 2, 9217, 2);
  fix_ipv4_checksum(packet);
  expect({.bytes = packet}, Drop::kTooLong);
  packet = good();
  put_number(packet, 6, 0x2000, 2);
  fix_ipv4_checksum(packet);
  expect({.bytes = packet}, Drop::kFragment);
}

TEST_F(EspDecap, DropsWhatIsNoEsp) {
  Bytes packet = good();
  packet[11] ^= 1;
  expect({.bytes = packet}, Drop::kBadChecksum);
  packet = good();
  packet[9] = 6;
  fix_ipv4_checksum(packet);
  expect({.bytes = packet}, Drop::kNotEsp);
  const auto udp = [&](std::uint16_t port, const Bytes& payload) {
    const Bytes datagram = udp_around(sa, sa.peer, sa.own, port, 1, payload);
    return ip_packet(sa.peer, sa.own, 17, datagram);
  };
  expect({.bytes = udp(4501, Bytes(60, 1))}, Drop::kNotEsp);
  expect({.bytes = udp(4500, {0xFF})}, Drop::kNatKeepalive);
  expect({.bytes = udp(4500, {0xFE})}, Drop::kBadLength);
  expect({.bytes = udp(4500, {})}, Drop::kBadLength);
  expect({.bytes = udp(4500, Bytes(40, 0))}, Drop::kNonEspMarker);
  expect({.bytes = udp(4500, Bytes(32, 9))}, Drop::kBadLength);
  packet = udp(4500, Bytes(40, 9));
  packet[25] ^= 4;  // UDP length
  expect({.bytes = packet}, Drop::kBadHeader);
  expect({.bytes = ip_packet(sa.peer, sa.own, 50, Bytes(37, 1))}, Drop::kBadLength);
  expect({.bytes = ip_packet(sa.peer, sa.own, 50, Bytes(40, 1))}, Drop::kNoSa);
}

TEST_F(EspDecap, AcceptsAChecksumThatIsNotValidIfToldSo) {
  Bytes packet = good();
  packet[11] ^= 1;
  expect({.bytes = packet, .checksum_not_valid = true}, Drop::kNone, 0, inner);
}

TEST_F(EspDecap, DropsWhatIsNotWhole) {
  for (std::size_t length : {20u, 27u, 28u, 35u, 36u, 37u, 51u, 52u, 90u, 104u, 119u}) {
    Bytes packet = good();
    packet.resize(length);
    const unsigned sa_index = length < 28 ? 0xFFFF : 0;  // the ESP header was there
    expect({.bytes = packet}, Drop::kTruncated, sa_index);
    expect({.bytes = packet, .is_given_up = true}, Drop::kSource, sa_index);
  }
  expect({.bytes = good(), .is_given_up = true}, Drop::kSource, 0);
  Bytes padded = good();
  padded.resize(200);
  expect({.bytes = padded, .is_given_up = true}, Drop::kSource, 0);
}

TEST_F(EspDecap, DropsWhatIsNotAuthentic) {
  for (std::size_t at : {31u, 36u, 70u, 104u, 119u}) {
    Bytes packet = good();
    packet[at] ^= 0x10;
    expect({.bytes = packet}, Drop::kIcv, 0);
  }
}

TEST_F(EspDecap, DropsReplays) {
  const Bytes packet = good();
  expect({.bytes = packet}, Drop::kNone, 0, inner);
  bench.run();
  expect({.bytes = packet}, Drop::kReplayEarly, 0);
  const Bytes twice = good();  // both pass the early check, one behind the other
  expect({.bytes = twice}, Drop::kNone, 0, inner);
  expect({.bytes = twice}, Drop::kReplayLate, 0);
}

TEST_F(EspDecap, ChecksPaddingExactly) {
  const auto padded = [&](Bytes padding, std::uint8_t length) {
    Bytes plaintext = inner;  // 64 bytes
    append(plaintext, padding);
    plaintext.insert(plaintext.end(), {length, 4});
    return sealed(plaintext);
  };
  for (unsigned count : {2u, 6u, 14u, 18u, 30u, 34u, 62u, 254u}) {
    Bytes run;
    for (unsigned i = 1; i <= count; ++i) run.push_back(static_cast<std::uint8_t>(i));
    const auto length = static_cast<std::uint8_t>(count);
    expect({.bytes = padded(run, length)}, Drop::kNone, 0, inner);
    for (unsigned at : {0u, count / 2, count - 1}) {
      Bytes wrong = run;
      wrong[at] ^= 0x80;
      expect({.bytes = padded(wrong, length)}, Drop::kPadding, 0);
    }
    // A shorter pad length over the same bytes is wrong too: the last byte is not it.
    expect({.bytes = padded(run, static_cast<std::uint8_t>(count - 1))}, Drop::kPadding, 0);
  }
  expect({.bytes = padded({7, 7}, 0)}, Drop::kNone, 0, inner);  // RFC 4303, 2.7: TFC padding
  expect({.bytes = padded({7, 1}, 1)}, Drop::kNone, 0, inner);
  expect({.bytes = padded({1, 2}, 67)}, Drop::kPadding, 0);  // beyond the payload
}

TEST_F(EspDecap, ChecksTheInnerPacket) {
  const auto closed = [&](Bytes payload, std::uint8_t next_header) {
    append(payload, esp_trailer(payload.size(), next_header));
    return sealed(payload);
  };
  expect({.bytes = closed(inner, 59)}, Drop::kDummy, 0);
  expect({.bytes = closed(inner, 6)}, Drop::kNextHeader, 0);
  expect({.bytes = closed(inner, 41)}, Drop::kInnerHeader, 0);
  expect({.bytes = closed({}, 4)}, Drop::kInnerHeader, 0);
  expect({.bytes = closed(Bytes(inner.begin(), inner.begin() + 19), 4)}, Drop::kInnerHeader, 0);
  expect({.bytes = closed(Bytes(inner.begin(), inner.end() - 1), 4)}, Drop::kInnerHeader, 0);
  Bytes wrong = inner;
  wrong[0] = 0x44;
  expect({.bytes = closed(wrong, 4)}, Drop::kInnerHeader, 0);
  wrong = inner;
  put_number(wrong, 2, 19, 2);
  expect({.bytes = closed(wrong, 4)}, Drop::kInnerHeader, 0);
  expect({.bytes = closed(inner_packet(random, 9001), 4)}, Drop::kTooLong, 0);
  wrong = inner;
  wrong[13] = 9;  // another net
  expect({.bytes = closed(wrong, 4)}, Drop::kSelector, 0);
}

// RFC 6040, 4.2.
TEST_F(EspDecap, CombinesEcn) {
  for (unsigned outside = 0; outside < 4; ++outside) {
    for (unsigned inside = 0; inside < 4; ++inside) {
      inner = inner_packet(random, 60, false, static_cast<std::uint8_t>(0xB8 | inside));
      unsigned leaves = inside;
      if (outside == 3 && inside != 0) leaves = 3;
      if (outside == 1 && inside == 2) leaves = 1;
      Bytes out = inner;
      out[1] = static_cast<std::uint8_t>(0xB8 | leaves);
      fix_ipv4_checksum(out);
      const bool is_dropped = outside == 3 && inside == 0;
      expect({.bytes = good(static_cast<std::uint8_t>(outside))},
             is_dropped ? Drop::kEcn : Drop::kNone, 0, is_dropped ? Bytes{} : out);
    }
  }
}

TEST_F(EspDecap, CombinesEcnOverIpv6Inside) {
  const TestSa sa6 = test_sa(random, 0x6006);
  bench.add_sa(1, sa6, false, true, [](Command& c) { c.row.has_ecn = 1; });
  std::uint64_t seq6 = 0;
  for (unsigned outside = 0; outside < 4; ++outside) {
    for (unsigned inside = 0; inside < 4; ++inside) {
      Bytes out = inner_packet(random, 60, true, static_cast<std::uint8_t>(0xB8 | inside));
      const Bytes wire =
          wire_packet(sa6, ++seq6, with_trailer(out), false, static_cast<std::uint8_t>(outside));
      unsigned leaves = inside;
      if (outside == 3 && inside != 0) leaves = 3;
      if (outside == 1 && inside == 2) leaves = 1;
      out[1] = static_cast<std::uint8_t>((out[1] & 0xCF) | leaves << 4);
      const bool is_dropped = outside == 3 && inside == 0;
      expect({.bytes = wire}, is_dropped ? Drop::kEcn : Drop::kNone, 1, is_dropped ? Bytes{} : out);
    }
  }
}

// RFC 1624, 3, equation 3: HC' = ~(~HC + ~m + m'), for the checksums that are 0 in ones' complement
// and for one that is wrong. What is not remarked keeps its checksum, whatever it is.
TEST_F(EspDecap, AdjustsAnyInnerChecksum) {
  for (const std::uint32_t checksum : {0x0000u, 0xFFFFu, 0x1234u, 0x0001u, 0xFFFEu}) {
    for (const unsigned outside : {0u, 3u}) {
      for (const unsigned inside : {1u, 2u, 3u}) {
        inner = inner_packet(random, 60, false, static_cast<std::uint8_t>(0xB8 | inside));
        put_number(inner, 10, checksum, 2);
        Bytes out = inner;
        if (outside == 3 && inside != 3) {
          out[1] = 0xBB;
          std::uint32_t sum = (~checksum & 0xFFFF) + (~(0x45B8u | inside) & 0xFFFF) + 0x45BB;
          sum = (sum & 0xFFFF) + (sum >> 16);
          sum = (sum & 0xFFFF) + (sum >> 16);
          put_number(out, 10, ~sum & 0xFFFF, 2);
        }
        expect({.bytes = good(static_cast<std::uint8_t>(outside))}, Drop::kNone, 0, out);
      }
    }
  }
}

TEST_F(EspDecap, DropsWhileDisabled) {
  bench.sim.top().enable_i = 0;
  expect({.bytes = good()}, Drop::kDisabled);
  bench.run();
  bench.sim.top().enable_i = 1;
}

}  // namespace
}  // namespace holdfast::test
