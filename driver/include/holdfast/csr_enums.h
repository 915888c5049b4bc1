// Generated from rtl/csr/card_csr.rdl by rtl/csr/generate.py. Do not edit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace holdfast {

/// Name and sentence of one enumerator.
struct EnumText {
  std::uint32_t value;
  std::string_view name;
  std::string_view sentence;
};

enum class DropReason : std::uint8_t {
  kNone = 0,
  kDisabled = 1,
  kBadDescriptor = 2,
  kDmaWindow = 3,
  kDmaRead = 4,
  kTooLong = 5,
  kSource = 6,
  kTruncated = 7,
  kBadHeader = 8,
  kBadChecksum = 9,
  kFragment = 10,
  kNonEspMarker = 11,
  kNatKeepalive = 12,
  kNotEsp = 13,
  kBadLength = 14,
  kNoSa = 15,
  kReplayEarly = 16,
  kIcv = 17,
  kReplayLate = 18,
  kPadding = 19,
  kDummy = 20,
  kNextHeader = 21,
  kInnerHeader = 22,
  kSelector = 23,
  kEcn = 24,
  kLifetime = 25,
  kSequence = 26,
  kCredit = 27,
  kStale = 28,
};
inline constexpr std::array<EnumText, 29> kDropReasonTexts{{
    {0, "none",
     "Not dropped: the packet left."},
    {1, "disabled",
     "The card is not enabled."},
    {2, "bad_descriptor",
     "Descriptor with length 0, reserved flags set, or a buffer that is not 64-byte aligned."},
    {3, "dma_window",
     "The buffer, read or written, lies outside the queue's DMA window."},
    {4, "dma_read",
     "A DMA read of the packet failed, was poisoned or timed out."},
    {5, "too_long",
     "Inner packet over 9,000 bytes or wire packet over 9,216 bytes."},
    {6, "source",
     "The source of the stream gave the packet up in its middle."},
    {7, "truncated",
     "The IP length goes beyond the packet, or the packet ends inside a header."},
    {8, "bad_header",
     "IP version, header length or total length of the first header is impossible."},
    {9, "bad_checksum",
     "The outer IPv4 header checksum is wrong."},
    {10, "fragment",
     "An outer fragment: the host reassembles, the card does not."},
    {11, "non_esp_marker",
     "UDP port 4500 with the non-ESP marker: IKE (RFC 3948, 2.2)."},
    {12, "nat_keepalive",
     "NAT keepalive (RFC 3948, 2.3)."},
    {13, "not_esp",
     "Neither ESP nor UDP-encapsulated ESP; VLAN-tagged or not IP."},
    {14, "bad_length",
     "ESP payload shorter than its fixed parts or not a multiple of 4 bytes (RFC 4303, 2.4)."},
    {15, "no_sa",
     "No SA with this SPI, or no outbound SA at this index."},
    {16, "replay_early",
     "Sequence number seen before or left of the window, before decryption."},
    {17, "icv",
     "The ICV is wrong."},
    {18, "replay_late",
     "Another packet took this sequence number while this one was being decrypted."},
    {19, "padding",
     "Padding is not 1, 2, 3 … or longer than the payload (RFC 4303, 2.4)."},
    {20, "dummy",
     "Dummy packet, next header 59 (RFC 4303, 2.6)."},
    {21, "next_header",
     "Next header is neither IPv4 nor IPv6."},
    {22, "inner_header",
     "The inner IP header does not fit its next header, version or length."},
    {23, "selector",
     "Inner source or destination is outside the SA's selector (RFC 4301, 5.2)."},
    {24, "ecn",
     "Outer CE over an inner packet that is not ECN-capable (RFC 6040, 4.2)."},
    {25, "lifetime",
     "The packet would cross the hard lifetime of the SA."},
    {26, "sequence",
     "The outbound sequence number is used up."},
    {27, "credit",
     "The packet is longer than what is left of the byte credit of its path."},
    {28, "stale",
     "The SA was deleted while the packet was in flight."},
}};
/// Name of `value`, or "unknown".
constexpr std::string_view name_of(DropReason value) {
  for (const EnumText& text : kDropReasonTexts)
    if (text.value == static_cast<std::uint32_t>(value)) return text.name;
  return "unknown";
}

enum class Suite : std::uint8_t {
  kAes128gcm16 = 1,
  kAes192gcm16 = 2,
  kAes256gcm16 = 3,
};
inline constexpr std::array<EnumText, 3> kSuiteTexts{{
    {1, "AES-GCM-128",
     "AES-GCM with a 128-bit key and a 16-byte ICV (RFC 4106)."},
    {2, "AES-GCM-192",
     "AES-GCM with a 192-bit key and a 16-byte ICV (RFC 4106)."},
    {3, "AES-GCM-256",
     "AES-GCM with a 256-bit key and a 16-byte ICV (RFC 4106)."},
}};
/// Name of `value`, or "unknown".
constexpr std::string_view name_of(Suite value) {
  for (const EnumText& text : kSuiteTexts)
    if (text.value == static_cast<std::uint32_t>(value)) return text.name;
  return "unknown";
}

enum class DfMode : std::uint8_t {
  kClear = 0,
  kSet = 1,
  kCopy = 2,
};
inline constexpr std::array<EnumText, 3> kDfModeTexts{{
    {0, "clear",
     "DF of the outer IPv4 header is 0; its identification comes from the card's counter."},
    {1, "set",
     "DF of the outer IPv4 header is 1; its identification is 0."},
    {2, "copy",
     "DF is that of an inner IPv4 header; over an inner IPv6 header it is 1."},
}};
/// Name of `value`, or "unknown".
constexpr std::string_view name_of(DfMode value) {
  for (const EnumText& text : kDfModeTexts)
    if (text.value == static_cast<std::uint32_t>(value)) return text.name;
  return "unknown";
}

enum class CommandOp : std::uint8_t {
  kNone = 0,
  kAddSa = 1,
  kDeleteSa = 2,
  kReadSa = 3,
  kWritePath = 4,
  kMoveSa = 5,
  kReadPath = 6,
};
inline constexpr std::array<EnumText, 7> kCommandOpTexts{{
    {0, "none",
     "Does nothing and succeeds."},
    {1, "add_sa",
     "Adds the SA described by the operands at `sa_index`."},
    {2, "delete_sa",
     "Takes the SA out of lookup, waits until none of its packets is in flight, zeroes its rows."},
    {3, "read_sa",
     "Copies state and counters of the SA at `sa_index` into the result registers."},
    {4, "write_path",
     "Swaps the whole path row at `path_index` in one cycle and raises the generation."},
    {5, "move_sa",
     "Points the SA at `sa_index` to `path_index` in one write and raises the generation."},
    {6, "read_path",
     "Copies the generation of the row at `path_index` into the result registers."},
}};
/// Name of `value`, or "unknown".
constexpr std::string_view name_of(CommandOp value) {
  for (const EnumText& text : kCommandOpTexts)
    if (text.value == static_cast<std::uint32_t>(value)) return text.name;
  return "unknown";
}

enum class CommandResult : std::uint8_t {
  kOk = 0,
  kBadOp = 1,
  kBadIndex = 2,
  kIndexInUse = 3,
  kEmpty = 4,
  kSpiInUse = 5,
  kBadSpi = 6,
  kBadSuite = 7,
  kBadWindow = 8,
  kBadSequence = 9,
  kBadSelector = 10,
  kNotSwept = 11,
};
inline constexpr std::array<EnumText, 12> kCommandResultTexts{{
    {0, "ok",
     "Done."},
    {1, "bad_op",
     "The operation does not exist."},
    {2, "bad_index",
     "`sa_index` or `path_index` is beyond this card's tables."},
    {3, "index_in_use",
     "An SA is already installed at `sa_index`; delete it first."},
    {4, "empty",
     "No SA is installed at `sa_index`, or no path at `path_index`."},
    {5, "spi_in_use",
     "Another inbound SA already has this SPI."},
    {6, "bad_spi",
     "SPIs 0 to 255 are reserved (RFC 4303, 2.1)."},
    {7, "bad_suite",
     "The card has no such suite; see `cap_suites`."},
    {8, "bad_window",
     "`replay_window` is not from 32 to `max_replay_window`."},
    {9, "bad_sequence",
     "`first_sequence` is 0, or does not fit in 32 bits without ESN."},
    {10, "bad_selector",
     "A prefix length of the selector is longer than its address family's address."},
    {11, "not_swept",
     "The card is still clearing its memories after reset."},
}};
/// Name of `value`, or "unknown".
constexpr std::string_view name_of(CommandResult value) {
  for (const EnumText& text : kCommandResultTexts)
    if (text.value == static_cast<std::uint32_t>(value)) return text.name;
  return "unknown";
}

enum class QueueCause : std::uint8_t {
  kNone = 0,
  kBadConfig = 1,
  kDescriptorRead = 2,
  kDoorbell = 3,
  kHostStop = 4,
};
inline constexpr std::array<EnumText, 5> kQueueCauseTexts{{
    {0, "none",
     "Running, or never started."},
    {1, "bad_config",
     "Base not aligned to 64 bytes, or a size out of range."},
    {2, "descriptor_read",
     "A read of the submission ring failed or timed out."},
    {3, "doorbell",
     "The producer is more than a ring ahead of the consumer."},
    {4, "host_stop",
     "The host cleared `enable`."},
}};
/// Name of `value`, or "unknown".
constexpr std::string_view name_of(QueueCause value) {
  for (const EnumText& text : kQueueCauseTexts)
    if (text.value == static_cast<std::uint32_t>(value)) return text.name;
  return "unknown";
}

enum class EventKind : std::uint8_t {
  kRoam = 1,
  kSoftLifetime = 2,
  kHardLifetime = 3,
  kSequence = 4,
  kCredit = 5,
  kError = 6,
};
inline constexpr std::array<EnumText, 6> kEventKindTexts{{
    {1, "roam",
     "An authenticated packet with the highest sequence number so far came from another endpoint, or to another; once an SA and write of its path row."},
    {2, "soft_lifetime",
     "The SA reached a soft lifetime."},
    {3, "hard_lifetime",
     "A packet was dropped because it would have crossed a hard lifetime."},
    {4, "sequence",
     "The outbound sequence number is used up."},
    {5, "credit",
     "A packet was dropped because the byte credit of its path is used up; once a write of the path row."},
    {6, "error",
     "A bit of the error latch rose."},
}};
/// Name of `value`, or "unknown".
constexpr std::string_view name_of(EventKind value) {
  for (const EnumText& text : kEventKindTexts)
    if (text.value == static_cast<std::uint32_t>(value)) return text.name;
  return "unknown";
}

}  // namespace holdfast
