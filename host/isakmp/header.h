// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/wire.h"

namespace holdfast::isakmp {

inline constexpr std::size_t kHeaderBytes = 28;
inline constexpr std::uint8_t kVersion = 0x10;  ///< Major 1, minor 0.

using Cookie = std::array<std::uint8_t, 8>;

/// Exchange types (RFC 2408, 3.1; Quick Mode and New Group: RFC 2409, appendix A; Transaction: the
/// Mode Config draft, draft-dukes-ike-mode-cfg-02, 3.1).
enum class ExchangeType : std::uint8_t {
  kBase = 1,
  kMainMode = 2,  ///< Identity Protection
  kAuthenticationOnly = 3,
  kAggressive = 4,
  kInformational = 5,
  kTransaction = 6,
  kQuickMode = 32,
  kNewGroup = 33,
};

/// Payload types (RFC 2408, 3.1; NAT: RFC 3947, 3.2 and 5.2; attributes: Mode Config; 132: IKE
/// fragmentation as IKEv1 daemons do it).
enum class PayloadType : std::uint8_t {
  kNone = 0,
  kSa = 1,
  kProposal = 2,
  kTransform = 3,
  kKeyExchange = 4,
  kIdentification = 5,
  kCertificate = 6,
  kCertificateRequest = 7,
  kHash = 8,
  kSignature = 9,
  kNonce = 10,
  kNotification = 11,
  kDelete = 12,
  kVendorId = 13,
  kAttributes = 14,
  kNatDiscovery = 20,
  kNatOriginalAddress = 21,
  kFragment = 132,
};

inline constexpr std::uint8_t kFlagEncrypted = 0x01;
inline constexpr std::uint8_t kFlagCommit = 0x02;
inline constexpr std::uint8_t kFlagAuthOnly = 0x04;

/// ISAKMP header (RFC 2408, 3.1).
struct Header {
  Cookie initiator_cookie{}, responder_cookie{};
  PayloadType next_payload = PayloadType::kNone;
  std::uint8_t version = kVersion;
  ExchangeType exchange = ExchangeType::kMainMode;
  std::uint8_t flags = 0;
  std::uint32_t message_id = 0;
  std::uint32_t length = 0;

  bool is_encrypted() const { return flags & kFlagEncrypted; }
  bool operator==(const Header&) const = default;
};

/// Errors: kTruncated (fewer than 28 bytes), kBadFormat (length field is not the datagram's size),
/// kUnsupported (another version than 1.0).
Result<Header> parse_header(ByteView datagram);
/// With `header.length` as it stands.
void write_header(WireWriter& writer, const Header& header);

}  // namespace holdfast::isakmp
