// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"

struct mnl_socket;
struct nlmsghdr;

namespace holdfast::net {

/// One rtnetlink message while it is written.
class NetlinkMessage {
 public:
  NetlinkMessage(int type, int flags);

  /// Room for the family's header, all 0; the reference holds until the message ends.
  template <typename T>
  T& header() {
    return *static_cast<T*>(extra_header(sizeof(T)));
  }
  void add(int attribute, std::uint32_t value);
  void add(int attribute, const IpAddress& address);
  void add_u8(int attribute, std::uint8_t value);

  nlmsghdr* get() { return reinterpret_cast<nlmsghdr*>(buffer_); }

 private:
  void* extra_header(std::size_t size);

  alignas(8) char buffer_[512];
};

/// What the kernel said to a request: an errno, 0 if it did it, and its own words if it has some.
struct NetlinkAnswer {
  int error = 0;
  std::string words;
};

/// Closes what mnl_socket_open() opened.
struct CloseNetlink {
  void operator()(mnl_socket* socket) const;
};
using NetlinkSocket = std::unique_ptr<mnl_socket, CloseNetlink>;
/// Bound to the multicast `groups` (a bit for each). Errors: kIo.
Result<NetlinkSocket> open_netlink_socket(std::uint32_t groups, int flags);

/// Requests to the kernel, answered before the call returns.
class NetlinkRequests {
 public:
  /// Errors: kIo.
  static Result<NetlinkRequests> open();

  NetlinkAnswer ask(NetlinkMessage& message);
  /// All messages of a dump, again if it was interrupted by a change. Nothing on failure.
  std::optional<std::vector<Bytes>> dump(int type, std::uint8_t family);

 private:
  enum class DumpEnd : std::uint8_t { kDone, kInterrupted, kFailed };

  explicit NetlinkRequests(NetlinkSocket socket) : socket_(std::move(socket)) {}
  bool send(NetlinkMessage& message, int flags);
  DumpEnd read_dump(std::vector<Bytes>& messages);
  std::optional<std::size_t> receive(std::vector<char>& buffer);

  NetlinkSocket socket_;
  std::uint32_t sequence_ = 0;
};

}  // namespace holdfast::net
