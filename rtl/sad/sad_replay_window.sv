// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The bits of one replay window: has a number been seen, and the row after it was accepted
/// (RFC 4303, 3.4.3).
///
/// Number n has bit n mod MaxReplayWindow, so the row holds exactly the newest MaxReplayWindow
/// numbers. When the top moves, the bits between the old and the new top are cleared: however
/// far it jumps, the move is one read-modify-write of one row.
///
///     word   0        1        2                    first = old top + 1, last = new number
///          |........|..111111|1111....|........|    1: cleared; may go around the end
///                      ^first    ^last
///
/// Latency:    0 cycles (combinational); while `valid_i` is 0 nothing is computed.
module sad_replay_window #(
  /// Bits of a row: a power of two, 64 to 1024.
  parameter int unsigned MaxReplayWindow = 1024,
  localparam int unsigned IndexWidth = $clog2(MaxReplayWindow)
) (
  input  logic                       clk_i,   // for assertions only
  input  logic                       rst_ni,
  input  logic                       valid_i,
  input  logic [MaxReplayWindow-1:0] row_i,
  /// Old top + 1, modulo MaxReplayWindow.
  input  logic [IndexWidth-1:0]      first_i,
  /// The number in question, modulo MaxReplayWindow.
  input  logic [IndexWidth-1:0]      last_i,
  /// The number is to the right of the old top.
  input  logic                       is_new_i,
  /// It is MaxReplayWindow or more to the right.
  input  logic                       is_far_i,
  /// Its bit was set. Says nothing if `is_new_i`.
  output logic                       seen_o,
  /// The row with the number accepted.
  output logic [MaxReplayWindow-1:0] row_o
);
  if (MaxReplayWindow < 64 || MaxReplayWindow > 1024
      || (MaxReplayWindow & (MaxReplayWindow - 1)) != 0) begin : gen_bad_window
    $error("sad_replay_window: MaxReplayWindow must be a power of two, 64 to 1024");
  end

  localparam int unsigned NumWords = MaxReplayWindow / 64;

  // A word is addressed by 4 bits whatever the size of the row; unused ones are 0.
  logic [3:0] first_word, last_word;
  logic [63:0] first_mask, last_mask;  // bits from `first` up; bits up to `last`
  logic [15:0] after_first, before_last;  // whole words
  logic is_around;
  assign first_word = 4'(first_i >> 6);
  assign last_word  = 4'(last_i >> 6);
  assign first_mask = {64{1'b1}} << first_i[5:0];
  assign last_mask  = {64{1'b1}} >> ~last_i[5:0];
  assign after_first = 16'hFFFE << first_word;
  assign before_last = ~(16'hFFFF << last_word);
  assign is_around  = first_i > last_i;
  assign seen_o     = row_i[last_i];

  /// The bits of one word that lie between `first` and `last`.
  function automatic logic [63:0] between(logic [3:0] word);
    logic [63:0] from_first, to_last;
    from_first = after_first[word] ? '1 : (word == first_word ? first_mask : '0);
    to_last    = before_last[word] ? '1 : (word == last_word ? last_mask : '0);
    return is_around ? from_first | to_last : from_first & to_last;
  endfunction

  always_comb begin
    row_o = row_i;
    if (valid_i) begin
      if (is_far_i) row_o = '0;
      else if (is_new_i) begin
        for (int unsigned w = 0; w < NumWords; w++) begin
          row_o[64*w +: 64] = row_i[64*w +: 64] & ~between(4'(w));
        end
      end
      row_o[last_i] = 1'b1;
    end
  end

  `ASSERT(FarIsNew_A, valid_i && is_far_i |-> is_new_i)
endmodule
