// SPDX-License-Identifier: Apache-2.0
#include "net/tun.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "net/descriptor.h"

namespace holdfast::net {
namespace {

constexpr const char* kDevice = "/dev/net/tun";

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::memcpy(request.ifr_name, name.c_str(), name.size());
  return request;
}

tl::unexpected<Error> no_device(int error) {
  if (error == EACCES || error == EPERM)
    return fail(ErrorCode::kNotFound, kDevice,
                "is not writable: run once as root: chmod 666 /dev/net/tun");
  return fail(ErrorCode::kNotFound, kDevice,
              "cannot be opened: load the kernel module tun (modprobe tun): " +
                  std::string(std::strerror(error)));
}

tl::unexpected<Error> no_interface(const std::string& name, int error) {
  switch (error) {
    case EBUSY:
      return fail(ErrorCode::kInUse, name, "another program holds this TUN interface");
    case EPERM:
    case EACCES:
      return fail(ErrorCode::kRefused, name,
                  "may not be made: the daemon needs the capability CAP_NET_ADMIN");
    case EINVAL:
      return fail(ErrorCode::kRefused, name, "is an interface of another kind, not a TUN");
    default:
      return fail(ErrorCode::kIo, name,
                  "cannot be made a TUN interface: " + std::string(std::strerror(error)));
  }
}

Status interface_ioctl(unsigned long command, ifreq& request, const char* what) {
  const Descriptor fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd.is_open() && ::ioctl(fd.get(), command, &request) == 0) return {};
  const int error = errno;
  return fail(error == EPERM || error == EINVAL ? ErrorCode::kRefused : ErrorCode::kIo,
              request.ifr_name, std::string(what) + ": " + std::strerror(error));
}

Status set_up(const std::string& name) {
  ifreq request = request_for(name);
  if (auto status = interface_ioctl(SIOCGIFFLAGS, request, "cannot be set up"); !status)
    return status;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  return interface_ioctl(SIOCSIFFLAGS, request, "cannot be set up");
}

}  // namespace

Result<std::unique_ptr<Tun>> Tun::open(const std::string& name, unsigned mtu) {
  if (name.empty() || name.size() >= IFNAMSIZ)
    return fail(ErrorCode::kBadValue, name, "an interface's name has 1 to 15 characters");
  Descriptor fd(::open(kDevice, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd.is_open()) return no_device(errno);
  ifreq request = request_for(name);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) return no_interface(name, errno);
  if (::ioctl(fd.get(), TUNSETPERSIST, 0) != 0) return no_interface(name, errno);
  const std::string given = request.ifr_name;  // "tun%d" makes the kernel choose
  const int index = static_cast<int>(::if_nametoindex(given.c_str()));
  if (index == 0) return no_interface(name, errno);
  std::unique_ptr<Tun> tun(new Tun(fd.release(), given, index));
  if (auto status = tun->set_mtu(mtu); !status) return tl::unexpected(status.error());
  if (auto status = set_up(given); !status) return tl::unexpected(status.error());
  return tun;
}

Tun::~Tun() { ::close(fd_); }

std::optional<std::size_t> Tun::read(std::span<std::uint8_t> buffer) {
  const ssize_t size = ::read(fd_, buffer.data(), buffer.size());
  if (size <= 0) return std::nullopt;
  return static_cast<std::size_t>(size);
}

bool Tun::write(ByteView packet) {
  return ::write(fd_, packet.data(), packet.size()) == static_cast<ssize_t>(packet.size());
}

Status Tun::set_mtu(unsigned mtu) {
  ifreq request = request_for(name_);
  request.ifr_mtu = static_cast<int>(mtu);
  return interface_ioctl(SIOCSIFMTU, request,
                         ("cannot have an MTU of " + std::to_string(mtu)).c_str());
}

}  // namespace holdfast::net
