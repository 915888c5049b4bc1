// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "esp_bench.h"
#include "model/esp_model.h"

/// Both directions at once: random packets with random faults, compared with the reference model;
/// and what happens to packets that are on their way when something else does.
namespace holdfast::test {
namespace {

IpAddress model_address(const Bytes& bytes) {
  IpAddress address;
  address.is_ipv6 = bytes.size() == 16;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

/// The same SA in the model as EspBench::add_sa() makes.
void add_to_model(model::EspModel& model, unsigned index, const TestSa& sa, bool is_outbound,
                  bool is_ipv6_inside) {
  ASSERT_EQ(model.write_path(PathIndex{static_cast<std::uint16_t>(index)},
                             {.own = {model_address(sa.own), sa.own_port},
                              .peer = {model_address(sa.peer), sa.peer_port},
                              .encap = sa.has_udp ? Encap::kUdp : Encap::kNone}),
            holdfast::CommandResult::kOk);
  SaConfig config;
  config.direction = is_outbound ? Direction::kOutbound : Direction::kInbound;
  config.spi = Spi{sa.spi};
  config.suite = static_cast<Suite>(sa.key.size() / 8 - 1);
  config.key = SecretBytes(sa.key);
  config.salt = SecretBytes(sa.salt);
  config.has_esn = sa.has_esn;
  config.selector.source = {model_address(is_ipv6_inside ? ipv6_address(1, 0) : ipv4_address(1, 0)),
                            16};
  config.selector.destination = {
      model_address(is_ipv6_inside ? ipv6_address(2, 0) : ipv4_address(2, 0)), 16};
  const auto row = static_cast<std::uint16_t>(index);
  ASSERT_EQ(model.add_sa(SaIndex{row}, std::move(config), PathIndex{row}),
            holdfast::CommandResult::kOk);
}

/// What may be wrong with a packet from outside, in any combination.
class Faults {
 public:
  explicit Faults(std::mt19937_64& random) : random_(random) {}

  bool chance(unsigned percent) { return random_() % 100 < percent; }
  void change_byte(Bytes& bytes, std::size_t from, std::size_t to) {
    const std::size_t at = from + random_() % (std::min(to, bytes.size()) - from);
    bytes[at] = chance(50) ? bytes[at] ^ static_cast<std::uint8_t>(1u << random_() % 8)
                           : static_cast<std::uint8_t>(random_());
  }
  /// Header, length and side-band faults; `packet.bytes` is an IP packet.
  void apply(PacketIn& packet, std::size_t header_bytes) {
    if (chance(25)) {
      change_byte(packet.bytes, 0, header_bytes);
      if (chance(70) && packet.bytes[0] >> 4 == 4 && packet.bytes.size() > 60)
        fix_ipv4_checksum(packet.bytes, std::size_t{4} * (packet.bytes[0] & 15));
    }
    if (chance(10)) append(packet.bytes, random_bytes(random_, random_() % 50));
    if (chance(20)) {
      packet.has_ethernet = true;
      packet.bytes = with_ethernet(packet.bytes);
      if (chance(10)) change_byte(packet.bytes, 12, 14);
    }
    if (chance(10)) packet.bytes.resize(random_() % packet.bytes.size());
    if (chance(5))
      packet.bytes.resize(random_() % std::min<std::size_t>(100, packet.bytes.size() + 1));
    packet.is_given_up = chance(5);
    packet.checksum_not_valid = chance(5);
    if (chance(3)) packet = {.bytes = {}, .reason = Drop::kDmaRead, .has_ethernet = chance(50)};
  }

 private:
  std::mt19937_64& random_;
};

model::Ingress model_ingress(const PacketIn& packet) {
  return {.reason = static_cast<DropReason>(packet.reason),
          .has_ethernet = packet.has_ethernet,
          .checksum_not_valid = packet.checksum_not_valid,
          .sa_index = static_cast<std::uint16_t>(packet.sa_index),
          .is_given_up = packet.is_given_up};
}

void expect_same(const PacketOut& out, const model::Processed& expected, const char* direction,
                 std::size_t n) {
  EXPECT_EQ(static_cast<unsigned>(out.reason), static_cast<unsigned>(expected.reason))
      << direction << n;
  EXPECT_EQ(out.bytes, expected.bytes) << direction << n;
  EXPECT_EQ(out.sa_index, expected.sa_index) << direction << n;
  EXPECT_EQ(out.generation, expected.generation) << direction << n;
}

class EspPipelinePauses : public testing::TestWithParam<Pauses> {};

TEST_P(EspPipelinePauses, AgreesWithTheModelOnRandomPackets) {
  const std::uint64_t seed = seed_or(21) + GetParam().sink_percent;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Faults faults(random);
  EspBench bench(GetParam(), seed);
  model::EspModel model;
  std::vector<TestSa> sas;
  for (unsigned i = 0; i < 8; ++i) {  // the lower four inbound
    sas.push_back(test_sa(random, static_cast<std::uint32_t>(random()) | 256, 16 + 8 * (i % 3),
                          i & 1, i & 2, i % 3 == 1));
    bench.add_sa(i, sas[i], i >= 4, i % 4 == 3, [](Command& c) {  // defaults of SaConfig
      c.row.df = 2;
      c.row.copy_dscp = true;
      c.row.has_ecn = true;
    });
    add_to_model(model, i, sas[i], i >= 4, i % 4 == 3);
  }
  std::vector<model::Processed> inbound, outbound;
  for (unsigned n = 0; n < 600; ++n) {
    const unsigned i = n % 4;
    const std::size_t length = (i == 3 ? 40 : 20) + random() % 120;
    Bytes plaintext = inner_packet(random, length, i == 3, static_cast<std::uint8_t>(random()));
    if (faults.chance(10)) faults.change_byte(plaintext, 0, 40);
    plaintext = with_trailer(plaintext);
    if (faults.chance(5)) faults.change_byte(plaintext, plaintext.size() - 5, plaintext.size());
    PacketIn in{
        .bytes = wire_packet(sas[i], n + 1, plaintext, false, static_cast<std::uint8_t>(random()))};
    // Not the sequence number: what a repeated one is dropped with depends on time.
    const std::size_t seq_at = (i & 1 ? 40 : 20) + (i & 2 ? 8 : 0) + 4;
    faults.apply(in, seq_at);
    inbound.push_back(model.process(Direction::kInbound, in.bytes, model_ingress(in)));
    bench.send_inbound(in);

    PacketIn out{.bytes =
                     inner_packet(random, length, i == 3, static_cast<std::uint8_t>(random()))};
    faults.apply(out, i == 3 ? 40 : 20);
    out.sa_index = faults.chance(95) ? i + 4 : static_cast<unsigned>(random() % 10);
    outbound.push_back(model.process(Direction::kOutbound, out.bytes, model_ingress(out)));
    bench.send_outbound(out);
  }
  bench.run();
  ASSERT_EQ(bench.inbound().size(), inbound.size());
  ASSERT_EQ(bench.outbound().size(), outbound.size());
  for (std::size_t n = 0; n < inbound.size(); ++n) {
    expect_same(bench.inbound()[n], inbound[n], "inbound ", n);
    expect_same(bench.outbound()[n], outbound[n], "outbound ", n);
    if (HasFailure()) break;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EspPipelinePauses, testing::ValuesIn(kPauseMatrix));

// A sink that takes nothing stops the source; nothing is lost or torn.
TEST(EspPipeline, StallsInsteadOfDropping) {
  std::mt19937_64 random(9);
  EspBench bench({.source_percent = 0, .sink_percent = 100});
  const TestSa in = test_sa(random, 0x1001), out = test_sa(random, 0x2001);
  bench.add_sa(0, in, false);
  bench.add_sa(1, out, true);
  std::vector<Bytes> inner;
  for (unsigned n = 0; n < 100; ++n) {
    inner.push_back(inner_packet(random, n % 3 == 0 ? 9000 : 64));
    bench.send_inbound({.bytes = wire_packet(in, n + 1, with_trailer(inner[n]), false)});
    bench.send_outbound({.bytes = inner[n], .sa_index = 1});
  }
  bench.sim.step(20000);
  EXPECT_EQ(bench.sim.top().wire_ready_o, 0);
  EXPECT_EQ(bench.sim.top().plain_ready_o, 0);
  bench.set_sink_pauses(0);
  bench.run();
  for (unsigned n = 0; n < 100; ++n) {
    EXPECT_EQ(bench.inbound().at(n).bytes, inner[n]) << n;
    EXPECT_EQ(bench.outbound().at(n).bytes, wire_packet(out, n + 1, with_trailer(inner[n]), true, 0,
                                                        static_cast<std::uint16_t>(n)))
        << n;
  }
}

TEST(EspPipeline, TakesNothingBeforeItIsSwept) {
  EspBench bench;
  auto& top = bench.sim.top();
  bench.sim.reset(32);
  for (int i = 0; i < 100000 && top.swept_o == 0; ++i) {
    top.eval();
    ASSERT_EQ(top.wire_ready_o, top.swept_o);
    bench.sim.step();
  }
  EXPECT_EQ(top.swept_o, 1);
  EXPECT_GE(top.sweep_cycles_o, 1152u);
  EXPECT_LE(top.sweep_cycles_o, 1200u);
}

// The SA database is swept long before the packet buffers are: a command must wait for both, and
// for the rest of the card.
TEST(EspPipeline, CommandsWaitUntilAllIsSwept) {
  EspBench bench;
  auto& top = bench.sim.top();
  Command path;
  path.op = Op::kWritePath;
  bench.sim.reset(32);
  for (unsigned i = 0; i < 10; ++i) {
    bench.sim.step(100);
    ASSERT_EQ(top.swept_o, 0);
    EXPECT_EQ(bench.command(path), Code::kNotSwept) << "after " << i << " hundred cycles";
  }
  ASSERT_TRUE(bench.sim.run_until([&] { return top.swept_o == 1; }, 10000));
  top.card_swept_i = 0;
  EXPECT_EQ(bench.command(path), Code::kNotSwept);
  EXPECT_EQ(top.generation_o, 0u);
  top.card_swept_i = 1;
  EXPECT_EQ(bench.command(path), Code::kOk);
  EXPECT_EQ(top.generation_o, 1u);
}

}  // namespace
}  // namespace holdfast::test
