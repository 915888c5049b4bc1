// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>

#include "esp_packets.h"
#include "esp_pipeline_model.h"
#include "rtl/sad/sad_types.h"
#include "support/sim.h"
#include "support/stream.h"

/// The pipeline on a bench: packets into both sides, results out of both sides, commands.
namespace holdfast::test {

enum class Drop : unsigned {
  kNone,
  kDisabled,
  kBadDescriptor,
  kDmaWindow,
  kDmaRead,
  kTooLong,
  kSource,
  kTruncated,
  kBadHeader,
  kBadChecksum,
  kFragment,
  kNonEspMarker,
  kNatKeepalive,
  kNotEsp,
  kBadLength,
  kNoSa,
  kReplayEarly,
  kIcv,
  kReplayLate,
  kPadding,
  kDummy,
  kNextHeader,
  kInnerHeader,
  kSelector,
  kEcn,
  kLifetime,
  kSequence,
  kCredit,
  kStale
};

/// One packet as it goes in. Fields of esp_pkg::ingress_t.
struct PacketIn {
  Bytes bytes;
  Drop reason = Drop::kNone;
  bool has_ethernet = false;
  bool checksum_not_valid = false;
  unsigned sa_index = 0xFFFF;
  bool is_given_up = false;
};

/// One packet as it came out. Fields of esp_pkg::result_t.
struct PacketOut {
  Bytes bytes;
  Drop reason = Drop::kNone;
  bool has_ticket = false;
  unsigned length = 0, sa_index = 0;
  std::uint32_t generation = 0;
  std::uint64_t cycle = 0;  // of its last beat
};

class EspBench {
  using Model = PipelineModel;
  using Data = std::remove_reference_t<decltype(std::declval<Model>().wire_data_i)>;
  using Keep = std::remove_reference_t<decltype(std::declval<Model>().wire_keep_i)>;

  /// A source, a sink and what is remembered of their packets.
  struct Side {
    std::unique_ptr<StreamSource<Data, Keep>> source;
    std::unique_ptr<StreamSink<Data, Keep>> sink;
    std::deque<PacketIn> sent;  // not taken whole yet
    std::vector<PacketOut> out;
    std::size_t num_sent = 0;
    std::optional<std::uint64_t> first_cycle;  // first beat taken
    unsigned num_undone = 0;
  };

 public:
  static constexpr std::size_t kBeatBytes = 8 * sizeof(Keep);

  explicit EspBench(Pauses pauses = {}, std::uint64_t seed = 1) {
    auto& top = sim.top();
    top.enable_i = 1;
    top.event_ready_i = 1;
    top.command_start_i = 0;
    top.card_swept_i = 1;
    inbound_.source = std::make_unique<StreamSource<Data, Keep>>(
        StreamPins<Data, Keep>{&top.wire_data_i, &top.wire_keep_i, &top.wire_last_i,
                               &top.wire_valid_i, &top.wire_ready_o},
        kBeatBytes, pauses.source_percent, seed);
    inbound_.sink = std::make_unique<StreamSink<Data, Keep>>(
        StreamPins<Data, Keep>{&top.plain_data_o, &top.plain_keep_o, &top.plain_last_o,
                               &top.plain_valid_o, &top.plain_ready_i},
        kBeatBytes, pauses.sink_percent, seed + 1);
    outbound_.source = std::make_unique<StreamSource<Data, Keep>>(
        StreamPins<Data, Keep>{&top.plain_data_i, &top.plain_keep_i, &top.plain_last_i,
                               &top.plain_valid_i, &top.plain_ready_o},
        kBeatBytes, pauses.source_percent, seed + 2);
    outbound_.sink = std::make_unique<StreamSink<Data, Keep>>(
        StreamPins<Data, Keep>{&top.wire_data_o, &top.wire_keep_o, &top.wire_last_o,
                               &top.wire_valid_o, &top.wire_ready_i},
        kBeatBytes, pauses.sink_percent, seed + 3);
    attach(inbound_, top.wire_ingress_i, top.wire_error_i, top.plain_result_o, top.plain_done_i,
           top.wire_valid_i, top.wire_ready_o);
    attach(outbound_, top.plain_ingress_i, top.plain_error_i, top.wire_result_o, top.wire_done_i,
           top.plain_valid_i, top.plain_ready_o);
    sim.reset(32);
    if (!sim.run_until([&] { return top.swept_o == 1; }, 100000)) ADD_FAILURE() << "not swept";
  }

  void send_inbound(PacketIn packet) { send(inbound_, std::move(packet)); }
  void send_outbound(PacketIn packet) { send(outbound_, std::move(packet)); }
  const std::vector<PacketOut>& inbound() const { return inbound_.out; }
  const std::vector<PacketOut>& outbound() const { return outbound_.out; }
  std::uint64_t inbound_start() const { return inbound_.first_cycle.value_or(0); }
  std::uint64_t outbound_start() const { return outbound_.first_cycle.value_or(0); }

  void set_inbound_sink_pauses(unsigned percent) { inbound_.sink->set_pause_percent(percent); }
  void set_outbound_sink_pauses(unsigned percent) { outbound_.sink->set_pause_percent(percent); }
  void set_sink_pauses(unsigned percent) {
    set_inbound_sink_pauses(percent);
    set_outbound_sink_pauses(percent);
  }
  /// Packets that the pipeline has not taken whole.
  std::size_t inbound_waiting() const { return inbound_.sent.size(); }
  std::size_t outbound_waiting() const { return outbound_.sent.size(); }

  /// Until every packet has come out; fails the test when that takes too long.
  void run(std::uint64_t limit = 2'000'000) {
    const bool done = sim.run_until(
        [&] {
          return inbound_.out.size() == inbound_.num_sent &&
                 outbound_.out.size() == outbound_.num_sent;
        },
        limit);
    EXPECT_TRUE(done) << "inbound " << inbound_.out.size() << "/" << inbound_.num_sent
                      << ", outbound " << outbound_.out.size() << "/" << outbound_.num_sent;
    sim.step(4);
  }

  Code command(const Command& command) {
    auto& top = sim.top();
    command.store(top.command_i);
    top.command_start_i = 1;
    sim.step();
    top.command_start_i = 0;
    EXPECT_TRUE(sim.run_until([&] { return top.command_busy_o == 0; }, 10000));
    return CommandResult::load(top.command_result_o).code;
  }

  /// Adds `sa` as row and path `index`. Selectors: net 1 to net 2, of the inner family.
  void add_sa(unsigned index, const TestSa& sa, bool is_outbound, bool is_ipv6_inside = false,
              std::function<void(Command&)> change = {}) {
    Command path;
    path.op = Op::kWritePath;
    path.path_index = index;
    path.path.is_ipv6 = sa.own.size() == 16;
    path.path.has_udp = sa.has_udp;
    path.path.own = address(sa.own);
    path.path.peer = address(sa.peer);
    path.path.own_port = sa.own_port;
    path.path.peer_port = sa.peer_port;
    ASSERT_EQ(command(path), Code::kOk);
    Command add;
    add.op = Op::kAddSa;
    add.sa_index = index;
    add.path_index = index;
    add.row.spi = sa.spi;
    add.row.suite = static_cast<unsigned>(sa.key.size() / 8 - 1);
    add.row.is_outbound = is_outbound;
    add.row.has_esn = sa.has_esn;
    add.row.replay_window = 64;
    add.row.selector.is_ipv6 = is_ipv6_inside;
    add.row.selector.source = address(is_ipv6_inside ? ipv6_address(1, 0) : ipv4_address(1, 0));
    add.row.selector.destination =
        address(is_ipv6_inside ? ipv6_address(2, 0) : ipv4_address(2, 0));
    add.row.selector.source_bits = 16;
    add.row.selector.destination_bits = 16;
    for (std::size_t i = 0; i < sa.key.size(); ++i)
      add.key[i / 8] |= static_cast<std::uint64_t>(sa.key[i]) << (56 - 8 * (i % 8));
    for (std::uint8_t byte : sa.salt) add.salt = add.salt << 8 | byte;
    if (change) change(add);
    ASSERT_EQ(command(add), Code::kOk);
  }

  Sim<Model> sim;

 private:
  static Bits128 address(const Bytes& bytes) {
    Bits128 value;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      (i < 8 ? value.high : value.low) |= static_cast<std::uint64_t>(bytes[i])
                                          << (56 - 8 * (i % 8));
    return value;
  }

  template <typename Ingress, typename Result>
  void attach(Side& side, Ingress& ingress, std::uint8_t& error, Result& result, std::uint8_t& done,
              std::uint8_t& valid, std::uint8_t& ready) {
    side.source->on_start = [&](std::size_t) {
      const PacketIn& packet = side.sent.front();
      PackedWriter w;
      w.put(static_cast<unsigned>(packet.reason), 6).put(packet.has_ethernet, 1);
      w.put(packet.checksum_not_valid, 1).put(packet.sa_index, 16).store(ingress);
      error = packet.is_given_up;
    };
    side.sink->on_packet = [&](const Bytes& bytes) {
      PackedReader r(result, 71);
      PacketOut out;
      out.bytes = bytes;
      out.reason = static_cast<Drop>(r.get(6));
      out.has_ticket = r.get(1);
      out.length = static_cast<unsigned>(r.get(16));
      out.sa_index = static_cast<unsigned>(r.get(16));
      out.generation = static_cast<std::uint32_t>(r.get(32));
      out.cycle = sim.cycle();
      if (out.has_ticket) ++side.num_undone;
      EXPECT_EQ(out.length, bytes.size());
      side.out.push_back(std::move(out));
    };
    sim.add_agent(
        [&] {
          done = side.num_undone > 0;
          if (done) --side.num_undone;
          side.source->drive();
          side.sink->drive();
        },
        [&] {
          if (valid && ready && !side.first_cycle) side.first_cycle = sim.cycle();
          const std::size_t before = side.source->packets_started();
          side.source->sample();
          if (side.source->packets_started() != before) side.sent.pop_front();
          side.sink->sample();
        });
  }

  void send(Side& side, PacketIn packet) {
    side.source->send(packet.bytes);
    side.sent.push_back(std::move(packet));
    ++side.num_sent;
  }

  Side inbound_, outbound_;
};

}  // namespace holdfast::test
