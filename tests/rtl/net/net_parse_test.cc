// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "Vnet_parse_inbound_model.h"
#include "Vnet_parse_outbound_model.h"
#include "rtl/common/beat_bench.h"
#include "rtl/esp/esp_packets.h"
#include "rtl/sad/packed_bits.h"

/// net_parse_inbound and net_parse_outbound on packets that pass: where the fields are, whatever
/// the header's length, and which reason goes first. All reasons at packet level: tests/rtl/esp.
namespace holdfast::test {
namespace {

enum Reason : unsigned {
  kNone = 0,
  kTooLong = 5,
  kSource = 6,
  kTruncated = 7,
  kBadHeader = 8,
  kBadChecksum = 9,
  kFragment = 10,
  kNotEsp = 13,
  kBadLength = 14
};

/// Lets one packet after the other pass, one beat a cycle, and collects the records.
template <typename Model>
class ParseBench {
 public:
  ParseBench() { sim.reset(); }
  std::function<void(Model&)> on_record;
  unsigned ready_percent = 100;

  void pass(const Bytes& packet, bool is_given_up = false) {
    auto& top = sim.top();
    for (std::size_t at = 0; at == 0 || at < packet.size();) {
      const std::size_t count = std::min<std::size_t>(16, packet.size() - at);
      Beat beat{};
      std::copy_n(packet.begin() + static_cast<std::ptrdiff_t>(at), count, beat.data);
      beat.keep = static_cast<std::uint16_t>((1u << count) - 1);
      const bool is_last = at + count == packet.size();
      beat.fault_and_last = static_cast<std::uint8_t>(is_last << 2 | (is_last && is_given_up));
      std::memcpy(&top.beat_i, &beat, 19);
      if (cycle(true)) at += 16;
    }
  }
  void drain() {
    for (int i = 0; i < 100; ++i) cycle(false);
  }
  Sim<Model> sim;

 private:
  /// True if the beat passed.
  bool cycle(bool has_beat) {
    auto& top = sim.top();
    top.ready_i = random_() % 100 < ready_percent;
    top.take_i = 0;
    top.eval();
    const bool is_taken = has_beat && !top.stall_o;
    top.take_i = is_taken;
    top.eval();
    if (top.valid_o && top.ready_i && on_record) on_record(top);
    sim.step();
    return is_taken;
  }
  std::mt19937_64 random_{1};
};

/// An IPv4 packet with options: a header of 4 × ihl bytes.
Bytes with_options(const Bytes& packet, unsigned ihl) {
  Bytes out = packet;
  out.insert(out.begin() + 20, 4 * (ihl - 5), 1);
  out[0] = static_cast<std::uint8_t>(0x40 | ihl);
  put_number(out, 2, out.size(), 2);
  fix_ipv4_checksum(out, std::size_t{4} * ihl);
  return out;
}

struct EspRecord {
  unsigned reason = 0, offset = 0, length = 0, ecn = 0;
  std::uint32_t spi = 0, seq = 0;
  std::uint64_t iv = 0;
  bool is_ipv6 = false, has_udp = false;
  unsigned outer_bytes = 0, source_port = 0, destination_port = 0;
  Bytes source{}, destination{};
  bool operator==(const EspRecord&) const = default;
};

class NetParseInbound : public testing::TestWithParam<unsigned> {};

TEST_P(NetParseInbound, FindsEspBehindHeadersOfAnyLength) {
  std::mt19937_64 random(3);
  ParseBench<Vnet_parse_inbound_model> bench;
  bench.ready_percent = GetParam();
  std::vector<EspRecord> records, expected;
  bench.on_record = [&](Vnet_parse_inbound_model& top) {
    PackedReader r(top.esp_o, 459);
    EspRecord record{.reason = top.reason_o};
    record.offset = static_cast<unsigned>(r.get(7));
    record.length = static_cast<unsigned>(r.get(16));
    record.spi = static_cast<std::uint32_t>(r.get(32));
    record.seq = static_cast<std::uint32_t>(r.get(32));
    record.iv = r.get(64);
    record.ecn = static_cast<unsigned>(r.get(2));
    record.is_ipv6 = r.get(1);
    record.has_udp = r.get(1);
    record.outer_bytes = static_cast<unsigned>(r.get(16));
    for (Bytes* address : {&record.source, &record.destination}) {
      for (unsigned i = 0; i < 16; ++i) address->push_back(static_cast<std::uint8_t>(r.get(8)));
      if (!record.is_ipv6) address->resize(4);
    }
    record.source_port = static_cast<unsigned>(r.get(16));
    record.destination_port = static_cast<unsigned>(r.get(16));
    EXPECT_EQ(r.left(), 0u);
    records.push_back(record.reason == kNone ? record : EspRecord{.reason = record.reason});
  };
  for (unsigned n = 0; n < 600; ++n) {
    const bool is_ipv6 = n % 3 == 0, has_udp = n % 2;
    const TestSa sa =
        test_sa(random, static_cast<std::uint32_t>(random()) | 1, 16, is_ipv6, has_udp);
    const auto seq = random();
    const Bytes plaintext = random_bytes(random, 4 * (1 + random() % 30));
    const auto tos = static_cast<std::uint8_t>(random());
    Bytes packet = wire_packet(sa, seq, plaintext, false, tos);
    put_number(packet, is_ipv6 ? 0 : 1, is_ipv6 ? 0x60 | tos >> 4 : tos, 1);
    if (has_udp)  // one of the ports
      put_number(packet, (is_ipv6 ? 40 : 20) + (n % 4 == 1 ? 0 : 2), 4500, 2);
    unsigned ihl = 5;
    if (!is_ipv6) packet = with_options(packet, ihl = 5 + n % 11);
    EspRecord record;
    record.offset = (is_ipv6 ? 40 : 4 * ihl) + (has_udp ? 8 : 0);
    record.length = static_cast<unsigned>(packet.size()) - record.offset;
    record.spi = sa.spi;
    record.seq = static_cast<std::uint32_t>(seq);
    record.iv = seq;
    record.ecn = tos & 3;
    record.is_ipv6 = is_ipv6;
    record.has_udp = has_udp;
    record.outer_bytes = static_cast<unsigned>(packet.size());
    record.source = sa.peer;
    record.destination = sa.own;
    if (has_udp) {
      const std::size_t udp = record.offset - 8;
      record.source_port = static_cast<unsigned>(packet[udp] << 8 | packet[udp + 1]);
      record.destination_port = static_cast<unsigned>(packet[udp + 2] << 8 | packet[udp + 3]);
    }
    if (n % 7 == 0) {  // ends somewhere in what is needed
      const std::size_t length = 1 + random() % (record.offset + 7);
      packet.resize(length);
      const bool is_given_up = n % 2;
      record = {.reason = is_given_up ? kSource : kTruncated};
      bench.pass(packet, is_given_up);
    } else {
      bench.pass(packet);
    }
    expected.push_back(record);
  }
  bench.drain();
  ASSERT_EQ(records.size(), expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n) {
    EXPECT_EQ(records[n], expected[n])
        << n << ": reason " << records[n].reason << ", expected " << expected[n].reason
        << ", offset " << records[n].offset << ", expected " << expected[n].offset;
  }
}

TEST_P(NetParseInbound, ReportsTheFirstReasonOfTheTable) {
  ParseBench<Vnet_parse_inbound_model> bench;
  bench.ready_percent = GetParam();
  std::vector<unsigned> reasons, expected;
  bench.on_record = [&](Vnet_parse_inbound_model& top) { reasons.push_back(top.reason_o); };
  std::mt19937_64 random(4);
  const TestSa sa = test_sa(random, 0x12345);
  // From the last step to the first: each change comes before those made already.
  Bytes packet = wire_packet(sa, 1, Bytes(8, 1), false);
  const auto expect = [&](unsigned reason) {
    bench.pass(packet);
    expected.push_back(reason);
  };
  expect(kNone);
  put_number(packet, 2, 20 + 35, 2);
  fix_ipv4_checksum(packet);
  expect(kBadLength);
  packet[9] = 6;
  fix_ipv4_checksum(packet);
  expect(kNotEsp);
  packet[7] = 1;
  fix_ipv4_checksum(packet);
  expect(kFragment);
  packet[10] ^= 0x55;
  expect(kBadChecksum);
  put_number(packet, 2, 9217, 2);
  expect(kTooLong);
  put_number(packet, 2, 19, 2);
  expect(kBadHeader);
  packet.resize(18);
  expect(kTruncated);
  packet[0] = 0x41;
  expect(kBadHeader);
  packet.clear();
  expect(kTruncated);
  bench.drain();
  EXPECT_EQ(reasons, expected);
}

INSTANTIATE_TEST_SUITE_P(Sinks, NetParseInbound, testing::Values(100u, 30u));

TEST(NetParseOutbound, ReadsTheHeaderOfWhatIsProtected) {
  ParseBench<Vnet_parse_outbound_model> bench;
  bench.ready_percent = 60;
  std::mt19937_64 random(5);
  struct Record {
    unsigned reason = 0, tos = 0, length = 0;
    bool is_ipv6 = false, has_df = false;
    Bits128 source{}, destination{};
    bool operator==(const Record&) const = default;
  };
  std::vector<Record> records, expected;
  bench.on_record = [&](Vnet_parse_outbound_model& top) {
    PackedReader r(top.header_o, 315);
    Record record{.reason = top.reason_o};
    record.is_ipv6 = r.get(1);
    r.get(1 + 6);
    record.tos = static_cast<unsigned>(r.get(8));
    record.length = static_cast<unsigned>(r.get(17));
    r.get(8 + 1);
    record.has_df = r.get(1);
    r.get(16);
    record.source = r.get128();
    record.destination = r.get128();
    records.push_back(record.reason == kNone ? record : Record{.reason = record.reason});
  };
  const auto number = [](const Bytes& address) {
    Bits128 value;
    for (std::size_t i = 0; i < address.size(); ++i)
      (i < 8 ? value.high : value.low) |= std::uint64_t{address[i]} << (56 - 8 * (i % 8));
    return value;
  };
  for (unsigned n = 0; n < 400; ++n) {
    Record record;
    record.is_ipv6 = n % 2;
    record.has_df = !record.is_ipv6 && n % 4 == 0;
    record.tos = random() & 0xFF;
    const Bytes source = random_bytes(random, record.is_ipv6 ? 16 : 4);
    const Bytes destination = random_bytes(random, source.size());
    Bytes packet = ip_packet(source, destination, 17, random_bytes(random, random() % 60),
                             static_cast<std::uint8_t>(record.tos), 0, record.has_df);
    if (!record.is_ipv6) packet = with_options(packet, 5 + n / 2 % 11);
    record.length = static_cast<unsigned>(packet.size());
    record.source = number(source);
    record.destination = number(destination);
    if (n % 5 == 0) {
      packet.resize(random() % 20);
      record = {.reason = kTruncated};
    }
    bench.pass(packet);
    expected.push_back(record);
  }
  bench.drain();
  ASSERT_EQ(records.size(), expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n) EXPECT_TRUE(records[n] == expected[n]) << n;
}

}  // namespace
}  // namespace holdfast::test
