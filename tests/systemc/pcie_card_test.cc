// SPDX-License-Identifier: Apache-2.0
// The card in a virtual platform: the driver on TLM sockets, a link with latency, bandwidth and
// credits, the RTL.
#include "systemc/pcie_card.h"

#include <gtest/gtest.h>

#include <memory>

#include "holdfast/buffer_pool.h"
#include "holdfast/card.h"
#include "sc_gtest.h"
#include "support/packets.h"
#include "systemc/host_platform.h"

namespace holdfast::sim {
namespace {

using test::Packet;
using namespace std::chrono_literals;

/// A platform with its card.
struct System {
  System(const char* platform_name, const char* card_name, const PcieCardConfig& config)
      : platform(platform_name), card(card_name, config) {
    platform.mmio.bind(card.host.bar0);
    card.host.dma.bind(platform.memory_bus);
  }
  void expect_clean() {
    EXPECT_EQ(card.host.violations().report(), "");
    EXPECT_EQ(card.endpoint.violations().report(), "");
    for (const LinkDirection* link : {&card.downstream, &card.upstream}) {
      for (std::size_t i = 0; i < kNumTlpKinds; ++i) {
        EXPECT_GE(link->stats().fewest_header_credits[i], 0) << link->name();
        EXPECT_GE(link->stats().fewest_data_credits[i], 0) << link->name();
      }
    }
  }
  HostPlatform platform;
  PcieCard card;
};

// Both live in sc_main: a Verilated model must end before the statics of its library do.
System *wide = nullptr, *tight = nullptr;

SaConfig sa(Direction direction, std::uint32_t number) {
  SaConfig config;
  config.direction = direction;
  config.spi = Spi{0x1000 + number};
  config.key = SecretBytes(Packet(16, static_cast<std::uint8_t>(number)));
  config.salt = SecretBytes(Packet(4, 7));
  config.selector = {test::prefix("0.0.0.0/0"), test::prefix("0.0.0.0/0")};
  return config;
}

Binding binding() {
  Binding made;
  made.own = {test::address("192.0.2.1"), 4500};
  made.peer = {test::address("192.0.2.2"), 4500};
  return made;
}

/// Driver, one SA in each direction under one key, and a queue with interrupts.
struct Traffic {
  static constexpr unsigned kVector = 1;

  Traffic(System& on, std::uint32_t number) : system(on) {
    card = std::move(Card::open(on.platform).value());
    EXPECT_TRUE(card->rebind(PathIndex{0}, binding()));
    EXPECT_TRUE(card->add_sa(SaIndex{0}, sa(Direction::kOutbound, number), PathIndex{0}));
    EXPECT_TRUE(card->add_sa(SaIndex{1}, sa(Direction::kInbound, number), PathIndex{0}));
    pool.emplace(BufferPool::create(*card, 32).value());
    QueueConfig config;
    config.vector = kVector;
    queue = std::move(card->open_queue(0, config, pool->region()).value());
    card->enable(true);
  }

  /// What comes of `packets`, in order; empty ones were dropped.
  std::vector<Packet> exchange(const std::vector<Packet>& packets, std::uint16_t flags) {
    std::vector<Buffer> buffers;
    std::vector<Descriptor> descriptors;
    for (const Packet& packet : packets) {
      buffers.push_back(*pool->take());
      std::copy(packet.begin(), packet.end(), buffers.back().bytes.begin());
      descriptors.push_back(
          {to_number(buffers.back().iova), static_cast<std::uint16_t>(packet.size()), 0, 0, flags});
    }
    EXPECT_TRUE(queue->submit(descriptors));
    std::vector<Packet> results;
    while (results.size() < packets.size()) {
      Completion completion;
      if (queue->poll({&completion, 1}) == 0) {
        if (!system.platform.wait_irq(kVector, 5ms)) break;
        ++interrupts;
        continue;
      }
      EXPECT_EQ(completion.reason, 0u);
      const auto bytes = buffers[results.size()].bytes.first(completion.length);
      results.emplace_back(bytes.begin(), bytes.end());
    }
    for (const Buffer& buffer : buffers) pool->give_back(buffer);
    return results;
  }

  System& system;
  std::unique_ptr<Card> card;
  std::optional<BufferPool> pool;
  std::unique_ptr<Queue> queue;
  unsigned interrupts = 0;
};

std::vector<Packet> inner_packets(unsigned count) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < count; ++i) {
    packets.push_back(test::ip_packet(test::address("10.1.0.5"), test::address("10.2.0.7"),
                                      Packet(40 + 90 * i, static_cast<std::uint8_t>(i))));
  }
  return packets;
}

TEST(PcieCard, AnswersRegisterAccessesOfThePlatform) {
  for (System* system : {wide, tight}) {
    HostPlatform& platform = system->platform;
    EXPECT_EQ(platform.read_csr(csr::kIdentityMagic), 0x484F4C44u);
    platform.write_csr(csr::kIdentityScratch, 0x1122'3344);
    EXPECT_EQ(platform.read_csr(csr::kIdentityScratch), 0x1122'3344u);

    // One byte of a register, by byte enables.
    std::array<std::uint8_t, 4> byte{0, 0xAA, 0, 0}, enables{0, TLM_BYTE_ENABLED, 0, 0};
    const auto scratch = static_cast<std::uint32_t>(csr::kIdentityScratch);
    EXPECT_EQ(platform.access(tlm::TLM_WRITE_COMMAND, scratch, byte, enables),
              tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(platform.read_csr(csr::kIdentityScratch), 0x1122'AA44u);

    // Several registers at once.
    std::array<std::uint8_t, 48> many{};
    EXPECT_EQ(platform.access(tlm::TLM_READ_COMMAND, 0, many), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(many[scratch + 1], 0xAA);
    system->expect_clean();
  }
}

TEST(PcieCard, RefusesAccessesThatPcieCannotCarry) {
  HostPlatform& platform = wide->platform;
  std::array<std::uint8_t, 8> bytes{};
  std::array<std::uint8_t, 8> holes{0xFF, 0, 0xFF, 0, 0, 0, 0, 0};
  EXPECT_EQ(platform.access(tlm::TLM_READ_COMMAND, 2, bytes), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(platform.access(tlm::TLM_READ_COMMAND, 0xFFC, bytes), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(platform.access(tlm::TLM_READ_COMMAND, 0, std::span(bytes).first(3)),
            tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(platform.access(tlm::TLM_READ_COMMAND, 0, bytes, holes),
            tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
}

TEST(PcieCard, RefusesAccessesBehindBar0) {
  HostPlatform& platform = wide->platform;
  std::array<std::uint8_t, 8> bytes{};
  const auto dword = std::span(bytes).first(4);
  const std::uint64_t last = csr::kBar0Bytes - 4;
  EXPECT_EQ(platform.access(tlm::TLM_READ_COMMAND, last, dword), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(platform.access(tlm::TLM_READ_COMMAND, last, bytes), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  // Offsets whose low bits are those of a register, and the last ones that there are.
  for (const std::uint64_t offset :
       {std::uint64_t{csr::kBar0Bytes}, std::uint64_t{1} << 32, ~std::uint64_t{3}}) {
    EXPECT_EQ(platform.access(tlm::TLM_READ_COMMAND, offset, dword),
              tlm::TLM_ADDRESS_ERROR_RESPONSE)
        << std::hex << offset;
  }
  const auto scratch = static_cast<std::uint32_t>(csr::kIdentityScratch);
  platform.write_csr(csr::kIdentityScratch, 0x1122'3344);
  EXPECT_EQ(platform.access(tlm::TLM_WRITE_COMMAND, csr::kBar0Bytes + scratch, dword),
            tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(platform.read_csr(csr::kIdentityScratch), 0x1122'3344u);
  wide->expect_clean();
}

TEST(PcieCard, ReadsTakeAtLeastTheLatencyOfBothWays) {
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  wide->platform.read_csr(csr::kIdentityMagic);
  EXPECT_GE(sc_core::sc_time_stamp() - start, sc_core::sc_time(400, sc_core::SC_NS));
  EXPECT_LE(sc_core::sc_time_stamp() - start, sc_core::sc_time(1, sc_core::SC_US));
}

TEST(PcieCard, CarriesPacketsThroughRingsBothWays) {
  std::uint32_t number = 1;
  for (System* system : {wide, tight}) {
    Traffic traffic(*system, number++);
    const std::vector<Packet> inner = inner_packets(12);
    const std::vector<Packet> outer = traffic.exchange(inner, kDescriptorOutbound);
    ASSERT_EQ(outer.size(), inner.size());
    EXPECT_GT(outer[0].size(), inner[0].size());
    EXPECT_EQ(traffic.exchange(outer, 0), inner);
    EXPECT_GT(traffic.interrupts, 0u);
    EXPECT_TRUE(traffic.card->counters().adds_up());
    EXPECT_EQ(traffic.card->take_errors(), 0u);
    system->expect_clean();
  }
}

TEST(PcieCard, IsHeldBackByTheBandwidthAndCreditsOfItsLink) {
  Traffic traffic(*tight, 9);
  const LinkDirection& up = tight->card.upstream;
  const std::vector<Packet> inner = inner_packets(12);
  const LinkDirection::Stats before = up.stats();
  const std::uint64_t first_cycle = tight->card.endpoint.cycle();
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  ASSERT_EQ(traffic.exchange(inner, kDescriptorOutbound).size(), inner.size());
  const sc_core::sc_time elapsed = sc_core::sc_time_stamp() - start;
  const LinkDirection::Stats& after = up.stats();

  const std::uint64_t wire_bytes = after.wire_bytes - before.wire_bytes;
  const std::uint64_t cycles = tight->card.endpoint.cycle() - first_cycle;
  // 4 ns a byte are half a cycle of 125 MHz: no more than 2 bytes a cycle can have left.
  EXPECT_LE(wire_bytes, 2 * cycles + 2);
  EXPECT_LE(after.busy_time - before.busy_time, elapsed);
  EXPECT_GT(after.waits_for_credit, before.waits_for_credit);
  RecordProperty("wire_bytes", std::to_string(wire_bytes));
  RecordProperty("cycles", std::to_string(cycles));
  tight->expect_clean();
}

}  // namespace
}  // namespace holdfast::sim

int sc_main(int argc, char* argv[]) {
  testing::InitGoogleTest(&argc, argv);
  using namespace holdfast::sim;
  System wide_system("wide_platform", "wide", PcieCardConfig{});
  wide = &wide_system;

  // One lane of 2.5 GT/s, room for one write and one read at a time, 64 bits inside.
  PcieCardConfig config;
  config.width_bits = 64;
  config.pins.max_payload = 0;
  config.pins.rcb_128 = true;
  config.reads.split = Split::kRandom;
  config.reads.read_latency_cycles = 300;
  config.upstream.time_per_byte = config.downstream.time_per_byte =
      sc_core::sc_time(4, sc_core::SC_NS);
  config.upstream.credits = {{{1, 8}, {1, 0}, {1, 8}}};
  config.downstream.credits = {{{1, 8}, {1, 0}, {0, 0}}};
  System tight_system("tight_platform", "tight", config);
  tight = &tight_system;
  return holdfast::test::run_tests_in_simulation();
}

int main(int argc, char* argv[]) { return sc_core::sc_elab_and_sim(argc, argv); }
