// SPDX-License-Identifier: Apache-2.0
/// The packet stream inside the card, 128 bits wide, and what is done to its bytes everywhere.
package common_pkg;
  /// Why a packet is not whole.
  typedef enum logic [1:0] {
    FaultNone   = 2'd0,
    FaultSource = 2'd1,  // its source gave it up
    FaultShort  = 2'd2   // it ended before the length in its header
  } fault_e;

  /// One beat. Byte 0 on the wire is data[7:0]; `keep` has one bit a byte, is contiguous from
  /// bit 0 and all ones but in the last beat; bytes beyond it are 0.
  typedef struct packed {
    logic         last;
    fault_e       fault;  // with last
    logic [15:0]  keep;
    logic [127:0] data;
  } beat_t;

  /// Bytes in a beat, 0 to 16.
  function automatic logic [4:0] num_bytes(logic [15:0] keep);
    return 5'($countones(keep));
  endfunction

  /// `keep` of a beat of `count` bytes, 0 to 16.
  function automatic logic [15:0] keep_of(logic [4:0] count);
    return ~(16'hFFFF << count);
  endfunction

  /// Ones in each byte that is kept.
  function automatic logic [127:0] byte_mask(logic [15:0] keep);
    logic [127:0] mask;
    for (int unsigned i = 0; i < 16; i++) mask[8*i +: 8] = {8{keep[i]}};
    return mask;
  endfunction

  /// Between the order of a stream (first byte in [7:0]) and of a number (in [127:120]).
  function automatic logic [127:0] reverse_bytes(logic [127:0] data);
    logic [127:0] reversed;
    for (int unsigned i = 0; i < 16; i++) reversed[8*i +: 8] = data[120 - 8*i +: 8];
    return reversed;
  endfunction
endpackage
