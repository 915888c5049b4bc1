// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "register_access_bench.h"

namespace holdfast::test {
namespace {

using Bench = RegisterAccessBench;

std::vector<std::uint32_t> assemble(const Tlp& tlp, const std::vector<Completion>& pieces) {
  ReadAssembler assembler(tlp);
  for (const auto& piece : pieces) EXPECT_EQ(assembler.add(piece), "");
  EXPECT_TRUE(assembler.is_done());
  EXPECT_EQ(assembler.status(), 0u);
  return assembler.data();
}

Tlp read_of(unsigned dw, unsigned length, std::uint8_t tag) {
  return mem_read(4ull * dw, 4 * length, tag);
}
Tlp write_of(unsigned dw, std::vector<std::uint32_t> dws) {
  return mem_write(4ull * dw, std::move(dws));
}

// ------------------------------------------------------------------ requests in their order

/// Any well-formed memory request; half of the lengths are small.
Tlp random_request(std::mt19937_64& random, bool is_write) {
  Request r;
  r.kind = is_write ? TlpKind::kMemWrite32 : TlpKind::kMemRead32;
  r.length_dw = 1 + static_cast<unsigned>(random() % (random() % 2 ? 6 : 200));
  const auto start = static_cast<unsigned>(random() % (1025 - r.length_dw));
  r.address = 0x1000 * (random() % 4) + 4 * start;
  r.first_be = r.length_dw == 1 ? random() % 16 : (0xFu << (random() % 4)) & 0xF;
  r.last_be = r.length_dw == 1 ? 0 : 0xF >> (random() % 4);
  if (r.length_dw == 2 && start % 2 == 0) r.first_be = 1 + static_cast<unsigned>(random() % 15);
  r.requester_id = static_cast<std::uint16_t>(random());
  r.tc = random() % 8;
  r.attr = random() % 4;
  std::vector<std::uint32_t> dws(is_write ? r.length_dw : 0);
  for (auto& dw : dws) dw = static_cast<std::uint32_t>(random());
  return make_tlp(r, dws);
}

/// What the enabled bytes of a read are worth, the others 0.
std::vector<std::uint32_t> expected_read(const Tlp& tlp, const std::vector<std::uint32_t>& memory) {
  const auto fields = fields_of(tlp);
  std::vector<std::uint32_t> dws;
  for (unsigned i = 0; i < fields.length_dw; ++i) {
    const unsigned be = i == 0 ? fields.first_be : i + 1 == fields.length_dw ? fields.last_be : 0xF;
    dws.push_back(be ? memory.at(fields.dw_address + i) : 0);
  }
  return dws;
}
void apply_write(const Tlp& tlp, std::vector<std::uint32_t>& memory) {
  const auto fields = fields_of(tlp);
  for (unsigned i = 0; i < fields.length_dw; ++i) {
    const unsigned be = i == 0 ? fields.first_be : i + 1 == fields.length_dw ? fields.last_be : 0xF;
    auto& word = memory.at(fields.dw_address + i);
    word = merge(word, tlp.payload[i], be);
  }
}

class PcieRegisterAccess : public testing::TestWithParam<Pauses> {};

// While there is room, or where it comes back before the next request, nothing passes.
TEST_P(PcieRegisterAccess, ReadsAndWritesInOrder) {
  const auto seed = seed_or(41);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench({GetParam().source_percent, 0}, seed + 1);
  auto memory = bench.bus.memory;
  std::vector<std::pair<Tlp, std::vector<std::uint32_t>>> reads;
  for (unsigned i = 0; i < 200; ++i) {
    Tlp tlp = random_request(random, random() % 2);
    if (has_data(tlp.kind())) {
      apply_write(tlp, memory);
    } else {
      tlp.header[1] |= static_cast<std::uint32_t>(reads.size() & 0xFF) << 8;
      reads.emplace_back(tlp, expected_read(tlp, memory));
    }
    bench.send(tlp);
  }
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.bus.memory, memory);
  for (auto& [tlp, data] : reads) EXPECT_EQ(assemble(tlp, bench.take(tlp.tag())), data);
}

// Room that comes and goes lets writes pass reads; no read and no write is lost or mixed.
TEST_P(PcieRegisterAccess, RoomThatComesAndGoes) {
  const auto seed = seed_or(42);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench(GetParam(), seed + 1);
  auto memory = bench.bus.memory;
  std::vector<Tlp> reads;
  for (unsigned i = 0; i < 200; ++i) {
    // Reads of the lower half, writes to the upper half: the order between them does not show.
    Tlp tlp = random_request(random, random() % 2);
    if (has_data(tlp.kind())) {
      tlp.header[2] += 0x4000;
      apply_write(tlp, memory);
    } else {
      tlp.header[1] |= static_cast<std::uint32_t>(reads.size() & 0xFF) << 8;
      reads.push_back(tlp);
    }
    bench.send(tlp);
  }
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.bus.memory, memory);
  for (const auto& tlp : reads)
    EXPECT_EQ(assemble(tlp, bench.take(tlp.tag())), expected_read(tlp, memory));
}

INSTANTIATE_TEST_SUITE_P(Pauses, PcieRegisterAccess, testing::ValuesIn(kPauseMatrix));

// ------------------------------------------------------------------ without room

TEST(PcieRegisterAccessRoom, AWriteGoesBeforeReadsThatWait) {
  Bench bench;
  bench.has_room = false;
  bench.send(read_of(100, 1, 1));
  bench.sim.step(50);
  EXPECT_TRUE(bench.bus.log.empty()) << "a read begins without room for its answer";
  bench.send(write_of(100, {1, 2, 3, 4, 5}));
  bench.sim.step(50);
  EXPECT_EQ(bench.writes_done, 1u);
  EXPECT_EQ(bench.pieces, 0u);
  bench.has_room = true;
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(assemble(read_of(100, 1, 1), bench.take(1)), (std::vector<std::uint32_t>{1}));
}

// After each piece of a long read: the rest of it goes on where it was.
TEST(PcieRegisterAccessRoom, AWriteBetweenThePiecesOfARead) {
  for (const unsigned lead : {0u, 1u, 31u}) {
    for (std::size_t cut = 1; cut <= 4; ++cut) {
      Bench bench;
      const Tlp read = read_of(0x400 + lead, 150, 7);
      const auto before = expected_read(read, bench.bus.memory);
      bench.send(read);
      ASSERT_TRUE(bench.sim.run_until([&] { return bench.pieces == cut; }, 5000));
      bench.has_room = false;
      // To the last DW of the read, and to a place far away.
      bench.send(write_of(0x400 + lead + 149, {0xAAAA}));
      bench.send(write_of(0x100, std::vector<std::uint32_t>(9, 0xBBBB)));
      bench.sim.step(100);
      ASSERT_EQ(bench.writes_done, 2u);
      EXPECT_EQ(bench.pieces, cut);
      bench.has_room = true;
      ASSERT_TRUE(bench.settle());
      auto expected = before;
      expected[149] = 0xAAAA;
      EXPECT_EQ(assemble(read, bench.take(7)), expected) << lead << " " << cut;
    }
  }
}

TEST(PcieRegisterAccessRoom, UnsupportedRequestsWaitForRoomToo) {
  Bench bench;
  bench.has_room = false;
  bench.send_unsupported(read_of(0, 4, 3));
  bench.sim.step(50);
  EXPECT_EQ(bench.pieces, 0u);
  bench.has_room = true;
  ASSERT_TRUE(bench.settle());
  const auto pieces = bench.take(3);
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].kind, TlpKind::kCompletion);
  EXPECT_EQ(pieces[0].byte_count, 16u);
  EXPECT_EQ(pieces[0].length_dw, 0u);
  EXPECT_TRUE(bench.bus.log.empty());
}

// ------------------------------------------------------------------ bytes that are not enabled

TEST(PcieRegisterAccessBytes, ADwWithoutAnEnabledByteIsNoAccess) {
  Bench bench;
  bench.send(mem_read(0x40, 0, 1));        // zero-length read (PCIe 3.0, 2.2.5)
  bench.send(mem_write(0x40, {0x55}, 0));  // and write
  bench.send(mem_write(0x44, {0x66}, 0b0110));
  ASSERT_TRUE(bench.settle());
  const auto pieces = bench.take(1);
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].byte_count, 1u);
  EXPECT_EQ(pieces[0].payload, (std::vector<std::uint32_t>{0}));
  ASSERT_EQ(bench.bus.log.size(), 1u);
  EXPECT_EQ(bench.bus.log[0], (RegisterBus::Access{true, 0x11, 0b0110}));
}

TEST(PcieRegisterAccessBytes, LockedReadsAreAnsweredAsLocked) {
  Bench bench;
  bench.send_unsupported(mem_read(0x40, 4, 9, TlpKind::kMemReadLocked32));
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.take(9).size(), 1u);
}

TEST(PcieRegisterAccessBytes, ResetEndsWhatIsUnderWay) {
  Bench bench;
  bench.send(read_of(0x20, 64, 1));
  bench.sim.step(20);
  ASSERT_FALSE(bench.bus.log.empty());
  bench.reset();
  // The request at the door is begun anew, from its first DW.
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.bus.log.back().dw, 0x5Fu);
  EXPECT_EQ(std::count_if(bench.bus.log.begin(), bench.bus.log.end(),
                          [](const auto& access) { return access.dw == 0x20; }),
            2);
}

// ------------------------------------------------------------------ writes that a reset overtook

// In each cycle of a write, between the pieces of a read, which goes on where it was.
TEST(PcieRegisterAccessStale, WriteIsDroppedWhereItStands) {
  for (unsigned cycles = 0; cycles < 24; ++cycles) {
    SCOPED_TRACE(cycles);
    Bench bench;
    const Tlp read = read_of(0x400, 50, 7);
    const auto expected = expected_read(read, bench.bus.memory);
    bench.send(read);
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.pieces == 1; }, 5000));
    bench.has_room = false;
    bench.send(write_of(0x100, std::vector<std::uint32_t>(16, 0xBBBB)));
    bench.sim.step(2 + cycles);
    const auto accesses = bench.bus.log.size();
    EXPECT_EQ(bench.writes_done, 0u);
    bench.drop_write();
    EXPECT_EQ(bench.writes_done, 1u);
    bench.sim.step(20);
    EXPECT_LE(bench.bus.log.size(), accesses + 1) << "only what the bus had begun";
    bench.has_room = true;
    ASSERT_TRUE(bench.settle());
    EXPECT_EQ(assemble(read, bench.take(7)), expected);
  }
}

}  // namespace
}  // namespace holdfast::test
