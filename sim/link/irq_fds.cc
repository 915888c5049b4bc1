// SPDX-License-Identifier: Apache-2.0
#include "link/irq_fds.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace holdfast::link {
namespace {

/// Writing to anything else might block, or might not be ours to write to.
bool is_eventfd(int fd) {
  std::array<char, 64> target{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t length = readlink(link.c_str(), target.data(), target.size());
  return length > 0 && std::string_view(target.data(), static_cast<std::size_t>(length)) ==
                           "anon_inode:[eventfd]";
}

bool make_nonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

}  // namespace

int IrqFds::check(const vfio_user::IrqSet& wanted) const {
  if (wanted.index >= vfio_user::kNumIrqs) return EINVAL;
  // Kinds of interrupts that the card has none of may be switched off.
  const std::uint32_t count = wanted.index == vfio_user::kMsixIrq ? num_vectors() : 0;
  if (wanted.start > count || wanted.count > count - wanted.start) return EINVAL;
  return 0;
}

int IrqFds::set(const vfio_user::IrqSet& wanted, ByteView data, std::vector<OwnedFd> fds) {
  const std::uint32_t kind = wanted.flags & ~vfio_user::kActionTrigger;
  const bool is_bool = kind == vfio_user::kDataBool;
  if (data.size() != (is_bool ? wanted.count : 0u)) return EINVAL;
  if (kind != vfio_user::kDataEventfd && !fds.empty()) return EINVAL;
  if (const int error = check(wanted); error != 0) return error;
  // Masks are in the table; MASKABLE was not offered.
  if ((wanted.flags & vfio_user::kActionTrigger) == 0) return ENOTSUP;
  if (kind == vfio_user::kDataEventfd) return assign(wanted, std::move(fds));
  if (!is_bool && kind != vfio_user::kDataNone) return EINVAL;
  if (kind == vfio_user::kDataNone && wanted.count == 0) {
    if (wanted.index == vfio_user::kMsixIrq) clear();
    return 0;
  }
  for (std::uint32_t i = 0; i < wanted.count; ++i)
    if (!is_bool || data[i] != 0) signal(wanted.start + i);
  return 0;
}

int IrqFds::assign(const vfio_user::IrqSet& wanted, std::vector<OwnedFd> fds) {
  if (!fds.empty() && fds.size() != wanted.count) return EINVAL;
  for (const OwnedFd& fd : fds)
    if (!is_eventfd(fd.get()) || !make_nonblocking(fd.get())) return EINVAL;
  for (std::uint32_t i = 0; i < wanted.count; ++i)
    fds_[wanted.start + i] = fds.empty() ? OwnedFd() : std::move(fds[i]);
  return 0;
}

void IrqFds::signal(unsigned vector) {
  const std::uint64_t one = 1;
  // A counter that is full is a client that has long been told.
  if (fds_[vector].is_open()) (void)!write(fds_[vector].get(), &one, sizeof one);
}

void IrqFds::clear() {
  for (OwnedFd& fd : fds_) fd.close();
}

}  // namespace holdfast::link
