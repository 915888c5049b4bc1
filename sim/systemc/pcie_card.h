// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>

#include "card_endpoint.h"
#include "link_direction.h"
#include "pcie_host.h"

namespace holdfast::sim {

struct PcieCardConfig {
  unsigned width_bits = 128;
  PcieConfig pins;
  /// How the root complex completes reads; times in nanoseconds.
  LinkConfig reads;
  DirectionConfig downstream, upstream;
};

/// The whole card for a virtual platform: root complex, link, RTL, clock. Bind the platform to
/// host.bar0 and host.dma; see README.md.
class PcieCard : public sc_core::sc_module {
 public:
  PcieCard(const sc_core::sc_module_name& name, const PcieCardConfig& config = {})
      : sc_module(name),
        endpoint("endpoint", config.width_bits),
        host("host", endpoint.pins(), config.reads),
        downstream("downstream", config.downstream,
                   [this](TlpKind kind, Tlp&& tlp) { endpoint.deliver(kind, std::move(tlp)); }),
        upstream("upstream", config.upstream,
                 [this](TlpKind kind, Tlp&& tlp) { host.deliver(kind, std::move(tlp)); }),
        clock_("clock", sc_core::sc_time(1e9 / kModelClockHz, sc_core::SC_NS)) {
    endpoint.pins() = config.pins;
    endpoint.clk(clock_);
    endpoint.bind(downstream, upstream);
    host.bind(downstream, upstream);
  }

  CardEndpoint endpoint;
  PcieHost host;
  LinkDirection downstream, upstream;

 private:
  sc_core::sc_clock clock_;
};

}  // namespace holdfast::sim
