// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <span>

#include "esp_bench.h"
#if HOLDFAST_ESP_WIDTH == 64
#include "Vesp_pipeline_64_model___024root.h"
#else
#include "Vesp_pipeline_128_model___024root.h"
#endif

/// What a reset leaves: the whole state of the simulated pipeline is searched for secrets.
namespace holdfast::test {
namespace {

/// The 64 bits that start with `bytes`, as a SystemVerilog vector has them when its first byte is
/// in the top bits (keys), or in the lowest (streams).
std::uint64_t top_first(const Bytes& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}
std::uint64_t low_first(const Bytes& bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), 8);
  return value;
}

/// How often one of `secrets` stands in the model, at any bit.
std::size_t count_secrets(EspBench& bench, const std::vector<std::uint64_t>& secrets) {
  auto& root = *bench.sim.top().rootp;
  const std::span state(reinterpret_cast<const std::uint8_t*>(&root), sizeof(root));
  std::size_t count = 0;
  for (std::size_t at = 0; at + 9 <= state.size(); ++at) {
    std::uint64_t low = 0;
    std::memcpy(&low, &state[at], 8);
    for (unsigned bit = 0; bit < 8; ++bit) {
      const std::uint64_t window =
          bit == 0 ? low : low >> bit | std::uint64_t{state[at + 8]} << (64 - bit);
      for (std::uint64_t secret : secrets) count += window == secret;
    }
  }
  return count;
}

TEST(EspReset, LeavesNoKeyAndNoPlaintextInMemories) {
  std::mt19937_64 random(1);
  EspBench bench({.source_percent = 0, .sink_percent = 100});
  const TestSa in = test_sa(random, 0x1001, 16), out = test_sa(random, 0x2001, 16);
  bench.add_sa(0, in, false);
  bench.add_sa(1, out, true);
  // Buffers and FIFOs full of one plaintext.
  const Bytes block = random_bytes(random, 16);
  Bytes payload;
  for (int i = 0; i < 400; ++i) append(payload, block);
  const Bytes inner = ip_packet(ipv4_address(1, 1), ipv4_address(2, 7), 17, payload);
  for (unsigned n = 1; n <= 12; ++n) {
    bench.send_inbound({.bytes = wire_packet(in, n, with_trailer(inner), false)});
    bench.send_outbound({.bytes = inner, .sa_index = 1});
  }
  bench.sim.step(5000);

  const std::vector<std::uint64_t> keys = {top_first(in.key), top_first(out.key),
                                           top_first(gcm_subkey(in.key)),
                                           top_first(gcm_subkey(out.key))};
  // The payload begins 4 bytes into a beat.
  Bytes rotated(block.begin() + 12, block.end());
  append(rotated, Bytes(block.begin(), block.begin() + 12));
  const std::vector<std::uint64_t> plaintext = {low_first(rotated)};
  Command().store(bench.sim.top().command_i);
  EXPECT_GT(count_secrets(bench, keys), 4u);
  EXPECT_GT(count_secrets(bench, plaintext), 400u);

  bench.sim.top().wire_valid_i = 0;
  bench.sim.top().plain_valid_i = 0;
  bench.sim.reset(32);
  for (int i = 0; i < 5000 && bench.sim.top().swept_o == 0; ++i) {
    // By hand: the agents would go on with their packets.
    bench.sim.top().wire_valid_i = 0;
    bench.sim.top().plain_valid_i = 0;
    bench.sim.tick();
  }
  ASSERT_EQ(bench.sim.top().swept_o, 1);
  EXPECT_EQ(count_secrets(bench, keys), 0u);
  // Stage registers keep a beat each until the next packet; no memory does.
  EXPECT_LT(count_secrets(bench, plaintext), 24u);
}

}  // namespace
}  // namespace holdfast::test
