// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <optional>

#include "Vpcie_request_receive_model.h"
#include "Vpcie_request_receive_model___024root.h"
#include "pcie_types.h"
#include "support/sim.h"
#include "support/state.h"
#include "support/stream.h"
#include "support/tlp.h"

namespace holdfast::test {
namespace {

constexpr unsigned kMaxPayloadCode = 5;  // 4 KiB, the whole payload memory

/// A request as it was offered. Reads and unsupported requests have no payload.
struct Offered {
  bool is_write = false;
  RequestFields fields;
  std::vector<std::uint32_t> payload;
};

/// pcie_request_receive between a source of TLPs and one who takes what is offered, and reads the
/// payload of a write beat by beat before it takes it.
class Bench {
 public:
  explicit Bench(Pauses pauses = {}, std::uint64_t seed = 1)
      : sink_percent_(pauses.sink_percent), random_(seed) {
    auto& top = sim.top();
    source.emplace(TlpSourcePins{[&top](bool valid, const TlpBeat& beat) {
                                   top.rx_req_valid_i = valid;
                                   put_beat(top.rx_req_i, beat);
                                   top.rx_req_bar_id_i = beat.bar_id;
                                   top.rx_req_func_num_i = beat.func_num;
                                 },
                                 [&top] { return top.rx_req_ready_o != 0; }},
                   4, pauses.source_percent, seed + 1);
    top.max_payload_i = kMaxPayloadCode;
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
  }

  bool settle() {
    if (!sim.run_until([this] { return source->idle() && !is_offered(); }, 500'000)) return false;
    sim.step(4);
    return sim.run_until([this] { return !is_offered(); }, 10'000);
  }

  Sim<Vpcie_request_receive_model> sim;
  std::optional<TlpSource> source;
  std::vector<Offered> offered;
  unsigned bad = 0, unsupported = 0;

 private:
  bool is_offered() { return sim.top().non_posted_valid_o || sim.top().write_valid_o; }

  void drive() {
    source->drive();
    auto& top = sim.top();
    const bool pauses = random_() % 100 < sink_percent_;
    top.non_posted_ready_i = !pauses;
    top.write_ready_i = takes_write_ && !pauses;
    top.payload_index_i = static_cast<std::uint8_t>(reads_beat_ ? beat_ : random_());
  }
  void sample() {
    source->sample();
    auto& top = sim.top();
    bad += top.bad_request_o;
    unsupported += top.unsupported_request_o;
    EXPECT_FALSE(is_offered() && top.rx_req_ready_o) << "one request at a time";
    if (top.non_posted_valid_o && top.non_posted_ready_i)
      offered.push_back({false, get_request(top.request_o), {}});
    if (top.write_valid_o) sample_write();
  }
  // One beat in two cycles: its index, then its data.
  void sample_write() {
    auto& top = sim.top();
    if (!is_begun_) {
      is_begun_ = reads_beat_ = true;
      beat_ = 0;
      offered.push_back({true, get_request(top.request_o), {}});
      return;
    }
    auto& write = offered.back();
    EXPECT_EQ(get_request(top.request_o), write.fields) << "the offer changes";
    if (reads_beat_) {
      reads_beat_ = false;
    } else if (!takes_write_) {
      for (unsigned i = 0; i < 4 && write.payload.size() < write.fields.length_dw; ++i)
        write.payload.push_back(top.payload_o[i]);
      ++beat_;
      takes_write_ = write.payload.size() == write.fields.length_dw;
      reads_beat_ = !takes_write_;
    } else if (top.write_ready_i) {
      takes_write_ = is_begun_ = false;
    }
  }

  unsigned sink_percent_;
  std::mt19937_64 random_;
  bool is_begun_ = false, reads_beat_ = false, takes_write_ = false;
  unsigned beat_ = 0;
};

std::vector<std::uint32_t> random_dws(std::mt19937_64& random, unsigned count) {
  std::vector<std::uint32_t> dws(count);
  for (auto& dw : dws) dw = static_cast<std::uint32_t>(random());
  return dws;
}

/// A request to BAR0 that is well-formed; whole DWs but for the first.
Tlp good_request(std::mt19937_64& random, bool is_write, unsigned length_dw) {
  Request r;
  const bool is_64 = random() % 2;
  r.kind = is_write ? (is_64 ? TlpKind::kMemWrite64 : TlpKind::kMemWrite32)
                    : (is_64 ? TlpKind::kMemRead64 : TlpKind::kMemRead32);
  r.length_dw = length_dw;
  r.address = 0xFE000000u + 0x1000 * (random() % 32) + 4 * (random() % (1025 - length_dw));
  r.first_be = length_dw == 1 ? random() % 16 : (0xFu << (random() % 4)) & 0xF;
  r.last_be = length_dw == 1 ? 0 : 0xF >> (random() % 4);
  r.requester_id = static_cast<std::uint16_t>(random());
  r.tag = static_cast<std::uint8_t>(random());
  r.tc = random() % 8;
  r.attr = random() % 4;
  return make_tlp(r, is_write ? random_dws(random, length_dw) : std::vector<std::uint32_t>{});
}

// ------------------------------------------------------------------ good and bad in a mixture

/// What a stream of requests must come to.
struct Expected {
  std::vector<Offered> offered;
  unsigned bad = 0, unsupported = 0;
};

void add_request(std::mt19937_64& random, Bench& bench, Expected& expected) {
  const auto shape = static_cast<unsigned>(random() % 8);
  const auto length = static_cast<unsigned>(1 + random() % (random() % 8 ? 9 : 1024));
  Tlp tlp = good_request(random, shape % 2, length);
  if (shape < 4) {
    expected.offered.push_back({has_data(tlp.kind()), fields_of(tlp), tlp.payload});
  } else if (shape == 4) {  // not BAR0: a read is answered, a write only counted
    tlp = good_request(random, random() % 2, length);
    tlp.bar_id = static_cast<std::uint8_t>(1 + random() % 5);
    ++expected.unsupported;
    auto fields = fields_of(tlp);
    fields.is_read = false;
    if (!has_data(tlp.kind())) expected.offered.push_back({false, fields, {}});
  } else if (shape == 5) {
    tlp.header[0] |= 1u << 14;  // poisoned
    ++expected.bad;
  } else if (shape == 6) {  // a message: ignored
    Request message;
    message.kind = TlpKind::kMessage;
    tlp = make_tlp(message);
  } else {
    if (random() % 2)
      tlp.payload.pop_back();
    else
      tlp.payload.push_back(5);
    ++expected.bad;
  }
  bench.source->send(tlp);
}

class PcieRequestReceive : public testing::TestWithParam<Pauses> {};

TEST_P(PcieRequestReceive, OffersWhatIsGoodWholeAndInOrder) {
  const auto seed = seed_or(21);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench(GetParam(), seed + 1);
  Expected expected;
  for (unsigned i = 0; i < 300; ++i) add_request(random, bench, expected);
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.bad, expected.bad);
  EXPECT_EQ(bench.unsupported, expected.unsupported);
  ASSERT_EQ(bench.offered.size(), expected.offered.size());
  for (std::size_t i = 0; i < expected.offered.size(); ++i) {
    EXPECT_EQ(bench.offered[i].is_write, expected.offered[i].is_write) << i;
    EXPECT_EQ(bench.offered[i].fields, expected.offered[i].fields) << i;
    EXPECT_EQ(bench.offered[i].payload, expected.offered[i].payload) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Pauses, PcieRequestReceive, testing::ValuesIn(kPauseMatrix));

// ------------------------------------------------------------------ streams that are torn

class PcieRequestReceiveTorn : public testing::Test {
 protected:
  /// Sends the beats, then a good write; only that is offered, and its payload is its own.
  void expect_bad(const std::vector<TlpBeat>& beats, const std::string& what) {
    SCOPED_TRACE(what);
    for (const auto& beat : beats) bench_.source->send_raw(beat);
    const Tlp good = good_request(random_, true, 1 + static_cast<unsigned>(random_() % 9));
    bench_.source->send(good);
    ASSERT_TRUE(bench_.settle());
    EXPECT_EQ(bench_.bad, ++bad_);
    ASSERT_EQ(bench_.offered.size(), bad_);
    EXPECT_EQ(bench_.offered.back().fields, fields_of(good));
    EXPECT_EQ(bench_.offered.back().payload, good.payload);
  }
  std::vector<TlpBeat> write_of(unsigned dws) {
    return bench_.source->cut(good_request(random_, true, dws));
  }

  std::mt19937_64 random_{31};  // of data only
  Bench bench_;
  unsigned bad_ = 0;
};

TEST_F(PcieRequestReceiveTorn, FramingAtTheWrongPlace) {
  auto beats = write_of(12);
  beats[0].sop = false;
  expect_bad(beats, "no sop");
  beats = write_of(12);
  beats[1].sop = true;
  expect_bad(beats, "a second sop");
  beats = write_of(12);
  beats[2].sop = true;
  expect_bad(beats, "sop on the last beat");
}

TEST_F(PcieRequestReceiveTorn, GapsInThePayload) {
  for (unsigned strb = 0; strb < 15; ++strb) {
    // The length fits what comes, so that the gap alone is wrong.
    auto beats = write_of(8 + static_cast<unsigned>(std::popcount(strb)));
    beats.resize(3, beats[0]);
    beats[1].sop = beats[1].eop = beats[2].sop = false;
    beats[2].eop = true;
    beats[1].strb = strb;
    beats[2].strb = 0xF;
    expect_bad(beats, "middle beat with strb " + std::to_string(strb));
  }
  for (const unsigned strb : {2u, 4u, 5u, 6u, 8u, 9u, 10u, 11u, 12u, 13u, 14u}) {
    auto beats = write_of(static_cast<unsigned>(4 + std::popcount(strb)));
    beats[1].strb = strb;
    expect_bad(beats, "last beat with strb " + std::to_string(strb));
  }
}

// More payload than a TLP can have, up to where the count would come round to the length.
TEST_F(PcieRequestReceiveTorn, EndlessPayload) {
  for (const unsigned extra : {1024u, 2044u, 2048u, 4096u, 8192u}) {
    auto beats = write_of(4);
    beats.resize(1 + extra / 4, beats[0]);
    for (auto& beat : beats) beat.sop = beat.eop = false;
    beats.front().sop = beats.back().eop = true;
    expect_bad(beats, "payload longer by " + std::to_string(extra));
  }
}

// PCIe 3.0, 2.7.1: a digest behind the payload is one DW more, also behind the largest one.
TEST_F(PcieRequestReceiveTorn, DigestIsNotPayload) {
  for (const unsigned length : {1u, 3u, 4u, 1023u, 1024u}) {
    Tlp tlp = good_request(random_, true, length);
    const auto payload = tlp.payload;
    tlp.header[0] |= 1u << 15;
    tlp.payload.push_back(0xD16E57);
    bench_.source->send(tlp);
    ASSERT_TRUE(bench_.settle());
    EXPECT_EQ(bench_.bad, 0u);
    ASSERT_FALSE(bench_.offered.empty());
    EXPECT_EQ(bench_.offered.back().payload, payload) << length;
  }
}

TEST_F(PcieRequestReceiveTorn, ResetWithinATlp) {
  for (const unsigned beats_before : {1u, 2u, 5u}) {
    const auto beats = write_of(24);
    for (unsigned i = 0; i < beats_before; ++i) bench_.source->send_raw(beats[i]);
    ASSERT_TRUE(bench_.settle());
    bench_.sim.reset();
    const auto before = bench_.offered.size();
    const Tlp good = good_request(random_, true, 7);
    bench_.source->send(good);
    ASSERT_TRUE(bench_.settle());
    EXPECT_EQ(bench_.bad, 0u);
    ASSERT_EQ(bench_.offered.size(), before + 1);
    EXPECT_EQ(bench_.offered.back().payload, good.payload);
  }
}

// ------------------------------------------------------------------ function level resets

// What counts is the epoch of the first beat; reads and refused requests have none.
TEST_F(PcieRequestReceiveTorn, WriteOfAnotherEpochIsStale) {
  auto& top = bench_.sim.top();
  for (const unsigned beats_before : {0u, 1u, 3u, 6u}) {
    SCOPED_TRACE(beats_before);
    top.epoch_i = top.rx_req_epoch_i = 7;
    const auto beats = write_of(24);
    for (unsigned i = 0; i < beats_before; ++i) bench_.source->send_raw(beats[i]);
    ASSERT_TRUE(bench_.source->idle() ||
                bench_.sim.run_until([&] { return bench_.source->idle(); }, 500));
    top.epoch_i = top.rx_req_epoch_i = 8;
    for (unsigned i = beats_before; i < beats.size(); ++i) bench_.source->send_raw(beats[i]);
    ASSERT_TRUE(bench_.sim.run_until([&] { return top.write_valid_o != 0; }, 500));
    EXPECT_EQ(top.write_is_stale_o != 0, beats_before > 0);
    ASSERT_TRUE(bench_.settle());
  }
  // While it is offered.
  bench_.source->send(good_request(random_, true, 40));
  ASSERT_TRUE(bench_.sim.run_until([&] { return top.write_valid_o != 0; }, 500));
  EXPECT_FALSE(top.write_is_stale_o);
  top.epoch_i = 9;
  bench_.sim.step(1);
  EXPECT_TRUE(top.write_is_stale_o);
  ASSERT_TRUE(bench_.settle());
}

// ------------------------------------------------------------------ keys in the payload

class PcieRequestReceiveSecrets : public PcieRequestReceiveTorn {
 protected:
  /// A write of `length` DWs, none of which stands anywhere else.
  Tlp secret_write(unsigned length) {
    Tlp tlp = good_request(random_, true, length);
    secrets_.clear();
    for (std::uint32_t& dw : tlp.payload)
      secrets_.push_back(dw = 0xC0DE'0000 | (random_() & 0xFFFF));
    return tlp;
  }
  std::size_t count() {
    auto& top = bench_.sim.top();
    std::memset(&top.rx_req_i, 0, sizeof(top.rx_req_i));
    top.eval();
    return count_secrets(state_of(top), secrets_);
  }

  std::vector<std::uint32_t> secrets_;
};

TEST_F(PcieRequestReceiveSecrets, GoAfterTheWriteIsDone) {
  for (const unsigned length : {1u, 4u, 5u, 8u, 13u, 64u, 1024u}) {
    bench_.source->send(secret_write(length));
    ASSERT_TRUE(bench_.sim.run_until([&] { return bench_.sim.top().write_valid_o != 0; }, 5000));
    EXPECT_GE(count(), length) << "the search finds nothing";
    ASSERT_TRUE(bench_.settle());
    bench_.sim.step(length / 4);
    EXPECT_EQ(count(), 0u) << length;
  }
}

TEST_F(PcieRequestReceiveSecrets, GoWithAWriteThatIsRefused) {
  for (const unsigned length : {1u, 4u, 5u, 8u, 13u, 64u, 1024u}) {
    for (const bool is_poisoned : {false, true}) {
      Tlp tlp = secret_write(length);
      if (is_poisoned)
        tlp.header[0] |= 1u << 14;
      else
        tlp.bar_id = 2;
      bench_.source->send(tlp);
      ASSERT_TRUE(bench_.settle());
      bench_.sim.step(length / 4 + 2);
      EXPECT_EQ(count(), 0u) << length << " poisoned " << is_poisoned;
    }
  }
}

TEST_F(PcieRequestReceiveSecrets, GoWithAReset) {
  for (const unsigned length : {8u, 1024u}) {
    const auto beats = bench_.source->cut(secret_write(length));
    for (std::size_t i = 0; i + 1 < beats.size(); ++i) bench_.source->send_raw(beats[i]);
    ASSERT_TRUE(bench_.settle());
    EXPECT_GE(count(), length - 4) << "the search finds nothing";
    bench_.sim.reset();
    bench_.sim.step(256);
    EXPECT_EQ(count(), 0u) << length;
  }
}

// What the forgetting costs: nothing for the writes of one DW that registers are mostly written
// with.
TEST_F(PcieRequestReceiveSecrets, CostNothingForOneBeat) {
  const auto cycles_of = [&](unsigned length) {
    constexpr unsigned kNum = 50;
    for (unsigned i = 0; i < kNum; ++i) bench_.source->send(good_request(random_, true, length));
    const std::size_t before = bench_.offered.size();
    const std::uint64_t begin = bench_.sim.cycle();
    EXPECT_TRUE(
        bench_.sim.run_until([&] { return bench_.offered.size() == before + kNum; }, 100'000));
    return (bench_.sim.cycle() - begin + kNum / 2) / kNum;
  };
  ASSERT_TRUE(bench_.settle());
  bench_.sim.step(300);
  EXPECT_EQ(cycles_of(1), 6u);
  EXPECT_EQ(cycles_of(4), 6u);
  EXPECT_EQ(cycles_of(8), 10u);  // a beat more to take and to forget, and two cycles to read it
}

}  // namespace
}  // namespace holdfast::test
