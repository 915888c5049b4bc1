// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "exchange/world.h"

namespace holdfast::test {

inline IpAddress address(const char* text) { return IpAddress::parse(text).value(); }

/// What a machine's kernel says: its addresses, and the one that it would send from.
struct Machine : ike::Manager::NetworkView {
  std::vector<IpAddress> usable, more;
  std::optional<IpAddress> source;
  /// Peers that no route leads to.
  std::vector<IpAddress> unreachable;
  explicit Machine(const IpAddress& first) : usable{first}, source(first) {}
  bool is_usable(const IpAddress& own) const override {
    return std::find(usable.begin(), usable.end(), own) != usable.end();
  }
  std::optional<IpAddress> source_to(const IpAddress& peer) const override {
    const bool is_lost =
        std::find(unreachable.begin(), unreachable.end(), peer) != unreachable.end();
    return is_lost ? std::nullopt : source;
  }
  std::vector<IpAddress> own_addresses() const override { return more; }
};

/// A connection between two ends, of which either may move.
class MovingEnds : public testing::Test {
 protected:
  const IpAddress kFirst = address("192.0.2.1"), kSecond = address("203.0.113.7"),
                  kGateway = address("198.51.100.1");

  explicit MovingEnds(const ike::Settings& settings = {}) : w(1, settings) {}
  void connect(const std::string& client = client_conf(),
               const std::string& gateway = gateway_conf()) {
    w.responder.load(gateway);
    w.initiator.load(client);
    w.initiator.manager->set_network(&machine);
    w.responder.manager->set_network(&gateway_machine);
    w.initiator.initiate("net");
    w.settle();
    before = keys();
    w.num_sent = 0;
  }
  /// Keys of all SAs of both ends: a move leaves them alone.
  std::vector<Bytes> keys() const {
    std::vector<Bytes> all;
    for (const End* end : {&w.initiator, &w.responder})
      for (const auto& [id, sa] : end->offload.sas) all.push_back(sa.key);
    return all;
  }
  /// The initiator's address changes; with `keeps_old` both are there for a while.
  void go_to(const IpAddress& to, bool keeps_old) { go(w.initiator, machine, to, keeps_old); }
  static void go(End& end, Machine& of, const IpAddress& to, bool keeps_old) {
    end.more_addresses.clear();
    if (keeps_old) end.more_addresses.push_back(end.endpoint.address);
    if (!keeps_old) of.usable.clear();
    of.usable.push_back(to);
    of.source = to;
    end.endpoint.address = to;
    end.manager->on_network_change();
  }
  /// Of the end's only path.
  static const Binding& binding(const End& end) {
    EXPECT_EQ(end.offload.paths.size(), 1u);
    return end.offload.paths.begin()->second;
  }
  /// What the end may send to an unproven peer; nothing: no limit.
  static std::optional<std::uint32_t> credit(const End& end) {
    if (end.offload.credits.empty()) return std::nullopt;
    return end.offload.credits.begin()->second;
  }
  void expect_moved_to(const IpAddress& to) {
    EXPECT_EQ(check_pair(w), "");
    EXPECT_EQ(keys(), before) << "the keys live on";
    EXPECT_EQ(binding(w.responder).peer.address, to);
    EXPECT_EQ(binding(w.initiator).own.address, to);
    EXPECT_EQ(w.responder.only_sa().remote.address, to);
    EXPECT_EQ(w.initiator.only_sa().local.address, to);
    EXPECT_EQ(credit(w.responder), std::nullopt);
  }
  static std::size_t count(const End& end, ike::MoveStep step) {
    return static_cast<std::size_t>(
        std::count_if(end.moves.begin(), end.moves.end(),
                      [&](const auto& report) { return report.step == step; }));
  }

  Machine machine{kFirst}, gateway_machine{kGateway};
  World w;
  std::vector<Bytes> before;
};

}  // namespace holdfast::test
