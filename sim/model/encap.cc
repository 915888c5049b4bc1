// SPDX-License-Identifier: Apache-2.0
#include "model/encap.h"

#include <algorithm>

namespace holdfast::model {
namespace {

constexpr std::uint8_t kHopLimit = 64;
constexpr std::size_t kBeforeCiphertext = 16;  // SPI, sequence number, IV

/// RFC 4303, 2 and RFC 4106, 3: SPI, sequence number, IV, ciphertext, ICV.
void append_esp(std::vector<std::uint8_t>& out, Bytes inner, std::uint8_t next_header,
                const SaConfig& config, std::uint64_t sequence, Gcm& gcm) {
  const std::size_t start = out.size();
  out.resize(start + kBeforeCiphertext);
  store(out, start, 4, to_number(config.spi));
  store(out, start + 4, 4, sequence & 0xFFFFFFFF);
  store(out, start + 8, 8, sequence);  // the IV is the sequence number
  out.insert(out.end(), inner.begin(), inner.end());
  const std::size_t pad_bytes = (4 - (inner.size() + 2) % 4) % 4;
  for (std::size_t i = 1; i <= pad_bytes; ++i) out.push_back(static_cast<std::uint8_t>(i));
  out.push_back(static_cast<std::uint8_t>(pad_bytes));
  out.push_back(next_header);

  std::array<std::uint8_t, kNonceBytes> nonce;
  std::ranges::copy(config.salt.view(), nonce.begin());
  store(nonce, 4, 8, sequence);
  std::array<std::uint8_t, 12> aad;  // RFC 4106, 5
  store(aad, 0, 4, to_number(config.spi));
  const std::size_t sequence_bytes = config.has_esn ? 8 : 4;
  store(aad, 4, sequence_bytes, sequence);
  const Gcm::Icv icv = gcm.seal(config.key.view(), nonce, Bytes(aad).first(4 + sequence_bytes),
                                MutableBytes(out).subspan(start + kBeforeCiphertext));
  out.insert(out.end(), icv.begin(), icv.end());
}

std::uint8_t outer_traffic_class(const SaConfig& config, const IpHeader& inner) {
  const unsigned dscp = config.copy_dscp ? inner.traffic_class >> 2 : config.dscp;
  const unsigned ecn = config.has_ecn ? inner.traffic_class & 3 : 0;  // RFC 6040, 4.1
  return static_cast<std::uint8_t>(dscp << 2 | ecn);
}

void write_ipv4(MutableBytes out, const SaConfig& config, const IpHeader& inner,
                const Binding& binding, std::uint8_t protocol, std::uint16_t identification) {
  const bool has_df = outer_df(config, inner);
  store(out, 0, 1, 0x45);
  store(out, 1, 1, outer_traffic_class(config, inner));
  store(out, 2, 2, out.size());
  store(out, 4, 2, has_df ? 0 : identification);
  store(out, 6, 2, has_df ? 0x4000 : 0);
  store(out, 8, 1, kHopLimit);
  store(out, 9, 1, protocol);
  std::copy_n(binding.own.address.bytes.begin(), 4, out.begin() + 12);
  std::copy_n(binding.peer.address.bytes.begin(), 4, out.begin() + 16);
  const auto sum = checksum_sum(out.first(kIpv4HeaderBytes));
  store(out, 10, 2, static_cast<std::uint16_t>(~sum));
}

void write_ipv6(MutableBytes out, const SaConfig& config, const IpHeader& inner,
                const Binding& binding, std::uint8_t protocol) {
  store(out, 0, 4, 0x60000000u | static_cast<unsigned>(outer_traffic_class(config, inner)) << 20);
  store(out, 4, 2, out.size() - kIpv6HeaderBytes);
  store(out, 6, 1, protocol);
  store(out, 7, 1, kHopLimit);
  std::ranges::copy(binding.own.address.bytes, out.begin() + 8);
  std::ranges::copy(binding.peer.address.bytes, out.begin() + 24);
}

/// `out` begins at the IP header, which is complete.
void write_udp(MutableBytes out, std::size_t ip_bytes, const Binding& binding) {
  const MutableBytes udp = out.subspan(ip_bytes);
  store(udp, 0, 2, binding.own.port);
  store(udp, 2, 2, binding.peer.port);
  store(udp, 4, 2, udp.size());
  store(udp, 6, 2, 0);  // over IPv4 it stays 0 (RFC 3948, 2.1)
  if (!binding.own.address.is_ipv6) return;
  // Pseudo-header (RFC 8200, 8.1): addresses, length, next header.
  std::uint32_t sum = checksum_sum(out.subspan(8, 32));
  sum += static_cast<std::uint32_t>(udp.size()) + kProtocolUdp;
  const auto checksum = static_cast<std::uint16_t>(~checksum_sum(udp, sum));
  store(udp, 6, 2, checksum == 0 ? 0xFFFF : checksum);
}

}  // namespace

bool outer_df(const SaConfig& config, const IpHeader& inner) {
  switch (config.df) {
    case DfMode::kClear:
      return false;
    case DfMode::kSet:
      return true;
    case DfMode::kCopy:
      break;
  }
  return inner.is_ipv6 || inner.has_df;
}

std::size_t outer_bytes(const Binding& binding, std::size_t inner_bytes) {
  const std::size_t ip_bytes = binding.own.address.is_ipv6 ? kIpv6HeaderBytes : kIpv4HeaderBytes;
  const std::size_t udp_bytes = binding.encap == Encap::kUdp ? kUdpHeaderBytes : 0;
  const std::size_t ciphertext = (inner_bytes + 2 + 3) / 4 * 4;
  return ip_bytes + udp_bytes + kBeforeCiphertext + ciphertext + kIcvBytes;
}

std::vector<std::uint8_t> encapsulate(Bytes inner_bytes, const IpHeader& inner,
                                      const SaConfig& config, const Binding& binding,
                                      std::uint64_t sequence, std::uint16_t identification,
                                      Gcm& gcm) {
  const bool has_udp = binding.encap == Encap::kUdp;
  const bool is_ipv6 = binding.own.address.is_ipv6;
  const std::size_t ip_bytes = is_ipv6 ? kIpv6HeaderBytes : kIpv4HeaderBytes;
  std::vector<std::uint8_t> out(ip_bytes + (has_udp ? kUdpHeaderBytes : 0));
  append_esp(out, inner_bytes, inner.is_ipv6 ? kProtocolIpv6 : kProtocolIpv4, config, sequence,
             gcm);
  const std::uint8_t protocol = has_udp ? kProtocolUdp : kProtocolEsp;
  if (is_ipv6)
    write_ipv6(out, config, inner, binding, protocol);
  else
    write_ipv4(out, config, inner, binding, protocol, identification);
  if (has_udp) write_udp(out, ip_bytes, binding);
  return out;
}

}  // namespace holdfast::model
