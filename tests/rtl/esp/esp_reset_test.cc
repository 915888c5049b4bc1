// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "esp_bench.h"
#include "support/state.h"
#if HOLDFAST_ESP_WIDTH == 64
#include "Vesp_pipeline_64_model___024root.h"
#else
#include "Vesp_pipeline_128_model___024root.h"
#endif

/// What a reset and a delete leave: the whole state of the simulated pipeline is searched for
/// secrets.
namespace holdfast::test {
namespace {

/// The 64 bits that start with `bytes`, as a SystemVerilog vector has them when its first byte is
/// in the top bits (keys), or in the lowest (streams).
std::uint64_t top_first(const Bytes& bytes, std::size_t at = 0) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[at + i];
  return value;
}
std::uint64_t low_first(const Bytes& bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), 8);
  return value;
}

std::size_t count_in(EspBench& bench, const std::vector<std::uint64_t>& secrets) {
  Command().store(bench.sim.top().command_i);
  bench.sim.top().eval();
  return count_secrets(state_of(bench.sim.top()), secrets);
}

/// Key and subkey, in words.
std::vector<std::uint64_t> secrets_of(const TestSa& sa) {
  std::vector<std::uint64_t> words;
  for (const Bytes& bytes : {sa.key, gcm_subkey(sa.key)})
    for (std::size_t at = 0; at < bytes.size(); at += 8) words.push_back(top_first(bytes, at));
  return words;
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
  EXPECT_GT(count_in(bench, keys), 4u);
  EXPECT_GT(count_in(bench, plaintext), 400u);

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
  EXPECT_EQ(count_in(bench, keys), 0u);
  // Stage registers keep a beat each until the next packet; no memory does.
  EXPECT_LT(count_in(bench, plaintext), 24u);
}

// Nothing is left of the key of an SA that was deleted while no packet was in the pipeline: not
// where it was, nor in what its packets took along. Round keys are found by the key that they are:
// the first and, for 256 bits, the second.
TEST(EspReset, DeleteLeavesNoKeyAnywhere) {
  for (const std::size_t key_bytes : {16u, 24u, 32u}) {
    SCOPED_TRACE(key_bytes);
    std::mt19937_64 random(key_bytes);
    EspBench bench;
    const TestSa in = test_sa(random, 0x1001, key_bytes), out = test_sa(random, 0x2001, key_bytes);
    std::vector<std::uint64_t> secrets = secrets_of(in);
    for (const std::uint64_t word : secrets_of(out)) secrets.push_back(word);
    for (const unsigned packets : {0u, 1u, 20u}) {
      bench.add_sa(0, in, false);
      bench.add_sa(1, out, true);
      for (unsigned n = 1; n <= packets; ++n) {
        const Bytes inner = inner_packet(random, 200);
        bench.send_inbound({.bytes = wire_packet(in, n, with_trailer(inner), false)});
        bench.send_outbound({.bytes = inner, .sa_index = 1});
      }
      EXPECT_GE(count_in(bench, secrets), secrets.size()) << "the search finds nothing";
      bench.run();
      for (unsigned i = 0; i < 2; ++i) {
        Command remove;
        remove.op = Op::kDeleteSa;
        remove.sa_index = i;
        ASSERT_EQ(bench.command(remove), Code::kOk);
      }
      bench.sim.step(40);
      EXPECT_EQ(count_in(bench, secrets), 0u) << packets << " packets";
    }
  }
}

}  // namespace
}  // namespace holdfast::test
