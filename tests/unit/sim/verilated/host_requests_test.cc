// SPDX-License-Identifier: Apache-2.0
#include "verilated/host_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule_bench.h"

namespace holdfast::sim {
namespace {

using testing::HasSubstr;

/// Completions of a read of 32 DWs at 0, of which the first is spoiled.
std::string spoiled_completion(const std::function<void(CompletionHeader&, Tlp&)>& spoil) {
  RuleBench bench;
  bench.card.answers = false;
  const std::uint8_t tag = bench.root_complex.start_read(0, 32);
  bench.card.step(2);
  CompletionHeader header;
  header.has_data = true;
  header.dwords = 32;
  header.byte_count = 128;
  header.completer_id = bench.root_complex.pins().completer_id;
  header.tag = tag;
  Tlp& tlp = bench.card.tx_completion.push();
  tlp.payload.assign(32, 0);
  spoil(header, tlp);
  tlp.hdr = pack(header);
  return bench.violation(30);
}

TEST(HostRequests, CompletionsAreWhatWasAskedFor) {
  EXPECT_EQ(spoiled_completion([](CompletionHeader&, Tlp&) {}), "");
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.tag = 9; }),
              HasSubstr("no read waits for"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.byte_count = 124; }),
              HasSubstr("byte count 124, expected 128"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.lower_address = 4; }),
              HasSubstr("lower address"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.completer_id = 0; }),
              HasSubstr("completer ID"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp&) { header.requester_id = 1; }),
              HasSubstr("requester ID"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp& tlp) {
                header.dwords = 15;
                tlp.payload.resize(15);
              }),
              HasSubstr("no read completion boundary"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp& tlp) {
                header.dwords = 33;
                tlp.payload.resize(33);
              }),
              HasSubstr("more than was asked for"));
  EXPECT_THAT(spoiled_completion([](CompletionHeader& header, Tlp& tlp) {
                header.has_data = false;
                tlp.payload.clear();
              }),
              HasSubstr("without data"));
}

}  // namespace
}  // namespace holdfast::sim
