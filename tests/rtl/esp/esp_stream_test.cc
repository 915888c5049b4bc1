// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "Vesp_append_icv_model.h"
#include "Vesp_decap_split_model.h"
#include "Vesp_trailer_model.h"
#include "esp_packets.h"
#include "rtl/common/beat_bench.h"

/// esp_trailer, esp_append_icv and esp_decap_split alone.
namespace holdfast::test {
namespace {

class EspStream : public testing::TestWithParam<Pauses> {
 protected:
  bool has_no_pauses() const {
    return GetParam().source_percent == 0 && GetParam().sink_percent == 0;
  }
  template <typename Model>
  static void expect_packets(const BeatBench<Model>& bench,
                             const std::vector<FaultyPacket>& expected) {
    for (std::size_t n = 0; n < expected.size(); ++n)
      ASSERT_EQ(bench.packets[n], expected[n]) << "packet " << n;
  }
  std::mt19937_64 random{seed_or(1)};
};

TEST_P(EspStream, TrailerIsTheLeastThatMakesFours) {
  BeatBench<Vesp_trailer_model> bench(GetParam());
  bench.on_offer = [&](std::size_t index) { bench.sim.top().is_ipv6_i = index & 1; };
  std::vector<FaultyPacket> expected;
  std::uint64_t beats = 0;
  for (std::size_t n = 0; n < 1000; ++n) {
    Bytes bytes = some_bytes(random, n % 97);
    const auto fault = static_cast<Fault>(random() % 3);
    bench.send(bytes, fault);
    append(bytes, esp_trailer(bytes.size(), n & 1 ? 41 : 4));
    beats += num_beats(bytes.size());
    expected.push_back({bytes, fault});
  }
  const std::uint64_t cycles = bench.run(expected.size());
  expect_packets(bench, expected);
  if (has_no_pauses()) {
    EXPECT_LE(cycles, beats);
  }
}

TEST_P(EspStream, IcvFollowsTheCiphertext) {
  BeatBench<Vesp_append_icv_model> bench(GetParam());
  std::vector<Bytes> icvs;
  std::vector<FaultyPacket> expected;
  std::uint64_t beats = 0;
  for (std::size_t n = 0; n < 1000; ++n) {
    Bytes bytes = some_bytes(random, 4 * (n % 23));
    icvs.push_back(some_bytes(random, 16));
    bench.send(bytes);
    if (!bytes.empty()) append(bytes, icvs.back());  // an empty one is a dropped packet
    beats += num_beats(bytes.size());
    expected.push_back({bytes});
  }
  bench.on_offer = [&](std::size_t index) {
    put_bytes(bench.sim.top().icv_i, icvs[index].data(), 16);
  };
  const std::uint64_t cycles = bench.run(expected.size());
  expect_packets(bench, expected);
  if (has_no_pauses()) {
    EXPECT_LE(cycles, beats);
  }
}

TEST_P(EspStream, SplitGivesCiphertextAndIcv) {
  BeatBench<Vesp_decap_split_model> bench(GetParam());
  auto& top = bench.sim.top();
  std::vector<std::size_t> cipher_bytes;
  std::vector<FaultyPacket> expected, expected_icvs, icvs;
  bench.on_offer = [&](std::size_t index) {
    top.cipher_bytes_i = static_cast<std::uint16_t>(cipher_bytes[index]);
  };
  bench.sim.add_agent(
      [&] { top.icv_ready_i = random() % 100 >= GetParam().sink_percent; },
      [&] {
        if (!top.icv_valid_o || !top.icv_ready_i) return;
        std::uint8_t record[17];  // the ICV, then the fault
        std::memcpy(record, &top.icv_o, 17);
        icvs.push_back({Bytes(record, record + 16), static_cast<Fault>(record[16] & 3)});
      });
  for (std::size_t n = 0; n < 1000; ++n) {
    cipher_bytes.push_back(4 * (1 + n % 23));
    const Bytes bytes = some_bytes(random, cipher_bytes.back() + 16);
    const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(cipher_bytes.back());
    if (n % 6 == 0) {  // cut short: some ciphertext, at least one byte, and the fault
      const std::size_t length = random() % (cipher_bytes.back() + 15);
      Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      bench.send(cut, Fault::kShort);
      cut.resize(std::clamp<std::size_t>(length, 1, cipher_bytes.back()));
      expected.push_back({cut});
      expected_icvs.push_back({{}, Fault::kShort});
    } else {
      bench.send(bytes);
      expected.push_back({Bytes(bytes.begin(), middle)});
      expected_icvs.push_back({Bytes(middle, bytes.end())});
    }
  }
  bench.run(expected.size());
  bench.sim.run_until([&] { return icvs.size() == expected_icvs.size(); }, 1000);
  expect_packets(bench, expected);
  ASSERT_EQ(icvs.size(), expected_icvs.size());
  for (std::size_t n = 0; n < icvs.size(); ++n) {
    EXPECT_EQ(icvs[n].fault, expected_icvs[n].fault) << "packet " << n;
    if (icvs[n].fault == Fault::kNone) {
      EXPECT_EQ(icvs[n].bytes, expected_icvs[n].bytes) << n;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, EspStream, testing::ValuesIn(kPauseMatrix));

}  // namespace
}  // namespace holdfast::test
