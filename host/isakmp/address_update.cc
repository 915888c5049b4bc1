// SPDX-License-Identifier: Apache-2.0
#include "isakmp/address_update.h"

#include <algorithm>
#include <array>

namespace holdfast::isakmp {
namespace {

/// In place of an IPv6 address, which is an attribute.
constexpr std::array<std::uint8_t, 4> kNoAddress4{};
constexpr std::size_t kChallengeBytes = 16, kMaxSpis = 255, kMaxAddresses = 8;

enum Type : std::uint16_t {
  kOldAddress6 = 1,
  kNewAddress6 = 2,
  kNatdSource = 3,
  kNatdDestination = 4,
  kChallenge = 5,
  kResponse = 6,
  kObserved = 7,
  kReason = 8,
  kPaths = 9,
  kHighest = 10,
  kAddresses = 11,
  kExcept = 12,
  kPadding = 13,
  kSender = 14,
};

tl::unexpected<Error> wrong(const char* what) {
  return fail(ErrorCode::kBadFormat, "address update", what);
}

IpAddress address_of(ByteView bytes) {
  IpAddress address;
  address.is_ipv6 = bytes.size() == 16;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

ByteView bytes_of(const IpAddress& address) {
  return ByteView(address.bytes).first(address.is_ipv6 ? 16 : 4);
}

Result<std::vector<std::uint32_t>> spis_of(ByteView bytes) {
  if (bytes.size() % 4 != 0) return wrong("has a list of SPIs that is cut short");
  WireReader reader(bytes);
  std::vector<std::uint32_t> spis;
  while (reader.left() > 0) spis.push_back(reader.u32());
  auto sorted = spis;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    return wrong("names an SPI twice");
  return spis;
}

Result<std::vector<IpAddress>> addresses_of(ByteView bytes) {
  WireReader reader(bytes);
  std::vector<IpAddress> addresses;
  while (reader.left() > 0) {
    const std::size_t size = reader.u8();
    const ByteView address = reader.take(size);
    if (!reader.ok() || (size != 4 && size != 16)) return wrong("has an address of a wrong size");
    addresses.push_back(address_of(address));
  }
  if (addresses.size() > kMaxAddresses) return wrong("has too many addresses");
  return addresses;
}

/// A value of a fixed size. Errors: kBadFormat.
Status sized(ByteView value, std::size_t size) {
  if (value.size() == size) return {};
  return wrong("has an attribute of a wrong size");
}

Status read_endpoint(ByteView value, std::optional<Endpoint>& endpoint) {
  if (value.size() != 6 && value.size() != 18) return wrong("has an endpoint of a wrong size");
  WireReader port(value.last(2));
  endpoint = Endpoint{address_of(value.first(value.size() - 2)), port.u16()};
  return {};
}

Status read_attribute(const Attribute& attribute, AddressUpdate& update) {
  const ByteView value = attribute.value;
  Status status;
  switch (attribute.type) {
    case kOldAddress6:
    case kNewAddress6:
      status = sized(value, 16);
      if (status)
        (attribute.type == kOldAddress6 ? update.old_address : update.new_address) =
            address_of(value);
      return status;
    case kNatdSource:
    case kNatdDestination:
      (attribute.type == kNatdSource ? update.natd_source : update.natd_destination) =
          attribute.value;
      return {};
    case kChallenge:
    case kResponse:
      (attribute.type == kChallenge ? update.challenge : update.response) = attribute.value;
      return sized(value, kChallengeBytes);
    case kObserved:
      return read_endpoint(value, update.observed);
    case kReason:
      update.reason = static_cast<UpdateReason>(attribute.number().value_or(0));
      return sized(value, 2);
    case kPaths:
      update.does_old_path_work = attribute.number().value_or(0) & 1;
      return sized(value, 2);
    case kHighest:
      update.highest = static_cast<std::uint32_t>(attribute.number().value_or(0));
      return sized(value, 4);
    case kAddresses: {
      const auto addresses = addresses_of(value);
      if (!addresses) return tl::unexpected(addresses.error());
      update.addresses = *addresses;
      return {};
    }
    case kExcept: {
      const auto spis = spis_of(value);
      if (!spis) return tl::unexpected(spis.error());
      update.except = *spis;
      return {};
    }
    case kPadding:
      update.padding = value.size();
      return {};
    case kSender:
      status = sized(value, 8);
      if (status) std::copy(value.begin(), value.end(), update.sender.emplace().begin());
      return status;
    default:
      return {};
  }
}

}  // namespace

std::string_view name_of(UpdateReason reason) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "no reason",       "policy",     "unknown SPI", "address refused",
      "NAT not allowed", "superseded", "busy",        "malformed"};
  const auto number = static_cast<std::size_t>(reason);
  return number < kNames.size() ? kNames[number] : "unknown reason";
}

std::optional<std::uint32_t> request_id_of(ByteView data) {
  if (data.size() < 12) return std::nullopt;
  WireReader reader(data.subspan(8));
  return reader.u32();
}

Result<AddressUpdate> parse_address_update(ByteView data) {
  WireReader reader(data);
  AddressUpdate update;
  const ByteView old_address = reader.take(4), new_address = reader.take(4);
  update.request_id = reader.u32();
  const std::size_t num_spis = reader.u8();
  const ByteView spis = reader.take(4 * num_spis);
  if (!reader.ok())
    return fail(ErrorCode::kTruncated, "address update", "ends inside its fixed part");
  update.old_address = address_of(old_address);
  update.new_address = address_of(new_address);
  auto list = spis_of(spis);
  if (!list) return tl::unexpected(list.error());
  update.spis = std::move(*list);
  const auto attributes = parse_attributes(reader.rest());
  if (!attributes) return tl::unexpected(attributes.error());
  std::uint32_t seen = 0;
  for (const Attribute& attribute : *attributes) {
    if (attribute.type > kSender || attribute.type == 0) continue;
    if (seen >> attribute.type & 1) return wrong("has an attribute twice");
    seen |= 1u << attribute.type;
    if (const Status status = read_attribute(attribute, update); !status)
      return tl::unexpected(status.error());
  }
  return update;
}

Bytes write_address_update(const AddressUpdate& update) {
  HOLDFAST_CHECK(update.spis.size() <= kMaxSpis && update.addresses.size() <= kMaxAddresses);
  WireWriter writer;
  for (const IpAddress* address : {&update.old_address, &update.new_address})
    writer.append(address->is_ipv6 ? ByteView(kNoAddress4) : bytes_of(*address));
  writer.u32(update.request_id);
  writer.u8(static_cast<std::uint8_t>(update.spis.size()));
  for (const std::uint32_t spi : update.spis) writer.u32(spi);

  const auto add = [&](std::uint16_t type, ByteView value) {
    write_attribute(writer, type, value);
  };
  if (update.old_address.is_ipv6) add(kOldAddress6, update.old_address.bytes);
  if (update.new_address.is_ipv6) add(kNewAddress6, update.new_address.bytes);
  if (update.natd_source) add(kNatdSource, *update.natd_source);
  if (update.natd_destination) add(kNatdDestination, *update.natd_destination);
  if (update.challenge) add(kChallenge, *update.challenge);
  if (update.response) add(kResponse, *update.response);
  WireWriter value;
  if (update.observed) {
    value.append(bytes_of(update.observed->address));
    value.u16(update.observed->port);
    add(kObserved, value.take());
  }
  if (update.reason)
    write_short_attribute(writer, kReason, static_cast<std::uint16_t>(*update.reason));
  if (update.does_old_path_work) write_short_attribute(writer, kPaths, 1);
  if (update.highest) {
    value.u32(*update.highest);
    add(kHighest, value.take());
  }
  for (const IpAddress& address : update.addresses) {
    value.u8(address.is_ipv6 ? 16 : 4);
    value.append(bytes_of(address));
  }
  if (value.size() > 0) add(kAddresses, value.take());
  for (const std::uint32_t spi : update.except) value.u32(spi);
  if (value.size() > 0) add(kExcept, value.take());
  if (update.padding > 0) add(kPadding, Bytes(update.padding));
  if (update.sender) add(kSender, *update.sender);
  return writer.take();
}

}  // namespace holdfast::isakmp
