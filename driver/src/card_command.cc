// SPDX-License-Identifier: Apache-2.0
// The SA and path command window: operands, operation, result.
#include <algorithm>

#include "holdfast/card.h"
#include "src/key_guard.h"
#include "src/limits.h"

namespace holdfast {
namespace {

std::size_t key_bytes(Suite suite) {
  switch (suite) {
    case Suite::kAes128gcm16:
      return 16;
    case Suite::kAes192gcm16:
      return 24;
    case Suite::kAes256gcm16:
      return 32;
  }
  return 0;
}

/// First byte in bits 31:24, as the operands want keys and addresses.
std::uint32_t word(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

std::string place_of(SaIndex index) { return "SA " + std::to_string(to_number(index)); }
std::string place_of(PathIndex index) { return "path " + std::to_string(to_number(index)); }

ErrorCode code_of(CommandResult result) {
  switch (result) {
    case CommandResult::kIndexInUse:
    case CommandResult::kSpiInUse:
      return ErrorCode::kInUse;
    case CommandResult::kEmpty:
      return ErrorCode::kNotFound;
    case CommandResult::kBadSuite:
      return ErrorCode::kUnsupported;
    case CommandResult::kBadIndex:
    case CommandResult::kBadSpi:
    case CommandResult::kBadWindow:
    case CommandResult::kBadSequence:
    case CommandResult::kBadSelector:
      return ErrorCode::kBadValue;
    default:
      return ErrorCode::kRefused;
  }
}

std::string sentence_of(CommandResult result) {
  for (const EnumText& text : kCommandResultTexts)
    if (text.value == static_cast<std::uint32_t>(result))
      return "the card says " + std::string(text.name) + ": " + std::string(text.sentence);
  return "the card gives result " + std::to_string(static_cast<unsigned>(result)) +
         ", which this driver does not know";
}

bool is_family_of_prefix(const Prefix& a, const Prefix& b) {
  return a.address.is_ipv6 == b.address.is_ipv6;
}

}  // namespace

Status Card::begin_command() {
  if (!poll_until(csr::kCommandStatus, csr::kCommandStatusBusy.mask(), 0))
    return fail(ErrorCode::kTimeout, "command.status",
                "the command before does not end; take completions so that its packets can leave, "
                "or reset the card");
  return {};
}

Status Card::run_command(CommandOp op, std::string place) {
  io_.write_csr(csr::kCommandCommand, csr::kCommandCommandOp.set(static_cast<std::uint32_t>(op)));
  if (!poll_until(csr::kCommandStatus, csr::kCommandStatusBusy.mask(), 0))
    return fail(ErrorCode::kTimeout, std::move(place),
                "command " + std::string(name_of(op)) +
                    " does not end; take completions so that its packets can leave");
  const auto result =
      static_cast<CommandResult>(csr::kCommandStatusResult.get(io_.read_csr(csr::kCommandStatus)));
  if (result == CommandResult::kOk) return {};
  return fail(code_of(result), std::move(place), sentence_of(result));
}

Status Card::check_sa(const SaConfig& config) const {
  const std::string place = "SPI " + std::to_string(to_number(config.spi));
  const std::size_t wanted = key_bytes(config.suite);
  if (wanted == 0 || !info_.has(config.suite))
    return fail(ErrorCode::kUnsupported, place,
                "this card has no suite " + std::to_string(static_cast<unsigned>(config.suite)) +
                    "; see cap_suites");
  if (config.key.size() != wanted)
    return fail(ErrorCode::kBadValue, place,
                "a key of " + std::string(name_of(config.suite)) + " has " +
                    std::to_string(wanted) + " bytes, not " + std::to_string(config.key.size()));
  if (config.salt.size() != 4)
    return fail(ErrorCode::kBadValue, place,
                "the salt has 4 bytes (RFC 4106, 8.1), not " + std::to_string(config.salt.size()));
  if (!is_family_of_prefix(config.selector.source, config.selector.destination))
    return fail(ErrorCode::kBadValue, place,
                "source and destination of the selector must be of one address family");
  if (config.dscp > 63)
    return fail(ErrorCode::kBadValue, place, "a DSCP is at most 63 (RFC 2474, 3)");
  return {};
}

void Card::write_address(CsrOffset (*word_offset)(unsigned), const IpAddress& address) {
  const std::span<const std::uint8_t> bytes(address.bytes);
  for (unsigned i = 0; i < 4; ++i)
    io_.write_csr(word_offset(i), word(bytes.subspan(std::size_t{4} * i, 4)));
}

void Card::write_sa_operands(const SaConfig& config) {
  const bool is_outbound = config.direction == Direction::kOutbound;
  io_.write_csr(csr::kCommandSpi, to_number(config.spi));
  io_.write_csr(csr::kCommandSaFlags,
                csr::kCommandSaFlagsSuite.set(static_cast<std::uint32_t>(config.suite)) |
                    csr::kCommandSaFlagsOutbound.set(is_outbound) |
                    csr::kCommandSaFlagsEsn.set(config.has_esn) |
                    csr::kCommandSaFlagsSelectorIpv6.set(config.selector.source.address.is_ipv6) |
                    csr::kCommandSaFlagsDf.set(static_cast<std::uint32_t>(config.df)) |
                    csr::kCommandSaFlagsCopyDscp.set(config.copy_dscp) |
                    csr::kCommandSaFlagsEcn.set(config.has_ecn) |
                    csr::kCommandSaFlagsDscp.set(config.dscp));
  io_.write_csr(csr::kCommandReplayWindow,
                csr::kCommandReplayWindowPackets.set(config.replay_window));
  const auto key = config.key.view();
  for (unsigned i = 0; i < key.size() / 4; ++i)
    io_.write_csr(csr::kCommandKey(i), word(key.subspan(std::size_t{4} * i, 4)));
  io_.write_csr(csr::kCommandSalt, word(config.salt.view()));
  write_pair(csr::kCommandFirstSequenceLo, csr::kCommandFirstSequenceHi, config.first_sequence);
  write_address(csr::kCommandSelectorSource, config.selector.source.address);
  write_address(csr::kCommandSelectorDestination, config.selector.destination.address);
  io_.write_csr(
      csr::kCommandSelectorPrefix,
      csr::kCommandSelectorPrefixSourceBits.set(config.selector.source.length) |
          csr::kCommandSelectorPrefixDestinationBits.set(config.selector.destination.length));
  write_pair(csr::kCommandSoftBytesLo, csr::kCommandSoftBytesHi, config.lifetime.soft_bytes);
  write_pair(csr::kCommandHardBytesLo, csr::kCommandHardBytesHi, config.lifetime.hard_bytes);
  write_pair(csr::kCommandSoftPacketsLo, csr::kCommandSoftPacketsHi, config.lifetime.soft_packets);
  write_pair(csr::kCommandHardPacketsLo, csr::kCommandHardPacketsHi, config.lifetime.hard_packets);
}

Status Card::add_sa(SaIndex index, const SaConfig& config, PathIndex path) {
  if (Status status = check_sa(config); !status) return status;
  const bool is_outbound = config.direction == Direction::kOutbound;
  KeyGuard& guard = KeyGuard::of_process();
  if (is_outbound && guard.knows(config))
    return fail(ErrorCode::kInUse, place_of(index),
                "this outbound key was installed before and would repeat its IVs; negotiate a new "
                "SA (RFC 4106, 3.1)");
  if (Status status = begin_command(); !status) return status;
  io_.write_csr(csr::kCommandSaIndex, csr::kCommandSaIndexValue.set(to_number(index)));
  io_.write_csr(csr::kCommandPathIndex, csr::kCommandPathIndexValue.set(to_number(path)));
  write_sa_operands(config);
  // Remembered before the card can use it: after a time-out nobody knows whether it did.
  if (is_outbound) guard.remember(config);
  Status status = run_command(CommandOp::kAddSa, place_of(index));
  if (!status && status.error().code != ErrorCode::kTimeout && is_outbound) guard.forget(config);
  return status;
}

Status Card::remove_sa(SaIndex index) {
  if (Status status = begin_command(); !status) return status;
  io_.write_csr(csr::kCommandSaIndex, csr::kCommandSaIndexValue.set(to_number(index)));
  return run_command(CommandOp::kDeleteSa, place_of(index));
}

Result<SaState> Card::query_sa(SaIndex index) {
  if (Status status = begin_command(); !status) return tl::unexpected(status.error());
  io_.write_csr(csr::kCommandSaIndex, csr::kCommandSaIndexValue.set(to_number(index)));
  if (Status status = run_command(CommandOp::kReadSa, place_of(index)); !status)
    return tl::unexpected(status.error());
  const std::uint32_t sa = io_.read_csr(csr::kCommandResultSa);
  SaState state{};
  state.direction =
      csr::kCommandResultSaOutbound.get(sa) != 0 ? Direction::kOutbound : Direction::kInbound;
  state.path = PathIndex{static_cast<std::uint16_t>(csr::kCommandResultSaPathIndex.get(sa))};
  state.sequence = read_pair(csr::kCommandResultSequenceLo, csr::kCommandResultSequenceHi);
  state.bytes = read_pair(csr::kCommandResultBytesLo, csr::kCommandResultBytesHi);
  state.packets = read_pair(csr::kCommandResultPacketsLo, csr::kCommandResultPacketsHi);
  state.last_used_cycle = read_pair(csr::kCommandResultLastUsedLo, csr::kCommandResultLastUsedHi);
  return state;
}

Result<std::uint32_t> Card::rebind(PathIndex path, const Binding& binding,
                                   std::optional<std::uint32_t> credit) {
  if (binding.own.address.is_ipv6 != binding.peer.address.is_ipv6)
    return fail(ErrorCode::kBadValue, place_of(path),
                "own and peer endpoint must be of one address family");
  if (Status status = begin_command(); !status) return tl::unexpected(status.error());
  io_.write_csr(csr::kCommandPathIndex, csr::kCommandPathIndexValue.set(to_number(path)));
  write_address(csr::kCommandPathOwnAddress, binding.own.address);
  write_address(csr::kCommandPathPeerAddress, binding.peer.address);
  io_.write_csr(csr::kCommandPathPorts, csr::kCommandPathPortsOwn.set(binding.own.port) |
                                            csr::kCommandPathPortsPeer.set(binding.peer.port));
  io_.write_csr(csr::kCommandPathFlags,
                csr::kCommandPathFlagsIpv6.set(binding.own.address.is_ipv6) |
                    csr::kCommandPathFlagsUdpEncap.set(binding.encap == Encap::kUdp) |
                    csr::kCommandPathFlagsLimited.set(credit.has_value()));
  io_.write_csr(csr::kCommandPathCredit, credit.value_or(0));
  if (Status status = run_command(CommandOp::kWritePath, place_of(path)); !status)
    return tl::unexpected(status.error());
  return io_.read_csr(csr::kCommandResultGeneration);
}

Result<std::uint32_t> Card::move_sa(SaIndex index, PathIndex path) {
  if (Status status = begin_command(); !status) return tl::unexpected(status.error());
  io_.write_csr(csr::kCommandSaIndex, csr::kCommandSaIndexValue.set(to_number(index)));
  io_.write_csr(csr::kCommandPathIndex, csr::kCommandPathIndexValue.set(to_number(path)));
  if (Status status = run_command(CommandOp::kMoveSa, place_of(index)); !status)
    return tl::unexpected(status.error());
  return io_.read_csr(csr::kCommandResultGeneration);
}

}  // namespace holdfast
