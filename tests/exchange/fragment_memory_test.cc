// SPDX-License-Identifier: Apache-2.0
// What peers may hold in fragments that never become a message.
#include <gtest/gtest.h>

#include <memory>

#include "exchange/forger.h"
#include "ike/fragment_store.h"

namespace holdfast::test {
namespace {

using namespace isakmp;

class FragmentMemory : public testing::Test {
 protected:
  FragmentMemory() { w.responder.load(gateway_conf()); }

  static ike::Settings many() {
    ike::Settings settings;
    settings.max_half_open = settings.max_half_open_per_address = 2000;
    return settings;
  }
  /// A peer of which the responder has got messages up to `last`.
  std::unique_ptr<Forger> peer(unsigned last) {
    auto f = std::make_unique<Forger>(w, Forger::As::kInitiator, 1000 + next_++);
    for (unsigned number = 1; number <= last; number += 2) {
      f->say(f->main_mode(number));
      EXPECT_EQ(f->answers.size(), 1u);
      f->hear(number + 1, f->answer());
    }
    return f;
  }
  /// `number` fragments without a last one; how many were refused.
  std::uint64_t hold(Forger& f, unsigned number, std::size_t size) {
    const auto before = counters().fragments_refused;
    for (unsigned i = 1; i <= number; ++i)
      f.say(fragment(f, static_cast<std::uint8_t>(i), false, Bytes(size, 1)));
    return counters().fragments_refused - before;
  }
  static Bytes fragment(const Forger& f, std::uint8_t number, bool is_last, const Bytes& data) {
    Header head;
    head.initiator_cookie = f.cookies.initiator;
    head.responder_cookie = f.cookies.responder;
    head.exchange = ExchangeType::kMainMode;
    PayloadWriter payloads;
    payloads.add(PayloadType::kFragment, write_fragment({1, number, is_last, data}));
    return write_message(head, payloads);
  }
  const ike::ManagerCounters& counters() const { return w.responder.manager->counters(); }

  World w{1, many()};

 private:
  unsigned next_ = 0;
};

TEST_F(FragmentMemory, AnUnprovenPeerHoldsEightKibibytes) {
  const auto f = peer(1);
  EXPECT_EQ(hold(*f, 7, 1000), 0u);
  EXPECT_EQ(hold(*f, 8, 1000), 1u) << "the eighth, and with it all";
  EXPECT_EQ(hold(*f, 100, 1), 0u);
  EXPECT_GT(hold(*f, 255, 1), 0u) << "small ones take memory too";
  // It can still go on.
  f->say(f->main_mode(3));
  EXPECT_EQ(f->answers.size(), 1u);
}

TEST_F(FragmentMemory, AFirstMessageInFragmentsHoldsNoMore) {
  Forger f(w);
  EXPECT_EQ(hold(f, 7, 1000), 0u);
  EXPECT_EQ(hold(f, 8, 1000), 1u);
  EXPECT_EQ(w.responder.manager->num_half_open(), 1u);
}

TEST_F(FragmentMemory, AllUnprovenPeersTogetherHoldOneMebibyte) {
  const std::size_t each = 7 * (1000 + FragmentBuffer::kOverhead);
  const std::size_t fit = ike::FragmentStore::kMaxAllUnproven / each;
  std::vector<std::unique_ptr<Forger>> peers;
  for (std::size_t i = 0; i < fit; ++i) {
    peers.push_back(peer(1));
    ASSERT_EQ(hold(*peers.back(), 7, 1000), 0u) << i;
  }
  for (unsigned i = 0; i < 20; ++i) {
    peers.push_back(peer(1));
    EXPECT_GT(hold(*peers.back(), 7, 1000), 0u) << i;
  }
  // One that gets our messages is none of them.
  peers.push_back(peer(3));
  EXPECT_EQ(hold(*peers.back(), 60, 1000), 0u);
  EXPECT_EQ(hold(*peers.back(), 70, 1000), 1u) << "64 KiB are the bound for all";
  // And what was held comes back with the end of those who held it.
  while (!peers.empty()) peers.pop_back();
  w.advance(std::chrono::minutes(2));
  ASSERT_EQ(w.responder.manager->num_half_open(), 0u);
  for (std::size_t i = 0; i < fit; ++i) {
    peers.push_back(peer(1));
    ASSERT_EQ(hold(*peers.back(), 7, 1000), 0u) << i;
  }
  while (!peers.empty()) peers.pop_back();
}

TEST_F(FragmentMemory, MessagesThatAreCompleteCostNothing) {
  const auto f = peer(1);
  const Bytes three = f->main_mode(3);
  const Bytes noise(3000, 0);
  for (unsigned i = 0; i < 500; ++i) {
    f->say(fragment(*f, 1, false, noise));
    f->say(fragment(*f, 2, true, noise));
  }
  EXPECT_EQ(counters().fragments_refused, 0u);
  const auto middle = three.begin() + 20;
  f->say(fragment(*f, 1, false, Bytes(three.begin(), middle)));
  f->say(fragment(*f, 2, true, Bytes(middle, three.end())));
  EXPECT_EQ(f->answers.size(), 1u);
}

}  // namespace
}  // namespace holdfast::test
