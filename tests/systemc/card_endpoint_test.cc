// SPDX-License-Identifier: Apache-2.0
// The card's RTL at the lower end of a link whose upper end a test plays TLP by TLP.
#include "systemc/card_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "holdfast/csr.h"
#include "sc_gtest.h"
#include "verilated/host_requests.h"
#include "verilated/root_complex.h"

namespace holdfast::sim {
namespace {

using sc_core::SC_NS;
using testing::ElementsAre;

constexpr std::uint32_t kMagic = 0x484F'4C44;

/// A card, its clock, and both directions of the link. What comes up is kept; its credits go back
/// only when the test says so, or at once with `releases`.
struct Lower {
  Lower(const std::string& name, unsigned width_bits, const DirectionConfig& config)
      : endpoint((name + "_endpoint").c_str(), width_bits),
        downstream((name + "_downstream").c_str(), config,
                   [this](TlpKind kind, Tlp&& tlp) { endpoint.deliver(kind, std::move(tlp)); }),
        upstream((name + "_upstream").c_str(), config,
                 [this](TlpKind kind, Tlp&& tlp) {
                   if (releases) upstream.release(kind, credits_of(tlp));
                   arrived.push_back(std::move(tlp));
                 }),
        clock((name + "_clock").c_str(), sc_core::sc_time(8, SC_NS)) {
    endpoint.clk(clock);
    endpoint.bind(downstream, upstream);
  }
  void send(Tlp tlp) {
    while (!downstream.may_send(kind_of(tlp.hdr))) sc_core::wait(downstream.sent_event());
    downstream.send(std::move(tlp));
  }
  bool wait_for(std::size_t count) {
    for (unsigned i = 0; i < 20'000 && arrived.size() < count; ++i) sc_core::wait(8, SC_NS);
    return arrived.size() >= count;
  }
  void settle() { sc_core::wait(5000, SC_NS); }

  CardEndpoint endpoint;
  LinkDirection downstream, upstream;
  sc_core::sc_clock clock;
  std::vector<Tlp> arrived;
  bool releases = true;
};

std::unique_ptr<Lower> wide, slim, tight;

Tlp request(bool is_write, std::uint32_t offset, unsigned dwords, std::uint8_t tag = 0) {
  MemoryRequest fields = make_request(is_write, RootComplex::kBar0 + offset, 4 * dwords);
  fields.requester_id = HostRequests::kRequesterId;
  fields.tag = tag;
  Tlp tlp;
  tlp.hdr = pack(fields);
  return tlp;
}
Tlp read_of(csr::CsrOffset offset, unsigned dwords = 1, std::uint8_t tag = 0) {
  return request(false, static_cast<std::uint32_t>(offset), dwords, tag);
}
Tlp write_of(csr::CsrOffset offset, std::vector<std::uint32_t> data) {
  Tlp tlp = request(true, static_cast<std::uint32_t>(offset), static_cast<unsigned>(data.size()));
  tlp.payload = std::move(data);
  return tlp;
}

class CardEndpointTest : public testing::Test {
 protected:
  void TearDown() override {
    for (Lower* each : {wide.get(), slim.get(), tight.get()}) {
      each->settle();
      each->arrived.clear();
      EXPECT_EQ(each->endpoint.violations().report(), "");
    }
  }
};

// The first test: time is 0. What comes during the reset of the card waits for its end.
TEST_F(CardEndpointTest, TakesNothingInReset) {
  ASSERT_EQ(wide->endpoint.cycle(), 0u);
  wide->endpoint.deliver(TlpKind::kNonPosted, read_of(csr::kIdentityMagic));
  sc_core::wait(8 * 8, SC_NS);
  EXPECT_TRUE(wide->arrived.empty());
  ASSERT_TRUE(wide->wait_for(1));
  EXPECT_THAT(wide->arrived[0].payload, ElementsAre(kMagic));
}

TEST_F(CardEndpointTest, AnswersReadsAtBothWidths) {
  for (Lower* card : {wide.get(), slim.get()}) {
    card->send(read_of(csr::kIdentityMagic, 40, 7));
    ASSERT_TRUE(card->wait_for(2)) << "160 bytes, at most 128 in one";
    const CompletionHeader first = parse_completion(card->arrived[0].hdr);
    const CompletionHeader second = parse_completion(card->arrived[1].hdr);
    EXPECT_EQ(first.tag, 7);
    EXPECT_EQ(first.byte_count, 160u);
    EXPECT_EQ(first.dwords, 32u);
    EXPECT_EQ(card->arrived[0].payload.size(), 32u);
    EXPECT_EQ(card->arrived[0].payload[0], kMagic);
    EXPECT_EQ(first.completer_id, card->endpoint.pins().completer_id);
    EXPECT_EQ(second.byte_count, 32u);
    EXPECT_EQ(card->arrived[1].payload.size(), 8u);
    card->arrived.clear();
  }
}

TEST_F(CardEndpointTest, AReadFindsTheWritesBeforeIt) {
  for (Lower* card : {wide.get(), slim.get()}) {
    for (std::uint32_t i = 1; i <= 10; ++i) {
      card->send(write_of(csr::kIdentityScratch, {i}));
      card->send(read_of(csr::kIdentityScratch));
    }
    ASSERT_TRUE(card->wait_for(10));
    for (std::uint32_t i = 1; i <= 10; ++i)
      EXPECT_THAT(card->arrived[i - 1].payload, ElementsAre(i));
    card->arrived.clear();
  }
}

// Room for one write of 128 bytes and one read: each gives its credits back when it was taken.
TEST_F(CardEndpointTest, CreditsComeBackWithTheLastBeat) {
  const LinkDirection::Stats before = tight->downstream.stats();
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  // To the key of the command window: 8 DWs, more than one beat.
  for (unsigned i = 0; i < 12; ++i)
    tight->send(write_of(csr::kCommandKey(0), std::vector<std::uint32_t>(8, i)));
  tight->send(read_of(csr::kIdentityMagic, 1, 0));
  ASSERT_TRUE(tight->wait_for(1));
  // Each write waits for the credit of the one before, 200 ns down and 200 ns back.
  EXPECT_GE(sc_core::sc_time_stamp() - start, sc_core::sc_time(12 * 400, SC_NS));
  for (std::uint8_t i = 1; i < 12; ++i) tight->send(read_of(csr::kIdentityMagic, 1, i));
  ASSERT_TRUE(tight->wait_for(12));
  for (unsigned i = 0; i < 12; ++i) EXPECT_EQ(parse_completion(tight->arrived[i].hdr).tag, i);
  const LinkDirection::Stats& after = tight->downstream.stats();
  EXPECT_EQ(after.tlps - before.tlps, 24u);
  EXPECT_GT(after.waits_for_credit, before.waits_for_credit);
  EXPECT_EQ(after.fewest_header_credits[0], 0);
  EXPECT_EQ(after.fewest_header_credits[1], 0);
}

// A link that takes no more: the card is stalled, and nothing is lost.
TEST_F(CardEndpointTest, IsStalledWhileTheLinkIsFull) {
  tight->releases = false;
  for (unsigned i = 0; i < 15; ++i) {
    tight->send(read_of(csr::kIdentityMagic, 1, static_cast<std::uint8_t>(i)));
  }
  tight->settle();
  EXPECT_EQ(tight->arrived.size(), 1u) << "one credit";
  EXPECT_FALSE(tight->upstream.may_send(TlpKind::kCompletion));
  tight->releases = true;
  tight->upstream.release(TlpKind::kCompletion, credits_of(tight->arrived[0]));
  ASSERT_TRUE(tight->wait_for(15));
  for (unsigned i = 0; i < 15; ++i) EXPECT_EQ(parse_completion(tight->arrived[i].hdr).tag, i);
}

// DMA: a queue that is started fetches its descriptors, and takes what comes as completion.
void expect_dma(Lower& card) {
  const auto write = [&](csr::CsrOffset offset, std::uint32_t value) {
    card.send(write_of(offset, {value}));
  };
  write(csr::kControlError, ~0u);  // of what tests before read
  write(csr::kQueuesSqBaseLo(0), 0x1000'0000);
  write(csr::kQueuesCqBaseLo(0), 0x1000'1000);
  write(csr::kQueuesWindowLimitLo(0), 0x1FFF'FFFF);
  write(csr::kQueuesSize(0), csr::kQueuesSizeSqLog2.set(4) | csr::kQueuesSizeCqLog2.set(4));
  write(csr::kQueuesControl(0), 1);
  write(csr::kDoorbellSqProducer(0), 1);
  ASSERT_TRUE(card.wait_for(1)) << "no DMA read";
  const MemoryRequest fetch = parse_memory_request(card.arrived[0].hdr);
  EXPECT_FALSE(has_payload(card.arrived[0].hdr));
  EXPECT_EQ(fetch.address, 0x1000'0000u);
  EXPECT_EQ(fetch.dwords, 4u);
  // A descriptor without length: its account comes as a DMA write.
  CompletionHeader header;
  header.has_data = true;
  header.dwords = 4;
  header.byte_count = 16;
  header.requester_id = fetch.requester_id;
  header.tag = fetch.tag;
  Tlp tlp;
  tlp.hdr = pack(header);
  tlp.payload.assign(4, 0);
  card.send(tlp);
  ASSERT_TRUE(card.wait_for(2)) << "no DMA write";
  EXPECT_TRUE(has_payload(card.arrived[1].hdr));
  EXPECT_EQ(parse_memory_request(card.arrived[1].hdr).address, 0x1000'1000u);
  EXPECT_EQ(card.arrived[1].payload.size(), 4u);
  card.settle();
  card.send(read_of(csr::kControlError));
  ASSERT_TRUE(card.wait_for(3));
  EXPECT_THAT(card.arrived[2].payload, ElementsAre(0)) << "the completion came once";
}

TEST_F(CardEndpointTest, DmaReadsGoUpAndTheirCompletionsDown) {
  for (unsigned i = 0; i < 40; ++i) sc_core::wait(1000, SC_NS);  // swept
  for (Lower* card : {wide.get(), slim.get(), tight.get()}) {
    SCOPED_TRACE(card->endpoint.name());
    expect_dma(*card);
  }
}

}  // namespace
}  // namespace holdfast::sim

int sc_main(int argc, char* argv[]) {
  testing::InitGoogleTest(&argc, argv);
  using namespace holdfast::sim;
  DirectionConfig config;
  config.credits = {{{0, 0}, {0, 0}, {0, 0}}};
  wide = std::make_unique<Lower>("wide", 128, config);
  slim = std::make_unique<Lower>("slim", 64, config);
  config.credits = {{{1, 8}, {1, 0}, {1, 8}}};
  tight = std::make_unique<Lower>("tight", 128, config);
  return holdfast::test::run_tests_in_simulation();
}

int main(int argc, char* argv[]) { return sc_core::sc_elab_and_sim(argc, argv); }
