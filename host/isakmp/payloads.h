// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "isakmp/sa_payload.h"

/// The smaller payloads: bytes to structs and back. Each parse function takes a body and wants it
/// to be used up exactly. Errors: kTruncated, kBadFormat, kUnsupported (a DOI that is not IPsec's).
namespace holdfast::isakmp {

/// Notify message types (RFC 2408, 3.14.1; RFC 2407, 4.6.3; DPD: RFC 3706, 5.2).
enum class NotifyType : std::uint16_t {
  kInvalidPayloadType = 1,
  kDoiNotSupported = 2,
  kSituationNotSupported = 3,
  kInvalidCookie = 4,
  kInvalidMajorVersion = 5,
  kInvalidMinorVersion = 6,
  kInvalidExchangeType = 7,
  kInvalidFlags = 8,
  kInvalidMessageId = 9,
  kInvalidProtocolId = 10,
  kInvalidSpi = 11,
  kInvalidTransformId = 12,
  kAttributesNotSupported = 13,
  kNoProposalChosen = 14,
  kBadProposalSyntax = 15,
  kPayloadMalformed = 16,
  kInvalidKeyInformation = 17,
  kInvalidIdInformation = 18,
  kInvalidCertEncoding = 19,
  kInvalidCertificate = 20,
  kCertTypeUnsupported = 21,
  kInvalidCertAuthority = 22,
  kInvalidHashInformation = 23,
  kAuthenticationFailed = 24,
  kInvalidSignature = 25,
  kAddressNotification = 26,
  kNotifySaLifetime = 27,
  kCertificateUnavailable = 28,
  kUnsupportedExchangeType = 29,
  kUnequalPayloadLengths = 30,
  kConnected = 16384,
  kResponderLifetime = 24576,
  kReplayStatus = 24577,
  kInitialContact = 24578,
  kDpdAreYouThere = 36136,
  kDpdAck = 36137,
};
std::string_view name_of(NotifyType type);

/// RFC 2408, 3.14.
struct Notification {
  Protocol protocol = Protocol::kIsakmp;
  Bytes spi;
  NotifyType type{};
  Bytes data;
  bool operator==(const Notification&) const = default;
};
Result<Notification> parse_notification(ByteView body);
Bytes write_notification(const Notification& notification);

/// RFC 2408, 3.15: at least one SPI, all of one size.
struct Delete {
  Protocol protocol = Protocol::kIsakmp;
  std::vector<Bytes> spis;
  bool operator==(const Delete&) const = default;
};
Result<Delete> parse_delete(ByteView body);
Bytes write_delete(const Delete& payload);

/// RFC 2407, 4.6.2. `type` is an IdType of config/identity.h.
struct Identification {
  std::uint8_t type = 0;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
  Bytes data;
  bool operator==(const Identification&) const = default;
};
/// Also: addresses, subnets and ranges have their exact size (kBadFormat).
Result<Identification> parse_identification(ByteView body);
Bytes write_identification(const Identification& id);

/// Certificate encodings (RFC 2408, 3.9).
inline constexpr std::uint8_t kCertX509Signature = 4, kCertCrl = 7;
/// Certificate and certificate request: an encoding, then data that may be empty.
struct CertificatePayload {
  std::uint8_t encoding = kCertX509Signature;
  Bytes data;
  bool operator==(const CertificatePayload&) const = default;
};
Result<CertificatePayload> parse_certificate(ByteView body);
Bytes write_certificate(const CertificatePayload& certificate);

/// Mode Config (draft-dukes-ike-mode-cfg-02, 3.2 to 3.4).
enum class ConfigType : std::uint8_t { kRequest = 1, kReply = 2, kSet = 3, kAck = 4 };
namespace config_attribute {
inline constexpr std::uint16_t kIp4Address = 1, kIp4Netmask = 2, kIp4Dns = 3, kIp4Nbns = 4,
                               kAddressExpiry = 5, kIp4Dhcp = 6, kApplicationVersion = 7,
                               kIp6Address = 8, kIp6Dns = 10;
}  // namespace config_attribute
struct ConfigPayload {
  ConfigType type = ConfigType::kRequest;
  std::uint16_t identifier = 0;
  std::vector<Attribute> attributes;  ///< Empty values where something is asked for: AF = 0.
  bool operator==(const ConfigPayload&) const = default;
};
Result<ConfigPayload> parse_config_payload(ByteView body);
Bytes write_config_payload(const ConfigPayload& config);

/// One fragment of an IKE message, as IKEv1 daemons send them: identifier, number from 1, flag of
/// the last one.
struct Fragment {
  std::uint16_t id = 0;
  std::uint8_t number = 0;
  bool is_last = false;
  ByteView data;  ///< Borrowed.
};
/// Number 0 and empty data are errors.
Result<Fragment> parse_fragment(ByteView body);
Bytes write_fragment(const Fragment& fragment);

/// Vendor IDs that we know by name.
enum class Vendor : std::uint8_t {
  kUnknown,
  kHoldfast,
  kNatT,           ///< RFC 3947, 3.1
  kDpd,            ///< RFC 3706, 5.1
  kFragmentation,  ///< MD5 of "FRAGMENTATION", then optional capabilities
  kXauth,
  kUnity,
  kStrongswan,
  kOther,  ///< Known by name alone.
};
struct KnownVendor {
  Vendor vendor = Vendor::kUnknown;
  std::string_view name;
};
KnownVendor recognise_vendor(ByteView body);
/// Body of the Vendor ID payload that we send for it; not for kUnknown, kOther, kUnity,
/// kStrongswan.
Bytes vendor_id(Vendor vendor);

}  // namespace holdfast::isakmp
