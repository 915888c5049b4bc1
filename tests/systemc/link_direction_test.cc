// SPDX-License-Identifier: Apache-2.0
#include "systemc/link_direction.h"

#include <gtest/gtest.h>

#include <memory>

#include "sc_gtest.h"

namespace holdfast::sim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::sc_time_stamp;

/// One direction and what came out of it.
struct Wire {
  struct Arrival {
    TlpKind kind;
    std::uint8_t tag;  // of the request, or the index given to make()
    sc_time when;
    CreditNeed need;
  };
  Wire(const char* name, const DirectionConfig& config)
      : link(name, config, [this](TlpKind kind, Tlp&& tlp) {
          arrivals.push_back({kind,
                              static_cast<std::uint8_t>(
                                  kind == TlpKind::kCompletion ? tlp.hdr[2] >> 8 : tlp.hdr[1] >> 8),
                              sc_time_stamp(), credits_of(tlp)});
        }) {}
  void release_all() {
    for (; released < arrivals.size(); ++released) {
      link.release(arrivals[released].kind, arrivals[released].need);
    }
  }

  LinkDirection link;
  std::vector<Arrival> arrivals;
  std::size_t released = 0;
};

Tlp make(TlpKind kind, std::uint8_t tag, unsigned dwords = 1) {
  Tlp tlp;
  if (kind == TlpKind::kCompletion) {
    CompletionHeader header;
    header.has_data = true;
    header.dwords = dwords;
    header.tag = tag;
    tlp.hdr = pack(header);
  } else {
    MemoryRequest request = make_request(kind == TlpKind::kPosted, 0x1000, 4 * dwords);
    request.tag = tag;
    tlp.hdr = pack(request);
  }
  if (kind != TlpKind::kNonPosted) tlp.payload.assign(dwords, 0);
  return tlp;
}

DirectionConfig config(Credits posted, Credits non_posted, Credits completion) {
  DirectionConfig made;
  made.time_per_byte = sc_time(1, SC_NS);
  made.latency = sc_time(100, SC_NS);
  made.overhead_bytes = 8;
  made.credits = {posted, non_posted, completion};
  made.sender_depth = 8;
  return made;
}

std::unique_ptr<Wire> free_wire, one_credit_wire, no_data_wire;

TEST(LinkDirection, TakesTheTimeOfItsBytesAndItsLatency) {
  LinkDirection& link = free_wire->link;
  const sc_time start = sc_time_stamp();
  link.send(make(TlpKind::kPosted, 1, 32));  // 12 + 128 + 8 bytes
  link.send(make(TlpKind::kNonPosted, 2));   // 12 + 8
  sc_core::wait(1000, SC_NS);
  ASSERT_EQ(free_wire->arrivals.size(), 2u);
  EXPECT_EQ(free_wire->arrivals[0].when - start, sc_time(148 + 100, SC_NS));
  EXPECT_EQ(free_wire->arrivals[1].when - start, sc_time(148 + 20 + 100, SC_NS));
  EXPECT_EQ(link.stats().wire_bytes, 168u);
  EXPECT_EQ(link.stats().payload_bytes, 128u);
  EXPECT_EQ(link.stats().busy_time, sc_time(168, SC_NS));
  EXPECT_EQ(link.stats().waits_for_credit, 0u);
  EXPECT_TRUE(link.idle());
}

TEST(LinkDirection, SaysWhenItsQueueIsFull) {
  LinkDirection& link = free_wire->link;
  for (std::uint8_t i = 0; i < 8; ++i) {
    EXPECT_TRUE(link.may_send(TlpKind::kPosted));
    link.send(make(TlpKind::kPosted, i));
  }
  EXPECT_FALSE(link.may_send(TlpKind::kPosted));
  EXPECT_TRUE(link.may_send(TlpKind::kCompletion)) << "kinds have queues of their own";
  sc_core::wait(link.sent_event());
  EXPECT_TRUE(link.may_send(TlpKind::kPosted));
  sc_core::wait(1000, SC_NS);
}

TEST(LinkDirection, WaitsUntilCreditsComeBack) {
  LinkDirection& link = one_credit_wire->link;  // one posted header
  link.send(make(TlpKind::kPosted, 1));
  link.send(make(TlpKind::kPosted, 2));
  sc_core::wait(1000, SC_NS);
  EXPECT_EQ(one_credit_wire->arrivals.size(), 1u);
  EXPECT_GT(link.stats().waits_for_credit, 0u);
  const sc_time released = sc_time_stamp();
  one_credit_wire->release_all();
  sc_core::wait(1000, SC_NS);
  ASSERT_EQ(one_credit_wire->arrivals.size(), 2u);
  // 100 ns for the credit, 12 + 4 + 8 bytes, 100 ns for the TLP.
  EXPECT_EQ(one_credit_wire->arrivals[1].when - released, sc_time(224, SC_NS));
  EXPECT_EQ(link.stats().fewest_header_credits[0], 0);
  one_credit_wire->release_all();
  one_credit_wire->arrivals.clear();
  one_credit_wire->released = 0;
  sc_core::wait(1000, SC_NS);
}

// PCIe 3.0, 2.4.1, table 2-34: what may pass what when the first one lacks credit.
TEST(LinkDirection, PostedAndCompletionsPassNonPosted) {
  LinkDirection& link = one_credit_wire->link;  // one non-posted header, two of the others
  link.send(make(TlpKind::kNonPosted, 1));
  link.send(make(TlpKind::kNonPosted, 2));  // waits
  link.send(make(TlpKind::kPosted, 3));
  link.send(make(TlpKind::kCompletion, 4));
  sc_core::wait(1000, SC_NS);
  std::vector<unsigned> tags;
  for (const Wire::Arrival& arrival : one_credit_wire->arrivals) tags.push_back(arrival.tag);
  EXPECT_EQ(tags, (std::vector<unsigned>{1, 3, 4}));
  one_credit_wire->release_all();
  sc_core::wait(1000, SC_NS);
  EXPECT_EQ(one_credit_wire->arrivals.size(), 4u);
  one_credit_wire->release_all();
  sc_core::wait(1000, SC_NS);
}

TEST(LinkDirection, NothingPassesPosted) {
  LinkDirection& link = no_data_wire->link;  // four posted data credits: 64 bytes
  link.send(make(TlpKind::kPosted, 1, 16));
  link.send(make(TlpKind::kPosted, 2, 1));  // waits for one data credit
  link.send(make(TlpKind::kNonPosted, 3));
  link.send(make(TlpKind::kCompletion, 4));
  sc_core::wait(1000, SC_NS);
  EXPECT_EQ(no_data_wire->arrivals.size(), 1u);
  EXPECT_EQ(link.stats().fewest_data_credits[0], 0);
  no_data_wire->release_all();
  sc_core::wait(1000, SC_NS);
  EXPECT_EQ(no_data_wire->arrivals.size(), 4u);
  EXPECT_EQ(no_data_wire->arrivals[1].tag, 2);
}

}  // namespace
}  // namespace holdfast::sim

int sc_main(int argc, char* argv[]) {
  testing::InitGoogleTest(&argc, argv);
  using namespace holdfast::sim;
  free_wire = std::make_unique<Wire>("free", config({}, {}, {}));
  one_credit_wire = std::make_unique<Wire>("one_credit", config({1, 0}, {1, 0}, {2, 0}));
  no_data_wire = std::make_unique<Wire>("no_data", config({8, 4}, {}, {}));
  return holdfast::test::run_tests_in_simulation();
}

int main(int argc, char* argv[]) { return sc_core::sc_elab_and_sim(argc, argv); }
