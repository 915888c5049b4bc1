// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/bytes.h"

/// The vfio-user wire protocol 0.x, as far as a card needs it: what the client of a `link:` card
/// and the server of sim/link say to each other. Written from the specification that QEMU carries
/// as docs/interop/vfio-user.rst; numbers of regions, interrupts and flags are those of
/// <linux/vfio.h>. All fields are little-endian.
namespace holdfast::vfio_user {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint16_t kMajor = 0;
/// Highest minor version that we speak; all commands that a card needs are in 0.0.
inline constexpr std::uint16_t kMinor = 0;

enum class Command : std::uint16_t {
  kVersion = 1,
  kDmaMap = 2,
  kDmaUnmap = 3,
  kDeviceGetInfo = 4,
  kDeviceGetRegionInfo = 5,
  kDeviceGetIrqInfo = 7,
  kDeviceSetIrqs = 8,
  kRegionRead = 9,
  kRegionWrite = 10,
  kDeviceReset = 13,
};

/// Before every message. `size` is that of the whole message.
struct Header {
  std::uint16_t id;  ///< Of the sender of the command; its reply has the same.
  Command command;
  std::uint32_t size;
  std::uint32_t flags;  ///< kTypeMask, kNoReply, kError
  std::uint32_t error;  ///< errno, in a reply with kError
};
static_assert(sizeof(Header) == 16 && offsetof(Header, flags) == 8);
inline constexpr std::uint32_t kTypeMask = 0xF;  ///< 0 command, 1 reply
inline constexpr std::uint32_t kTypeCommand = 0, kTypeReply = 1;
inline constexpr std::uint32_t kNoReply = 1 << 4;
inline constexpr std::uint32_t kError = 1 << 5;

/// A JSON text with the capabilities may follow; it ends with NUL.
struct Version {
  std::uint16_t major, minor;
};
static_assert(sizeof(Version) == 4);

/// With one descriptor, to be mapped at `offset`; without one the memory cannot be shared.
struct DmaMap {
  std::uint32_t argsz;
  std::uint32_t flags;  ///< kDmaReadable, kDmaWritable
  std::uint64_t offset;
  std::uint64_t address;
  std::uint64_t size;
};
static_assert(sizeof(DmaMap) == 32 && offsetof(DmaMap, address) == 16);
inline constexpr std::uint32_t kDmaReadable = 1 << 0, kDmaWritable = 1 << 1;

/// Address and size as they were mapped. The reply holds the same.
struct DmaUnmap {
  std::uint32_t argsz;
  std::uint32_t flags;
  std::uint64_t address;
  std::uint64_t size;
};
static_assert(sizeof(DmaUnmap) == 24 && offsetof(DmaUnmap, address) == 8);

struct DeviceInfo {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;  ///< kDeviceCanReset, kDeviceIsPci
  std::uint32_t num_regions = 0;
  std::uint32_t num_irqs = 0;
};
static_assert(sizeof(DeviceInfo) == 16);
inline constexpr std::uint32_t kDeviceCanReset = 1 << 0, kDeviceIsPci = 1 << 1;

struct RegionInfo {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;  ///< kRegionReadable, kRegionWritable
  std::uint32_t index = 0;
  std::uint32_t cap_offset = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};
static_assert(sizeof(RegionInfo) == 32 && offsetof(RegionInfo, size) == 16);
inline constexpr std::uint32_t kRegionReadable = 1 << 0, kRegionWritable = 1 << 1;
/// Regions of a PCI function: BAR0 to BAR5, ROM, configuration space, VGA.
inline constexpr std::uint32_t kBar0Region = 0, kConfigRegion = 7, kNumRegions = 9;

struct IrqInfo {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;  ///< kIrqEventfd
  std::uint32_t index = 0;
  std::uint32_t count = 0;
};
static_assert(sizeof(IrqInfo) == 16);
inline constexpr std::uint32_t kIrqEventfd = 1 << 0;
/// Interrupts of a PCI function: INTx, MSI, MSI-X, error, request.
inline constexpr std::uint32_t kMsixIrq = 2, kNumIrqs = 5;

/// `count` vectors from `start`; with kDataBool as many bytes follow, with kDataEventfd as many
/// descriptors come along, or none, which takes the vectors' descriptors away.
struct IrqSet {
  std::uint32_t argsz;
  std::uint32_t flags;  ///< one of kData…, one of kAction…
  std::uint32_t index;
  std::uint32_t start;
  std::uint32_t count;
};
static_assert(sizeof(IrqSet) == 20);
inline constexpr std::uint32_t kDataNone = 1 << 0, kDataBool = 1 << 1, kDataEventfd = 1 << 2;
inline constexpr std::uint32_t kActionMask = 1 << 3, kActionUnmask = 1 << 4,
                               kActionTrigger = 1 << 5;

/// REGION_READ: `count` bytes follow in the reply. REGION_WRITE: they follow in the command.
struct RegionAccess {
  std::uint64_t offset;
  std::uint32_t region;
  std::uint32_t count;
};
static_assert(sizeof(RegionAccess) == 16 && offsetof(RegionAccess, count) == 12);

/// The bytes of `value` at the end of `bytes`.
template <typename T>
void append(Bytes& bytes, const T& value) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof value);
}

/// A T from the front of `bytes`; nothing if they are too few.
template <typename T>
std::optional<T> front(ByteView bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// A T that is all of `bytes`.
template <typename T>
std::optional<T> exactly(ByteView bytes) {
  return bytes.size() == sizeof(T) ? front<T>(bytes) : std::nullopt;
}

}  // namespace holdfast::vfio_user
