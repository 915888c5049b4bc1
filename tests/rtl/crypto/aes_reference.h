// SPDX-License-Identifier: Apache-2.0
// Rounds and key expansion of AES, which OpenSSL does not show one by one (FIPS 197, 5.1 and 5.2).
// The S-box is computed, not copied. Tests compare the whole cipher with OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "reference.h"

namespace holdfast::test {

/// FIPS 197, 4.2: multiplication in GF(2^8).
inline std::uint8_t multiply(unsigned a, unsigned b) {
  unsigned product = 0;
  for (; b != 0; b >>= 1) {
    if (b & 1) product ^= a;
    a = (a << 1) ^ ((a & 0x80) ? 0x11B : 0);
  }
  return static_cast<std::uint8_t>(product);
}

/// FIPS 197, 5.1.1: inverse, then the affine transformation.
inline std::uint8_t substitute(std::uint8_t value) {
  static const auto table = [] {
    std::array<std::uint8_t, 256> sbox{};
    for (unsigned x = 0; x < 256; ++x) {
      unsigned inverse = 0;
      for (unsigned y = 1; y < 256 && inverse == 0; ++y)
        if (multiply(x, y) == 1) inverse = y;
      unsigned result = 0x63;
      for (unsigned turn = 0; turn < 5; ++turn)
        result ^= ((inverse << turn) | (inverse >> (8 - turn))) & 0xFF;
      sbox[x] = static_cast<std::uint8_t>(result);
    }
    return sbox;
  }();
  return table[value];
}

/// One round, the last one without MixColumns. Byte n is row n % 4 of column n / 4.
inline Bytes aes_round(const Bytes& state, const Bytes& round_key, bool is_last) {
  Bytes shifted(16), out(16);
  for (std::size_t n = 0; n < 16; ++n) shifted[n] = substitute(state[(n + 4 * (n % 4)) % 16]);
  for (std::size_t n = 0; n < 16; ++n) {
    const auto row = [&](std::size_t r) { return shifted[n / 4 * 4 + (n + r) % 4]; };
    const auto mixed =
        static_cast<std::uint8_t>(multiply(row(0), 2) ^ multiply(row(1), 3) ^ row(2) ^ row(3));
    out[n] = static_cast<std::uint8_t>((is_last ? shifted[n] : mixed) ^ round_key[n]);
  }
  return out;
}

/// The expanded key in bytes, round key r from byte 16 r on.
inline Bytes expand_key(const Bytes& key) {
  const std::size_t nk = key.size() / 4, words = 4 * (nk + 7);
  Bytes expanded = key;
  unsigned rcon = 1;
  for (std::size_t i = nk; i < words; ++i) {
    std::array<std::uint8_t, 4> word;
    for (std::size_t n = 0; n < 4; ++n) word[n] = expanded[4 * (i - 1) + n];
    if (i % nk == 0) {
      word = {substitute(word[1]), substitute(word[2]), substitute(word[3]), substitute(word[0])};
      word[0] ^= static_cast<std::uint8_t>(rcon);
      rcon = multiply(rcon, 2);
    } else if (nk == 8 && i % nk == 4) {
      for (auto& byte : word) byte = substitute(byte);
    }
    for (std::size_t n = 0; n < 4; ++n)
      expanded.push_back(static_cast<std::uint8_t>(word[n] ^ expanded[4 * (i - nk) + n]));
  }
  return expanded;
}

inline Bytes round_key(const Bytes& expanded, std::size_t round) {
  const auto first = expanded.begin() + static_cast<std::ptrdiff_t>(16 * round);
  return Bytes(first, first + 16);
}

/// The whole cipher by the functions above.
inline Bytes aes_by_rounds(const Bytes& key, const Bytes& block) {
  const Bytes expanded = expand_key(key);
  const std::size_t rounds = key.size() / 4 + 6;
  Bytes state = block;
  for (std::size_t n = 0; n < 16; ++n) state[n] ^= expanded[n];
  for (std::size_t r = 1; r <= rounds; ++r)
    state = aes_round(state, round_key(expanded, r), r == rounds);
  return state;
}

}  // namespace holdfast::test
