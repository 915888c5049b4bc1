// SPDX-License-Identifier: Apache-2.0
/// Types at the doors of the crypto engines, and the AES tables and steps that they share.
package crypto_pkg;
  /// Length of an AES key (FIPS 197): 128, 192 or 256 bits.
  typedef enum logic [1:0] {
    Aes128 = 2'd1,
    Aes192 = 2'd2,
    Aes256 = 2'd3
  } aes_key_e;

  /// All that one GCM packet needs besides its data (SP 800-38D; RFC 4106).
  typedef struct packed {
    logic         is_encrypt;
    aes_key_e     key_size;
    /// First byte of the key in bits 255:248; a shorter key fills the top bits.
    logic [255:0] key;
    /// GHASH subkey, AES_K(0), first byte in bits 127:120. From crypto_aes_subkey.
    logic [127:0] subkey;
    /// Nonce = salt ‖ IV (RFC 4106, 4), first byte in the top bits.
    logic [31:0]  salt;
    logic [63:0]  iv;
    /// SPI ‖ sequence number, 8 bytes in the top bits, or with ESN 12 bytes (RFC 4106, 5).
    logic [95:0]  aad;
    logic         aad_is_12_bytes;
  } gcm_request_t;

  /// The part of a request that the hashing side of GCM needs.
  typedef struct packed {
    logic [127:0] subkey;
    logic [95:0]  aad;
    logic         aad_is_12_bytes;
  } gcm_hash_request_t;

  /// What a round register does with the state that it is given.
  typedef enum logic [1:0] {
    RoundPass = 2'd0,  // keeps it: before the first round, or after the last one of a short key
    RoundFull = 2'd1,  // SubBytes, ShiftRows, MixColumns, AddRoundKey
    RoundLast = 2'd2   // the same without MixColumns
  } round_kind_e;

  /// S-box of FIPS 197, figure 7: Sbox[x] = S(x). A constant array and not a case function,
  /// because Verilator makes one shared table of it.
  localparam logic [7:0] Sbox [256] = '{
    8'h63, 8'h7c, 8'h77, 8'h7b, 8'hf2, 8'h6b, 8'h6f, 8'hc5, 8'h30, 8'h01, 8'h67, 8'h2b,
    8'hfe, 8'hd7, 8'hab, 8'h76, 8'hca, 8'h82, 8'hc9, 8'h7d, 8'hfa, 8'h59, 8'h47, 8'hf0,
    8'had, 8'hd4, 8'ha2, 8'haf, 8'h9c, 8'ha4, 8'h72, 8'hc0, 8'hb7, 8'hfd, 8'h93, 8'h26,
    8'h36, 8'h3f, 8'hf7, 8'hcc, 8'h34, 8'ha5, 8'he5, 8'hf1, 8'h71, 8'hd8, 8'h31, 8'h15,
    8'h04, 8'hc7, 8'h23, 8'hc3, 8'h18, 8'h96, 8'h05, 8'h9a, 8'h07, 8'h12, 8'h80, 8'he2,
    8'heb, 8'h27, 8'hb2, 8'h75, 8'h09, 8'h83, 8'h2c, 8'h1a, 8'h1b, 8'h6e, 8'h5a, 8'ha0,
    8'h52, 8'h3b, 8'hd6, 8'hb3, 8'h29, 8'he3, 8'h2f, 8'h84, 8'h53, 8'hd1, 8'h00, 8'hed,
    8'h20, 8'hfc, 8'hb1, 8'h5b, 8'h6a, 8'hcb, 8'hbe, 8'h39, 8'h4a, 8'h4c, 8'h58, 8'hcf,
    8'hd0, 8'hef, 8'haa, 8'hfb, 8'h43, 8'h4d, 8'h33, 8'h85, 8'h45, 8'hf9, 8'h02, 8'h7f,
    8'h50, 8'h3c, 8'h9f, 8'ha8, 8'h51, 8'ha3, 8'h40, 8'h8f, 8'h92, 8'h9d, 8'h38, 8'hf5,
    8'hbc, 8'hb6, 8'hda, 8'h21, 8'h10, 8'hff, 8'hf3, 8'hd2, 8'hcd, 8'h0c, 8'h13, 8'hec,
    8'h5f, 8'h97, 8'h44, 8'h17, 8'hc4, 8'ha7, 8'h7e, 8'h3d, 8'h64, 8'h5d, 8'h19, 8'h73,
    8'h60, 8'h81, 8'h4f, 8'hdc, 8'h22, 8'h2a, 8'h90, 8'h88, 8'h46, 8'hee, 8'hb8, 8'h14,
    8'hde, 8'h5e, 8'h0b, 8'hdb, 8'he0, 8'h32, 8'h3a, 8'h0a, 8'h49, 8'h06, 8'h24, 8'h5c,
    8'hc2, 8'hd3, 8'hac, 8'h62, 8'h91, 8'h95, 8'he4, 8'h79, 8'he7, 8'hc8, 8'h37, 8'h6d,
    8'h8d, 8'hd5, 8'h4e, 8'ha9, 8'h6c, 8'h56, 8'hf4, 8'hea, 8'h65, 8'h7a, 8'hae, 8'h08,
    8'hba, 8'h78, 8'h25, 8'h2e, 8'h1c, 8'ha6, 8'hb4, 8'hc6, 8'he8, 8'hdd, 8'h74, 8'h1f,
    8'h4b, 8'hbd, 8'h8b, 8'h8a, 8'h70, 8'h3e, 8'hb5, 8'h66, 8'h48, 8'h03, 8'hf6, 8'h0e,
    8'h61, 8'h35, 8'h57, 8'hb9, 8'h86, 8'hc1, 8'h1d, 8'h9e, 8'he1, 8'hf8, 8'h98, 8'h11,
    8'h69, 8'hd9, 8'h8e, 8'h94, 8'h9b, 8'h1e, 8'h87, 8'he9, 8'hce, 8'h55, 8'h28, 8'hdf,
    8'h8c, 8'ha1, 8'h89, 8'h0d, 8'hbf, 8'he6, 8'h42, 8'h68, 8'h41, 8'h99, 8'h2d, 8'h0f,
    8'hb0, 8'h54, 8'hbb, 8'h16
  };

  /// SubWord (FIPS 197, 5.2).
  function automatic logic [31:0] sub_word(logic [31:0] word);
    return {Sbox[word[31:24]], Sbox[word[23:16]], Sbox[word[15:8]], Sbox[word[7:0]]};
  endfunction

  /// MixColumns of one column, row 0 in the top byte (FIPS 197, 5.1.3).
  function automatic logic [31:0] mix_column(logic [31:0] a);
    logic [31:0] doubled, tripled;  // each byte times {02} and {03}
    doubled = {a[30:0], 1'b0} & 32'hfefefefe;
    doubled = doubled ^ ({{8{a[31]}}, {8{a[23]}}, {8{a[15]}}, {8{a[7]}}} & 32'h1b1b1b1b);
    tripled = doubled ^ a;
    return doubled ^ {tripled[23:0], tripled[31:24]} ^ {a[15:0], a[31:16]} ^ {a[7:0], a[31:8]};
  endfunction

  /// Rounds of AES, Nr (FIPS 197, figure 4).
  function automatic logic [3:0] num_rounds(aes_key_e key_size);
    unique case (key_size)
      Aes192:  return 4'd12;
      Aes256:  return 4'd14;
      default: return 4'd10;
    endcase
  endfunction

  /// What round `round`, counted from 1, is for a key of this length.
  function automatic round_kind_e round_kind(aes_key_e key_size, logic [3:0] round);
    if (round < num_rounds(key_size)) return RoundFull;
    if (round == num_rounds(key_size)) return RoundLast;
    return RoundPass;
  endfunction

  /// Between stream order (first byte in [7:0]) and the order of the standards (in [127:120]).
  function automatic logic [127:0] reverse_bytes(logic [127:0] block);
    logic [127:0] reversed;
    for (int unsigned i = 0; i < 16; i++) reversed[8*i +: 8] = block[120 - 8*i +: 8];
    return reversed;
  endfunction

  /// A bit for each bit of the bytes that `keep` keeps.
  function automatic logic [127:0] keep_mask(logic [15:0] keep);
    logic [127:0] mask;
    for (int unsigned i = 0; i < 16; i++) mask[8*i +: 8] = {8{keep[i]}};
    return mask;
  endfunction
endpackage
