// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "isakmp/sa_payload.h"

/// The smaller payloads: bytes to structs and back. Each parse function takes a body and wants it
/// to be used up exactly. Errors: kTruncated, kBadFormat, kUnsupported (a DOI that is neither
/// IPsec's nor ISAKMP's, a protocol that a Delete cannot mean). Each write function wants what its
/// parse function would accept.
namespace holdfast::isakmp {

/// The DOI of ISAKMP itself, which notifications and Deletes may name (RFC 2408, 3.14 and 3.15).
inline constexpr std::uint32_t kDoiIsakmp = 0;

/// Notify message types (RFC 2408, 3.14.1; RFC 2407, 4.6.3; DPD: RFC 3706, 5.2), one list: name,
/// value, text.
#define HOLDFAST_NOTIFY_TYPES(X)                               \
  X(kInvalidPayloadType, 1, "INVALID-PAYLOAD-TYPE")            \
  X(kDoiNotSupported, 2, "DOI-NOT-SUPPORTED")                  \
  X(kSituationNotSupported, 3, "SITUATION-NOT-SUPPORTED")      \
  X(kInvalidCookie, 4, "INVALID-COOKIE")                       \
  X(kInvalidMajorVersion, 5, "INVALID-MAJOR-VERSION")          \
  X(kInvalidMinorVersion, 6, "INVALID-MINOR-VERSION")          \
  X(kInvalidExchangeType, 7, "INVALID-EXCHANGE-TYPE")          \
  X(kInvalidFlags, 8, "INVALID-FLAGS")                         \
  X(kInvalidMessageId, 9, "INVALID-MESSAGE-ID")                \
  X(kInvalidProtocolId, 10, "INVALID-PROTOCOL-ID")             \
  X(kInvalidSpi, 11, "INVALID-SPI")                            \
  X(kInvalidTransformId, 12, "INVALID-TRANSFORM-ID")           \
  X(kAttributesNotSupported, 13, "ATTRIBUTES-NOT-SUPPORTED")   \
  X(kNoProposalChosen, 14, "NO-PROPOSAL-CHOSEN")               \
  X(kBadProposalSyntax, 15, "BAD-PROPOSAL-SYNTAX")             \
  X(kPayloadMalformed, 16, "PAYLOAD-MALFORMED")                \
  X(kInvalidKeyInformation, 17, "INVALID-KEY-INFORMATION")     \
  X(kInvalidIdInformation, 18, "INVALID-ID-INFORMATION")       \
  X(kInvalidCertEncoding, 19, "INVALID-CERT-ENCODING")         \
  X(kInvalidCertificate, 20, "INVALID-CERTIFICATE")            \
  X(kCertTypeUnsupported, 21, "CERT-TYPE-UNSUPPORTED")         \
  X(kInvalidCertAuthority, 22, "INVALID-CERT-AUTHORITY")       \
  X(kInvalidHashInformation, 23, "INVALID-HASH-INFORMATION")   \
  X(kAuthenticationFailed, 24, "AUTHENTICATION-FAILED")        \
  X(kInvalidSignature, 25, "INVALID-SIGNATURE")                \
  X(kAddressNotification, 26, "ADDRESS-NOTIFICATION")          \
  X(kNotifySaLifetime, 27, "NOTIFY-SA-LIFETIME")               \
  X(kCertificateUnavailable, 28, "CERTIFICATE-UNAVAILABLE")    \
  X(kUnsupportedExchangeType, 29, "UNSUPPORTED-EXCHANGE-TYPE") \
  X(kUnequalPayloadLengths, 30, "UNEQUAL-PAYLOAD-LENGTHS")     \
  X(kConnected, 16384, "CONNECTED")                            \
  X(kResponderLifetime, 24576, "RESPONDER-LIFETIME")           \
  X(kReplayStatus, 24577, "REPLAY-STATUS")                     \
  X(kInitialContact, 24578, "INITIAL-CONTACT")                 \
  X(kAddressUpdate, 35010, "IPADDRESS_UPDATE")                 \
  X(kAddressUpdateAck, 35011, "IPADDRESS_UPDATE_ACK")          \
  X(kAddressUpdateNack, 35012, "IPADDRESS_UPDATE_NACK")        \
  X(kAddressUpdateConfirm, 35013, "IPADDRESS_UPDATE_CONFIRM")  \
  X(kDpdAreYouThere, 36136, "R-U-THERE")                       \
  X(kDpdAck, 36137, "R-U-THERE-ACK")

enum class NotifyType : std::uint16_t {
#define HOLDFAST_NOTIFY_VALUE(name, value, text) name = value,
  HOLDFAST_NOTIFY_TYPES(HOLDFAST_NOTIFY_VALUE)
#undef HOLDFAST_NOTIFY_VALUE
};
/// "NO-PROPOSAL-CHOSEN"; "unknown" for types that are not in the list.
std::string_view name_of(NotifyType type);

/// RFC 2408, 3.14. The DOI is not kept; we write IPsec's.
struct Notification {
  Protocol protocol = Protocol::kIsakmp;
  Bytes spi;
  NotifyType type{};
  Bytes data;
  bool operator==(const Notification&) const = default;
};
Result<Notification> parse_notification(ByteView body);
Bytes write_notification(const Notification& notification);

/// RFC 2408, 3.15: at least one SPI, all of the size that the protocol has: 16 bytes for ISAKMP,
/// the two cookies. The DOI is not kept; we write IPsec's.
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
/// Also kBadFormat: an address, subnet or range that has not its exact size, a name without bytes
/// or with a NUL in it, type 0.
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
/// Another type is kBadFormat.
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
  kHoldfast,       ///< Ours; HoldfastVendor says the rest.
  kNatT,           ///< RFC 3947, 3.1
  kDpd,            ///< RFC 3706, 5.1
  kFragmentation,  ///< MD5 of "FRAGMENTATION", alone or with capabilities that name Main Mode.
  kXauth,
  kUnity,
  kStrongswan,
  kOther,  ///< Known by name alone.
};
struct KnownVendor {
  Vendor vendor = Vendor::kUnknown;
  std::string_view name;  ///< "unknown" for kUnknown.
};
KnownVendor recognise_vendor(ByteView body);
/// Body of the Vendor ID payload that we send for it; not for kUnknown, kOther, kUnity,
/// kStrongswan.
Bytes vendor_id(Vendor vendor);

/// What follows the hash in our own Vendor ID, before two bytes that are sent as 0 and ignored.
struct HoldfastVendor {
  static constexpr std::uint8_t kAttributes = 0x01;  ///< Flag: attributes understood.

  std::uint8_t version = 1;  ///< A higher one speaks 1 to us.
  std::uint8_t flags = kAttributes;
  bool operator==(const HoldfastVendor&) const = default;
};
/// Nothing if `body` is not kHoldfast.
std::optional<HoldfastVendor> parse_holdfast_vendor(ByteView body);

}  // namespace holdfast::isakmp
