// SPDX-License-Identifier: Apache-2.0
#include "link/dma_maps.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace holdfast::link {
namespace {

bool has_bytes(const OwnedFd& fd, std::uint64_t offset, std::uint64_t size) {
  struct stat file {};
  if (fstat(fd.get(), &file) != 0 || file.st_size < 0) return false;
  const auto bytes = static_cast<std::uint64_t>(file.st_size);
  return offset <= bytes && size <= bytes - offset;
}

bool is_sealed(const OwnedFd& fd) {
  const int seals = fcntl(fd.get(), F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
}

}  // namespace

int DmaMaps::check(const vfio_user::DmaMap& wanted) const {
  constexpr std::uint32_t kKnown = vfio_user::kDmaReadable | vfio_user::kDmaWritable;
  if (wanted.argsz < sizeof wanted || wanted.size == 0 || wanted.flags == 0 ||
      (wanted.flags & ~kKnown) != 0)
    return EINVAL;
  if ((wanted.address | wanted.size | wanted.offset) % kPageBytes != 0) return EINVAL;
  if (wanted.address + (wanted.size - 1) < wanted.address) return EINVAL;
  if (maps_.size() >= kMaxMaps || wanted.size > kMaxBytes - num_bytes_) return ENOSPC;
  const auto overlaps = [&](const Map& map) {
    return wanted.address <= map.address + (map.size - 1) &&
           map.address <= wanted.address + (wanted.size - 1);
  };
  return std::ranges::any_of(maps_, overlaps) ? EEXIST : 0;
}

int DmaMaps::map(const vfio_user::DmaMap& wanted, const OwnedFd* fd) {
  if (const int error = check(wanted); error != 0) return error;
  Map map{wanted.address, wanted.size, {}};
  if ((wanted.flags & vfio_user::kDmaWritable) != 0) {
    // DMA_READ and DMA_WRITE messages are not for us: packets do not cross the socket.
    if (fd == nullptr) return ENOTSUP;
    if (!has_bytes(*fd, wanted.offset, wanted.size)) return EINVAL;
    if (!is_sealed(*fd)) return EPERM;
    void* mapped = mmap(nullptr, wanted.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd->get(),
                        static_cast<off_t>(wanted.offset));
    if (mapped == MAP_FAILED) return errno;
    map.bytes = {static_cast<std::uint8_t*>(mapped), wanted.size};
    if (!card_.attach_dma(Iova{wanted.address}, map.bytes)) {
      munmap(mapped, wanted.size);
      return EEXIST;
    }
  }
  maps_.push_back(map);
  num_bytes_ += map.size;
  return 0;
}

void DmaMaps::release(const Map& map) {
  num_bytes_ -= map.size;
  if (map.bytes.empty()) return;
  card_.detach_dma(Iova{map.address});
  munmap(map.bytes.data(), map.bytes.size());
}

int DmaMaps::unmap(std::uint64_t address, std::uint64_t size) {
  const auto found = std::ranges::find_if(
      maps_, [&](const Map& map) { return map.address == address && map.size == size; });
  if (found == maps_.end()) return ENOENT;
  release(*found);
  maps_.erase(found);
  return 0;
}

void DmaMaps::clear() {
  for (const Map& map : maps_) release(map);
  maps_.clear();
}

}  // namespace holdfast::link
