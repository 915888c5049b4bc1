// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "holdfast/owned_fd.h"
#include "holdfast/vfio_user.h"

/// Messages of a client, right and wrong ones, for the tests of sim/link.
namespace holdfast::test {

inline constexpr std::uint16_t kId = 0x1234;

inline Bytes message(vfio_user::Command command, ByteView payload = {}, std::uint32_t flags = 0) {
  Bytes bytes;
  const vfio_user::Header header{
      kId, command, static_cast<std::uint32_t>(sizeof(vfio_user::Header) + payload.size()), flags,
      0};
  vfio_user::append(bytes, header);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

template <typename T>
Bytes bytes_of(const T& value) {
  Bytes bytes;
  vfio_user::append(bytes, value);
  return bytes;
}

inline Bytes version_payload(std::string_view capabilities = {}, std::uint16_t major = 0,
                             std::uint16_t minor = 0) {
  Bytes payload = bytes_of(vfio_user::Version{major, minor});
  for (const char c : capabilities) payload.push_back(static_cast<std::uint8_t>(c));
  if (!capabilities.empty()) payload.push_back(0);
  return payload;
}

/// Memory to share; sealed against shrinking unless `seals` says otherwise.
inline OwnedFd memory_file(std::size_t bytes, int seals = F_SEAL_SHRINK) {
  OwnedFd fd(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) fd.close();
  if (seals != 0) fcntl(fd.get(), F_ADD_SEALS, seals);
  return fd;
}

inline OwnedFd event_file() { return OwnedFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

/// What was signalled since the last look.
inline std::uint64_t take_signals(const OwnedFd& fd) {
  std::uint64_t count = 0;
  return read(fd.get(), &count, sizeof count) == sizeof count ? count : 0;
}

/// Another descriptor of the same file, to be given away.
inline std::vector<OwnedFd> copies_of(std::initializer_list<const OwnedFd*> files) {
  std::vector<OwnedFd> fds;
  for (const OwnedFd* file : files) fds.emplace_back(fcntl(file->get(), F_DUPFD_CLOEXEC, 0));
  return fds;
}

inline vfio_user::DmaMap dma_map(std::uint64_t address, std::uint64_t size) {
  return {.argsz = sizeof(vfio_user::DmaMap),
          .flags = vfio_user::kDmaReadable | vfio_user::kDmaWritable,
          .offset = 0,
          .address = address,
          .size = size};
}

inline vfio_user::IrqSet irq_set(std::uint32_t flags, std::uint32_t start, std::uint32_t count) {
  const bool has_data = (flags & vfio_user::kDataBool) != 0;
  const std::size_t size = sizeof(vfio_user::IrqSet) + (has_data ? count : 0);
  return {.argsz = static_cast<std::uint32_t>(size),
          .flags = flags,
          .index = vfio_user::kMsixIrq,
          .start = start,
          .count = count};
}

}  // namespace holdfast::test
