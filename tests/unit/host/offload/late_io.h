// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <map>
#include <optional>

#include "holdfast/csr.h"
#include "model/soft_card.h"

namespace holdfast::test {

/// A soft card whose submission doorbells wait until release(): a card that is late to fetch. It
/// can also refuse or forget to answer moves, be old, and raise events that a test makes up.
class LateIo : public model::SoftCard {
 public:
  using SoftCard::SoftCard;

  void write_csr(CsrOffset offset, std::uint32_t value) override {
    if (is_late && offset == csr::kDoorbellSqProducer(0)) {
      doorbell_ = value;
      return;
    }
    if (offset == csr::kEventRingBaseLo) event_base_ |= value;
    if (offset == csr::kEventRingBaseHi) event_base_ |= std::uint64_t{value} << 32;
    if (offset == csr::kCommandCommand && is_fault(value)) {
      SoftCard::write_csr(csr::kCommandPathIndex, csr::kCommandPathIndexValue.mask());
      SoftCard::write_csr(offset, value);
      return;
    }
    SoftCard::write_csr(offset, value);
  }
  std::uint32_t read_csr(CsrOffset offset) override {
    std::uint32_t value = SoftCard::read_csr(offset);
    if (offset == csr::kCommandStatus && is_hung_) value |= csr::kCommandStatusBusy.mask();
    if (offset == csr::kControlDrainFence) value += card_age - fence_lag;
    if (offset == csr::kControlGeneration || offset == csr::kCommandResultGeneration)
      value += card_age;
    return value;
  }
  Result<DmaRegion> map_dma(std::size_t bytes) override {
    auto region = SoftCard::map_dma(bytes);
    if (region) regions_[to_number(region->iova)] = *region;
    return region;
  }
  void poll() override {
    if (polls_to_release > 0 && --polls_to_release == 0) release();
    SoftCard::poll();
  }
  void release() {
    is_late = false;
    if (doorbell_) SoftCard::write_csr(csr::kDoorbellSqProducer(0), *doorbell_);
    doorbell_.reset();
  }

  /// The event that comes next; only where the card itself raises none.
  void raise(Event event) {
    const std::uint32_t log2 = csr::kEventRingSizeLog2.get(SoftCard::read_csr(csr::kEventRingSize));
    event.flags = (num_raised_ >> log2 & 1) == 0 ? kPhase : 0;
    const std::size_t slot = num_raised_++ & ((1u << log2) - 1);
    const DmaRegion& ring = regions_.at(event_base_);
    std::memcpy(ring.bytes.subspan(slot * sizeof event).data(), &event, sizeof event);
  }

  bool is_late = false;
  unsigned polls_to_release = 0;
  /// By which generations are higher than they would be, and the fence behind them.
  std::uint32_t card_age = 0, fence_lag = 0;
  /// Moves that still work; then the next `bad_moves` do not.
  unsigned good_moves = 1'000'000, bad_moves = 0;
  /// Bad moves are done, but never answered; nor is anything after the last of them.
  bool is_silent = false;

 private:
  bool is_fault(std::uint32_t command) {
    const auto op = static_cast<CommandOp>(csr::kCommandCommandOp.get(command));
    if (op != CommandOp::kMoveSa) return false;
    if (good_moves > 0) {
      --good_moves;
      return false;
    }
    if (bad_moves == 0) return false;
    --bad_moves;
    is_hung_ = is_silent;
    return !is_silent;
  }

  std::optional<std::uint32_t> doorbell_;
  std::map<std::uint64_t, DmaRegion> regions_;  // by IOVA
  std::uint64_t event_base_ = 0;
  unsigned num_raised_ = 0;
  bool is_hung_ = false;
};

}  // namespace holdfast::test
