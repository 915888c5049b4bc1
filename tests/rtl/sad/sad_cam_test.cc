// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <deque>
#include <random>
#include <unordered_set>
#include <vector>

#include "Vsad_cam_model.h"
#include "Vsad_cam_wide_model.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

/// The CAM, and what it must know: SPI by entry, 0 for an empty one.
template <typename Model>
class CamBench {
 public:
  explicit CamBench(unsigned num_sas) : spis(num_sas) {
    sim.top().write_valid_i = 0;
    sim.top().lookup_valid_i = 0;
    sim.reset();
  }
  void write(unsigned index, std::uint32_t spi, bool is_set) {
    sim.top().write_valid_i = 1;
    auto& index_port = sim.top().write_index_i;
    index_port = static_cast<std::decay_t<decltype(index_port)>>(index);
    sim.top().write_spi_i = spi;
    sim.top().write_is_set_i = is_set;
    written_ = {true, index, is_set ? spi : 0};
  }
  /// Expects `index`, or nothing if it is negative.
  void look(std::uint32_t spi, int index) {
    sim.top().lookup_valid_i = 1;
    sim.top().lookup_spi_i = spi;
    expected_.push_back({true, index});
    has_looked_ = true;
  }
  /// One cycle; counts wrong answers.
  void step() {
    if (!has_looked_) expected_.push_back({false, -1});
    sim.step();
    sim.top().write_valid_i = sim.top().lookup_valid_i = 0;
    if (written_.is_valid) spis[written_.index] = written_.spi;
    written_.is_valid = has_looked_ = false;
    if (expected_.size() < 2) return;
    const auto [is_valid, index] = expected_.front();
    expected_.pop_front();
    num_lookups += is_valid;
    const bool is_right =
        (sim.top().hit_valid_o != 0) == is_valid &&
        (!is_valid || (sim.top().is_hit_o ? static_cast<int>(sim.top().hit_index_o) : -1) == index);
    num_wrong += !is_right;
    num_found += is_valid && is_right && index >= 0;
  }

  Sim<Model> sim;
  std::vector<std::uint32_t> spis;
  std::uint64_t num_lookups = 0, num_wrong = 0, num_found = 0;

 private:
  struct Write {
    bool is_valid;
    unsigned index;
    std::uint32_t spi;
  };
  Write written_{};
  bool has_looked_ = false;
  std::deque<std::pair<bool, int>> expected_;
};

template <typename Model>
void store_random_sets(unsigned num_sas, unsigned num_seeds) {
  std::uint64_t least_stored = num_sas, num_lookups = 0, num_wrong = 0;
  for (unsigned seed = 1; seed <= num_seeds; ++seed) {
    CamBench<Model> bench(num_sas);
    std::mt19937_64 random(seed_or(seed));
    // Every third set has SPIs that differ in few bits: neighbours, or one byte only.
    std::unordered_set<std::uint32_t> used;
    std::vector<std::uint32_t> set;
    while (set.size() < num_sas) {
      auto spi = static_cast<std::uint32_t>(random());
      if (seed % 3 == 1) spi = 0x1000 + static_cast<std::uint32_t>(set.size());
      if (seed % 3 == 2) spi &= 0x0F0F0707;
      if (spi >= 256 && used.insert(spi).second) set.push_back(spi);
    }
    for (unsigned i = 0; i < num_sas; ++i) {
      bench.write(i, set[i], true);
      bench.step();
    }
    for (unsigned i = 0; i < num_sas; ++i) {
      bench.look(set[i], static_cast<int>(i));
      bench.step();
    }
    for (unsigned i = 0; i < 16; ++i) {  // strangers
      const auto spi = static_cast<std::uint32_t>(random());
      if (used.count(spi)) continue;
      bench.look(spi, -1);
      bench.step();
    }
    bench.step();
    bench.step();
    least_stored = std::min(least_stored, bench.num_found);
    num_lookups += bench.num_lookups;
    num_wrong += bench.num_wrong;
  }
  std::printf(
      "figure: sad_cam %u entries, %u random sets: at least %llu of %u stored, "
      "%llu lookups, %llu wrong\n",
      num_sas, num_seeds, static_cast<unsigned long long>(least_stored), num_sas,
      static_cast<unsigned long long>(num_lookups), static_cast<unsigned long long>(num_wrong));
  EXPECT_EQ(num_wrong, 0u);
}

TEST(SadCam, StoresEverySetOf256) { store_random_sets<Vsad_cam_model>(256, 1000); }
TEST(SadCam, StoresEverySetOf1024) { store_random_sets<Vsad_cam_wide_model>(1024, 1000); }

/// A write or a removal every cycle, a lookup of another entry every cycle.
template <typename Model>
void look_while_writing(unsigned num_sas, unsigned num_cycles) {
  CamBench<Model> bench(num_sas);
  std::mt19937_64 random(seed_or(7));
  std::unordered_set<std::uint32_t> used;
  unsigned num_writes = 0;
  for (unsigned cycle = 0; cycle < num_cycles; ++cycle) {
    const auto index = static_cast<unsigned>(random() % num_sas);
    const bool is_set = bench.spis[index] == 0 || random() % 4 == 0;
    auto spi = static_cast<std::uint32_t>(random() | 256);
    while (used.count(spi)) ++spi;
    // Looked up in the same cycle: another entry, or the one being written (the old one counts).
    const auto other = static_cast<unsigned>(random() % num_sas);
    if (bench.spis[other]) {
      bench.look(bench.spis[other], static_cast<int>(other));
    } else {
      bench.look(spi, -1);
    }
    used.erase(bench.spis[index]);
    if (is_set) used.insert(spi);
    bench.write(index, spi, is_set);
    ++num_writes;
    bench.step();
  }
  bench.step();
  std::printf(
      "figure: sad_cam %u entries, %u writes and removals at full rate: %llu lookups, "
      "missed or wrong %llu\n",
      num_sas, num_writes, static_cast<unsigned long long>(bench.num_lookups),
      static_cast<unsigned long long>(bench.num_wrong));
  EXPECT_EQ(bench.num_wrong, 0u);
}

TEST(SadCam, MissesNothingWhileOthersAreWritten256) {
  look_while_writing<Vsad_cam_model>(256, 200000);
}
TEST(SadCam, MissesNothingWhileOthersAreWritten1024) {
  look_while_writing<Vsad_cam_wide_model>(1024, 100000);
}

TEST(SadCam, SeesWritesOfEarlierCyclesOnly) {
  CamBench<Vsad_cam_model> bench(256);
  bench.look(0x1234, -1);
  bench.write(9, 0x1234, true);  // the same cycle: not seen yet
  bench.step();
  bench.look(0x1234, 9);
  bench.write(9, 0x1234, false);  // the same cycle: still seen
  bench.step();
  bench.look(0x1234, -1);
  bench.step();
  bench.step();
  bench.step();
  EXPECT_EQ(bench.num_lookups, 3u);
  EXPECT_EQ(bench.num_wrong, 0u);
}

TEST(SadCam, ResetEmptiesIt) {
  CamBench<Vsad_cam_model> bench(256);
  for (unsigned i = 0; i < 256; ++i) {
    bench.write(i, 0x5000 + i, true);
    bench.step();
  }
  bench.sim.reset();
  for (unsigned i = 0; i < 256; ++i) {
    bench.look(0x5000 + i, -1);
    bench.step();
  }
  bench.step();
  EXPECT_EQ(bench.num_wrong, 0u);
}

}  // namespace
}  // namespace holdfast::test
