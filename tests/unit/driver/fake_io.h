// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "holdfast/card_io.h"

namespace holdfast::test {

/// A card that is only registers: it keeps what a test put there and never changes by itself.
class FakeIo : public CardIo {
 public:
  std::map<CsrOffset, std::uint32_t> registers{{csr::kIdentityMagic, 0x484F4C44},
                                               {csr::kIdentityMapVersion, 1u << 16},
                                               {csr::kControlStatus, 1}};
  unsigned num_polls = 0;

  std::uint32_t read_csr(CsrOffset offset) override { return registers[offset]; }
  void write_csr(CsrOffset, std::uint32_t) override {}
  Result<DmaRegion> map_dma(std::size_t) override {
    return fail(ErrorCode::kIo, "fake", "no memory");
  }
  bool wait_irq(unsigned, std::chrono::nanoseconds) override { return false; }
  void poll() override { ++num_polls; }
  void reset() override {}
  bool owns_msix_table() const override { return false; }
  MsixMessage msix_message(unsigned) const override { return {}; }
};

}  // namespace holdfast::test
