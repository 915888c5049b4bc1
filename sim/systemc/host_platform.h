// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <chrono>
#include <systemc>
#include <tlm>

#include "holdfast/card_io.h"
#include "verilated/host_memory.h"
#include "verilated/interrupts.h"

namespace holdfast::sim {

/// The smallest virtual platform: memory, an interrupt catcher, and the driver's CardIo on a
/// socket. It is the example for one's own, and what the tests use.
///
/// All calls of CardIo must come from one SC_THREAD; they let simulated time pass.
class HostPlatform : public sc_core::sc_module, public CardIo {
 public:
  /// To PcieHost::bar0.
  tlm_utils::simple_initiator_socket<HostPlatform> mmio{"mmio"};
  /// From PcieHost::dma.
  tlm_utils::simple_target_socket<HostPlatform> memory_bus{"memory_bus"};

  explicit HostPlatform(const sc_core::sc_module_name& name);

  std::uint32_t read_csr(CsrOffset offset) override;
  void write_csr(CsrOffset offset, std::uint32_t value) override;
  Result<DmaRegion> map_dma(std::size_t bytes) override { return memory_.map(bytes); }
  bool wait_irq(unsigned vector, std::chrono::nanoseconds timeout) override;
  /// Lets a microsecond pass.
  void poll() override { wait(sc_core::sc_time(1, sc_core::SC_US)); }
  /// By the card's own soft reset: configuration space, with its FLR bit, is not modelled.
  void reset() override;
  bool owns_msix_table() const override { return true; }
  MsixMessage msix_message(unsigned vector) const override { return Interrupts::message(vector); }

  /// One access to BAR0 of any size; the response as the root complex gave it.
  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t offset,
                                  std::span<std::uint8_t> bytes,
                                  std::span<std::uint8_t> enables = {});
  Interrupts& interrupts() { return interrupts_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  HostMemory memory_;
  Interrupts interrupts_;
  sc_core::sc_event interrupt_event_;
};

}  // namespace holdfast::sim
