// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// PCIe endpoint at transaction-layer level (PCIe 3.0, 2): host reads and writes of BAR0 become
/// register accesses; what must be answered is answered, in order.
///
/// Writes never wait for DMA. A completion leaves only after the DMA writes that were offered
/// before it have been accepted (`writes_offered_i`, `writes_accepted_i`: free-running counts of
/// TLPs), so that a host that reads an index finds the data.
///
/// A write that came in another epoch than `epoch_i`, which counts function level resets, is
/// dropped; a read is answered all the same (PCIe 3.0, 6.6.2).
///
/// A request takes 5 cycles and 2 more a DW (with csr_block behind the register bus).
module pcie_endpoint #(
  /// Requests to be answered that wait at the same time; a host with 8-bit tags has no more.
  parameter int unsigned MaxNonPosted = 256
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,

  // Requests of the host (rx_req) and the answers to them (tx_cpl).
  input  pcie_pkg::tlp_beat_t rx_req_i,
  input  logic [2:0]          rx_req_bar_id_i,
  input  logic [7:0]          rx_req_func_num_i,
  input  logic [7:0]          rx_req_epoch_i,
  input  logic [7:0]          epoch_i,
  input  logic                rx_req_valid_i,
  output logic                rx_req_ready_o,
  output pcie_pkg::tlp_beat_t tx_cpl_o,
  output logic                tx_cpl_valid_o,
  input  logic                tx_cpl_ready_i,

  input  logic [15:0] writes_offered_i,
  input  logic [15:0] writes_accepted_i,

  // Register accesses, one at a time: csr_valid_o holds until the answer comes with csr_ack_i (a
  // pulse, writes too).
  output pcie_pkg::csr_request_t csr_request_o,
  output logic                   csr_valid_o,
  input  logic                   csr_ack_i,
  input  logic [31:0]            csr_data_i,

  // Pulses for the error latch and counters.
  output logic bad_request_o,
  output logic unsupported_request_o
);
  import pcie_pkg::*;

  request_t received, non_posted;
  logic received_np_valid, received_np_ready, np_valid, np_ready, write_valid, write_ready;
  logic write_is_stale;
  logic [7:0]   payload_index;
  logic [127:0] payload, beat;
  completion_t  completion;
  logic has_room, beat_valid, completion_valid;
  logic [$clog2(MaxNonPosted+1)-1:0] num_non_posted;

  pcie_request_receive u_receive (
    .clk_i, .rst_ni,
    .max_payload_i      (cfg_i.max_payload),
    .rx_req_i, .rx_req_bar_id_i, .rx_req_func_num_i, .rx_req_epoch_i, .epoch_i,
    .rx_req_valid_i, .rx_req_ready_o,
    .request_o          (received),
    .non_posted_valid_o (received_np_valid),
    .non_posted_ready_i (received_np_ready),
    .write_valid_o      (write_valid),
    .write_is_stale_o   (write_is_stale),
    .write_ready_i      (write_ready),
    .payload_index_i    (payload_index),
    .payload_o          (payload),
    .bad_request_o, .unsupported_request_o
  );

  common_fifo #(.T(request_t), .Depth(MaxNonPosted)) u_non_posted (
    .clk_i, .rst_ni,
    .data_i(received), .valid_i(received_np_valid), .ready_o(received_np_ready),
    .data_o(non_posted), .valid_o(np_valid), .ready_i(np_ready), .count_o(num_non_posted));

  pcie_register_access u_access (
    .clk_i, .rst_ni,
    .non_posted_i       (non_posted),
    .non_posted_valid_i (np_valid),
    .non_posted_ready_o (np_ready),
    .write_i            (received),
    .write_valid_i      (write_valid),
    .write_is_stale_i   (write_is_stale),
    .write_ready_o      (write_ready),
    .payload_index_o    (payload_index),
    .payload_i          (payload),
    .csr_request_o, .csr_valid_o, .csr_ack_i, .csr_data_i,
    .has_room_i         (has_room),
    .beat_o             (beat),
    .beat_valid_o       (beat_valid),
    .completion_o       (completion),
    .completion_valid_o (completion_valid)
  );

  pcie_completion_send u_send (
    .clk_i, .rst_ni,
    .completer_id_i     (cfg_i.completer_id),
    .writes_offered_i, .writes_accepted_i,
    .has_room_o         (has_room),
    .beat_i             (beat),
    .beat_valid_i       (beat_valid),
    .completion_i       (completion),
    .completion_valid_i (completion_valid),
    .tx_cpl_o, .tx_cpl_valid_o, .tx_cpl_ready_i
  );

  // The root's read completion boundary is kept by any split at 128 bytes.
  logic unused_bits;
  assign unused_bits = &{1'b0, cfg_i.max_read_req, cfg_i.bus_master_en, cfg_i.msix_en,
                         cfg_i.msix_mask, cfg_i.rcb, cfg_i.ext_tag_en, num_non_posted};

  `ASSERT(AckAnswersAccess_A, csr_ack_i |-> csr_valid_o)
endmodule
