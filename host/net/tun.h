// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace holdfast::net {

/// A TUN interface: whole IP packets, no link layer (IFF_NO_PI). Ends with the object, also where
/// it was made persistent by somebody else.
class Tun {
 public:
  /// Makes it and sets it up with `mtu`. One left behind by a program that was killed is taken
  /// over. Errors: kNotFound (/dev/net/tun missing or not writable; says what to do), kBadValue
  /// (name), kInUse (a living program holds it), kRefused (no capability, or no TUN interface),
  /// kIo.
  static Result<std::unique_ptr<Tun>> open(const std::string& name, unsigned mtu);
  ~Tun();
  Tun(const Tun&) = delete;
  Tun& operator=(const Tun&) = delete;

  int fd() const { return fd_; }
  const std::string& name() const { return name_; }
  int index() const { return index_; }
  /// One packet into `buffer`; its size, or nothing when there is none now. What is longer than
  /// the buffer is cut, so it should hold the MTU.
  std::optional<std::size_t> read(std::span<std::uint8_t> buffer);
  /// False if the kernel did not take it.
  bool write(ByteView packet);
  Status set_mtu(unsigned mtu);

 private:
  Tun(int fd, std::string name, int index) : fd_(fd), name_(std::move(name)), index_(index) {}
  int fd_;
  std::string name_;
  int index_;
};

}  // namespace holdfast::net
