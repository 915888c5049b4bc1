// SPDX-License-Identifier: Apache-2.0
// The driver above csr_block, with the fields of commands and results by name (csr_operands.sv).
#pragma once

#include <Vcsr_operands_model.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "holdfast/card.h"
#include "support/sim.h"

namespace holdfast::test {

/// Bits that are 1, each as the name of its field and its place there.
using Bits = std::set<std::pair<std::string, unsigned>>;

/// One named port: bit n is bit n % 8 of byte n / 8.
struct PortField {
  const char* name;
  unsigned width;
  std::span<std::uint8_t> bytes;

  void set_only(unsigned bit) const {
    clear();
    bytes[bit / 8] = static_cast<std::uint8_t>(1u << bit % 8);
  }
  void clear() const { std::fill(bytes.begin(), bytes.end(), std::uint8_t{0}); }
};

template <typename Port>
PortField port_field(const char* name, unsigned width, Port& port) {
  return {name, width, {reinterpret_cast<std::uint8_t*>(&port), sizeof port}};
}

/// Of command_t, but not of the operands: sad fills them.
inline bool is_ignored(std::string_view field) {
  return field == "row_path_index" || field == "row_epoch" || field == "path_generation";
}

/// Registers as the driver sees them; keeps the command that was started last.
class OperandsIo : public CardIo {
 public:
  OperandsIo() : command_fields(fields_of(sim.top())) {
    sim.reset();
    sim.add_agent([] {}, [this] { sample(); });
  }

  std::uint32_t read_csr(CsrOffset offset) override { return access(false, offset, 0); }
  void write_csr(CsrOffset offset, std::uint32_t value) override { access(true, offset, value); }
  Result<DmaRegion> map_dma(std::size_t) override {
    return fail(ErrorCode::kIo, "csr_operands", "there is no memory here");
  }
  bool wait_irq(unsigned, std::chrono::nanoseconds) override { return false; }
  void poll() override { sim.step(); }
  void reset() override { sim.reset(); }
  bool owns_msix_table() const override { return false; }
  MsixMessage msix_message(unsigned) const override { return {}; }

  /// Writes `op`; the command is in `command` then.
  void start(CommandOp op) {
    write_csr(csr::kCommandCommand, csr::kCommandCommandOp.set(static_cast<std::uint32_t>(op)));
    sim.step(4);
  }

  Sim<Vcsr_operands_model> sim;
  std::vector<PortField> command_fields;
  Bits command;
  unsigned num_commands = 0;

 private:
  static std::vector<PortField> fields_of(Vcsr_operands_model& top);

  std::uint32_t access(bool is_write, CsrOffset offset, std::uint32_t value) {
    auto& top = sim.top();
    top.is_write_i = is_write;
    top.offset_i = static_cast<std::uint32_t>(offset);
    top.data_i = value;
    top.valid_i = 1;
    if (!sim.run_until([&] { return top.ack_o; }, 1000)) throw std::runtime_error("no ack");
    const std::uint32_t data = top.data_o;
    sim.step();  // the request stands through the cycle of the answer
    top.valid_i = 0;
    sim.step();
    return data;
  }

  void sample() {
    if (!sim.top().start_o) return;
    ++num_commands;
    command.clear();
    for (const PortField& field : command_fields)
      for (unsigned bit = 0; bit < field.width; ++bit)
        if (field.bytes[bit / 8] >> bit % 8 & 1) command.emplace(field.name, bit);
  }
};

/// sad_pkg::command_t.
inline std::vector<PortField> OperandsIo::fields_of(Vcsr_operands_model& top) {
  return {port_field("op", 4, top.op_o),
          port_field("sa_index", 16, top.sa_index_o),
          port_field("path_index", 16, top.path_index_o),
          port_field("row_spi", 32, top.row_spi_o),
          port_field("row_suite", 4, top.row_suite_o),
          port_field("row_is_outbound", 1, top.row_is_outbound_o),
          port_field("row_has_esn", 1, top.row_has_esn_o),
          port_field("row_replay_window", 16, top.row_replay_window_o),
          port_field("row_df", 2, top.row_df_o),
          port_field("row_copy_dscp", 1, top.row_copy_dscp_o),
          port_field("row_dscp", 6, top.row_dscp_o),
          port_field("row_has_ecn", 1, top.row_has_ecn_o),
          port_field("selector_is_ipv6", 1, top.selector_is_ipv6_o),
          port_field("selector_source", 128, top.selector_source_o),
          port_field("selector_destination", 128, top.selector_destination_o),
          port_field("selector_source_bits", 8, top.selector_source_bits_o),
          port_field("selector_destination_bits", 8, top.selector_destination_bits_o),
          port_field("row_path_index", 16, top.row_path_index_o),
          port_field("row_epoch", 8, top.row_epoch_o),
          port_field("soft_bytes", 64, top.soft_bytes_o),
          port_field("hard_bytes", 64, top.hard_bytes_o),
          port_field("soft_packets", 64, top.soft_packets_o),
          port_field("hard_packets", 64, top.hard_packets_o),
          port_field("key", 256, top.key_o),
          port_field("salt", 32, top.salt_o),
          port_field("first_seq", 64, top.first_seq_o),
          port_field("path_is_ipv6", 1, top.path_is_ipv6_o),
          port_field("path_has_udp", 1, top.path_has_udp_o),
          port_field("path_is_limited", 1, top.path_is_limited_o),
          port_field("path_own_address", 128, top.path_own_address_o),
          port_field("path_peer_address", 128, top.path_peer_address_o),
          port_field("path_own_port", 16, top.path_own_port_o),
          port_field("path_peer_port", 16, top.path_peer_port_o),
          port_field("path_generation", 32, top.path_generation_o),
          port_field("credit", 32, top.credit_o)};
}

}  // namespace holdfast::test
