// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "isakmp/payload.h"

namespace holdfast::isakmp {

inline constexpr std::uint32_t kDoiIpsec = 1;               // RFC 2407, 4.2
inline constexpr std::uint32_t kSituationIdentityOnly = 1;  // RFC 2407, 4.2.1

/// Protocol identifiers (RFC 2407, 4.4.1).
enum class Protocol : std::uint8_t { kIsakmp = 1, kAh = 2, kEsp = 3, kIpcomp = 4 };

/// Data attribute (RFC 2408, 3.3): short ones (AF = 1) have two bytes of value.
struct Attribute {
  std::uint16_t type = 0;  ///< Without the AF bit.
  bool is_short = true;
  Bytes value;

  static Attribute of(std::uint16_t type, std::uint16_t value);
  /// Four bytes, AF = 0, as lifetimes have it.
  static Attribute of_u32(std::uint16_t type, std::uint32_t value);
  static Attribute of_bytes(std::uint16_t type, ByteView value);
  /// The value as a number if it has 1 to 8 bytes.
  std::optional<std::uint64_t> number() const;
  bool operator==(const Attribute&) const = default;
};

inline constexpr std::size_t kMaxAttributes = 64;

/// Attributes to the end of `bytes`; at most 64. Errors: kTruncated, kBadFormat.
Result<std::vector<Attribute>> parse_attributes(ByteView bytes);
void write_attributes(WireWriter& writer, const std::vector<Attribute>& attributes);
/// One of at most 65,535 bytes; a short one.
void write_attribute(WireWriter& writer, std::uint16_t type, ByteView value);
void write_short_attribute(WireWriter& writer, std::uint16_t type, std::uint16_t value);
/// nullptr if there is none.
const Attribute* find(const std::vector<Attribute>& attributes, std::uint16_t type);

/// RFC 2408, 3.6.
struct Transform {
  std::uint8_t number = 1;
  std::uint8_t id = 0;
  std::vector<Attribute> attributes;
  bool operator==(const Transform&) const = default;
};

/// RFC 2408, 3.5. Proposals with one number belong together (AND).
struct Proposal {
  std::uint8_t number = 1;
  Protocol protocol = Protocol::kIsakmp;
  Bytes spi;
  std::vector<Transform> transforms;
  bool operator==(const Proposal&) const = default;
};

/// RFC 2408, 3.4, with the situation of RFC 2407.
struct SaPayload {
  std::uint32_t doi = kDoiIpsec;
  std::uint32_t situation = kSituationIdentityOnly;
  std::vector<Proposal> proposals;
  bool operator==(const SaPayload&) const = default;
};

inline constexpr std::size_t kMaxProposals = 32;
inline constexpr std::size_t kMaxTransforms = 255;

/// Whether an SPI of `size` bytes can be one of `protocol`: 16 at most for ISAKMP (RFC 2408, 3.5),
/// 4 for AH and ESP, 2 or 4 for IPComp (RFC 3173, 4.1); any for protocols that we do not know.
bool is_spi_size(Protocol protocol, std::size_t size);

/// Body of an SA payload. Every count and length is checked against what is there, SPIs have a size
/// that fits their protocol; 1 to 32 proposals and 1 to 255 transforms each. Errors: kTruncated,
/// kBadFormat, kUnsupported (DOI, situation).
Result<SaPayload> parse_sa(ByteView body);
Bytes write_sa(const SaPayload& sa);

/// Attribute classes of phase 1 (RFC 2409, appendix A).
namespace phase1 {
inline constexpr std::uint16_t kEncryption = 1, kHash = 2, kAuthentication = 3, kGroup = 4,
                               kLifeType = 11, kLifeDuration = 12, kPrf = 13, kKeyLength = 14;
inline constexpr std::uint8_t kTransformKeyIke = 1;  // RFC 2407, 4.4.2.1
/// Values of kAuthentication; ECDSA: RFC 4754, 7.
inline constexpr std::uint16_t kAuthPsk = 1, kAuthRsa = 3, kAuthEcdsa256 = 9, kAuthEcdsa384 = 10,
                               kAuthEcdsa521 = 11;
}  // namespace phase1

/// Attribute classes of phase 2 (RFC 2407, 4.5; ESN: RFC 4304, 3).
namespace phase2 {
inline constexpr std::uint16_t kLifeType = 1, kLifeDuration = 2, kGroup = 3, kEncapsulation = 4,
                               kAuthentication = 5, kKeyLength = 6, kEsn = 11;
/// Values of kEncapsulation; UDP: RFC 3947, 5.1.
inline constexpr std::uint16_t kTunnel = 1, kTransport = 2, kUdpTunnel = 3, kUdpTransport = 4;
}  // namespace phase2

/// Values of both life types.
inline constexpr std::uint16_t kLifeSeconds = 1, kLifeKilobytes = 2;

}  // namespace holdfast::isakmp
