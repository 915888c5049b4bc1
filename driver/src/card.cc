// SPDX-License-Identifier: Apache-2.0
// Identity, reset and the small things of Card; its other subjects are in card_<subject>.cc.
#include "holdfast/card.h"

#include "src/limits.h"

namespace holdfast {
namespace {

/// "HOLD" (card_csr.rdl, identity).
constexpr std::uint32_t kMagic = 0x484F4C44;
/// Major version of the register map that this driver was written for.
constexpr std::uint32_t kMapMajor = 1;

}  // namespace

Result<std::unique_ptr<Card>> Card::open(CardIo& io) {
  std::unique_ptr<Card> card(new Card(io));
  if (Status status = card->check_identity(); !status) return tl::unexpected(status.error());
  if (Status status = card->reset(); !status) return tl::unexpected(status.error());
  return card;
}

Status Card::check_identity() {
  const std::uint32_t magic = io_.read_csr(csr::kIdentityMagic);
  if (magic != kMagic)
    return fail(ErrorCode::kUnsupported, "identity.magic",
                "this is not a Holdfast card; check the device's name");
  const std::uint32_t version = io_.read_csr(csr::kIdentityMapVersion);
  info_.map_major = static_cast<std::uint16_t>(csr::kIdentityMapVersionMajor.get(version));
  info_.map_minor = static_cast<std::uint16_t>(csr::kIdentityMapVersionMinor.get(version));
  if (info_.map_major != kMapMajor)
    return fail(ErrorCode::kUnsupported, "identity.map_version",
                "the card has register map " + std::to_string(info_.map_major) +
                    ", this driver knows map " + std::to_string(kMapMajor) +
                    "; load the bitstream of this release");
  info_.build = io_.read_csr(csr::kIdentityBuild);
  info_.git_hash = io_.read_csr(csr::kIdentityGitHash);
  info_.board = io_.read_csr(csr::kIdentityBoard);
  info_.suites = io_.read_csr(csr::kIdentityCapSuites);
  const std::uint32_t tables = io_.read_csr(csr::kIdentityCapTables);
  info_.num_sas = static_cast<std::uint16_t>(csr::kIdentityCapTablesNumSas.get(tables));
  info_.num_paths = static_cast<std::uint16_t>(csr::kIdentityCapTablesNumPaths.get(tables));
  const std::uint32_t widths = io_.read_csr(csr::kIdentityCapWidths);
  info_.data_width_bits = csr::kIdentityCapWidthsDataWidth.get(widths);
  info_.num_queues = csr::kIdentityCapWidthsNumQueues.get(widths);
  info_.num_vectors = csr::kIdentityCapWidthsNumVectors.get(widths);
  info_.max_replay_window = static_cast<std::uint16_t>(
      csr::kIdentityCapWindowMaxReplayWindow.get(io_.read_csr(csr::kIdentityCapWindow)));
  info_.clock_hz = io_.read_csr(csr::kIdentityClockHz);
  if (info_.num_queues > kMaxQueues)
    return fail(ErrorCode::kUnsupported, "identity.cap_widths",
                "the card has " + std::to_string(info_.num_queues) +
                    " queues, this driver knows at most " + std::to_string(kMaxQueues));
  return {};
}

bool Card::poll_until(CsrOffset offset, std::uint32_t mask, std::uint32_t value) {
  for (unsigned i = 0; i < kMaxPolls; ++i) {
    if ((io_.read_csr(offset) & mask) == value) return true;
    io_.poll();
  }
  return false;
}

Status Card::reset() {
  ++life_;
  is_queue_open_.fill(false);
  events_ = {};
  // Rings of queues that were open are not used again: the card may have been writing to them.
  io_.write_csr(csr::kControlControl, csr::kControlControlSoftReset.mask());
  return bring_up();
}

Status Card::bring_up() {
  const std::uint32_t swept = csr::kControlStatusSwept.mask();
  if (!poll_until(csr::kControlStatus, swept, swept))
    return fail(ErrorCode::kTimeout, "control.status",
                "the card does not finish clearing its memories after reset; power-cycle it");
  io_.write_csr(csr::kControlError, ~0u);  // of the time before
  if (!io_.owns_msix_table()) return {};
  for (unsigned vector = 0; vector < info_.num_vectors; ++vector) {
    const CardIo::MsixMessage message = io_.msix_message(vector);
    const auto low = static_cast<std::uint32_t>(message.address);
    HOLDFAST_CHECK((low & ~csr::kMsixAddressLoValue.mask()) == 0);
    io_.write_csr(csr::kMsixAddressLo(vector), low);
    io_.write_csr(csr::kMsixAddressHi(vector), static_cast<std::uint32_t>(message.address >> 32));
    io_.write_csr(csr::kMsixData(vector), message.data);
    io_.write_csr(csr::kMsixControl(vector), csr::kMsixControlMask.mask());
  }
  return {};
}

void Card::unmask_vector(unsigned vector) {
  if (io_.owns_msix_table()) io_.write_csr(csr::kMsixControl(vector), 0);
}

void Card::enable(bool on) {
  io_.write_csr(csr::kControlControl, csr::kControlControlEnable.set(on ? 1 : 0));
  io_.read_csr(csr::kControlControl);  // posted writes before it have arrived (PCIe 3.0, 2.4.1)
}

bool Card::is_idle() { return csr::kControlStatusIdle.get(io_.read_csr(csr::kControlStatus)) != 0; }

std::uint32_t Card::drain_fence() { return io_.read_csr(csr::kControlDrainFence); }

std::uint32_t Card::take_errors() {
  const std::uint32_t errors = io_.read_csr(csr::kControlError);
  io_.write_csr(csr::kControlError, errors);
  return errors;
}

Result<DmaRegion> Card::map_dma(std::size_t bytes) { return io_.map_dma(bytes); }

std::uint64_t Card::read_pair(CsrOffset low, CsrOffset high) {
  const std::uint64_t value = io_.read_csr(low);
  return value | static_cast<std::uint64_t>(io_.read_csr(high)) << 32;
}

void Card::write_pair(CsrOffset low, CsrOffset high, std::uint64_t value) {
  io_.write_csr(low, static_cast<std::uint32_t>(value));
  io_.write_csr(high, static_cast<std::uint32_t>(value >> 32));
}

}  // namespace holdfast
