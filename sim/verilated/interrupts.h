// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "holdfast/card_io.h"

namespace holdfast::sim {

/// Takes MSI-X messages: memory writes of one DW to an address of their own (PCIe 3.0, 6.8.2).
/// Messages of even vectors lie below 4 GiB, of odd ones above, so that both header formats occur.
class Interrupts {
 public:
  static constexpr unsigned kNumVectors = 32;
  static CardIo::MsixMessage message(unsigned vector);

  enum class Taken : std::uint8_t {
    kNotAMessage,  ///< A write to somewhere else.
    kMessage,
    kBadMessage,  ///< To the addresses of messages, but not that of a vector, or with other data.
  };
  Taken take_write(std::uint64_t address, std::span<const std::uint8_t> bytes);

  /// Messages of `vector` that came and were not taken.
  unsigned pending(unsigned vector) const { return pending_[vector]; }
  /// One bit a vector with messages that were not taken.
  std::uint32_t pending_vectors() const;
  /// Takes one message of `vector`; false if there is none.
  bool take(unsigned vector);
  void clear() { pending_.fill(0); }

 private:
  std::array<unsigned, kNumVectors> pending_{};
};

}  // namespace holdfast::sim
