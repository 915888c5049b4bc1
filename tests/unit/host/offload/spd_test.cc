// SPDX-License-Identifier: Apache-2.0
#include "offload/spd.h"

#include <random>

#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

using Action = Spd::Action;

Flow flow(std::string_view from, std::string_view to, std::uint8_t protocol = 17,
          unsigned source_port = 1000, unsigned destination_port = 2000) {
  return *read_flow(ip_packet(address(from), address(to), udp(source_port, destination_port, {}),
                              {.protocol = protocol}));
}

const TrafficSelector kLeft = selector("10.1.0.0/16"), kRight = selector("10.2.0.0/16");
const TrafficSelector kAll = selector("0.0.0.0/0");

/// "sa N", "trap N" …, "none".
std::string answer(const Spd& spd, const Flow& of) {
  const auto decision = spd.lookup(of);
  if (!decision) return "none";
  switch (decision->action) {
    case Action::kProtect:
      return "sa " + std::to_string(to_number(decision->sa));
    case Action::kTrap:
      return "trap " + std::to_string(decision->policy_id);
    case Action::kPass:
      return "pass " + std::to_string(decision->policy_id);
    case Action::kDrop:
      return "drop " + std::to_string(decision->policy_id);
  }
  return "?";
}

TEST(Spd, WithoutPoliciesNothingMatches) {
  EXPECT_EQ(answer(Spd{}, flow("10.1.0.1", "10.2.0.1")), "none");
}

TEST(Spd, TheNewestSaOfAPairCarriesTheTraffic) {
  Spd spd;
  spd.add_sa(SaId{1}, SaIndex{11}, kLeft, kRight);
  spd.add_sa(SaId{2}, SaIndex{12}, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "sa 12");
  EXPECT_EQ(answer(spd, flow("10.2.0.1", "10.1.0.1")), "none");
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.3.0.1")), "none");
  spd.remove_sa(SaId{2}, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "sa 11");
  spd.remove_sa(SaId{1}, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "none");
}

TEST(Spd, RemovingTheOlderLeavesTheNewer) {
  Spd spd;
  spd.add_sa(SaId{1}, SaIndex{11}, kLeft, kRight);
  spd.add_sa(SaId{2}, SaIndex{12}, kLeft, kRight);
  spd.remove_sa(SaId{1}, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "sa 12");
}

TEST(Spd, LongerPrefixesComeFirst) {
  Spd spd;
  spd.add_sa(SaId{1}, SaIndex{11}, selector("10.1.0.0/24"), kRight);
  spd.add_sa(SaId{2}, SaIndex{12}, kLeft, kRight);
  spd.add_policy(7, Action::kPass, kAll, kAll);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "sa 11");
  EXPECT_EQ(answer(spd, flow("10.1.1.1", "10.2.0.1")), "sa 12");
  EXPECT_EQ(answer(spd, flow("10.9.1.1", "10.2.0.1")), "pass 7");
}

TEST(Spd, AHoleInATunnelForEverything) {
  Spd spd;
  spd.add_sa(SaId{1}, SaIndex{11}, selector("10.1.0.1/32"), kAll);
  spd.add_policy(7, Action::kPass, selector("10.1.0.1/32"), selector("192.168.1.0/24"));
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "8.8.8.8")), "sa 11");
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "192.168.1.9")), "pass 7");
}

TEST(Spd, EqualSelectorsGoByActionThenAge) {
  Spd spd;
  spd.add_policy(1, Action::kDrop, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "drop 1");
  spd.add_policy(2, Action::kPass, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "pass 2");
  spd.add_policy(3, Action::kTrap, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "trap 3");
  spd.add_policy(4, Action::kTrap, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "trap 4");
  spd.add_sa(SaId{1}, SaIndex{9}, kLeft, kRight);
  spd.add_policy(5, Action::kTrap, kLeft, kRight);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "sa 9");
  spd.remove_sa(SaId{1}, kLeft, kRight);
  spd.remove_policy(5);
  spd.remove_policy(4);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "trap 3");
}

TEST(Spd, ProtocolAndPortsNarrow) {
  Spd spd;
  spd.add_sa(SaId{1}, SaIndex{11}, kLeft, kRight);
  spd.add_sa(SaId{2}, SaIndex{12}, selector("10.1.0.0/16", 6), selector("10.2.0.0/16", 6, 80));
  spd.add_sa(SaId{3}, SaIndex{13}, selector("10.1.0.0/16", 6), selector("10.2.0.0/16", 6));
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1", 6, 1, 80)), "sa 12");
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1", 6, 80, 1)), "sa 13");
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1", 17, 1, 80)), "sa 11");
}

TEST(Spd, LaterFragmentsMatchOnlyWithoutPorts) {
  Spd spd;
  spd.add_sa(SaId{2}, SaIndex{12}, selector("10.1.0.0/16", 6), selector("10.2.0.0/16", 6, 80));
  Flow later = flow("10.1.0.1", "10.2.0.1", 6, 1, 80);
  later.has_ports = false;
  EXPECT_EQ(answer(spd, later), "none");
  spd.add_sa(SaId{3}, SaIndex{13}, selector("10.1.0.0/16", 6), selector("10.2.0.0/16", 6));
  EXPECT_EQ(answer(spd, later), "sa 13");
  later.has_protocol = false;
  EXPECT_EQ(answer(spd, later), "none");
}

TEST(Spd, FamiliesDoNotMix) {
  Spd spd;
  spd.add_policy(4, Action::kDrop, kAll, kAll);
  spd.add_sa(SaId{1}, SaIndex{6}, selector("2001:db8:1::/48"), selector("::/0"));
  EXPECT_EQ(answer(spd, flow("2001:db8:1::5", "2001:db8:9::1")), "sa 6");
  EXPECT_EQ(answer(spd, flow("2001:db8:2::5", "2001:db8:9::1")), "none");
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "drop 4");
}

TEST(Spd, OnePolicyMayHaveSeveralPairs) {
  Spd spd;
  spd.add_policy(1, Action::kTrap, kLeft, kRight);
  spd.add_policy(1, Action::kTrap, kLeft, selector("10.3.0.0/16"));
  spd.add_policy(1, Action::kTrap, kLeft, kRight);  // again
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.3.0.1")), "trap 1");
  spd.remove_policy(1);
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.2.0.1")), "none");
  EXPECT_EQ(answer(spd, flow("10.1.0.1", "10.3.0.1")), "none");
  spd.remove_policy(1);  // unknown is no error
}

TEST(Spd, TellsWhatMustNotLeaveInClear) {
  Spd spd;
  spd.add_policy(1, Action::kPass, kAll, kAll);
  EXPECT_TRUE(spd.protected_selectors().empty());
  spd.add_policy(2, Action::kTrap, kLeft, kRight);
  spd.add_sa(SaId{1}, SaIndex{6}, kLeft, kRight);
  spd.add_policy(3, Action::kDrop, kLeft, selector("10.3.0.0/16"));
  const auto selectors = spd.protected_selectors();
  EXPECT_EQ(selectors.size(), 3u);
  EXPECT_EQ(
      std::ranges::count_if(selectors, [](const auto& pair) { return pair.remote == kRight; }), 2);
}

TEST(Spd, TellsWhichDestinationsChanged) {
  Spd spd;
  const Prefix left = kLeft.prefix, right = kRight.prefix;
  EXPECT_EQ(spd.protected_local(right), std::nullopt);
  spd.add_policy(1, Action::kPass, kLeft, kRight);
  EXPECT_EQ(spd.changed_since(0)->size(), 0u);
  spd.add_sa(SaId{1}, SaIndex{6}, kLeft, kRight);
  spd.add_sa(SaId{2}, SaIndex{7}, kLeft, kRight);
  EXPECT_EQ(spd.protected_local(right), left);
  const std::uint64_t before = spd.version();
  spd.remove_sa(SaId{1}, kLeft, kRight);
  EXPECT_EQ(spd.protected_local(right), left);
  spd.remove_sa(SaId{2}, kLeft, kRight);
  EXPECT_EQ(spd.protected_local(right), std::nullopt);
  EXPECT_EQ(spd.changed_since(before), (std::vector{right, right}));
  EXPECT_EQ(spd.changed_since(spd.version())->size(), 0u);
}

TEST(Spd, SaysThatTooMuchChanged) {
  Spd spd;
  const std::uint64_t before = spd.version();
  for (unsigned id = 1; id <= 1000; ++id) spd.add_sa(SaId{id}, SaIndex{6}, kLeft, kRight);
  EXPECT_EQ(spd.changed_since(before), std::nullopt);
  const std::uint64_t late = spd.version();
  spd.remove_sa(SaId{7}, kLeft, kRight);
  EXPECT_EQ(spd.changed_since(late), std::vector{kRight.prefix});
}

TEST(Spd, VersionMovesWithEveryChange) {
  Spd spd;
  std::uint64_t before = spd.version();
  const auto has_moved = [&] {
    const std::uint64_t then = std::exchange(before, spd.version());
    return then != before;
  };
  spd.add_sa(SaId{1}, SaIndex{6}, kLeft, kRight);
  EXPECT_TRUE(has_moved());
  spd.add_policy(1, Action::kDrop, kAll, kAll);
  EXPECT_TRUE(has_moved());
  spd.remove_sa(SaId{1}, kLeft, kRight);
  EXPECT_TRUE(has_moved());
  spd.remove_policy(1);
  EXPECT_TRUE(has_moved());
}

/// Policies in a plain list, looked through by the words of spd.h.
struct Listed {
  SaId sa{};
  SaIndex index{};
  TrafficSelector local, remote;

  unsigned bits() const { return local.prefix.length + remote.prefix.length; }
  unsigned upper() const { return (local.protocol != 0) + (local.port != 0) + (remote.port != 0); }
};

std::string listed_answer(const std::vector<Listed>& list, const Flow& of) {
  const Listed* best = nullptr;
  for (const Listed& each : list) {
    if (!is_selected(of, Way::kFromLocal, each.local, each.remote)) continue;
    if (best == nullptr ||
        std::pair(each.bits(), each.upper()) >= std::pair(best->bits(), best->upper()))
      best = &each;  // the later of equals is the newer
  }
  return best == nullptr ? "none" : "sa " + std::to_string(to_number(best->index));
}

TEST(Spd, AnswersAsAPlainListDoes) {
  const unsigned seed = seed_of_test();
  std::mt19937 random(seed);
  const auto below = [&random](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  const auto some_selector = [&](std::uint8_t protocol) {
    TrafficSelector result;
    const unsigned length = 8 + 4 * below(7);
    IpAddress base = address("10.0.0.0");
    base.bytes[1] = static_cast<std::uint8_t>(below(2));
    base.bytes[2] = static_cast<std::uint8_t>(below(4) << 4);
    result.prefix = {masked(base, length), static_cast<std::uint8_t>(length)};
    result.protocol = protocol;
    result.port = static_cast<std::uint16_t>(protocol == 0 ? 0 : below(3));
    return result;
  };
  Spd spd;
  std::vector<Listed> list;
  std::uint32_t last = 0;
  for (unsigned step = 0; step < 3000; ++step) {
    if (list.size() < 40 && below(3) != 0) {
      const std::uint8_t protocol = below(2) == 0 ? 0 : 17;
      ++last;
      list.push_back({SaId{last}, SaIndex{static_cast<std::uint16_t>(last)},
                      some_selector(protocol), some_selector(protocol)});
      spd.add_sa(list.back().sa, list.back().index, list.back().local, list.back().remote);
    } else if (!list.empty()) {
      const auto gone = list.begin() + below(static_cast<unsigned>(list.size()));
      spd.remove_sa(gone->sa, gone->local, gone->remote);
      list.erase(gone);
    }
    const std::string from = "10." + std::to_string(below(2)) + "." +
                             std::to_string(below(4) << 4) + "." + std::to_string(below(3));
    const std::string to = "10." + std::to_string(below(2)) + "." + std::to_string(below(4) << 4) +
                           "." + std::to_string(below(3));
    const Flow packet = flow(from, to, below(2) == 0 ? 17 : 47, below(3), below(3));
    ASSERT_EQ(answer(spd, packet), listed_answer(list, packet))
        << "HOLDFAST_SEED=" << seed << ", step " << step << ", " << from << " to " << to;
  }
}

}  // namespace
}  // namespace holdfast::test
