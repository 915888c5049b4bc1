// SPDX-License-Identifier: Apache-2.0
#include "Vcommon_stream_downsize_model.h"
#include "Vcommon_stream_upsize_model.h"
#include "beat_bench.h"

/// common_stream_upsize and common_stream_downsize: what goes in comes out.
namespace holdfast::test {
namespace {

class StreamSize : public testing::TestWithParam<Pauses> {
 protected:
  /// Sends 2,000 packets and expects them at the output, one 64-bit beat a cycle without pauses.
  template <typename Model>
  void expect_identity(BeatBench<Model>& bench, bool has_fault) {
    std::mt19937_64 random(seed_or(1));
    std::vector<FaultyPacket> expected;
    std::uint64_t beats = 0;
    for (std::size_t n = 0; n < 2000; ++n) {
      const Bytes bytes = some_bytes(random, random() % 70);
      const auto fault = has_fault ? static_cast<Fault>(random() % 3) : Fault::kNone;
      bench.send(bytes, fault);
      expected.push_back({bytes, fault});
      beats += num_beats(bytes.size(), 8);
    }
    const std::uint64_t cycles = bench.run(expected.size());
    for (std::size_t n = 0; n < expected.size(); ++n)
      ASSERT_EQ(bench.packets[n], expected[n]) << "packet " << n;
    if (GetParam().source_percent == 0 && GetParam().sink_percent == 0) {
      EXPECT_LE(cycles, beats + 2);
    }
  }
};

TEST_P(StreamSize, UpsizeKeepsPackets) {
  BeatBench<Vcommon_stream_upsize_model> bench(GetParam());
  bench.on_offer = [&](std::size_t index) { bench.sim.top().user_i = index & 1; };
  bench.on_packet = [&](std::size_t index) { EXPECT_EQ(bench.sim.top().user_o, index & 1); };
  expect_identity(bench, true);
}

TEST_P(StreamSize, DownsizeKeepsPackets) {
  BeatBench<Vcommon_stream_downsize_model> bench(GetParam());
  expect_identity(bench, false);
}

INSTANTIATE_TEST_SUITE_P(All, StreamSize, testing::ValuesIn(kPauseMatrix));

}  // namespace
}  // namespace holdfast::test
