// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vpcie_tlp_upsize_model.h"
#include "Vpcie_tlp_upsize_model___024root.h"
#include "support/sim.h"
#include "support/state.h"
#include "support/stream.h"
#include "support/tlp.h"

namespace holdfast::test {
namespace {

class PcieTlpUpsize : public testing::TestWithParam<Pauses> {};

TEST_P(PcieTlpUpsize, TlpsComeOutAsTheyWentIn) {
  const auto seed = seed_or(11);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Sim<Vpcie_tlp_upsize_model> sim;
  auto& top = sim.top();
  TlpSource source({[&](bool valid, const TlpBeat& beat) {
                      top.valid_i = valid;
                      put_header(top.hdr_i, beat.header);
                      put_bytes(top.data_i, reinterpret_cast<const std::uint8_t*>(beat.data.data()),
                                8);
                      top.strb_i = static_cast<std::uint8_t>(beat.strb);
                      top.sop_i = beat.sop;
                      top.eop_i = beat.eop;
                      top.user_i = static_cast<std::uint16_t>((beat.bar_id << 8) | beat.func_num);
                    },
                    [&] { return top.ready_o != 0; }},
                   2, GetParam().source_percent, seed + 1);
  TlpSink sink({[&]() -> std::optional<TlpBeat> {
                  if (!top.valid_o) return std::nullopt;
                  TlpBeat beat = get_beat(top.tlp_o);
                  beat.bar_id = static_cast<std::uint8_t>(top.user_o >> 8);
                  beat.func_num = static_cast<std::uint8_t>(top.user_o);
                  return beat;
                },
                [&](bool ready) { top.ready_i = ready; }},
               4, GetParam().sink_percent, seed + 2);
  sim.add_agent(
      [&] {
        source.drive();
        sink.drive();
      },
      [&] {
        source.sample();
        sink.sample();
      });
  sim.reset();

  std::vector<Tlp> sent;
  unsigned beats = 0;
  for (unsigned i = 0; i < 300; ++i) {
    Tlp tlp;
    for (auto& dw : tlp.header) dw = static_cast<std::uint32_t>(random());
    tlp.bar_id = random() % 8;
    tlp.func_num = static_cast<std::uint8_t>(random());
    tlp.payload.resize(i < 20 ? i : random() % 33);
    for (auto& dw : tlp.payload) dw = static_cast<std::uint32_t>(random());
    beats += static_cast<unsigned>(source.cut(tlp).size());
    sent.push_back(tlp);
    source.send(tlp);
  }
  const auto start = sim.cycle();
  ASSERT_TRUE(sim.run_until([&] { return sink.tlps.size() == sent.size(); }, 200'000));
  if (GetParam().source_percent == 0 && GetParam().sink_percent == 0) {
    EXPECT_EQ(sim.cycle() - start, beats + 1) << "one 64-bit beat a cycle";
  }
  EXPECT_EQ(sink.error, "");
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(sink.tlps[i].header, sent[i].header) << i;
    EXPECT_EQ(sink.tlps[i].payload, sent[i].payload) << i;
    EXPECT_EQ(sink.tlps[i].bar_id, sent[i].bar_id) << i;
    EXPECT_EQ(sink.tlps[i].func_num, sent[i].func_num) << i;
  }
  // What went through may have been a key.
  ASSERT_TRUE(sim.run_until([&] { return !top.valid_o; }, 100));
  top.data_i = 0;
  for (unsigned i = 0; i < 4; ++i) sim.tick();  // an assertion remembers the beat before
  std::vector<std::uint32_t> payload;
  for (std::size_t i = sent.size() - 20; i < sent.size(); ++i)
    payload.insert(payload.end(), sent[i].payload.begin(), sent[i].payload.end());
  EXPECT_EQ(count_secrets(state_of(top), payload), 0u);
}

INSTANTIATE_TEST_SUITE_P(Pauses, PcieTlpUpsize, testing::ValuesIn(kPauseMatrix));

}  // namespace
}  // namespace holdfast::test
