// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// MSI-X messages (PCIe 3.0, 6.8.2): a memory write of one DW to the vector's address.
///
/// A request for a vector that is masked (by its entry, for the whole function, or because MSI-X is
/// off) sets its pending bit; the message goes when the mask is gone, once for all requests.
/// The lowest vector goes first. A message that waits behind another TLP when its vector is masked
/// is taken back; one that the link was offered must leave.
module dma_msix (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,
  input  dma_pkg::msix_entry_t [dma_pkg::MaxVectors-1:0] table_i,
  input  logic [dma_pkg::MaxVectors-1:0] request_i,      // pulses
  output logic [dma_pkg::MaxVectors-1:0] pending_o,

  output pcie_pkg::tlp_beat_t tlp_o,
  output logic                valid_o,
  input  logic                ready_i,
  /// The message was offered to the link before this cycle.
  input  logic                begun_i
);
  import dma_pkg::*;

  logic [MaxVectors-1:0] request_q, is_masked, may_send, sent;
  logic [MaxVectors-1:0] taken_back;
  logic [2:0]            vector_index, loaded_index_q;
  logic                  load, is_loaded_q;
  msix_entry_t           entry;

  always_comb begin
    vector_index = '0;
    for (int unsigned v = MaxVectors; v > 0; v--) begin
      is_masked[v-1] = table_i[v-1].is_masked || cfg_i.msix_mask || !cfg_i.msix_en;
      if (may_send[v-1]) vector_index = 3'(v - 1);
    end
  end
  assign may_send = request_q & ~is_masked;
  assign entry    = table_i[vector_index];
  assign load     = may_send != '0 && cfg_i.bus_master_en && (!is_loaded_q || (valid_o && ready_i));
  assign valid_o  = is_loaded_q && (begun_i || !is_masked[loaded_index_q]);
  always_comb begin
    sent = '0;
    sent[vector_index] = load;
    taken_back = '0;
    taken_back[loaded_index_q] = is_loaded_q && !valid_o;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      request_q <= '0;
      pending_o <= '0;
      is_loaded_q <= 1'b0;
    end else begin
      request_q <= (request_q & ~sent) | request_i | taken_back;
      pending_o <= (pending_o | (request_q & is_masked)) & ~sent;
      if (load) is_loaded_q <= 1'b1;
      else if (ready_i || !valid_o) is_loaded_q <= 1'b0;
    end
    if (load) begin
      loaded_index_q <= vector_index;
      tlp_o <= '{
        hdr:  memory_header(1'b1, cfg_i.completer_id, '0, entry.address, 13'd4),
        data: {96'd0, entry.data},
        strb: 4'b0001,
        sop:  1'b1,
        eop:  1'b1
      };
    end
  end

  `ASSERT(PendingWasRequested_A, (pending_o & ~request_q) == '0)
  `ASSERT(BegunStays_A, begun_i |-> valid_o && $stable(tlp_o))
endmodule
