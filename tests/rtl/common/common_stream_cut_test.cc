// SPDX-License-Identifier: Apache-2.0
#include "Vcommon_stream_cut_model.h"
#include "beat_bench.h"

namespace holdfast::test {
namespace {

class StreamCut : public testing::TestWithParam<Pauses> {};

TEST_P(StreamCut, CutsAndMarksWhatIsTooShort) {
  const std::uint64_t seed = seed_or(1);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  BeatBench<Vcommon_stream_cut_model> bench(GetParam(), seed);
  std::vector<std::size_t> lengths;
  bench.on_offer = [&](std::size_t index) {
    bench.sim.top().length_bytes_i = static_cast<unsigned>(lengths[index]);
  };
  std::vector<FaultyPacket> expected;
  for (std::size_t n = 0; n < 3000; ++n) {
    const std::size_t size = random() % 100;
    const std::size_t length = n % 3 == 0 ? size : random() % 120;
    const Bytes bytes = some_bytes(random, size);
    const Fault given = random() % 4 == 0 ? Fault::kSource : Fault::kNone;
    bench.send(bytes, given);
    lengths.push_back(length);
    const auto kept = static_cast<std::ptrdiff_t>(std::min(length, size));
    expected.push_back({Bytes(bytes.begin(), bytes.begin() + kept), given != Fault::kNone ? given
                                                                    : size < length
                                                                        ? Fault::kShort
                                                                        : Fault::kNone});
  }
  bench.run(expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n)
    ASSERT_EQ(bench.packets[n], expected[n]) << "packet " << n << " to " << lengths[n];
}

INSTANTIATE_TEST_SUITE_P(All, StreamCut, testing::ValuesIn(kPauseMatrix));

TEST(StreamCutRate, TakesABeatACycle) {
  std::mt19937_64 random(2);
  BeatBench<Vcommon_stream_cut_model> bench;
  bench.on_offer = [&](std::size_t) { bench.sim.top().length_bytes_i = 40; };
  std::uint64_t beats = 0;
  for (std::size_t n = 0; n < 200; ++n) {
    const std::size_t length = 1 + random() % 80;
    beats += num_beats(length);
    bench.send(some_bytes(random, length));
  }
  EXPECT_LE(bench.run(200), beats + 1);
}

}  // namespace
}  // namespace holdfast::test
