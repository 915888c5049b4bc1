// SPDX-License-Identifier: Apache-2.0
/// What a request is and whether it is well-formed (PCIe 3.0, 2.2 and 2.3.1).
///
///        31 29 28  24 23 22 20 19 18 17 16 15 14 13 12 11 10 9          0
///   DW 0 | fmt | type | R | TC  |R|A2| R |TH|TD|EP|Attr| AT | length     |
///   DW 1 | requester ID (or byte 4, 5)      | tag | last BE | first BE   |
///   DW 2 | address 31:2 (3 DW) or 63:32 (4 DW)                           |
///   DW 3 | address 31:2 (4 DW)                                           |
///
/// Combinational. TH, AT and the processing hint are ignored: the card has neither TPH nor ATS.
module pcie_request_check (
  input  logic [127:0] hdr_i,
  input  logic [2:0]   bar_id_i,
  input  logic [7:0]   func_num_i,
  input  logic [2:0]   max_payload_i,
  /// Payload DWs that came, the digest included if it came; 2047: too many to count.
  input  logic [10:0]  payload_dw_i,
  /// The stream itself was wrong: gaps in strb, sop or eop at the wrong place.
  input  logic         is_torn_i,
  output pcie_pkg::verdict_e verdict_o,
  output pcie_pkg::request_t request_o
);
  import pcie_pkg::*;

  logic [4:0]  tlp_type;
  logic        is_prefix, has_data, is_4dw, has_digest, is_poisoned;
  logic [10:0] length_dw;
  logic [3:0]  first_be, last_be;
  logic [29:0] dw_address;

  assign is_prefix   = hdr_i[127];
  assign has_data    = hdr_i[126];
  assign is_4dw      = hdr_i[125];
  assign tlp_type    = hdr_i[124:120];
  assign has_digest  = hdr_i[111];
  assign is_poisoned = hdr_i[110];
  assign length_dw   = {hdr_i[105:96] == '0, hdr_i[105:96]};
  assign last_be     = hdr_i[71:68];
  assign first_be    = hdr_i[67:64];
  assign dw_address  = is_4dw ? hdr_i[31:2] : hdr_i[63:34];

  // ---------------------------------------------------------------- kind
  logic is_memory, is_message, is_atomic, is_other_non_posted, is_ours;

  // A locked read exists without data only.
  assign is_memory  = !is_prefix &&
                      (tlp_type == TypeMem || (tlp_type == TypeMemLocked && !has_data));
  assign is_message = !is_prefix && is_4dw && tlp_type[4:3] == 2'b10;
  assign is_atomic  = !is_prefix && has_data &&
                      (tlp_type == TypeFetchAdd || tlp_type == TypeSwap || tlp_type == TypeCas);
  assign is_other_non_posted = !is_prefix && !is_4dw &&
    (tlp_type == TypeIo || tlp_type == TypeConfig0 || tlp_type == TypeConfig1 ||
     tlp_type == TypeConfigT);
  assign is_ours = bar_id_i == '0 && func_num_i == '0 && tlp_type == TypeMem;

  // ---------------------------------------------------------------- form
  logic [10:0] expected_dw;
  logic length_fits, crosses_4k, be_fits, is_malformed;

  // PCIe 3.0, 2.7.1: who does not check the digest ignores it; the hard core may have cut it off.
  assign expected_dw = has_data ? length_dw : '0;
  assign length_fits = payload_dw_i == expected_dw ||
                       (has_digest && payload_dw_i == expected_dw + 1'b1);
  // PCIe 3.0, 2.2.7: no request crosses a 4 KiB boundary.
  assign crosses_4k = 12'(dw_address[9:0]) + 12'(length_dw) > 12'd1024;

  logic is_to_top, is_from_0;
  assign is_to_top = first_be == 4'hF || first_be == 4'hE || first_be == 4'hC || first_be == 4'h8;
  assign is_from_0 = last_be == 4'hF || last_be == 4'h7 || last_be == 4'h3 || last_be == 4'h1;

  // PCIe 3.0, 2.2.5: one DW: no last BE, any first BE; more: both not 0; and contiguous, but for
  // two DWs that are 64-bit aligned.
  always_comb begin
    if (length_dw == 11'd1)                             be_fits = last_be == '0;
    else if (length_dw == 11'd2 && !dw_address[0])      be_fits = first_be != '0 && last_be != '0;
    else be_fits = is_to_top && is_from_0;
  end

  // PCIe 3.0, 2.2.2: payload beyond Max_Payload_Size is malformed.
  assign is_malformed = is_torn_i || !length_fits || (is_memory && (crosses_4k || !be_fits)) ||
                        (has_data && 13'(length_dw) > (13'd32 << max_payload_i));

  always_comb begin
    verdict_o = VerdictBad;
    if (is_malformed)                             verdict_o = VerdictBad;
    else if (is_message)                          verdict_o = VerdictIgnore;
    else if (is_atomic || is_other_non_posted)    verdict_o = VerdictUnsupported;
    else if (is_memory && !has_data && is_ours)   verdict_o = VerdictRead;
    else if (is_memory && !has_data)              verdict_o = VerdictUnsupported;
    else if (is_memory && is_poisoned)            verdict_o = VerdictBad;
    else if (is_memory && is_ours)                verdict_o = VerdictWrite;
    else if (is_memory)                           verdict_o = VerdictUnsupportedPosted;
  end

  // ---------------------------------------------------------------- byte count
  // PCIe 3.0, table 2-37.
  logic [3:0]  end_be;
  logic [1:0]  first_byte, bytes_after;

  assign end_be = (length_dw == 11'd1) ? first_be : last_be;
  always_comb begin
    priority case (1'b1)
      first_be[0]: first_byte = 2'd0;
      first_be[1]: first_byte = 2'd1;
      first_be[2]: first_byte = 2'd2;
      first_be[3]: first_byte = 2'd3;
      default:     first_byte = 2'd0;  // zero-length read
    endcase
    priority case (1'b1)
      end_be[3]: bytes_after = 2'd0;
      end_be[2]: bytes_after = 2'd1;
      end_be[1]: bytes_after = 2'd2;
      default:   bytes_after = 2'd3;   // zero-length read: a byte count of 1
    endcase
  end

  always_comb begin
    request_o = '0;
    request_o.is_read      = verdict_o == VerdictRead;
    request_o.is_locked    = tlp_type == TypeMemLocked;
    request_o.tc           = hdr_i[118:116];
    request_o.attr         = hdr_i[109:108];
    request_o.requester_id = hdr_i[95:80];
    request_o.tag          = hdr_i[79:72];
    request_o.length_dw    = length_dw;
    request_o.first_be     = first_be;
    request_o.last_be      = last_be;
    // PCIe 3.0, 2.2.9: 4 but for memory and atomic requests; the lower address is reserved for
    // all but memory requests.
    if (is_memory) begin
      request_o.dw_address = dw_address[14:0];
      request_o.first_byte = first_byte;
      request_o.byte_count = {length_dw, 2'b00} - 13'(first_byte) - 13'(bytes_after);
    end else if (is_atomic) begin
      // The size of the operand; compare-and-swap carries two.
      request_o.byte_count = (tlp_type == TypeCas) ? {1'b0, length_dw, 1'b0} : {length_dw, 2'b00};
    end else begin
      request_o.byte_count = 13'd4;
    end
  end

  logic unused_bits;
  assign unused_bits = &{1'b0, hdr_i[119], hdr_i[115:112], hdr_i[107:106], hdr_i[33:32], hdr_i[1:0],
                         dw_address[29:15]};
endmodule
