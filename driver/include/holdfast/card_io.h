// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "holdfast/csr.h"

namespace holdfast {

using csr::CsrOffset;

/// Address as the card sees it; never a pointer.
enum class Iova : std::uint64_t {};
constexpr std::uint64_t to_number(Iova iova) { return static_cast<std::uint64_t>(iova); }

/// Memory that host and card both see. It lives as long as the CardIo that mapped it.
struct DmaRegion {
  std::span<std::uint8_t> bytes;  ///< 4 KiB aligned, zeroed.
  Iova iova;                      ///< 4 KiB aligned.
};

/// All that the driver may ask of a card, real or simulated. Not thread-safe.
///
/// A simulated card has no time of its own: each call here lets its clock run, and polling memory
/// alone does not. Whoever polls a ring calls poll() between looks.
class CardIo {
 public:
  virtual ~CardIo() = default;
  virtual std::uint32_t read_csr(CsrOffset offset) = 0;
  virtual void write_csr(CsrOffset offset, std::uint32_t value) = 0;
  /// Errors: kIo.
  virtual Result<DmaRegion> map_dma(std::size_t bytes) = 0;
  /// Waits for MSI-X vector `vector`; true if it came (once per message), false when `timeout`
  /// passed first. For a simulated card the time is that of its clock.
  virtual bool wait_irq(unsigned vector, std::chrono::nanoseconds timeout) = 0;
  /// Lets a simulated card work for a moment; nothing for a real one.
  virtual void poll() = 0;
  /// Resets the function (FLR). DMA mappings stay.
  virtual void reset() = 0;
  /// Address and data that the MSI-X table entry of `vector` must hold.
  struct MsixMessage {
    std::uint64_t address;
    std::uint32_t data;
  };
  /// False where the operating system owns the MSI-X table (vfio): then the driver leaves it alone.
  virtual bool owns_msix_table() const = 0;
  virtual MsixMessage msix_message(unsigned vector) const = 0;
};

/// Makes a card from what stands behind the colon of its name ("soft:", "verilated:seed=3").
using CardIoFactory = Result<std::unique_ptr<CardIo>> (*)(std::string_view options);
/// Called by main.cc of each program for the kinds it offers.
void register_card_io(std::string_view kind, CardIoFactory factory);
/// Errors: kNotFound (names the kinds there are), and what the factory says.
Result<std::unique_ptr<CardIo>> open_card_io(std::string_view name);

}  // namespace holdfast
