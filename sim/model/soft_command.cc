// SPDX-License-Identifier: Apache-2.0
// The SA and path command window of the soft card.
#include <algorithm>

#include "model/soft_card.h"

namespace holdfast::model {
namespace {

constexpr std::uint64_t kCommandCycles = 4;

std::size_t key_bytes(Suite suite) {
  return suite == Suite::kAes128gcm16 ? 16 : suite == Suite::kAes192gcm16 ? 24 : 32;
}

}  // namespace

void SoftCard::write_command_window(CsrOffset offset, std::uint32_t value) {
  if (is_command_busy()) {
    latch_error(csr::kControlErrorCommandBusy, offset);
    return;
  }
  registers_.write(offset, value);
  if (offset != csr::kCommandCommand) return;
  const auto op = static_cast<CommandOp>(csr::kCommandCommandOp.get(value));
  // It takes effect at once; the host sees it finished a moment later.
  const CommandResult result = is_swept() ? run_command(op) : CommandResult::kNotSwept;
  registers_.set(csr::kCommandStatus,
                 csr::kCommandStatusResult.set(static_cast<std::uint32_t>(result)));
  command_done_cycle_ = cycle_ + kCommandCycles;
  registers_.clear(csr::kCommandSaIndex, csr::kCommandCommand);
}

CommandResult SoftCard::run_command(CommandOp op) {
  const SaIndex sa{static_cast<std::uint16_t>(registers_.get(csr::kCommandSaIndex))};
  const PathIndex path{static_cast<std::uint16_t>(registers_.get(csr::kCommandPathIndex))};
  CommandResult result = CommandResult::kBadOp;
  SaState state{};
  std::optional<PathRow> row;  // that was read
  switch (op) {
    case CommandOp::kNone:
      result = CommandResult::kOk;
      break;
    case CommandOp::kAddSa:
      result = model_.add_sa(sa, sa_operands(), path);
      break;
    case CommandOp::kDeleteSa:
      result = model_.delete_sa(sa);
      break;
    case CommandOp::kReadSa:
      result = model_.read_sa(sa, state);
      if (result == CommandResult::kOk) model_.read_path(state.path, row.emplace());
      break;
    case CommandOp::kWritePath:
      result = model_.write_path(path, path_operands(), credit_operand());
      break;
    case CommandOp::kMoveSa:
      result = model_.move_sa(sa, path);
      break;
    case CommandOp::kReadPath:
      result = model_.read_path(path, row.emplace());
      if (result != CommandResult::kOk) row.reset();
      break;
  }
  registers_.set(csr::kCommandResultGeneration, row ? row->generation : model_.generation());
  show_sa(state);  // all 0 but after read_sa
  return result;
}

namespace {

/// First byte in bits 31:24 of word 0.
template <std::size_t N>
void unpack(const SoftRegisters& registers, CsrOffset (*word)(unsigned),
            std::array<std::uint8_t, N>& bytes) {
  for (unsigned i = 0; i < N / 4; ++i)
    store(MutableBytes(bytes), std::size_t{4} * i, 4, registers.get(word(i)));
}

IpAddress address_operand(const SoftRegisters& registers, CsrOffset (*word)(unsigned),
                          bool is_ipv6) {
  IpAddress address;
  address.is_ipv6 = is_ipv6;
  unpack(registers, word, address.bytes);
  if (!is_ipv6) std::fill(address.bytes.begin() + 4, address.bytes.end(), std::uint8_t{0});
  return address;
}

}  // namespace

SaConfig SoftCard::sa_operands() const {
  const SoftRegisters& r = registers_;
  const std::uint32_t flags = r.get(csr::kCommandSaFlags);
  SaConfig config;
  config.direction =
      csr::kCommandSaFlagsOutbound.get(flags) != 0 ? Direction::kOutbound : Direction::kInbound;
  config.spi = Spi{r.get(csr::kCommandSpi)};
  config.suite = static_cast<Suite>(csr::kCommandSaFlagsSuite.get(flags));
  std::array<std::uint8_t, 32> key;
  unpack(r, csr::kCommandKey, key);
  config.key = SecretBytes(Bytes(key).first(key_bytes(config.suite)));
  secure_wipe(key);
  std::array<std::uint8_t, 4> salt;
  store(salt, 0, 4, r.get(csr::kCommandSalt));
  config.salt = SecretBytes(salt);
  config.has_esn = csr::kCommandSaFlagsEsn.get(flags) != 0;
  config.replay_window = static_cast<std::uint16_t>(
      csr::kCommandReplayWindowPackets.get(r.get(csr::kCommandReplayWindow)));
  config.first_sequence = r.get64(csr::kCommandFirstSequenceLo, csr::kCommandFirstSequenceHi);
  const bool is_ipv6 = csr::kCommandSaFlagsSelectorIpv6.get(flags) != 0;
  const std::uint32_t prefix = r.get(csr::kCommandSelectorPrefix);
  config.selector.source = {
      address_operand(r, csr::kCommandSelectorSource, is_ipv6),
      static_cast<std::uint8_t>(csr::kCommandSelectorPrefixSourceBits.get(prefix))};
  config.selector.destination = {
      address_operand(r, csr::kCommandSelectorDestination, is_ipv6),
      static_cast<std::uint8_t>(csr::kCommandSelectorPrefixDestinationBits.get(prefix))};
  config.lifetime = {r.get64(csr::kCommandSoftBytesLo, csr::kCommandSoftBytesHi),
                     r.get64(csr::kCommandHardBytesLo, csr::kCommandHardBytesHi),
                     r.get64(csr::kCommandSoftPacketsLo, csr::kCommandSoftPacketsHi),
                     r.get64(csr::kCommandHardPacketsLo, csr::kCommandHardPacketsHi)};
  config.df = static_cast<DfMode>(csr::kCommandSaFlagsDf.get(flags));
  config.copy_dscp = csr::kCommandSaFlagsCopyDscp.get(flags) != 0;
  config.dscp = static_cast<std::uint8_t>(csr::kCommandSaFlagsDscp.get(flags));
  config.has_ecn = csr::kCommandSaFlagsEcn.get(flags) != 0;
  return config;
}

Binding SoftCard::path_operands() const {
  const std::uint32_t flags = registers_.get(csr::kCommandPathFlags);
  const std::uint32_t ports = registers_.get(csr::kCommandPathPorts);
  const bool is_ipv6 = csr::kCommandPathFlagsIpv6.get(flags) != 0;
  Binding binding;
  binding.own = {address_operand(registers_, csr::kCommandPathOwnAddress, is_ipv6),
                 static_cast<std::uint16_t>(csr::kCommandPathPortsOwn.get(ports))};
  binding.peer = {address_operand(registers_, csr::kCommandPathPeerAddress, is_ipv6),
                  static_cast<std::uint16_t>(csr::kCommandPathPortsPeer.get(ports))};
  binding.encap = csr::kCommandPathFlagsUdpEncap.get(flags) != 0 ? Encap::kUdp : Encap::kNone;
  return binding;
}

std::optional<std::uint32_t> SoftCard::credit_operand() const {
  if (csr::kCommandPathFlagsLimited.get(registers_.get(csr::kCommandPathFlags)) == 0)
    return std::nullopt;
  return registers_.get(csr::kCommandPathCredit);
}

void SoftCard::show_sa(const SaState& state) {
  SoftRegisters& r = registers_;
  r.set64(csr::kCommandResultSequenceLo, csr::kCommandResultSequenceHi, state.sequence);
  r.set64(csr::kCommandResultBytesLo, csr::kCommandResultBytesHi, state.bytes);
  r.set64(csr::kCommandResultPacketsLo, csr::kCommandResultPacketsHi, state.packets);
  r.set64(csr::kCommandResultLastUsedLo, csr::kCommandResultLastUsedHi, state.last_used_cycle);
  r.set(csr::kCommandResultSa,
        csr::kCommandResultSaPathIndex.set(to_number(state.path)) |
            csr::kCommandResultSaOutbound.set(state.direction == Direction::kOutbound));
}

}  // namespace holdfast::model
