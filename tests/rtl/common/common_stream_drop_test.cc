// SPDX-License-Identifier: Apache-2.0
#include "Vcommon_stream_drop_model.h"
#include "beat_bench.h"

namespace holdfast::test {
namespace {

class StreamDrop : public testing::TestWithParam<Pauses> {};

TEST_P(StreamDrop, TakesTheFirstBytesOff) {
  const std::uint64_t seed = seed_or(1);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  BeatBench<Vcommon_stream_drop_model> bench(GetParam(), seed);
  std::vector<std::size_t> drops;
  bench.on_offer = [&](std::size_t index) {
    bench.sim.top().drop_bytes_i = static_cast<std::uint8_t>(drops[index]);
    bench.sim.top().user_i = index & 1;
  };
  bench.on_packet = [&](std::size_t index) { EXPECT_EQ(bench.sim.top().user_o, index & 1); };
  std::vector<FaultyPacket> expected;
  for (std::size_t n = 0; n < 3000; ++n) {
    const std::size_t drop = n < 100 ? 0 : random() % (n % 2 ? 20 : 90);
    const Bytes bytes = some_bytes(random, random() % 100);
    const auto fault = static_cast<Fault>(random() % 3);
    bench.send(bytes, fault);
    drops.push_back(drop);
    const auto from = static_cast<std::ptrdiff_t>(std::min(drop, bytes.size()));
    expected.push_back({Bytes(bytes.begin() + from, bytes.end()), fault});
  }
  bench.run(expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n)
    ASSERT_EQ(bench.packets[n], expected[n]) << "packet " << n << " drop " << drops[n];
}

INSTANTIATE_TEST_SUITE_P(All, StreamDrop, testing::ValuesIn(kPauseMatrix));

TEST(StreamDropRate, TakesABeatACycle) {
  for (unsigned drop : {0u, 14u, 16u, 36u, 40u}) {
    std::mt19937_64 random(2);
    BeatBench<Vcommon_stream_drop_model> bench;
    bench.on_offer = [&](std::size_t) {
      bench.sim.top().drop_bytes_i = static_cast<std::uint8_t>(drop);
    };
    std::uint64_t beats = 0;
    for (std::size_t n = 0; n < 200; ++n) {
      const std::size_t length = 1 + random() % 80;
      beats += num_beats(length);
      bench.send(some_bytes(random, length));
    }
    EXPECT_LE(bench.run(200), beats + 2) << drop;
  }
}

}  // namespace
}  // namespace holdfast::test
