// SPDX-License-Identifier: Apache-2.0
#include "link/message_reader.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "holdfast/vfio_user.h"

namespace holdfast::link {
namespace {

/// Descriptors of one recvmsg(); the kernel closes those beyond and says so.
constexpr std::size_t kMaxFdsAtOnce = 16;

/// The descriptors that came with `header`.
std::vector<OwnedFd> take_fds(msghdr& header) {
  std::vector<OwnedFd> fds;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return fds;
}

}  // namespace

MessageReader::Got MessageReader::end(std::string why) {
  why_ = std::move(why);
  message_ = {};
  return Got::kEnd;
}

std::size_t MessageReader::wanted() const {
  const auto header = vfio_user::front<vfio_user::Header>(message_.bytes);
  return header ? header->size : sizeof(vfio_user::Header);
}

MessageReader::Got MessageReader::read(int socket) {
  for (;;) {
    const std::size_t size = wanted();
    if (size < sizeof(vfio_user::Header) || size > max_bytes_)
      return end("a message cannot have " + std::to_string(size) + " bytes");
    if (message_.bytes.size() == size) return Got::kMessage;
    if (const Got got = read_part(socket, size); got != Got::kMessage) return got;
  }
}

/// kMessage: some bytes came.
MessageReader::Got MessageReader::read_part(int socket, std::size_t size) {
  const std::size_t have = message_.bytes.size();
  message_.bytes.resize(size);
  iovec part{.iov_base = message_.bytes.data() + have, .iov_len = size - have};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(kMaxFdsAtOnce * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t count = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  message_.bytes.resize(have + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return Got::kNothing;
  if (count < 0) return end(std::strerror(errno));
  if (count == 0) return end("the client is gone");
  for (OwnedFd& fd : take_fds(header)) message_.fds.push_back(std::move(fd));
  if ((header.msg_flags & MSG_CTRUNC) != 0 || message_.fds.size() > max_fds_)
    return end("too many descriptors with one message");
  return Got::kMessage;
}

MessageReader::Message MessageReader::take_message() { return std::exchange(message_, {}); }

}  // namespace holdfast::link
