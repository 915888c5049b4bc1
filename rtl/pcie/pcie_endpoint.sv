// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// PCIe endpoint at transaction-layer level (PCIe 3.0, 2): host reads and writes of BAR0 become
/// register accesses; what must be answered is answered, in order.
///
/// Writes never wait for DMA. A completion leaves only after the DMA writes that were offered
/// before it have been accepted (`writes_offered_i`, `writes_accepted_i`: free-running counts of
/// TLPs), so that a host that reads an index finds the data.
module pcie_endpoint (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,

  // Requests of the host (rx_req) and the answers to them (tx_cpl).
  input  pcie_pkg::tlp_beat_t rx_req_i,
  input  logic [2:0]          rx_req_bar_id_i,
  input  logic [7:0]          rx_req_func_num_i,
  input  logic                rx_req_valid_i,
  output logic                rx_req_ready_o,
  output pcie_pkg::tlp_beat_t tx_cpl_o,
  output logic                tx_cpl_valid_o,
  input  logic                tx_cpl_ready_i,

  input  logic [15:0] writes_offered_i,
  input  logic [15:0] writes_accepted_i,

  // Register accesses, one at a time; the answer comes with csr_ack_i (a pulse, writes too).
  output pcie_pkg::csr_request_t csr_request_o,
  output logic                   csr_valid_o,
  input  logic                   csr_ack_i,
  input  logic [31:0]            csr_data_i,

  // Pulses for the error latch and counters.
  output logic bad_request_o,
  output logic unsupported_request_o
);
endmodule
