// SPDX-License-Identifier: Apache-2.0
#include "Vcommon_stream_prepend_model.h"
#include "beat_bench.h"

namespace holdfast::test {
namespace {

struct Cases {
  std::vector<Bytes> headers;
  std::vector<FaultyPacket> expected;
  std::uint64_t beats = 0;
};

/// Sends `count` packets with headers of random length.
Cases send_packets(BeatBench<Vcommon_stream_prepend_model>& bench, std::mt19937_64& random,
                   std::size_t count) {
  Cases cases;
  for (std::size_t n = 0; n < count; ++n) {
    Bytes header = some_bytes(random, n % 5 == 0 ? 16 * (n / 5 % 5) : random() % 65);
    const Bytes bytes = some_bytes(random, 1 + random() % 80);
    const auto fault = static_cast<Fault>(random() % 3);
    bench.send(bytes, fault);
    cases.headers.push_back(header);
    header.insert(header.end(), bytes.begin(), bytes.end());
    cases.beats += num_beats(header.size());
    cases.expected.push_back({header, fault});
  }
  return cases;
}

class StreamPrepend : public testing::TestWithParam<Pauses> {};

TEST_P(StreamPrepend, PutsTheHeaderInFrontWithoutABubble) {
  const std::uint64_t seed = seed_or(1);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  BeatBench<Vcommon_stream_prepend_model> bench(GetParam(), seed);
  const Cases cases = send_packets(bench, random, 2000);
  bench.on_offer = [&](std::size_t index) {
    const Bytes& header = cases.headers[index];
    put_bytes(bench.sim.top().header_i, header.data(), header.size());
    bench.sim.top().header_bytes_i = static_cast<std::uint8_t>(header.size());
  };
  const std::uint64_t cycles = bench.run(cases.expected.size());
  for (std::size_t n = 0; n < cases.expected.size(); ++n)
    ASSERT_EQ(bench.packets[n], cases.expected[n]) << "packet " << n;
  if (GetParam().source_percent == 0 && GetParam().sink_percent == 0) {
    EXPECT_LE(cycles, cases.beats + 4);  // the first beat is taken behind its header
  }
}

INSTANTIATE_TEST_SUITE_P(All, StreamPrepend, testing::ValuesIn(kPauseMatrix));

}  // namespace
}  // namespace holdfast::test
