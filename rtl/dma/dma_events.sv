// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The event ring: events of the card and rises of the error latch become entries of 64 bytes.
///
/// An event that finds the ring full is lost and counted. While the ring is off, or of a size that
/// does not exist, events are taken and forgotten. Errors that rise while an error event waits to
/// be written share it: `detail` is the latch at the time of writing.
/// Addresses and ports are those of the packet that roamed; of other events they are 0.
module dma_events (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,
  input  dma_pkg::event_config_t config_i,

  input  sad_pkg::event_t event_i,
  input  logic            event_valid_i,
  output logic            event_ready_o,
  input  logic [31:0]     error_latch_i,
  input  logic            error_rise_i,

  output pcie_pkg::tlp_beat_t tlp_o,
  output logic                valid_o,
  input  logic                ready_i,

  /// Events that the link has accepted, free-running, and the kind of the last of them.
  output logic [15:0]                     producer_o,
  output card_csr_enums_pkg::event_kind_e last_kind_o,
  output logic [dma_pkg::MaxVectors-1:0]  interrupt_o,   // pulses
  output logic                            written_o,     // pulse
  output logic                            lost_o         // pulse
);
  import dma_pkg::*;
  import card_csr_enums_pkg::*;

  // ---------------------------------------------------------------- ring
  event_config_t config_q;        // base and size as they were when `enable` rose
  logic          running_q, is_usable, is_full, is_fresh_start;
  logic [15:0]   entries;
  logic [63:0]   address;

  assign is_usable = running_q && config_q.log2 >= 5'd2 && config_q.log2 <= 5'd12;
  assign entries   = 16'd1 << config_q.log2[3:0];
  assign is_full   = producer_o - config_i.consumer >= entries;
  assign is_fresh_start = config_i.enable && !running_q && !valid_o;
  assign address   = {config_q.base[63:6], 6'd0} +
                     {42'd0, producer_o & (entries - 16'd1), 6'd0};

  // ---------------------------------------------------------------- next event
  logic         error_q, has_event, take;
  event_entry_t entry, entry_q;
  logic [127:0] hdr_q;
  logic [1:0]   beat_q;
  logic         accepted;

  assign has_event     = error_q || event_valid_i;
  // A new event is looked at between entries.
  assign take          = has_event && !valid_o && (!is_usable || is_full || cfg_i.bus_master_en);
  assign event_ready_o = take && !error_q;
  assign accepted      = valid_o && ready_i;
  assign lost_o        = take && is_usable && is_full;
  assign written_o     = accepted && beat_q == 2'd3;

  always_comb begin
    entry = '0;
    entry.flags[0] = !producer_o[config_q.log2[3:0]];
    if (error_q) begin
      entry.kind   = 8'(EventKindError);
      entry.detail = {32'd0, error_latch_i};
    end else begin
      entry.kind       = 8'(event_i.kind);
      entry.seq        = event_i.seq;
      entry.generation = event_i.generation;
      entry.path_index = event_i.path_index;
      entry.sa_index   = event_i.sa_index;
      entry.own_address  = common_pkg::reverse_bytes(event_i.endpoints.own_address);
      entry.peer_address = common_pkg::reverse_bytes(event_i.endpoints.peer_address);
      entry.own_port     = event_i.endpoints.own_port;
      entry.peer_port    = event_i.endpoints.peer_port;
      if (event_i.kind == EventKindRoam)
        entry.address_family = event_i.endpoints.is_ipv6 ? 8'd6 : 8'd4;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      running_q   <= 1'b0;
      error_q     <= 1'b0;
      valid_o     <= 1'b0;
      beat_q      <= '0;
      producer_o  <= '0;
      last_kind_o <= event_kind_e'(4'd0);
    end else begin
      running_q <= config_i.enable && (running_q || is_fresh_start);
      error_q   <= error_rise_i || (error_q && !take);
      if (take && is_usable && !is_full) valid_o <= 1'b1;
      else if (written_o) valid_o <= 1'b0;
      if (accepted) beat_q <= beat_q + 2'd1;
      if (is_fresh_start) begin
        producer_o <= '0;
      end else if (written_o) begin
        producer_o  <= producer_o + 16'd1;
        last_kind_o <= event_kind_e'(entry_q.kind[3:0]);
      end
    end
    if (is_fresh_start) config_q <= config_i;
    if (take) begin
      entry_q <= entry;
      hdr_q   <= memory_header(1'b1, cfg_i.completer_id, '0, address, 13'(EventBytes));
    end
  end

  // ---------------------------------------------------------------- TLP of four beats
  assign tlp_o = '{
    hdr:  hdr_q,
    data: entry_q[128*beat_q +: 128],
    strb: 4'hF,
    sop:  beat_q == 2'd0,
    eop:  beat_q == 2'd3
  };

  always_comb begin
    interrupt_o = '0;
    if (config_i.vector_index < 8'(MaxVectors))
      interrupt_o[config_i.vector_index[2:0]] = written_o && config_i.irq_enable;
  end

  logic unused;
  assign unused = ^{config_i.log2[4]};

  `ASSERT(LostIsNotWritten_A, lost_o |=> !valid_o)
  `ASSERT_STREAM_STABLE(Event, valid_o, ready_i, tlp_o)
endmodule
