// SPDX-License-Identifier: Apache-2.0
#include "control/vici_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace holdfast::control {
namespace {

constexpr mode_t kMode = 0770;
constexpr int kBacklog = 16;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(
        ErrorCode::kBadValue, path,
        "the path of a socket has 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  path.copy(address.sun_path, path.size());
  return address;
}

tl::unexpected<Error> system_error(const std::string& path, const char* action) {
  return fail(ErrorCode::kIo, path, std::string(action) + ": " + std::strerror(errno));
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// Removes the file if it is a socket that nobody listens at.
Status remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat state {};
  if (::lstat(path.c_str(), &state) != 0)
    return errno == ENOENT ? Status{} : system_error(path, "cannot look at it");
  if (!S_ISSOCK(state.st_mode))
    return fail(ErrorCode::kInUse, path, "there is a file that is no socket; remove it");
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return system_error(path, "cannot make a socket");
  const bool is_refused =
      ::connect(probe, generic(address), sizeof address) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  if (!is_refused) return fail(ErrorCode::kInUse, path, "another daemon answers at this socket");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return system_error(path, "cannot remove the socket of a daemon that is gone");
  return {};
}

}  // namespace

Result<std::string> parse_vici_uri(std::string_view uri) {
  constexpr std::string_view kScheme = "unix://";
  if (uri.starts_with(kScheme)) uri.remove_prefix(kScheme.size());
  if (!uri.starts_with('/'))
    return fail(ErrorCode::kBadFormat, "",
                "'" + std::string(uri) + "' is not of the form unix:///path");
  return std::string(uri);
}

ViciSocket::ViciSocket(int fd, std::string path) : fd_(fd), path_(std::move(path)) {
  struct stat state {};
  if (::lstat(path_.c_str(), &state) == 0) {
    device_ = state.st_dev;
    inode_ = state.st_ino;
  }
}

ViciSocket::ViciSocket(ViciSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      device_(other.device_),
      inode_(other.inode_) {}

ViciSocket::~ViciSocket() {
  if (fd_ < 0) return;
  // A later daemon may have put its own file here.
  struct stat state {};
  if (::lstat(path_.c_str(), &state) == 0 && state.st_dev == device_ && state.st_ino == inode_)
    ::unlink(path_.c_str());
  ::close(fd_);
}

Result<ViciSocket> ViciSocket::listen(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  if (const Status free = remove_stale(path, *address); !free) return tl::unexpected(free.error());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return system_error(path, "cannot make a socket");
  if (::bind(fd, generic(*address), sizeof *address) != 0) {
    const bool is_taken = errno == EADDRINUSE;
    auto error = system_error(path, "cannot bind the socket");
    ::close(fd);
    if (is_taken) error.value().code = ErrorCode::kInUse;
    return error;
  }
  ViciSocket made(fd, path);
  // Nobody can connect before listen(), so nobody ever sees another mode.
  if (::chmod(path.c_str(), kMode) != 0) return system_error(path, "cannot set the mode");
  if (::listen(fd, kBacklog) != 0) return system_error(path, "cannot listen");
  return made;
}

int ViciSocket::accept() { return ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); }

Result<int> connect_vici(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return system_error(path, "cannot make a socket");
  if (::connect(fd, generic(*address), sizeof *address) == 0) return fd;
  auto error = system_error(path, "no daemon answers");
  error.value().code = errno == ENOENT || errno == ECONNREFUSED ? ErrorCode::kNotFound
                       : errno == EACCES || errno == EPERM      ? ErrorCode::kRefused
                                                                : ErrorCode::kIo;
  ::close(fd);
  return error;
}

}  // namespace holdfast::control
