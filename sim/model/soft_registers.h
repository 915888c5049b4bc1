// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "holdfast/csr.h"

namespace holdfast::model {

/// The registers of BAR0 as storage: which there are, which bits a host may write, which it may
/// read. What a write sets off is the card's business (soft_card.h).
class SoftRegisters {
 public:
  /// What an offset reads that is no register.
  static constexpr std::uint32_t kUnknown = 0xDEADDEAD;

  SoftRegisters();

  /// All registers to their reset values.
  void reset();
  bool exists(csr::CsrOffset offset) const;
  /// What the host sees; 0 for a register that can only be written.
  std::uint32_t read(csr::CsrOffset offset) const;
  /// A write of the host: read-only bits stay.
  void write(csr::CsrOffset offset, std::uint32_t value);

  /// The value itself, for the card.
  std::uint32_t get(csr::CsrOffset offset) const { return slot(offset).value; }
  void set(csr::CsrOffset offset, std::uint32_t value) { slot(offset).value = value; }
  /// Zero from `first` to before `end`.
  void clear(csr::CsrOffset first, csr::CsrOffset end);
  std::uint64_t get64(csr::CsrOffset low, csr::CsrOffset high) const {
    return get(low) | static_cast<std::uint64_t>(get(high)) << 32;
  }
  void set64(csr::CsrOffset low, csr::CsrOffset high, std::uint64_t value) {
    set(low, static_cast<std::uint32_t>(value));
    set(high, static_cast<std::uint32_t>(value >> 32));
  }

 private:
  struct Slot {
    bool exists = false;
    bool is_write_only = false;
    std::uint32_t writable = 0;
    std::uint32_t at_reset = 0;
    std::uint32_t value = 0;
  };

  Slot& slot(csr::CsrOffset offset);
  const Slot& slot(csr::CsrOffset offset) const;
  void define(csr::CsrOffset offset, std::uint32_t writable, std::uint32_t at_reset = 0);
  void define_write_only(csr::CsrOffset offset, std::uint32_t writable);
  void define_identity_and_control();
  void define_command();
  void define_counters();
  void define_queues();
  void define_msix();

  std::vector<Slot> slots_;
};

}  // namespace holdfast::model
