// SPDX-License-Identifier: Apache-2.0
// Walking ones through the operands of the command window: from each register bit to the named
// fields of sad_pkg::command_t. csr_operands_driver_test.cc begins at the driver instead.
#include <gtest/gtest.h>

#include "csr_operands_bench.h"
#include "support/csr_walk.h"

namespace holdfast::test {
namespace {

/// `bits` of a register are bits `lsb` and up of a field.
struct Operand {
  CsrOffset offset;
  csr::Field bits;
  const char* field;
  unsigned lsb = 0;
};

std::vector<Operand> operands() {
  using namespace csr;
  std::vector<Operand> all = {
      {kCommandSaIndex, kCommandSaIndexValue, "sa_index"},
      {kCommandPathIndex, kCommandPathIndexValue, "path_index"},
      {kCommandSpi, kCommandSpiValue, "row_spi"},
      {kCommandSaFlags, kCommandSaFlagsSuite, "row_suite"},
      {kCommandSaFlags, kCommandSaFlagsOutbound, "row_is_outbound"},
      {kCommandSaFlags, kCommandSaFlagsEsn, "row_has_esn"},
      {kCommandSaFlags, kCommandSaFlagsSelectorIpv6, "selector_is_ipv6"},
      {kCommandSaFlags, kCommandSaFlagsDf, "row_df"},
      {kCommandSaFlags, kCommandSaFlagsCopyDscp, "row_copy_dscp"},
      {kCommandSaFlags, kCommandSaFlagsEcn, "row_has_ecn"},
      {kCommandSaFlags, kCommandSaFlagsDscp, "row_dscp"},
      {kCommandReplayWindow, kCommandReplayWindowPackets, "row_replay_window"},
      {kCommandSalt, kCommandSaltValue, "salt"},
      {kCommandFirstSequenceLo, kCommandFirstSequenceLoValue, "first_seq"},
      {kCommandFirstSequenceHi, kCommandFirstSequenceHiValue, "first_seq", 32},
      {kCommandSelectorPrefix, kCommandSelectorPrefixSourceBits, "selector_source_bits"},
      {kCommandSelectorPrefix, kCommandSelectorPrefixDestinationBits, "selector_destination_bits"},
      {kCommandSoftBytesLo, kCommandSoftBytesLoValue, "soft_bytes"},
      {kCommandSoftBytesHi, kCommandSoftBytesHiValue, "soft_bytes", 32},
      {kCommandHardBytesLo, kCommandHardBytesLoValue, "hard_bytes"},
      {kCommandHardBytesHi, kCommandHardBytesHiValue, "hard_bytes", 32},
      {kCommandSoftPacketsLo, kCommandSoftPacketsLoValue, "soft_packets"},
      {kCommandSoftPacketsHi, kCommandSoftPacketsHiValue, "soft_packets", 32},
      {kCommandHardPacketsLo, kCommandHardPacketsLoValue, "hard_packets"},
      {kCommandHardPacketsHi, kCommandHardPacketsHiValue, "hard_packets", 32},
      {kCommandPathPorts, kCommandPathPortsOwn, "path_own_port"},
      {kCommandPathPorts, kCommandPathPortsPeer, "path_peer_port"},
      {kCommandPathFlags, kCommandPathFlagsIpv6, "path_is_ipv6"},
      {kCommandPathFlags, kCommandPathFlagsUdpEncap, "path_has_udp"},
      {kCommandPathFlags, kCommandPathFlagsLimited, "path_is_limited"},
      {kCommandPathCredit, kCommandPathCreditBytes, "credit"},
  };
  // Word 0 stands in the top bits of the field.
  for (unsigned i = 0; i < 8; ++i)
    all.push_back({kCommandKey(i), kCommandKeyValue, "key", 32 * (7 - i)});
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned lsb = 32 * (3 - i);
    all.push_back({kCommandSelectorSource(i), kCommandSelectorSourceValue, "selector_source", lsb});
    all.push_back({kCommandSelectorDestination(i), kCommandSelectorDestinationValue,
                   "selector_destination", lsb});
    all.push_back(
        {kCommandPathOwnAddress(i), kCommandPathOwnAddressValue, "path_own_address", lsb});
    all.push_back(
        {kCommandPathPeerAddress(i), kCommandPathPeerAddressValue, "path_peer_address", lsb});
  }
  return all;
}

/// The bit of the command that `bit` of the register means; none if the table has none.
Bits meaning_of(CsrOffset offset, unsigned bit) {
  Bits found;
  for (const Operand& operand : operands())
    if (operand.offset == offset && (operand.bits.mask() >> bit & 1))
      found.emplace(operand.field, operand.lsb + bit - operand.bits.lsb);
  return found;
}

TEST(CsrOperands, EachRegisterBitSetsOneBitOfTheCommand) {
  OperandsIo io;
  Bits reached;
  for (const CsrRow& row : kCsrRows) {
    const CsrOffset offset{row.offset};
    if (!row.name.starts_with("command.") || row.wo == 0 || offset == csr::kCommandCommand)
      continue;
    for (unsigned bit = 0; bit < 32; ++bit) {
      const Bits expected = meaning_of(offset, bit);
      EXPECT_EQ(expected.size(), row.wo >> bit & 1)
          << row.name << " bit " << bit << " in the table";
      io.write_csr(offset, 1u << bit);
      io.start(CommandOp::kNone);
      EXPECT_EQ(io.command, expected) << row.name << " bit " << bit;
      for (const auto& reaches : expected)
        EXPECT_TRUE(reached.insert(reaches).second) << row.name << " bit " << bit << " is another";
    }
  }
  for (unsigned bit = 0; bit < csr::kCommandCommandOp.width; ++bit) {
    io.start(static_cast<CommandOp>(1u << bit));
    EXPECT_EQ(io.command, (Bits{{"op", bit}}));
    reached.insert(io.command.begin(), io.command.end());
  }
  for (const PortField& field : io.command_fields)
    for (unsigned bit = 0; bit < field.width; ++bit)
      EXPECT_EQ(reached.count({field.name, bit}), is_ignored(field.name) ? 0u : 1u)
          << field.name << " bit " << bit;
}

}  // namespace
}  // namespace holdfast::test
