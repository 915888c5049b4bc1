// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <systemc>
#include <tlm>

#include "link_direction.h"
#include "verilated/host_requests.h"
#include "verilated/read_completer.h"
#include "verilated/request_rules.h"
#include "verilated/violations.h"

namespace holdfast::sim {

/// A PCIe root complex between a virtual platform (TLM-2.0, loosely timed) and a link.
///
/// - `bar0` (target): the platform's accesses to BAR0; the address is the offset, and what is not
///   inside BAR0 is an address error. Aligned to 4 bytes, up to 64 DWs; byte enables must be one
///   run. Reads block until the completion came,
///   writes until the link took them (they are posted). Call it from an SC_THREAD.
/// - `dma` (initiator): the card's reads and writes of host memory, MSI-X messages among them: to
///   the platform an interrupt is the memory write that PCIe makes of it.
///
/// DMI and debug transport are not offered.
class PcieHost : public sc_core::sc_module, private DmaTarget {
 public:
  tlm_utils::simple_target_socket<PcieHost> bar0{"bar0"};
  tlm_utils::simple_initiator_socket<PcieHost> dma{"dma"};

  /// `pins` is the configuration of the card below; `link` says how reads are completed, its
  /// times in nanoseconds.
  PcieHost(const sc_core::sc_module_name& name, const PcieConfig& pins, const LinkConfig& link);

  /// Before the simulation starts.
  void bind(LinkDirection& downstream, LinkDirection& upstream);
  /// For LinkDirection of the upstream direction.
  void deliver(TlpKind kind, Tlp&& tlp);

  ReadCompleter& completer() { return completer_; }
  /// Rules of PCIe that the card broke.
  Violations& violations() { return violations_; }

 private:
  static constexpr unsigned kMaxAccessDwords = 64;
  struct Arrived {
    TlpKind kind;
    Tlp tlp;
  };

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void read_register(tlm::tlm_generic_payload& payload, MemoryRequest request);
  void write_register(tlm::tlm_generic_payload& payload, MemoryRequest request);
  void send_down(Tlp tlp);
  void run_upstream();
  void run_completions();
  void on_write(const Tlp& tlp);
  void on_read(const Tlp& tlp);

  bool read(std::uint64_t address, std::span<std::uint8_t> bytes) override;
  bool write(std::uint64_t address, std::span<const std::uint8_t> bytes) override;
  bool transport(tlm::tlm_command command, std::uint64_t address, std::uint8_t* bytes,
                 std::size_t count);
  static std::uint64_t now_ns();
  void violation(const std::string& text) { violations_.record(now_ns(), text); }

  const PcieConfig& pins_;
  LinkConfig link_config_;
  Violations violations_;
  RequestRules rules_;
  HostRequests requests_;
  ReadCompleter completer_;
  LinkDirection* downstream_ = nullptr;
  LinkDirection* upstream_ = nullptr;
  std::deque<Arrived> arrived_;
  sc_core::sc_event arrived_event_, completed_event_, read_event_;
};

}  // namespace holdfast::sim
