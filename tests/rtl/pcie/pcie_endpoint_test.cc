// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "Vpcie_endpoint_model.h"
#include "support/sim.h"
#include "support/stream.h"
#include "support/tlp.h"

namespace holdfast::test {
namespace {

constexpr unsigned kRegisterDws = 0x20000 / 4;
constexpr std::uint16_t kCompleterId = 0x0300;

struct Access {
  bool is_write;
  std::uint32_t offset, data;
  unsigned byte_enable;
};

std::uint32_t merge(std::uint32_t old, std::uint32_t value, unsigned byte_enable) {
  for (unsigned i = 0; i < 4; ++i) {
    const std::uint32_t mask = 0xFFu << (8 * i);
    if ((byte_enable >> i) & 1) old = (old & ~mask) | (value & mask);
  }
  return old;
}

/// The endpoint with a memory of registers behind it that answers after some cycles.
class Bench {
 public:
  explicit Bench(Pauses pauses = {}, std::uint64_t seed = 1, unsigned max_ack_cycles = 1)
      : memory(kRegisterDws), random_(seed), max_ack_cycles_(max_ack_cycles) {
    auto& top = sim.top();
    source.emplace(TlpSourcePins{[&top](bool valid, const TlpBeat& beat) {
                                   top.rx_req_valid_i = valid;
                                   put_beat(top.rx_req_i, beat);
                                   top.rx_req_bar_id_i = beat.bar_id;
                                   top.rx_req_func_num_i = beat.func_num;
                                 },
                                 [&top] { return top.rx_req_ready_o != 0; }},
                   4, pauses.source_percent, seed + 1);
    sink.emplace(TlpSinkPins{[&top]() -> std::optional<TlpBeat> {
                               if (!top.tx_cpl_valid_o) return std::nullopt;
                               return get_beat(top.tx_cpl_o);
                             },
                             [&top](bool ready) { top.tx_cpl_ready_i = ready; }},
                 4, pauses.sink_percent, seed + 2);
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    configure(0);
    sim.reset();
    for (unsigned i = 0; i < kRegisterDws; ++i) memory[i] = i * 0x9E3779B1u;
  }

  /// pcie_config_t: 29 bits, max_payload on top.
  void configure(unsigned max_payload, bool rcb = false) {
    auto& cfg = sim.top().cfg_i;
    cfg = 0;
    set_bits(cfg, 24, 3, max_payload);
    set_bits(cfg, 5, 16, kCompleterId);
    set_bits(cfg, 1, 1, rcb);
  }

  bool settle(std::uint64_t limit = 200'000) {
    if (!sim.run_until([this] { return source->idle(); }, limit)) return false;
    sim.step(60);
    return true;
  }
  std::optional<Completion> completion(std::uint64_t limit = 20'000) {
    if (!sim.run_until([this] { return !sink->tlps.empty(); }, limit)) return std::nullopt;
    const auto c = parse_completion(sink->tlps.front());
    sink->tlps.pop_front();
    return c;
  }

  Sim<Vpcie_endpoint_model> sim;
  std::optional<TlpSource> source;
  std::optional<TlpSink> sink;
  std::vector<std::uint32_t> memory;
  std::vector<Access> log;
  unsigned bad = 0, unsupported = 0;

 private:
  void drive() {
    source->drive();
    sink->drive();
    auto& top = sim.top();
    top.csr_ack_i = acks_now_;
    top.csr_data_i = answer_;
  }
  void sample() {
    source->sample();
    sink->sample();
    auto& top = sim.top();
    bad += top.bad_request_o;
    unsupported += top.unsupported_request_o;
    if (acks_now_) {
      acks_now_ = false;
      return;
    }
    if (!top.csr_valid_o) return;
    if (wait_ == 0) wait_ = 1 + static_cast<unsigned>(random_() % max_ack_cycles_);
    if (--wait_ != 0) return;
    const auto request = top.csr_request_o;
    const Access access{get_bits(request, 53, 1) != 0,
                        static_cast<std::uint32_t>(get_bits(request, 36, 17)),
                        static_cast<std::uint32_t>(get_bits(request, 4, 32)),
                        static_cast<unsigned>(get_bits(request, 0, 4))};
    log.push_back(access);
    auto& word = memory.at(access.offset / 4);
    if (access.is_write) word = merge(word, access.data, access.byte_enable);
    answer_ = access.is_write ? 0 : word;
    acks_now_ = true;
  }

  std::mt19937_64 random_;
  unsigned max_ack_cycles_, wait_ = 0;
  bool acks_now_ = false;
  std::uint32_t answer_ = 0;
};

TEST(PcieEndpoint, AnswersOneDwWithTheFieldsOfTheRequest) {
  for (const TlpKind kind : {TlpKind::kMemRead32, TlpKind::kMemRead64}) {
    Bench b;
    Request request;
    request.kind = kind;
    request.address = 0xFE0'1234 & 0xFFFFFFC;
    if (has_4dw(kind)) request.address |= 0x12'0000'0000;
    request.requester_id = 0xBEEF;
    request.tag = 0xA5;
    request.tc = 5;
    request.attr = 7;  // ID ordering must not come back
    b.source->send(make_tlp(request));
    const auto c = b.completion();
    ASSERT_TRUE(c);
    EXPECT_EQ(c->kind, TlpKind::kCompletionData);
    EXPECT_EQ(c->status, 0u);
    EXPECT_EQ(c->length_dw, 1u);
    EXPECT_EQ(c->byte_count, 4u);
    EXPECT_EQ(c->lower_address, 0x34u);
    EXPECT_EQ(c->completer_id, kCompleterId);
    EXPECT_EQ(c->requester_id, 0xBEEF);
    EXPECT_EQ(c->tag, 0xA5);
    EXPECT_EQ(c->tc, 5u);
    EXPECT_EQ(c->attr, 3u);
    EXPECT_THAT(c->payload, testing::ElementsAre(b.memory[0x1234 / 4]));
    EXPECT_EQ(b.bad + b.unsupported, 0u);
  }
}

TEST(PcieEndpoint, ByteEnablesOfOneDw) {
  for (unsigned be = 0; be < 16; ++be) {
    Bench b;
    Request request;
    request.address = 0x40;
    request.first_be = be;
    const Tlp tlp = make_tlp(request);
    b.source->send(tlp);
    ReadAssembler assembler(tlp);
    const auto c = b.completion();
    ASSERT_TRUE(c);
    EXPECT_EQ(assembler.add(*c), "") << "byte enable " << be;
    EXPECT_EQ(c->length_dw, 1u);
    // A zero-length read (PCIe 3.0, 2.2.5) is answered, and is no access.
    EXPECT_EQ(b.log.size(), be == 0 ? 0u : 1u);

    b.source->send(mem_write(0x40, {0x11223344}, be));
    ASSERT_TRUE(b.settle());
    EXPECT_EQ(b.memory[0x10], merge(0x10 * 0x9E3779B1u, 0x11223344, be));
  }
}

// Random reads and writes of all lengths, alignments and byte enables against a memory that is
// written in the order of the requests.
class PcieEndpointMatrix : public testing::TestWithParam<Pauses> {};

unsigned random_contiguous(std::mt19937_64& random, bool is_first) {
  const unsigned n = static_cast<unsigned>(random() % 4);
  return is_first ? (0xFu << n) & 0xF : 0xFu >> n;
}

Request random_request(std::mt19937_64& random, bool is_write, unsigned max_dw) {
  Request r;
  r.kind = is_write ? (random() % 2 ? TlpKind::kMemWrite32 : TlpKind::kMemWrite64)
                    : (random() % 2 ? TlpKind::kMemRead32 : TlpKind::kMemRead64);
  const unsigned shape = random() % 4;
  const unsigned limit = shape == 0 ? 1 : shape == 1 ? 3 : shape == 2 ? 40 : max_dw;
  r.length_dw = 1 + static_cast<unsigned>(random() % limit);
  const unsigned page = static_cast<unsigned>(random() % 32);
  const unsigned start = static_cast<unsigned>(random() % (1024 - r.length_dw + 1));
  r.address = 0xFE000000u + page * 4096 + start * 4;
  if (r.length_dw == 1) {
    r.first_be = random() % 16;
  } else if (r.length_dw == 2 && start % 2 == 0) {
    r.first_be = 1 + static_cast<unsigned>(random() % 15);
    r.last_be = 1 + static_cast<unsigned>(random() % 15);
  } else {
    r.first_be = random_contiguous(random, true);
    r.last_be = random_contiguous(random, false);
  }
  r.tag = static_cast<std::uint8_t>(random());
  r.requester_id = static_cast<std::uint16_t>(random());
  r.tc = random() % 8;
  r.attr = random() % 8;
  r.has_digest = random() % 8 == 0;
  return r;
}

TEST_P(PcieEndpointMatrix, RandomReadsAndWrites) {
  const auto seed = seed_or(7);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench b(GetParam(), seed, 4);
  b.configure(5, random() % 2);
  auto expected = b.memory;

  struct Pending {
    ReadAssembler assembler;
    std::vector<std::uint32_t> data;
    bool is_zero_length;
  };
  std::deque<Pending> pending;
  unsigned outstanding_dw = 0;
  const auto collect = [&] {
    while (!b.sink->tlps.empty()) {
      const auto c = parse_completion(b.sink->tlps.front());
      b.sink->tlps.pop_front();
      ASSERT_FALSE(pending.empty());
      auto& front = pending.front();
      ASSERT_EQ(front.assembler.add(c), "");
      if (!front.assembler.is_done()) continue;
      if (!front.is_zero_length) {
        ASSERT_EQ(front.assembler.data(), front.data);
      }
      outstanding_dw -= static_cast<unsigned>(front.data.size());
      pending.pop_front();
    }
  };

  for (unsigned n = 0; n < 400; ++n) {
    const bool is_write = random() % 2;
    const Request r = random_request(random, is_write, 1024);
    const std::size_t first = (r.address & 0x1FFFF) / 4;
    if (is_write) {
      std::vector<std::uint32_t> dws(r.length_dw);
      for (unsigned i = 0; i < r.length_dw; ++i) {
        dws[i] = static_cast<std::uint32_t>(random());
        const unsigned be = i == 0 ? r.first_be : i + 1 == r.length_dw ? r.last_be : 0xF;
        expected[first + i] = merge(expected[first + i], dws[i], be);
      }
      if (r.has_digest && random() % 2) dws.push_back(0xD16E57);  // ignored
      b.source->send(make_tlp(r, dws));
    } else {
      // Beyond one largest read that is not taken, writes may pass reads.
      ASSERT_TRUE(b.sim.run_until(
          [&] {
            collect();
            return testing::Test::HasFatalFailure() ||
                   (outstanding_dw + r.length_dw <= 900 && pending.size() < 30) || pending.empty();
          },
          100'000));
      if (HasFatalFailure()) return;
      const Tlp tlp = make_tlp(r);
      pending.push_back({ReadAssembler(tlp),
                         {expected.begin() + static_cast<long>(first),
                          expected.begin() + static_cast<long>(first + r.length_dw)},
                         r.first_be == 0});
      outstanding_dw += r.length_dw;
      b.source->send(tlp);
    }
  }
  ASSERT_TRUE(b.sim.run_until(
      [&] {
        collect();
        return HasFatalFailure() || (pending.empty() && b.source->idle());
      },
      2'000'000));
  if (HasFatalFailure()) return;
  ASSERT_TRUE(b.settle());
  b.sim.step(10'000);  // the last write
  EXPECT_EQ(b.memory, expected);
  EXPECT_EQ(b.sink->error, "");
  EXPECT_EQ(b.bad + b.unsupported, 0u);
}

INSTANTIATE_TEST_SUITE_P(Pauses, PcieEndpointMatrix, testing::ValuesIn(kPauseMatrix));

TEST(PcieEndpoint, LargestReadIsSplitAt128) {
  Bench b;
  Request request;
  request.address = 0x3000;
  request.length_dw = 1024;
  request.last_be = 0xF;
  const Tlp tlp = make_tlp(request);
  b.source->send(tlp);
  ReadAssembler assembler(tlp);
  unsigned pieces = 0;
  for (; !assembler.is_done(); ++pieces) {
    const auto c = b.completion();
    ASSERT_TRUE(c);
    ASSERT_EQ(assembler.add(*c), "");
  }
  EXPECT_EQ(pieces, 32u);
}

// What is answered with "unsupported request", and the byte count of that answer.
struct UnsupportedCase {
  const char* name;
  TlpKind kind;
  unsigned length_dw, payload_dw;
  std::uint8_t bar_id, func_num;
  unsigned byte_count;
  TlpKind answer;
};
constexpr auto kCpl = TlpKind::kCompletion;
const UnsupportedCase kUnsupportedCases[] = {
    {"io read", TlpKind::kIoRead, 1, 0, 0, 0, 4, kCpl},
    {"io write", TlpKind::kIoWrite, 1, 1, 0, 0, 4, kCpl},
    {"configuration read 0", TlpKind::kConfigRead0, 1, 0, 0, 0, 4, kCpl},
    {"configuration write 0", TlpKind::kConfigWrite0, 1, 1, 0, 0, 4, kCpl},
    {"configuration read 1", TlpKind::kConfigRead1, 1, 0, 0, 0, 4, kCpl},
    {"configuration write 1", TlpKind::kConfigWrite1, 1, 1, 0, 0, 4, kCpl},
    {"fetch and add 32", TlpKind::kFetchAdd32, 1, 1, 0, 0, 4, kCpl},
    {"fetch and add 64", TlpKind::kFetchAdd64, 2, 2, 0, 0, 8, kCpl},
    {"swap", TlpKind::kSwap32, 2, 2, 0, 0, 8, kCpl},
    {"compare and swap", TlpKind::kCas64, 4, 4, 0, 0, 8, kCpl},
    {"locked read 32", TlpKind::kMemReadLocked32, 1, 0, 0, 0, 4, TlpKind::kCompletionLocked},
    {"locked read 64", TlpKind::kMemReadLocked64, 1, 0, 0, 0, 4, TlpKind::kCompletionLocked},
    {"read of BAR 2", TlpKind::kMemRead32, 3, 0, 2, 0, 12, kCpl},
    {"read of the expansion ROM", TlpKind::kMemRead64, 3, 0, 6, 0, 12, kCpl},
    {"read of function 1", TlpKind::kMemRead32, 1024, 0, 0, 1, 4096, kCpl},
};

TEST(PcieEndpoint, UnsupportedRequestsAreAnsweredAndCounted) {
  for (const auto& c : kUnsupportedCases) {
    SCOPED_TRACE(c.name);
    Bench b;
    Request request;
    request.kind = c.kind;
    request.length_dw = c.length_dw;
    request.last_be = c.length_dw == 1 ? 0 : 0xF;
    request.tag = 0x77;
    request.requester_id = 0x1234;
    request.tc = 3;
    Tlp tlp = make_tlp(request, std::vector<std::uint32_t>(c.payload_dw, 0x5555AAAA));
    tlp.bar_id = c.bar_id;
    tlp.func_num = c.func_num;
    b.source->send(tlp);
    const auto answer = b.completion();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, c.answer);
    EXPECT_EQ(answer->status, 1u);
    EXPECT_EQ(answer->byte_count, c.byte_count);
    EXPECT_EQ(answer->tag, 0x77);
    EXPECT_EQ(answer->requester_id, 0x1234);
    EXPECT_EQ(answer->tc, 3u);
    EXPECT_EQ(answer->lower_address, 0u);
    EXPECT_TRUE(answer->payload.empty());
    EXPECT_EQ(b.unsupported, 1u);
    EXPECT_EQ(b.bad, 0u);
    EXPECT_TRUE(b.log.empty());
    // The next request is worked on.
    b.source->send(mem_read(0x10, 4, 1));
    ASSERT_TRUE(b.completion());
  }
}

struct SilentCase {
  const char* name;
  Tlp tlp;
  unsigned bad, unsupported;
};

Tlp write_to(std::uint8_t bar_id, std::uint8_t func_num) {
  Tlp tlp = mem_write(0x40, {1});
  tlp.bar_id = bar_id;
  tlp.func_num = func_num;
  return tlp;
}
Tlp with(Request r, std::size_t payload_dw) {
  return make_tlp(r, std::vector<std::uint32_t>(payload_dw, 0xABCD));
}
constexpr auto kRead = TlpKind::kMemRead32, kWrite = TlpKind::kMemWrite32;

// Changes nothing and is not answered.
std::vector<SilentCase> silent_cases() {
  return {
      {"message", with({.kind = TlpKind::kMessage}, 0), 0, 0},
      {"message with data", with({.kind = TlpKind::kMessageData, .length_dw = 2}, 2), 0, 0},
      {"write to BAR 1", write_to(1, 0), 0, 1},
      {"write to function 3", write_to(0, 3), 0, 1},
      {"poisoned write", with({.kind = kWrite, .is_poisoned = true}, 1), 1, 0},
      {"payload too short", with({.kind = kWrite, .length_dw = 6, .last_be = 15}, 5), 1, 0},
      {"payload too long", with({.kind = kWrite, .length_dw = 6, .last_be = 15}, 7), 1, 0},
      {"two digests", with({.kind = kWrite, .has_digest = true}, 3), 1, 0},
      {"write without payload", with({.kind = kWrite}, 0), 1, 0},
      {"read with payload", with({.kind = kRead}, 1), 1, 0},
      {"endless payload", with({.kind = kWrite, .length_dw = 8, .last_be = 15}, 5000), 1, 0},
      {"beyond the payload limit", with({.kind = kWrite, .length_dw = 33, .last_be = 15}, 33), 1,
       0},
      {"last byte enable of one DW", with({.kind = kWrite, .last_be = 1}, 1), 1, 0},
      {"no last byte enable", with({.kind = kWrite, .length_dw = 2}, 2), 1, 0},
      {"no first byte enable",
       with({.kind = kWrite, .length_dw = 2, .first_be = 0, .last_be = 15}, 2), 1, 0},
      {"gap in the first byte enable",
       with({.kind = kRead, .length_dw = 3, .first_be = 0xB, .last_be = 15}, 0), 1, 0},
      {"gap in the last byte enable",
       with({.kind = kRead, .length_dw = 3, .first_be = 15, .last_be = 0xD}, 0), 1, 0},
      {"gap in two DWs that are not aligned",
       with({.kind = kRead, .address = 4, .length_dw = 2, .first_be = 0xD, .last_be = 15}, 0), 1,
       0},
      {"read across 4 KiB",
       with({.kind = kRead, .address = 0xFFC, .length_dw = 2, .last_be = 15}, 0), 1, 0},
      {"write across 4 KiB",
       with({.kind = kWrite, .address = 0x1FF8, .length_dw = 3, .last_be = 15}, 3), 1, 0},
      {"completion", with({.kind = TlpKind::kCompletionData}, 1), 1, 0},
      {"prefix", with({.kind = static_cast<TlpKind>(0x90)}, 0), 1, 0},
      {"type that does not exist", with({.kind = static_cast<TlpKind>(0x07)}, 0), 1, 0},
      {"io with a long header", with({.kind = static_cast<TlpKind>(0x22)}, 0), 1, 0},
  };
}

TEST(PcieEndpoint, WhatIsWrongChangesNothingAndIsCounted) {
  for (const auto& c : silent_cases()) {
    SCOPED_TRACE(c.name);
    Bench b;
    const auto before = b.memory;
    b.source->send(c.tlp);
    ASSERT_TRUE(b.settle());
    EXPECT_EQ(b.bad, c.bad);
    EXPECT_EQ(b.unsupported, c.unsupported);
    EXPECT_TRUE(b.sink->tlps.empty());
    EXPECT_TRUE(b.log.empty());
    EXPECT_EQ(b.memory, before);
    b.source->send(mem_read(0x10, 4, 1));
    const auto next = b.completion();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->payload.at(0), before[4]);
  }
}

TEST(PcieEndpoint, TornStreamIsCountedAndDoesNotHang) {
  // Beats of an 8-DW write: a gap in strb, no sop at the start, a sop in the middle.
  for (unsigned c = 0; c < 3; ++c) {
    SCOPED_TRACE(c);
    Bench b;
    Tlp tlp = mem_write(0x40, std::vector<std::uint32_t>(8, 0x1111));
    auto beats = b.source->cut(tlp);
    if (c == 0) beats[0].strb = 0xB;
    if (c == 1) beats[0].sop = false;
    if (c == 2) beats[1].sop = true;
    for (const auto& beat : beats) b.source->send_raw(beat);
    b.source->send(mem_read(0x40, 4, 1));
    const auto next = b.completion();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->payload.at(0), 0x10 * 0x9E3779B1u);
    EXPECT_EQ(b.bad, 1u);
  }
}

TEST(PcieEndpoint, CompletionWaitsForTheDmaWritesBeforeIt) {
  for (const unsigned accepted : {0u, 0x7000u, 0xFFFEu}) {
    Bench b;
    auto& top = b.sim.top();
    top.writes_accepted_i = static_cast<std::uint16_t>(accepted);
    top.writes_offered_i = static_cast<std::uint16_t>(accepted + 3);
    b.source->send(mem_read(0x20, 4, 9));
    Request io;
    io.kind = TlpKind::kIoRead;
    b.source->send(make_tlp(io));
    b.sim.step(300);
    EXPECT_TRUE(b.sink->tlps.empty());
    EXPECT_EQ(b.log.size(), 1u) << "the register is read at once";
    // Writes offered later do not matter.
    top.writes_offered_i = static_cast<std::uint16_t>(accepted + 90);
    top.writes_accepted_i = static_cast<std::uint16_t>(accepted + 2);
    // Requests are taken meanwhile.
    b.source->send(mem_write(0x20, {0xFEED}));
    b.sim.step(300);
    EXPECT_TRUE(b.sink->tlps.empty());
    EXPECT_EQ(b.memory[8], 0xFEEDu);
    top.writes_accepted_i = static_cast<std::uint16_t>(accepted + 3);
    b.sim.step(10);
    ASSERT_EQ(b.sink->tlps.size(), 2u);
    EXPECT_EQ(b.sink->tlps[0].payload.at(0), 8 * 0x9E3779B1u) << "from before the write";
    EXPECT_EQ(b.sink->tlps[1].kind(), TlpKind::kCompletion);
  }
}

TEST(PcieEndpoint, AcceptedWritesRunOnWhileACompletionIsStalled) {
  Bench b;
  auto& top = b.sim.top();
  b.sink->is_stalled = true;
  for (std::uint8_t i = 0; i < 8; ++i) b.source->send(mem_read(0x20, 4, i));
  ASSERT_TRUE(b.settle());
  // More than half of the counters' range goes by.
  for (unsigned i = 0; i < 0xC000; i += 0x100) {
    top.writes_offered_i = static_cast<std::uint16_t>(i);
    top.writes_accepted_i = static_cast<std::uint16_t>(i);
    b.sim.step(2);
  }
  b.sink->is_stalled = false;
  b.sim.step(50);
  EXPECT_EQ(b.sink->tlps.size(), 8u);
}

TEST(PcieEndpoint, LargestWriteWithDigest) {
  Bench b;
  b.configure(5);
  Request request;
  request.kind = TlpKind::kMemWrite32;
  request.address = 0x4000;
  request.length_dw = 1024;
  request.last_be = 0xF;
  request.has_digest = true;
  std::vector<std::uint32_t> dws(1025);
  for (std::uint32_t i = 0; i < 1025; ++i) dws[i] = i ^ 0xABCD0000;
  b.source->send(make_tlp(request, dws));
  ASSERT_TRUE(b.settle());
  b.sim.step(5'000);
  for (std::uint32_t i = 0; i < 1024; ++i) ASSERT_EQ(b.memory[0x1000 + i], dws[i]) << i;
  EXPECT_EQ(b.memory[0x1400], 0x1400 * 0x9E3779B1u);
}

TEST(PcieEndpoint, WritesNeverWaitForTheTransmitStream) {
  Bench b(Pauses{0, 90});
  b.sink->is_stalled = true;
  // All 256 tags, far more than the completions that are kept.
  for (unsigned tag = 0; tag < 256; ++tag)
    b.source->send(mem_read(0x100 + 4 * tag, 300, static_cast<std::uint8_t>(tag)));
  for (std::uint32_t i = 0; i < 20; ++i) b.source->send(mem_write(0x1F000 + 4 * i, {i}));
  ASSERT_TRUE(b.sim.run_until([&] { return b.memory[0x1F000 / 4 + 19] == 19; }, 100'000));
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(b.memory[0x1F000 / 4 + i], i);
  // A slow link: writes pass at every place of the reads.
  b.sink->is_stalled = false;
  for (std::uint32_t i = 0; i < 300; ++i) {
    b.source->send(mem_write(0x1E000 + 4 * i, {i}));
    b.sim.step(37);
  }
  for (std::uint32_t i = 0; i < 290; ++i) EXPECT_EQ(b.memory[0x1E000 / 4 + i], i);
  ASSERT_TRUE(b.sim.run_until(
      [&] { return !b.sink->tlps.empty() && parse_completion(b.sink->tlps.back()).tag == 255; },
      500'000));
  b.sim.step(2'000);
  // Each read complete and unharmed by the writes that passed it.
  unsigned next = 0;
  std::optional<ReadAssembler> assembler;
  for (const auto& tlp : b.sink->tlps) {
    if (!assembler)
      assembler.emplace(mem_read(0x100 + 4 * next, 300, static_cast<std::uint8_t>(next)));
    ASSERT_EQ(assembler->add(parse_completion(tlp)), "") << "read " << next;
    if (!assembler->is_done()) continue;
    ASSERT_EQ(assembler->data().front(), (0x40 + next) * 0x9E3779B1u);
    ASSERT_EQ(assembler->data().back(), (0x40 + next + 74) * 0x9E3779B1u);
    assembler.reset();
    ++next;
  }
  EXPECT_EQ(next, 256u);
}

}  // namespace
}  // namespace holdfast::test
