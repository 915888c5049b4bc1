// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "holdfast/card_io.h"

namespace holdfast::link {

/// A simulated card as the server needs it: registers, a reach into memory of the client, a clock.
class ServedCard {
 public:
  virtual ~ServedCard() = default;
  virtual CardIo& io() = 0;
  /// The card's DMA reaches `bytes` at `iova` until detach_dma(iova). Errors: kInUse.
  virtual Status attach_dma(Iova iova, std::span<std::uint8_t> bytes) = 0;
  /// False if nothing begins at `iova`.
  virtual bool detach_dma(Iova iova) = 0;
  /// Lets the card's clock run for a moment.
  virtual void run() = 0;
  /// Nothing happens before the next access.
  virtual bool is_asleep() const = 0;
};

/// A ServedCard of any card class that has attach_dma, detach_dma and is_asleep.
template <typename SimulatedCard>
class Served final : public ServedCard {
 public:
  /// run() polls the card `polls_per_run` times.
  explicit Served(std::unique_ptr<SimulatedCard> card, unsigned polls_per_run = 1)
      : card_(std::move(card)), polls_per_run_(polls_per_run) {}

  CardIo& io() override { return *card_; }
  Status attach_dma(Iova iova, std::span<std::uint8_t> bytes) override {
    return card_->attach_dma(iova, bytes);
  }
  bool detach_dma(Iova iova) override { return card_->detach_dma(iova); }
  void run() override {
    for (unsigned i = 0; i < polls_per_run_; ++i) card_->poll();
  }
  bool is_asleep() const override { return card_->is_asleep(); }

 private:
  std::unique_ptr<SimulatedCard> card_;
  unsigned polls_per_run_;
};

}  // namespace holdfast::link
