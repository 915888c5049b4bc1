// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "base/address.h"
#include "isakmp/payloads.h"

/// The four notifications by which a living connection follows an address (our own extension;
/// docs/protocol/address_update.md). This is the notification data: byte 13 and on of the payload,
/// counted as in RFC 2408, 3.14.
namespace holdfast::isakmp {

enum class UpdateReason : std::uint16_t {
  kPolicy = 1,
  kUnknownSpi = 2,
  kAddressRefused = 3,
  kNatNotAllowed = 4,
  kSuperseded = 5,
  kBusy = 6,
  kMalformed = 7,
};
std::string_view name_of(UpdateReason reason);

struct AddressUpdate {
  /// Both of one notification may be of different families.
  IpAddress old_address, new_address;
  std::uint32_t request_id = 0;
  std::vector<std::uint32_t> spis;  ///< At most 255; empty: all.

  // Attributes (RFC 2408, 3.3), where they came.
  std::optional<Bytes> natd_source, natd_destination;
  std::optional<Bytes> challenge, response;  ///< 16 bytes.
  std::optional<Endpoint> observed;
  std::optional<UpdateReason> reason;
  bool does_old_path_work = false;  ///< PATHS, bit 0.
  std::optional<std::uint32_t> highest;
  std::vector<IpAddress> addresses;  ///< At most 8.
  std::vector<std::uint32_t> except;
  std::size_t padding = 0;
  std::optional<Cookie> sender;

  bool operator==(const AddressUpdate&) const = default;
};

/// Unknown attributes are skipped; a repeated one, a duplicate SPI, a field of a wrong size and
/// bytes that are left over are errors: kTruncated, kBadFormat.
Result<AddressUpdate> parse_address_update(ByteView data);
/// At most 255 SPIs and 8 addresses.
Bytes write_address_update(const AddressUpdate& update);
/// Request identifier of data that may be malformed behind it; nothing if it is not there.
std::optional<std::uint32_t> request_id_of(ByteView data);

}  // namespace holdfast::isakmp
