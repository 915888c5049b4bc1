// SPDX-License-Identifier: Apache-2.0
#include "net/tun.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/descriptor.h"

namespace holdfast::net {
namespace {

constexpr const char* kDevice = "/dev/net/tun";
/// Of linux/if_tun.h from 6.2 on.
constexpr unsigned kUdpOffloads = 0x20 | 0x40;
constexpr unsigned kTcpOffloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
/// What a packet that stands for several can have beyond the first buffer.
constexpr std::size_t kMaxSuperBytes = 65'536;

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
  request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) return no_interface(name, errno);
  if (::ioctl(fd.get(), TUNSETPERSIST, 0) != 0) return no_interface(name, errno);
  const std::string given = request.ifr_name;  // "tun%d" makes the kernel choose
  const int index = static_cast<int>(::if_nametoindex(given.c_str()));
  if (index == 0) return no_interface(name, errno);
  std::unique_ptr<Tun> tun(new Tun(fd.release(), given, index));
  tun->ask_for_offloads();
  if (auto status = tun->set_mtu(mtu); !status) return tl::unexpected(status.error());
  if (auto status = set_up(given); !status) return tl::unexpected(status.error());
  return tun;
}

Tun::Tun(int fd, std::string name, int index)
    : fd_(fd),
      name_(std::move(name)),
      index_(index),
      coalescer_([this](ByteView packet, const VnetHeader& header, unsigned count) {
        emit(packet, header, count);
      }) {}

Tun::~Tun() { ::close(fd_); }

/// A kernel that refuses goes on with single packets and their checksums.
void Tun::ask_for_offloads() {
  const bool has_udp = ::ioctl(fd_, TUNSETOFFLOAD, kTcpOffloads | kUdpOffloads) == 0;
  can_join_ = has_udp || ::ioctl(fd_, TUNSETOFFLOAD, kTcpOffloads) == 0;
  coalescer_.allow_udp(has_udp);
}

std::optional<std::size_t> Tun::read(std::span<std::uint8_t> buffer) {
  if (has_more()) return super_packet_.next(buffer);
  if (incoming_.size() < buffer.size() + kMaxSuperBytes)
    incoming_.resize(buffer.size() + kMaxSuperBytes);
  VnetHeader header;
  // What is too long for the buffer goes on where it would if all were in incoming_.
  const std::array<iovec, 3> parts = {
      iovec{&header, sizeof header},
      iovec{buffer.data(), buffer.size()},
      iovec{incoming_.data() + buffer.size(), kMaxSuperBytes},
  };
  const ssize_t got = ::readv(fd_, parts.data(), parts.size());
  if (got <= static_cast<ssize_t>(sizeof header)) return std::nullopt;
  const std::size_t size = static_cast<std::size_t>(got) - sizeof header;
  if (header.kind != VnetHeader::kNone) return read_several(buffer, size, header);
  const auto packet = buffer.first(std::min(size, buffer.size()));
  static_cast<void>(complete_checksum(packet, header));
  return packet.size();
}

/// What we cannot cut is given as it is: longer than what is there, so nobody takes it for whole.
std::optional<std::size_t> Tun::read_several(std::span<std::uint8_t> buffer, std::size_t size,
                                             const VnetHeader& header) {
  const std::size_t in_buffer = std::min(size, buffer.size());
  std::memcpy(incoming_.data(), buffer.data(), in_buffer);
  if (!super_packet_.start(ByteView(incoming_).first(size), header, buffer.size()))
    return in_buffer;
  return super_packet_.next(buffer);
}

bool Tun::write(ByteView packet) {
  if (can_join_ && coalescer_.take(packet)) return true;
  return write_whole(packet, {});
}

std::size_t Tun::flush() {
  coalescer_.flush();
  return std::exchange(num_refused_, 0);
}

bool Tun::write_whole(ByteView packet, const VnetHeader& header) {
  const std::array<iovec, 2> parts = {
      iovec{const_cast<VnetHeader*>(&header), sizeof header},
      iovec{const_cast<std::uint8_t*>(packet.data()), packet.size()},
  };
  return ::writev(fd_, parts.data(), parts.size()) ==
         static_cast<ssize_t>(sizeof header + packet.size());
}

void Tun::emit(ByteView packet, const VnetHeader& header, unsigned count) {
  if (write_whole(packet, header)) return;
  if (count == 1) {
    ++num_refused_;
    return;
  }
  SuperPacket again;
  Bytes segment(packet.size());
  if (!again.start(packet, header, segment.size())) num_refused_ += count;
  while (again.has_more()) {
    const std::size_t size = again.next(segment);
    if (!write_whole(ByteView(segment).first(size), {})) ++num_refused_;
  }
}

Status Tun::set_mtu(unsigned mtu) {
  ifreq request = request_for(name_);
  request.ifr_mtu = static_cast<int>(mtu);
  return interface_ioctl(SIOCSIFMTU, request,
                         ("cannot have an MTU of " + std::to_string(mtu)).c_str());
}

}  // namespace holdfast::net
