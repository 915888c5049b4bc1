// SPDX-License-Identifier: Apache-2.0
// The root complex between a platform on its sockets and a card that a test plays TLP by TLP.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "systemc/host_platform.h"
#include "systemc/link_direction.h"
#include "systemc/pcie_host.h"

namespace holdfast::sim {

/// A platform that takes its time for each access of the card.
class SlowBus : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<SlowBus> from_host{"from_host"};
  tlm_utils::simple_initiator_socket<SlowBus> to_memory{"to_memory"};

  SlowBus(const sc_core::sc_module_name& name, sc_core::sc_time delay)
      : sc_module(name), delay_(delay) {
    from_host.register_b_transport(this, &SlowBus::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    wait(delay_);
    to_memory->b_transport(payload, delay);
  }
  sc_core::sc_time delay_;
};

/// Platform, root complex and both directions of the link; the lower end is the test's.
struct PcieHostBench {
  PcieHostBench(const char* name, const DirectionConfig& config, const LinkConfig& reads = {},
                sc_core::sc_time bus_delay = sc_core::SC_ZERO_TIME)
      : platform((std::string(name) + "_platform").c_str()),
        bus((std::string(name) + "_bus").c_str(), bus_delay),
        host((std::string(name) + "_host").c_str(), pins, reads),
        downstream((std::string(name) + "_downstream").c_str(), config,
                   [this](TlpKind kind, Tlp&& tlp) {
                     downstream.release(kind, credits_of(tlp));
                     arrived.push_back(std::move(tlp));
                   }),
        upstream((std::string(name) + "_upstream").c_str(), config,
                 [this](TlpKind kind, Tlp&& tlp) { host.deliver(kind, std::move(tlp)); }) {
    platform.mmio.bind(host.bar0);
    host.dma.bind(bus.from_host);
    bus.to_memory.bind(platform.memory_bus);
    host.bind(downstream, upstream);
  }
  /// The next TLP that reaches the card, or one of zeros after two microseconds.
  Tlp next() {
    for (unsigned i = 0; i < 2000 && arrived.empty(); ++i) sc_core::wait(1, sc_core::SC_NS);
    EXPECT_FALSE(arrived.empty()) << "nothing came down";
    if (arrived.empty()) return {};
    Tlp tlp = std::move(arrived.front());
    arrived.pop_front();
    return tlp;
  }
  void send(Tlp tlp) {
    while (!upstream.may_send(kind_of(tlp.hdr))) sc_core::wait(upstream.sent_event());
    upstream.send(std::move(tlp));
  }
  void settle() { sc_core::wait(3000, sc_core::SC_NS); }
  std::string broken_rules() {
    const std::string report = host.violations().report();
    host.violations().clear();
    return report;
  }

  PcieConfig pins;
  HostPlatform platform;
  SlowBus bus;
  PcieHost host;
  LinkDirection downstream, upstream;
  std::deque<Tlp> arrived;
};

/// DMA of a card.
inline Tlp dma_write(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  MemoryRequest request = make_request(true, address, static_cast<unsigned>(bytes.size()));
  request.requester_id = PcieConfig{}.completer_id;
  Tlp tlp;
  tlp.hdr = pack(request);
  tlp.payload.resize(request.dwords);
  std::copy(bytes.begin(), bytes.end(),
            reinterpret_cast<std::uint8_t*>(tlp.payload.data()) + address % 4);
  return tlp;
}
inline Tlp dma_read(std::uint64_t address, unsigned bytes, std::uint8_t tag) {
  MemoryRequest request = make_request(false, address, bytes);
  request.requester_id = PcieConfig{}.completer_id;
  request.tag = tag;
  Tlp tlp;
  tlp.hdr = pack(request);
  return tlp;
}
inline Tlp completion_of(const Tlp& read, std::vector<std::uint32_t> data,
                         CompletionStatus status = CompletionStatus::kSuccess) {
  const MemoryRequest request = parse_memory_request(read.hdr);
  CompletionHeader header;
  header.has_data = !data.empty();
  header.dwords = static_cast<unsigned>(data.size());
  header.completer_id = PcieConfig{}.completer_id;
  header.status = status;
  header.byte_count = request.byte_count();
  header.requester_id = request.requester_id;
  header.tag = request.tag;
  header.lower_address = status == CompletionStatus::kSuccess
                             ? static_cast<std::uint8_t>(request.first_byte() & 0x7F)
                             : std::uint8_t{0};
  Tlp tlp;
  tlp.hdr = pack(header);
  tlp.payload = std::move(data);
  return tlp;
}

/// An access of the platform in a process of its own, so that the test can play the card.
class Access {
 public:
  Access(PcieHostBench& on, tlm::tlm_command command, std::uint64_t offset,
         std::vector<std::uint8_t> data, std::vector<std::uint8_t> enables = {})
      : bytes(std::move(data)), enables_(std::move(enables)) {
    sc_core::sc_spawn([this, &on, command, offset] {
      response = on.platform.access(command, offset, bytes, enables_);
      is_done = true;
    });
  }
  std::vector<std::uint8_t> bytes;
  tlm::tlm_response_status response = tlm::TLM_INCOMPLETE_RESPONSE;
  bool is_done = false;

 private:
  std::vector<std::uint8_t> enables_;
};

}  // namespace holdfast::sim
