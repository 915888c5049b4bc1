// SPDX-License-Identifier: Apache-2.0
/// Types at the doors of the crypto engines.
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
endpackage
