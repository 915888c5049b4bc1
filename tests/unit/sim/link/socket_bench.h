// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "holdfast/owned_fd.h"

/// A client that sends what it likes.
namespace holdfast::test {

inline std::pair<OwnedFd, OwnedFd> socket_pair() {
  std::array<int, 2> ends{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
  return {OwnedFd(ends[0]), OwnedFd(ends[1])};
}

inline OwnedFd connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  OwnedFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    socket.close();
  return socket;
}

inline bool send_bytes(const OwnedFd& socket, ByteView bytes,
                       std::initializer_list<const OwnedFd*> files = {}) {
  std::array<int, 64> fds{};
  std::size_t num_fds = 0;
  for (const OwnedFd* file : files) fds[num_fds++] = file->get();
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof fds)> control{};
  iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (num_fds != 0) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(num_fds * sizeof(int));
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(num_fds * sizeof(int));
    std::memcpy(CMSG_DATA(rights), fds.data(), num_fds * sizeof(int));
  }
  return sendmsg(socket.get(), &header, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

/// Waits for `size` bytes; fewer if the other side ends.
inline Bytes receive_bytes(const OwnedFd& socket, std::size_t size) {
  Bytes bytes(size);
  std::size_t have = 0;
  while (have < size) {
    const ssize_t count = recv(socket.get(), bytes.data() + have, size - have, 0);
    if (count <= 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace holdfast::test
