// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Makes read requests (PCIe 3.0, 2.2.7): descriptor reads as they are, packets cut at multiples of
/// the largest read request. Descriptor reads go first. Space for what is read was reserved by
/// whoever asks here.
///
/// Throughput: one request a cycle; one cycle between packets.
module dma_request (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,

  input  dma_pkg::fetch_t fetch_i,
  input  logic [1:0]      fetch_queue_index_i,
  input  logic            fetch_valid_i,
  output logic            fetch_ready_o,

  input  dma_pkg::job_t   job_i,
  input  logic            job_valid_i,
  output logic            job_ready_o,
  /// Pulse: all reads of the oldest packet (index 0 inbound, 1 outbound) have their tags.
  output logic [1:0]      issued_o,

  // Tag table
  input  logic                 issue_ready_i,
  input  dma_pkg::tag_t        issue_tag_i,
  output logic                 issue_o,
  output dma_pkg::read_owner_t issue_owner_o,
  output dma_pkg::read_rest_t  issue_rest_o,

  output pcie_pkg::tlp_beat_t  tx_rd_req_o,
  output logic                 tx_rd_req_valid_o,
  input  logic                 tx_rd_req_ready_i
);
  import dma_pkg::*;

  job_t   job_q;                  // what is left of it
  place_t place_q;
  logic   job_valid_q;
  logic [12:0] fetch_bytes, job_bytes, num_bytes;
  logic [63:0] address;
  logic        is_job_sent, is_job_last;

  // ---------------------------------------------------------------- choice
  assign issue_o = issue_ready_i && cfg_i.bus_master_en && (fetch_valid_i || job_valid_q) &&
                   (!tx_rd_req_valid_o || tx_rd_req_ready_i);
  assign fetch_ready_o = issue_o && fetch_valid_i;
  assign is_job_sent   = issue_o && !fetch_valid_i;
  assign is_job_last   = {1'b0, job_bytes} == job_q.length_bytes;

  assign fetch_bytes = {5'd0, fetch_i.num_descriptors, 4'd0};
  assign job_bytes   = request_bytes(job_q.address[11:0], job_q.length_bytes, cfg_i.max_read_req);
  assign num_bytes   = fetch_valid_i ? fetch_bytes : job_bytes;
  assign address     = fetch_valid_i ? fetch_i.address : job_q.address;

  always_comb begin
    issue_owner_o = '{
      target:          job_q.is_outbound ? TargetOutbound : TargetInbound,
      queue_index:     '0,
      index:           job_q.slot,
      num_descriptors: '0
    };
    if (fetch_valid_i) begin
      issue_owner_o = '{
        target:          TargetDescriptors,
        queue_index:     fetch_queue_index_i,
        index:           fetch_i.first,
        num_descriptors: fetch_i.num_descriptors
      };
    end
  end
  assign issue_rest_o = '{
    bytes_left:  num_bytes,
    address:     address[6:0],
    place:       fetch_valid_i ? {6'd0, fetch_i.first, 2'b00} : place_q,
    is_poisoned: 1'b0
  };

  // ---------------------------------------------------------------- the packet at work
  assign job_ready_o = !job_valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      job_valid_q <= 1'b0;
      issued_o    <= '0;
    end else begin
      issued_o <= '0;
      if (job_valid_i && job_ready_o) begin
        job_valid_q <= job_i.length_bytes != '0;
        issued_o[job_i.is_outbound] <= job_i.length_bytes == '0;
      end else if (is_job_sent && is_job_last) begin
        job_valid_q <= 1'b0;
        issued_o[job_q.is_outbound] <= 1'b1;
      end
    end
    if (job_valid_i && job_ready_o) begin
      job_q   <= job_i;
      place_q <= {job_i.row, 2'b00};
    end else if (is_job_sent) begin
      job_q.address      <= job_q.address + {51'd0, job_bytes};
      job_q.length_bytes <= job_q.length_bytes - {1'b0, job_bytes};
      place_q            <= place_q + {2'd0, touched_dws(job_q.address[1:0], job_bytes)};
    end
  end

  // ---------------------------------------------------------------- request
  always_ff @(posedge clk_i) begin
    if (!rst_ni) tx_rd_req_valid_o <= 1'b0;
    else if (issue_o) tx_rd_req_valid_o <= 1'b1;
    else if (tx_rd_req_ready_i) tx_rd_req_valid_o <= 1'b0;

    if (issue_o) begin
      tx_rd_req_o <= '{
        hdr:  memory_header(1'b0, cfg_i.completer_id, issue_tag_i, address, num_bytes),
        data: '0,
        strb: '0,
        sop:  1'b1,
        eop:  1'b1
      };
    end
  end

  `ASSERT(NotAcross4KiB_A, issue_o |->
          {1'b0, address[11:0]} + num_bytes <= 13'd4096 && num_bytes != '0)
  `ASSERT_STREAM_STABLE(Request, tx_rd_req_valid_o, tx_rd_req_ready_i, tx_rd_req_o)
endmodule
