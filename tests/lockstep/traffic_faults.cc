// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a packet, by name.
#include <algorithm>

#include "packets.h"
#include "traffic.h"

namespace holdfast::lockstep {

void Traffic::break_outbound(TrafficPacket& packet) {
  Packet& bytes = packet.bytes;
  switch (below(8)) {
    case 0:
      packet.kind = "version";
      bytes[0] = static_cast<std::uint8_t>(random_());
      break;
    case 1:
      packet.kind = "IP length";
      put16(bytes, is_ipv6(bytes) ? 4 : 2, static_cast<std::uint32_t>(below(12000)));
      break;
    case 2:
      packet.kind = "cut";
      bytes.resize(1 + below(bytes.size()));
      break;
    case 3: {
      const std::uint16_t rows[] = {kNoSa, 9999, static_cast<std::uint16_t>(packet.row ^ 1), 255};
      packet.kind = "SA index";
      packet.ingress.sa_index = rows[below(4)];
      break;
    }
    case 4:
      packet.kind = "selector";
      bytes[is_ipv6(bytes) ? 8 + below(32) : 12 + below(8)] ^=
          static_cast<std::uint8_t>(1 + below(255));
      break;
    case 5:
      packet.kind = "given up";
      bytes.resize(1 + below(bytes.size()));
      packet.ingress.is_given_up = true;
      break;
    case 6:
      packet.kind = "too long";
      bytes.resize(9001 + below(300));
      set_ip_length(bytes, bytes.size());
      break;
    default:
      packet.kind = "given up at its end";
      packet.ingress.is_given_up = true;
  }
}

void Traffic::break_outside(TrafficPacket& packet) {
  Packet& bytes = packet.bytes;
  const std::size_t esp = esp_offset(bytes);
  const bool ipv6 = is_ipv6(bytes);
  bool fix = true;
  switch (below(15)) {
    case 0:
      packet.kind = "unknown SPI";
      for (std::size_t i = 0; i < 4; ++i) bytes[esp + i] = static_cast<std::uint8_t>(random_());
      break;
    case 1:
      packet.kind = "ICV";
      bytes[bytes.size() - 1 - below(16)] ^= static_cast<std::uint8_t>(1u << below(8));
      break;
    case 2:
      packet.kind = "ciphertext";
      bytes[esp + 16 + below(bytes.size() - esp - 32)] ^= static_cast<std::uint8_t>(1u << below(8));
      break;
    case 3:
      packet.kind = "ESP header";
      bytes[esp + below(16)] ^= static_cast<std::uint8_t>(1u << below(8));
      break;
    case 4:
      packet.kind = "cut";
      bytes.resize(1 + below(bytes.size()));
      fix = false;
      break;
    case 5:
      packet.kind = "given up";
      bytes.resize(1 + below(bytes.size()));
      packet.ingress.is_given_up = true;
      fix = false;
      break;
    case 6:
      packet.kind = "fragment";
      if (ipv6) {
        bytes[6] = 44;
      } else {
        put16(bytes, 6, static_cast<std::uint32_t>(below(65536)));
      }
      break;
    case 7:
      packet.kind = "header checksum";
      bytes[ipv6 ? 7 : 8 + below(4)] ^= static_cast<std::uint8_t>(1 + below(255));
      packet.ingress.checksum_not_valid = chance(50);
      fix = false;
      break;
    case 8:
      packet.kind = "protocol";
      bytes[ipv6 ? 6 : 9] = static_cast<std::uint8_t>(below(256));
      break;
    case 9:
      packet.kind = "ESP length";
      bytes.resize(bytes.size() - 1 - below(bytes.size() - esp));
      set_ip_length(bytes, bytes.size());
      if (esp != ip_header_bytes(bytes) && chance(70) && bytes.size() >= esp) {
        put16(bytes, esp - 4, static_cast<std::uint32_t>(bytes.size() - esp + 8));
      }
      break;
    case 10:
      packet.kind = "first byte";
      bytes[0] = static_cast<std::uint8_t>(random_());
      fix = false;
      break;
    case 11: {
      packet.kind = "keepalive or marker";
      if (esp == ip_header_bytes(bytes)) break;
      const std::size_t payload = chance(50) ? 1 : below(60);
      bytes.resize(esp + payload);
      for (std::size_t at = esp; at < bytes.size(); ++at) {
        bytes[at] = payload == 1 ? 0xFF : static_cast<std::uint8_t>(at < esp + 4 ? 0 : random_());
      }
      set_ip_length(bytes, bytes.size());
      put16(bytes, esp - 4, static_cast<std::uint32_t>(payload + 8));
      break;
    }
    case 12:
      packet.kind = "UDP header";
      if (esp != ip_header_bytes(bytes))
        bytes[esp - 8 + below(6)] = static_cast<std::uint8_t>(random_());
      break;
    case 13:
      packet.kind = "IP length";
      put16(bytes, ipv6 ? 4 : 2, static_cast<std::uint32_t>(below(12000)));
      break;
    default:
      packet.kind = "empty sequence number";
      for (std::size_t i = 4; i < 8; ++i) bytes[esp + i] = 0;
  }
  if (fix) fix_checksum(bytes);
}

void Traffic::break_inside(TrafficPacket& packet, const SaConfig& config) {
  Packet& bytes = packet.bytes;
  const std::size_t esp = esp_offset(bytes), start = esp + 16;
  const std::span data(bytes.data() + start, bytes.size() - start - model::kIcvBytes);
  const std::span icv(bytes.data() + bytes.size() - model::kIcvBytes, model::kIcvBytes);
  Packet nonce(config.salt.view().begin(), config.salt.view().end());
  nonce.insert(nonce.end(), bytes.begin() + static_cast<std::ptrdiff_t>(esp) + 8,
               bytes.begin() + static_cast<std::ptrdiff_t>(start));
  // SPI ‖ sequence number; with ESN the IV of our peer is the 64-bit number (RFC 4106, 5).
  Packet aad(bytes.begin() + static_cast<std::ptrdiff_t>(esp),
             bytes.begin() + static_cast<std::ptrdiff_t>(esp) + 4);
  const std::size_t seq_offset = config.has_esn ? esp + 8 : esp + 4;
  aad.insert(aad.end(), bytes.begin() + static_cast<std::ptrdiff_t>(seq_offset),
             bytes.begin() + static_cast<std::ptrdiff_t>(esp + (config.has_esn ? 16 : 8)));
  HOLDFAST_CHECK(gcm_.open(config.key.view(), nonce, aad, data, icv));

  const std::size_t size = data.size();
  const bool ipv6 = is_ipv6(data);
  switch (below(8)) {
    case 0:
      packet.kind = "padding";
      if (data[size - 2] > 0) {
        data[size - 2 - 1 - below(data[size - 2])] ^= static_cast<std::uint8_t>(1u << below(8));
      } else {
        data[size - 2] = static_cast<std::uint8_t>(1 + below(255));
      }
      break;
    case 1:
      packet.kind = "pad length";
      data[size - 2] = static_cast<std::uint8_t>(below(256));
      break;
    case 2:
      packet.kind = "dummy";
      data[size - 1] = 59;
      break;
    case 3:
      packet.kind = "next header";
      data[size - 1] = chance(50) ? (ipv6 ? 4 : 41) : static_cast<std::uint8_t>(below(256));
      break;
    case 4:
      packet.kind = "inner first byte";
      data[0] = static_cast<std::uint8_t>(random_());
      break;
    case 5:
      packet.kind = "inner length";
      put16(data, ipv6 ? 4 : 2,
            static_cast<std::uint32_t>(chance(50) ? below(size + 8) : below(65536)));
      break;
    case 6:
      packet.kind = "inner addresses";
      data[ipv6 ? 8 + below(32) : 12 + below(8)] ^= static_cast<std::uint8_t>(1 + below(255));
      break;
    default: {  // RFC 4303, 2.7: bytes between the inner packet and its padding
      packet.kind = "traffic flow confidentiality";
      const std::size_t header = ip_header_bytes(data);
      const std::size_t room = size - 2 - data[size - 2];
      set_ip_length(data, header + below(room - header + 1));
    }
  }
  const model::Gcm::Icv sealed = gcm_.seal(config.key.view(), nonce, aad, data);
  std::copy(sealed.begin(), sealed.end(), icv.begin());
}

}  // namespace holdfast::lockstep
