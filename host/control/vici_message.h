// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "config/tree.h"

/// The control protocol of swanctl: packets over a UNIX stream socket, each with a length of four
/// bytes before it. A request and its answer carry a message, which is a tree of sections, values
/// and lists.
namespace holdfast::control {

inline constexpr std::size_t kMaxNameBytes = 255;
inline constexpr std::size_t kMaxValueBytes = 65535;
/// Of a packet, its type included and its length field not.
inline constexpr std::size_t kMaxPacketBytes = 524288;
inline constexpr std::size_t kLengthBytes = 4;
/// Sections within sections; a deeper message is an error, so that no stack can be used up.
inline constexpr std::size_t kMaxDepth = 32;

enum class PacketType : std::uint8_t {
  kRequest = 0,
  kResponse = 1,
  kUnknownCommand = 2,
  kRegister = 3,
  kUnregister = 4,
  kConfirm = 5,
  kUnknownEvent = 6,
  kEvent = 7,
};

/// Element types of a message.
enum class Element : std::uint8_t {
  kSectionStart = 1,
  kSectionEnd = 2,
  kKeyValue = 3,
  kListStart = 4,
  kListItem = 5,
  kListEnd = 6,
};

/// The tree of a message; the root has no name. A section that is still open at the end is closed
/// there. Errors: kTruncated (a name or value goes beyond the end), kBadFormat (unknown element, an
/// end without a start, an item outside a list, anything else inside one, a list that is still
/// open), kBadValue (more than kMaxDepth sections within each other).
Result<Section> decode_message(ByteView body);
/// Errors: kBadValue (a name or value too long for its length field).
Result<Bytes> encode_message(const Section& message);

/// A packet without its length field; borrows from the bytes it was read from.
struct Packet {
  PacketType type = PacketType::kRequest;
  std::string_view name;  ///< Of commands, registrations and events; empty otherwise.
  ByteView body;          ///< The message; empty in packets without one.
};

/// Errors: kTruncated (empty, name missing or longer than the packet), kBadFormat (type above 7).
Result<Packet> parse_packet(ByteView packet);
/// With the length field. Errors: kBadValue (name or packet too long).
Result<Bytes> write_packet(PacketType type, std::string_view name, ByteView body);

/// `Section`s of answers: `success=yes`, or `success=no` with a sentence.
Section success();
Section failure(std::string_view sentence);

}  // namespace holdfast::control
