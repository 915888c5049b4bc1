// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// Before kNoSa, which -Wshadow would otherwise take for a shadowed DropReason::kNoSa.
#include "holdfast/csr_enums.h"

/// Layouts in memory that host and card share, little-endian. Their twins are the packed structs
/// of rtl/dma/dma_pkg.sv.
namespace holdfast {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the rings are little-endian");

/// Descriptor::sa_index: no SA is named.
inline constexpr std::uint16_t kNoSa = 0xFFFF;
/// Buffers are aligned to this many bytes.
inline constexpr std::size_t kBufferAlignment = 64;
inline constexpr std::size_t kMaxInnerBytes = 9000;
inline constexpr std::size_t kMaxWireBytes = 9216;
inline constexpr std::size_t kEthernetBytes = 14;

/// Descriptor::flags, or-ed.
enum DescriptorFlag : std::uint16_t {
  kDescriptorOutbound = 1 << 0,
  kDescriptorEthernet = 1 << 1,
  kDescriptorChecksumNotValid = 1 << 2,
};

/// One packet for the card. Its result is written at the buffer's start, in place; the buffer must
/// have room for it (kMaxWireBytes + kEthernetBytes always suffice).
struct Descriptor {
  std::uint64_t buffer_iova;  ///< As the card sees it, 64-byte aligned.
  std::uint16_t length;       ///< Bytes of the packet.
  std::uint16_t offset;       ///< Bytes from the buffer's start to the packet.
  std::uint16_t sa_index;     ///< Outbound: the SA; kNoSa: none.
  std::uint16_t flags;        ///< DescriptorFlag, or-ed; other bits 0.
};
static_assert(sizeof(Descriptor) == 16 && offsetof(Descriptor, length) == 8 &&
              offsetof(Descriptor, offset) == 10 && offsetof(Descriptor, sa_index) == 12 &&
              offsetof(Descriptor, flags) == 14);

/// Completion::flags and Event::flags. The phase is 1 in the first pass over the ring.
inline constexpr std::uint16_t kPhase = 1 << 0;

/// Account of one descriptor, in the order of the descriptors of its queue.
struct Completion {
  std::uint16_t index;       ///< Free-running index of the descriptor.
  std::uint16_t reason;      ///< DropReason; 0: done.
  std::uint16_t length;      ///< Bytes written at the buffer's start; 0 if dropped.
  std::uint16_t sa_index;    ///< kNoSa if none was found.
  std::uint32_t generation;  ///< Of the binding that the packet used.
  std::uint16_t reserved;
  std::uint16_t flags;
};
static_assert(sizeof(Completion) == 16 && offsetof(Completion, sa_index) == 6 &&
              offsetof(Completion, generation) == 8 && offsetof(Completion, flags) == 14);

/// One entry of the event ring. Addresses as on the wire; IPv4 uses the first four bytes.
struct Event {
  std::uint16_t sa_index;
  std::uint16_t path_index;
  std::uint32_t generation;
  std::uint64_t sequence;
  std::uint64_t detail;  ///< Error events: the error latch.
  std::uint16_t own_port;
  std::uint16_t peer_port;
  std::uint8_t kind;            ///< EventKind
  std::uint8_t address_family;  ///< 4, 6, or 0: no addresses.
  std::uint16_t flags;
  std::array<std::uint8_t, 16> own_address;
  std::array<std::uint8_t, 16> peer_address;
};
static_assert(sizeof(Event) == 64 && offsetof(Event, sequence) == 8 &&
              offsetof(Event, kind) == 28 && offsetof(Event, flags) == 30 &&
              offsetof(Event, own_address) == 32 && offsetof(Event, peer_address) == 48);

}  // namespace holdfast
