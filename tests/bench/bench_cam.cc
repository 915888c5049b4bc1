// SPDX-License-Identifier: Apache-2.0
// sad_cam alone: does it store any set of SPIs, and does a change of one entry hide another?
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <unordered_set>
#include <vector>

#include "Vsad_cam_model.h"
#include "Vsad_cam_wide_model.h"
#include "bench_progress.h"
#include "bench_sections.h"
#include "support/sim.h"

namespace holdfast::bench {
namespace {

constexpr unsigned kNumSeeds = 1'000;
constexpr unsigned kNumWrites = 200'000;
constexpr std::uint32_t kFirstSpi = 256;  // 1 to 255 are reserved (RFC 4303, 2.1)

/// One CAM; lookups are judged when their answers come, two cycles later.
template <typename Model>
class Cam {
 public:
  void write(unsigned index, std::uint32_t spi, bool is_set) {
    sim_.top().write_valid_i = 1;
    set(sim_.top().write_index_i, index);
    sim_.top().write_spi_i = spi;
    sim_.top().write_is_set_i = is_set;
  }
  void look(std::uint32_t spi, unsigned index) {
    sim_.top().lookup_valid_i = 1;
    sim_.top().lookup_spi_i = spi;
    looked_ = {true, index};
  }
  void step() {
    sim_.step();
    sim_.top().write_valid_i = sim_.top().lookup_valid_i = 0;
    judge(waiting_);
    waiting_ = std::exchange(looked_, {});
  }
  void reset() {
    sim_.top().write_valid_i = sim_.top().lookup_valid_i = 0;
    sim_.reset();
    num_found = num_missed = 0;
  }

  std::uint64_t num_found = 0, num_missed = 0;

 private:
  struct Look {
    bool is_valid = false;
    unsigned index = 0;
  };
  template <typename Port>
  static void set(Port& port, unsigned value) {
    port = static_cast<Port>(value);
  }
  void judge(const Look& look) {
    if (!look.is_valid) return;
    const auto& top = sim_.top();
    const bool is_found =
        top.hit_valid_o != 0 && top.is_hit_o != 0 && top.hit_index_o == look.index;
    ++(is_found ? num_found : num_missed);
  }

  test::Sim<Model> sim_;
  Look looked_, waiting_;
};

std::uint32_t random_spi(std::mt19937_64& random) {
  return std::max(static_cast<std::uint32_t>(random()), kFirstSpi);
}

/// Distinct SPIs: random ones; with every third seed neighbours, and with every third such that
/// differ in few bits.
std::vector<std::uint32_t> spi_set(std::uint64_t seed, unsigned count) {
  std::mt19937_64 random(seed);
  std::unordered_set<std::uint32_t> used;
  std::vector<std::uint32_t> spis;
  std::uint32_t next = random_spi(random) | 0x1000;
  while (spis.size() < count) {
    std::uint32_t spi = random_spi(random);
    if (seed % 3 == 1) spi = next++;
    if (seed % 3 == 2) spi &= 0x0F0F'0707;
    if (spi >= kFirstSpi && used.insert(spi).second) spis.push_back(spi);
  }
  return spis;
}

/// SPIs of the set that are found at their own entry when all have been written.
template <typename Model>
std::uint64_t num_stored(Cam<Model>& cam, const std::vector<std::uint32_t>& spis) {
  cam.reset();
  const auto count = static_cast<unsigned>(spis.size());
  for (unsigned i = 0; i < count; ++i) {
    cam.write(i, spis[i], true);
    cam.step();
  }
  for (unsigned i = 0; i < count; ++i) {
    cam.look(spis[i], i);
    cam.step();
  }
  cam.step();
  return cam.num_found;
}

template <typename Model>
std::uint64_t least_stored(const Context& context, unsigned num_sas, Progress& progress) {
  Cam<Model> cam;
  std::uint64_t least = num_sas;
  for (unsigned i = 0; i < kNumSeeds; ++i) {
    least = std::min(least, num_stored(cam, spi_set(context.seed + i, num_sas)));
    progress.update(static_cast<double>(i) / kNumSeeds);
  }
  return least;
}

/// In every cycle one entry is written or removed and another one, which is there, is looked up.
template <typename Model>
void look_while_writing(Cam<Model>& cam, std::uint64_t seed, unsigned num_sas) {
  cam.reset();
  std::mt19937_64 random(seed);
  const auto index = [&] { return static_cast<unsigned>(random() % num_sas); };
  std::vector<std::uint32_t> spis(num_sas, 0);  // 0: empty
  std::unordered_set<std::uint32_t> used;
  for (unsigned i = 0; i < kNumWrites; ++i) {
    const unsigned written = index(), other = index();
    if (other != written && spis[other] != 0) cam.look(spis[other], other);
    const bool is_set = spis[written] == 0 || random() % 4 == 0;
    std::uint32_t spi = random_spi(random);
    while (used.contains(spi)) spi = random_spi(random);
    used.erase(spis[written]);
    if (is_set) used.insert(spi);
    cam.write(written, spi, is_set);
    spis[written] = is_set ? spi : 0;
    cam.step();
  }
  cam.step();
}

template <typename Model>
void bench_one(const Context& context, unsigned num_sas) {
  Report& report = context.report;
  Progress progress(fmt::format("cam, {} entries", num_sas));
  const auto stored = static_cast<double>(least_stored<Model>(context, num_sas, progress));
  report.add({fmt::format("NumSas {}: fewest stored, {} seeds", num_sas, kNumSeeds),
              {stored},
              Wanted::exactly(num_sas),
              num_sas});
  Cam<Model> cam;
  look_while_writing(cam, context.seed, num_sas);
  report.add({fmt::format("NumSas {}: lookups while others are written", num_sas),
              {static_cast<double>(cam.num_found + cam.num_missed)}});
  report.add({fmt::format("NumSas {}: of these missed", num_sas),
              {static_cast<double>(cam.num_missed)},
              Wanted::exactly(0)});
}

}  // namespace

void bench_cam(const Context& context) {
  context.report.begin({"cam", "SPIs that sad_cam stores, lookups that it misses", "", {"got"}, 0});
  bench_one<Vsad_cam_model>(context, 256);
  bench_one<Vsad_cam_wide_model>(context, 1024);
  context.report.note(fmt::format(
      "a write or removal every cycle, {} of them; SPIs random, neighbours, or alike", kNumWrites));
}

}  // namespace holdfast::bench
