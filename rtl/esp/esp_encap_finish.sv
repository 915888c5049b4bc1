// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Outbound, last part: sums the ciphertext while it passes into esp_commit, waits for the ICV and
/// completes the packet's exit: step 10 of the outbound table in docs/esp_pipeline.md, and the UDP
/// checksum over IPv6 (RFC 8200, 8.1).
///
/// Latency:    1 cycle from the last beat; combinational from the ICV to the exit.
/// Throughput: one beat a cycle, packets back to back. Packets leave in order.
module esp_encap_finish (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  /// The beat of ciphertext passes in this cycle; never while `stall_o`.
  input  logic                    take_i,
  input  logic [127:0]            data_i,
  input  logic                    last_i,
  output logic                    stall_o,
  input  esp_pkg::outbound_exit_t job_i,
  input  logic                    job_valid_i,
  output logic                    job_ready_o,
  /// The next two once for each job without a reason.
  input  common_pkg::fault_e      fault_i,
  input  logic                    fault_valid_i,
  output logic                    fault_ready_o,
  input  logic [127:0]            icv_i,
  input  logic                    icv_valid_i,
  output logic                    icv_ready_o,
  output esp_pkg::outbound_exit_t exit_o,
  output logic [9:0]              num_beats_o,
  /// Of ciphertext; 0: dropped.
  output logic [13:0]             num_bytes_o,
  output logic                    exit_valid_o,
  input  logic                    exit_ready_i
);
  import card_csr_enums_pkg::*;
  import net_pkg::*;

  typedef struct packed {
    logic [9:0]  num_beats;
    logic [15:0] sum;        // stream order: bytes swapped
  } passed_t;

  // ---- Ciphertext that passes -----------------------------------------------------------------

  logic [9:0]  num_beats_q;
  logic [31:0] sum_q;
  logic        is_first_q, is_open_q, passed_space, passed_valid, passed_ready;
  passed_t     passed;
  logic [2:0]  unused_count;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      is_first_q <= 1'b1;
      is_open_q  <= 1'b0;
    end else begin
      if (take_i) is_first_q <= last_i;
      if (take_i && last_i) is_open_q <= 1'b1;
      else if (passed_space) is_open_q <= 1'b0;
    end
    if (take_i) begin
      num_beats_q <= is_first_q ? 10'd1 : num_beats_q + 10'd1;
      sum_q       <= (is_first_q ? '0 : sum_q) + {12'd0, sum_words(data_i)};
    end
  end
  assign stall_o = is_open_q && !passed_space;

  common_fifo #(.T(passed_t), .Depth(4)) u_passed_fifo (
    .clk_i, .rst_ni,
    .data_i('{num_beats: num_beats_q, sum: fold(sum_q)}),
    .valid_i(is_open_q), .ready_o(passed_space),
    .data_o(passed), .valid_o(passed_valid), .ready_i(passed_ready), .count_o(unused_count)
  );

  // ---- The exit -------------------------------------------------------------------------------

  logic         has_data, go;
  drop_reason_e reason;
  logic [15:0]  payload_sum, checksum;  // payload: ciphertext and ICV

  assign has_data     = job_i.result.reason == DropReasonNone;
  assign exit_valid_o = job_valid_i
      && (!has_data || (passed_valid && fault_valid_i && icv_valid_i));
  assign go           = exit_valid_o && exit_ready_i;
  assign job_ready_o   = go;
  assign passed_ready  = go && has_data;
  assign fault_ready_o = go && has_data;
  assign icv_ready_o   = go && has_data;

  assign payload_sum = fold({16'd0, passed.sum} + {12'd0, sum_words(icv_i)});
  assign checksum    = ~fold({16'd0, job_i.udp_sum}
                             + {16'd0, payload_sum[7:0], payload_sum[15:8]});

  always_comb begin
    reason = job_i.result.reason;
    if (has_data && fault_i == common_pkg::FaultSource) reason = DropReasonSource;
    else if (has_data && fault_i == common_pkg::FaultShort) reason = DropReasonTruncated;

    exit_o = job_i;
    exit_o.result.reason = reason;
    if (has_data) exit_o.icv = icv_i;
    if (has_data && job_i.has_udp_sum) begin  // bytes 46 and 47
      exit_o.header[8*46 +: 16] = (checksum == '0) ? 16'hFFFF : {checksum[7:0], checksum[15:8]};
    end
    if (reason != DropReasonNone) begin
      exit_o.result.length_bytes = '0;
      exit_o.ethernet            = '0;
      exit_o.header_bytes        = '0;
    end
  end

  assign num_beats_o = has_data ? passed.num_beats : '0;
  assign num_bytes_o = (reason != DropReasonNone) ? '0 :
      14'(job_i.result.length_bytes - {9'd0, job_i.header_bytes} - 16'd16
          - (job_i.ethernet.is_present ? 16'(EthernetBytes) : '0));

  `ASSERT(NoBeatWhileStalled_A, stall_o |-> !take_i)
  `ASSERT_STREAM_STABLE(Exit, exit_valid_o, exit_ready_i, {exit_o, num_beats_o, num_bytes_o})
endmodule
