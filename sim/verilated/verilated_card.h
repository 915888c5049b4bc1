// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "card_options.h"
#include "core_model.h"
#include "holdfast/card_io.h"
#include "host_memory.h"
#include "root_complex.h"

namespace holdfast::sim {

/// The card's RTL in this process, behind a root complex.
///
/// Its clock runs only inside calls: read_csr and write_csr until the access is done, poll() and
/// wait_irq() for a while. A card that has nothing to do sleeps: once nothing was offered on any
/// stream for some thousand cycles (longer where interrupt moderation asks for it), poll() and
/// wait_irq() return at once until the next register write or reset, and its time stands still.
class VerilatedCard : public CardIo {
 public:
  explicit VerilatedCard(const CardOptions& options);
  /// For register_card_io("verilated", …). Errors: those of parse_card_options.
  static Result<std::unique_ptr<CardIo>> make(std::string_view options);

  std::uint32_t read_csr(CsrOffset offset) override;
  void write_csr(CsrOffset offset, std::uint32_t value) override;
  Result<DmaRegion> map_dma(std::size_t bytes) override { return memory_.map(bytes); }
  /// Memory of a host that chooses its addresses itself; see HostMemory.
  Status attach_dma(Iova iova, std::span<std::uint8_t> bytes) {
    return memory_.attach(iova, bytes);
  }
  bool detach_dma(Iova iova) { return memory_.detach(iova); }
  bool wait_irq(unsigned vector, std::chrono::nanoseconds timeout) override;
  void poll() override;
  void reset() override;
  bool owns_msix_table() const override { return true; }
  MsixMessage msix_message(unsigned vector) const override { return Interrupts::message(vector); }

  /// Runs the clock, asleep or not.
  void run(std::uint64_t cycles);
  /// Runs until nothing is under way, `limit` cycles at most. False if the limit came first.
  bool run_until_quiet(std::uint64_t limit);
  bool is_asleep() const { return !awake_; }

  /// Cycles of the card's clock so far.
  std::uint64_t cycle() const { return root_complex_.cycle(); }
  std::uint64_t clock_hz() const { return kModelClockHz; }
  /// Simulated cycles per millisecond of processor time spent in them. For benches only.
  double simulated_khz() const;

  RootComplex& root_complex() { return root_complex_; }
  HostMemory& memory() { return memory_; }
  Violations& violations() { return root_complex_.violations(); }

 private:
  void step();
  bool is_quiet() const;
  void watch_write(CsrOffset offset, std::uint32_t value);
  template <typename Done>
  bool run_until(Done done, std::uint64_t limit);

  CardOptions options_;
  HostMemory memory_;
  RootComplex root_complex_;
  std::unique_ptr<CoreModel> core_;
  CardOutputs outputs_;
  bool awake_ = true;
  std::uint64_t last_write_cycle_ = 0;
  std::uint64_t moderation_cycles_ = 0, timeout_cycles_;
  std::vector<std::uint32_t> read_data_;
  std::chrono::nanoseconds busy_{};
};

}  // namespace holdfast::sim
