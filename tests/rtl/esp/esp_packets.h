// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

#include "rtl/crypto/reference.h"
#include "support/stream.h"

/// Packets built byte by byte, with OpenSSL as the cipher: what the pipeline is compared with.
namespace holdfast::test {

inline void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}
inline void append_number(Bytes& out, std::uint64_t value, unsigned count) {
  for (unsigned i = count; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
inline void put_number(Bytes& out, std::size_t at, std::uint64_t value, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    out[at + i] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
}

/// Ones' complement sum of big-endian words (RFC 1071); an odd byte counts as the high half.
inline std::uint16_t words_sum(const Bytes& bytes, std::size_t from, std::size_t to,
                               std::uint32_t sum = 0) {
  for (std::size_t i = from; i < to; i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i] << 8 | (i + 1 < to ? bytes[i + 1] : 0));
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(sum);
}
inline void fix_ipv4_checksum(Bytes& packet, std::size_t header_bytes = 20) {
  put_number(packet, 10, 0, 2);
  put_number(packet, 10, static_cast<std::uint16_t>(~words_sum(packet, 0, header_bytes)), 2);
}

/// IP addresses: 4 or 16 bytes.
inline Bytes ipv4_address(unsigned net, unsigned host) {
  return {10, static_cast<std::uint8_t>(net), 0, static_cast<std::uint8_t>(host)};
}
inline Bytes ipv6_address(unsigned net, unsigned host) {
  Bytes address(16, 0);
  address[0] = 0xFD;
  address[1] = static_cast<std::uint8_t>(net);
  address[15] = static_cast<std::uint8_t>(host);
  return address;
}

/// An IP packet of `payload`, IPv4 or IPv6 by the length of the addresses.
inline Bytes ip_packet(const Bytes& source, const Bytes& destination, std::uint8_t protocol,
                       const Bytes& payload, std::uint8_t tos = 0, std::uint16_t id = 0,
                       bool has_df = false, std::uint8_t ttl = 64) {
  Bytes out;
  if (source.size() == 4) {
    out = {0x45, tos};
    append_number(out, 20 + payload.size(), 2);
    append_number(out, id, 2);
    append_number(out, has_df ? 0x4000 : 0, 2);
    out.insert(out.end(), {ttl, protocol, 0, 0});
    append(out, source);
    append(out, destination);
    fix_ipv4_checksum(out);
  } else {
    append_number(out, std::uint32_t{6} << 28 | std::uint32_t{tos} << 20, 4);
    append_number(out, payload.size(), 2);
    out.insert(out.end(), {protocol, ttl});
    append(out, source);
    append(out, destination);
  }
  append(out, payload);
  return out;
}

/// What both ends of an SA and its path know.
struct TestSa {
  std::uint32_t spi = 0;
  Bytes key, salt;  // 4 bytes of salt
  bool has_esn = false;
  Bytes own, peer;  // outer addresses
  bool has_udp = false;
  std::uint16_t own_port = 4500, peer_port = 4500;
};

/// The smallest right padding, pad length and next header (RFC 4303, 2.4).
inline Bytes esp_trailer(std::size_t payload_bytes, std::uint8_t next_header) {
  Bytes out;
  while ((payload_bytes + out.size() + 2) % 4 != 0)
    out.push_back(static_cast<std::uint8_t>(out.size() + 1));
  out.push_back(static_cast<std::uint8_t>(out.size()));
  out.push_back(next_header);
  return out;
}

/// SPI to ICV of plaintext that has its trailer (RFC 4303, 2; RFC 4106).
inline Bytes esp_seal(const TestSa& sa, std::uint64_t seq, const Bytes& plaintext) {
  Bytes aad, nonce = sa.salt, out;
  append_number(aad, sa.spi, 4);
  append_number(aad, seq, sa.has_esn ? 8 : 4);
  append_number(nonce, seq, 8);
  const GcmResult sealed = gcm_seal(sa.key, nonce, aad, plaintext);
  append_number(out, sa.spi, 4);
  append_number(out, seq, 4);
  append_number(out, seq, 8);
  append(out, sealed.data);
  append(out, sealed.icv);
  return out;
}

/// UDP around `payload`; over IPv6 with its checksum (RFC 8200, 8.1).
inline Bytes udp_around(const TestSa& sa, const Bytes& source, const Bytes& destination,
                        std::uint16_t from, std::uint16_t to, const Bytes& payload) {
  Bytes out;
  append_number(out, from, 2);
  append_number(out, to, 2);
  append_number(out, payload.size() + 8, 2);
  append_number(out, 0, 2);
  append(out, payload);
  if (sa.own.size() == 16) {
    Bytes pseudo = source;
    append(pseudo, destination);
    append_number(pseudo, out.size(), 4);
    append_number(pseudo, 17, 4);
    const std::uint16_t sum = words_sum(out, 0, out.size(), words_sum(pseudo, 0, pseudo.size()));
    put_number(out, 6, sum == 0xFFFF ? 0xFFFF : static_cast<std::uint16_t>(~sum), 2);
  }
  return out;
}

/// The whole wire packet. `is_sent`: from own to peer, else the other way.
inline Bytes wire_packet(const TestSa& sa, std::uint64_t seq, const Bytes& plaintext, bool is_sent,
                         std::uint8_t tos = 0, std::uint16_t id = 0, bool has_df = false) {
  const Bytes& source = is_sent ? sa.own : sa.peer;
  const Bytes& destination = is_sent ? sa.peer : sa.own;
  Bytes payload = esp_seal(sa, seq, plaintext);
  if (sa.has_udp)
    payload = udp_around(sa, source, destination, is_sent ? sa.own_port : sa.peer_port,
                         is_sent ? sa.peer_port : sa.own_port, payload);
  return ip_packet(source, destination, sa.has_udp ? 17 : 50, payload, tos, id, has_df);
}

/// An inner packet with its trailer.
inline Bytes with_trailer(Bytes inner) {
  const std::uint8_t next_header = inner[0] >> 4 == 6 ? 41 : 4;
  append(inner, esp_trailer(inner.size(), next_header));
  return inner;
}

/// An inner packet of `length` bytes, from net 1 to net 2.
inline Bytes inner_packet(std::mt19937_64& random, std::size_t length, bool is_ipv6 = false,
                          std::uint8_t tos = 0) {
  const std::size_t header = is_ipv6 ? 40 : 20;
  const Bytes payload = random_bytes(random, length - header);
  const unsigned host = static_cast<unsigned>(random() % 250) + 1;
  return is_ipv6 ? ip_packet(ipv6_address(1, host), ipv6_address(2, 7), 17, payload, tos)
                 : ip_packet(ipv4_address(1, host), ipv4_address(2, 7), 17, payload, tos);
}

/// A peer with IPv4 or IPv6 outside, and with or without UDP.
inline TestSa test_sa(std::mt19937_64& random, std::uint32_t spi, std::size_t key_bytes = 16,
                      bool is_ipv6 = false, bool has_udp = false, bool has_esn = false) {
  TestSa sa;
  sa.spi = spi;
  sa.key = random_bytes(random, key_bytes);
  sa.salt = random_bytes(random, 4);
  sa.has_esn = has_esn;
  sa.own = is_ipv6 ? ipv6_address(100, 1) : ipv4_address(100, 1);
  sa.peer = is_ipv6 ? ipv6_address(200, 2) : ipv4_address(200, 2);
  sa.has_udp = has_udp;
  sa.peer_port = 40001;
  return sa;
}

inline Bytes with_ethernet(const Bytes& ip, std::uint16_t ether_type = 0) {
  Bytes out = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  append_number(out, ether_type ? ether_type : (ip[0] >> 4 == 6 ? 0x86DD : 0x0800), 2);
  append(out, ip);
  return out;
}

}  // namespace holdfast::test
