// SPDX-License-Identifier: Apache-2.0
#include "model/decap.h"

#include <algorithm>

#include "model/sa_table.h"

// RFC 4303, 2:
//   |                 SPI                           |  0
//   |           Sequence Number, low half           |  4
//   |                 IV, 8 bytes (RFC 4106, 3.1)   |  8
//   |   ciphertext: Payload, Padding, Pad Length,   | 16
//   |               Next Header                     |
//   |                 ICV, 16 bytes                 |
namespace holdfast::model {
namespace {

constexpr std::size_t kEspHeaderBytes = 8;
constexpr std::size_t kIvBytes = 8;
constexpr std::size_t kLeastEspBytes = kEspHeaderBytes + kIvBytes + 4 + kIcvBytes;
constexpr std::uint16_t kPortNatT = 4500;  // RFC 3948, 2.1

EspHeaders drop(EspHeaders headers, DropReason reason) {
  headers.reason = reason;
  return headers;
}

/// Steps 8 and 9 for UDP; moves `headers` from the UDP header behind it.
EspHeaders parse_udp(Bytes packet, const Ingress& ingress, EspHeaders headers) {
  if (headers.esp_bytes < kUdpHeaderBytes) return drop(headers, DropReason::kBadHeader);
  const Bytes udp = packet.subspan(headers.esp_offset);  // may end early or have bytes too many
  if (udp.size() < kUdpHeaderBytes) return drop(headers, ended(ingress));
  if (load16(udp, 0) != kPortNatT && load16(udp, 2) != kPortNatT)
    return drop(headers, DropReason::kNotEsp);
  if (load16(udp, 4) != headers.esp_bytes) return drop(headers, DropReason::kBadHeader);
  headers.encap = Encap::kUdp;
  headers.source_port = load16(udp, 0);
  headers.destination_port = load16(udp, 2);
  headers.esp_offset += kUdpHeaderBytes;
  headers.esp_bytes -= kUdpHeaderBytes;
  const Bytes payload = udp.subspan(kUdpHeaderBytes);
  if (headers.esp_bytes == 1) {  // RFC 3948, 2.3
    if (payload.empty()) return drop(headers, ended(ingress));
    if (payload[0] == 0xFF) return drop(headers, DropReason::kNatKeepalive);
  }
  if (headers.esp_bytes < 4) return drop(headers, DropReason::kBadLength);
  if (payload.size() < 4) return drop(headers, ended(ingress));
  if (load32(payload, 0) == 0) return drop(headers, DropReason::kNonEspMarker);  // RFC 3948, 2.2
  return headers;
}

}  // namespace

EspHeaders parse_esp(Bytes packet, const Ingress& ingress) {
  EspHeaders headers;
  headers.frame = parse_frame(packet, ingress);  // steps 3 and 4
  if (headers.frame.reason != DropReason::kNone) return drop(headers, headers.frame.reason);
  const IpHeader& ip = headers.frame.ip;
  if (ip.total_bytes > kMaxWireBytes) return drop(headers, DropReason::kTooLong);  // step 5
  const Bytes header = packet.subspan(headers.frame.ip_offset, ip.header_bytes);
  if (!ip.is_ipv6 && !ingress.checksum_not_valid && !is_ipv4_checksum_right(header))
    return drop(headers, DropReason::kBadChecksum);                 // step 6
  if (ip.is_fragment) return drop(headers, DropReason::kFragment);  // step 7
  headers.esp_offset = headers.frame.ip_offset + ip.header_bytes;
  headers.esp_bytes = ip.total_bytes - ip.header_bytes;
  if (ip.protocol == kProtocolUdp) {  // steps 8 and 9
    headers = parse_udp(packet, ingress, headers);
    if (headers.reason != DropReason::kNone) return headers;
  } else if (ip.protocol != kProtocolEsp) {
    return drop(headers, DropReason::kNotEsp);
  }
  if (headers.esp_bytes < kLeastEspBytes || headers.esp_bytes % 4 != 0)  // step 10
    return drop(headers, DropReason::kBadLength);
  if (packet.size() < headers.esp_offset + kEspHeaderBytes) return drop(headers, ended(ingress));
  headers.spi = Spi{load32(packet, headers.esp_offset)};
  headers.sequence_low = load32(packet, headers.esp_offset + 4);
  return headers;
}

Plaintext decrypt(Bytes packet, const Ingress& ingress, const EspHeaders& headers,
                  const SaConfig& config, std::uint64_t sequence, Gcm& gcm) {
  Plaintext result;
  if (ingress.is_given_up) {  // step 12
    result.reason = DropReason::kSource;
    return result;
  }
  if (packet.size() < headers.esp_offset + headers.esp_bytes) {
    result.reason = DropReason::kTruncated;
    return result;
  }
  const Bytes esp = packet.subspan(headers.esp_offset, headers.esp_bytes);
  std::array<std::uint8_t, kNonceBytes> nonce;
  std::ranges::copy(config.salt.view(), nonce.begin());
  std::ranges::copy(esp.subspan(kEspHeaderBytes, kIvBytes), nonce.begin() + 4);
  std::array<std::uint8_t, 12> aad;  // SPI and sequence number (RFC 4106, 5)
  store(aad, 0, 4, to_number(config.spi));
  const std::size_t sequence_bytes = config.has_esn ? 8 : 4;
  store(aad, 4, sequence_bytes, sequence);
  const Bytes body = esp.subspan(kEspHeaderBytes + kIvBytes);
  result.bytes.assign(body.begin(), body.end() - kIcvBytes);
  if (!gcm.open(config.key.view(), nonce, Bytes(aad).first(4 + sequence_bytes), result.bytes,
                body.last(kIcvBytes)))
    result.reason = DropReason::kIcv;  // step 13
  return result;
}

Ecn decap_ecn(Ecn outer, Ecn inner) {
  if (inner == Ecn::kNotEct) return inner;
  if (outer == Ecn::kCe) return Ecn::kCe;
  if (outer == Ecn::kEct1 && inner == Ecn::kEct0) return Ecn::kEct1;
  return inner;
}

namespace {

/// Step 15; the bytes before the padding.
std::optional<Bytes> strip_padding(Bytes plaintext) {
  const std::size_t trailer = plaintext.size() - 2;  // offset of the pad length
  const std::size_t pad_bytes = plaintext[trailer];
  if (pad_bytes > trailer) return std::nullopt;
  const Bytes padding = plaintext.subspan(trailer - pad_bytes, pad_bytes);
  for (std::size_t i = 0; i < padding.size(); ++i)  // RFC 4303, 2.4
    if (padding[i] != i + 1) return std::nullopt;
  return plaintext.first(trailer - pad_bytes);
}

/// Step 17, all but `too_long`.
bool is_inner_possible(Bytes payload, bool is_ipv6) {
  if (payload.size() < (is_ipv6 ? kIpv6HeaderBytes : kIpv4HeaderBytes)) return false;
  if (load8(payload, 0) >> 4 != (is_ipv6 ? 6 : 4)) return false;
  if (!is_ipv6 && (load8(payload, 0) & 15) < 5) return false;
  const IpHeader ip = read_ip_header(payload);
  return ip.total_bytes >= ip.header_bytes && ip.total_bytes <= payload.size();
}

}  // namespace

Inner check_inner(Bytes plaintext, const SaConfig& config, Ecn outer_ecn) {
  Inner inner;
  const auto payload = strip_padding(plaintext);
  const std::uint8_t next_header = plaintext.back();
  if (!payload) {
    inner.reason = DropReason::kPadding;
  } else if (next_header == kProtocolNone) {
    inner.reason = DropReason::kDummy;  // step 16
  } else if (next_header != kProtocolIpv4 && next_header != kProtocolIpv6) {
    inner.reason = DropReason::kNextHeader;
  } else if (!is_inner_possible(*payload, next_header == kProtocolIpv6)) {
    inner.reason = DropReason::kInnerHeader;
  }
  if (inner.reason != DropReason::kNone) return inner;
  inner.ip = read_ip_header(*payload);
  if (inner.ip.total_bytes > kMaxInnerBytes)
    inner.reason = DropReason::kTooLong;
  else if (!matches(config.selector, inner.ip))
    inner.reason = DropReason::kSelector;  // step 18
  else if (config.has_ecn && outer_ecn == Ecn::kCe && inner.ip.ecn() == Ecn::kNotEct)
    inner.reason = DropReason::kEcn;  // step 19
  return inner;
}

}  // namespace holdfast::model
