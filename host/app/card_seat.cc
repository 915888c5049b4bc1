// SPDX-License-Identifier: Apache-2.0
#include "app/card_seat.h"

#include "holdfast/csr_enums.h"

namespace holdfast::app {
namespace {

/// The packet mover's.
constexpr unsigned kQueue = 0;
/// What a bus gives for a device that is not there any more.
constexpr std::uint32_t kGone = ~std::uint32_t{0};

}  // namespace

Result<std::unique_ptr<CardSeat>> CardSeat::open(const std::string& name, const Outside& outside) {
  std::unique_ptr<CardSeat> seat(new CardSeat);
  auto io = open_card_io(name);
  if (!io) return tl::unexpected(io.error());
  seat->io_ = std::move(*io);
  auto card = Card::open(*seat->io_);
  if (!card) return tl::unexpected(card.error());
  seat->card_ = std::move(*card);
  auto offload = offload::CardOffload::create(*seat->card_, outside.loop, &outside.addresses);
  if (!offload) return tl::unexpected(offload.error());
  seat->offload_ = std::move(*offload);
  offload::PacketMover::Config config;
  config.queue = kQueue;
  auto mover = offload::PacketMover::create(*seat->card_, *seat->offload_,
                                            {outside.plain, outside.wire, nullptr, outside.wake},
                                            outside.loop, config);
  if (!mover) return tl::unexpected(mover.error());
  seat->mover_ = std::move(*mover);
  return seat;
}

std::optional<std::string> CardSeat::ailment() {
  const std::uint32_t status = io_->read_csr(csr::kQueuesStatus(kQueue));
  if (status == kGone) return "does not answer any more";
  const auto cause = static_cast<QueueCause>(csr::kQueuesStatusCause.get(status));
  if (cause != QueueCause::kNone) return "stopped its queue (" + std::string(name_of(cause)) + ")";
  if (csr::kQueuesStatusRunning.get(status) == 0) return "was reset by somebody else";
  if (mover_->is_stopped()) return "stopped";
  return std::nullopt;
}

void CardSeat::give_up() { static_cast<void>(card_->reset()); }

}  // namespace holdfast::app
