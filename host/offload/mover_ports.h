// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/address.h"
#include "base/bytes.h"
#include "net/sockets.h"

/// What the packet mover and CardOffload ask of the system. None of these may call back into them.
namespace holdfast::offload {

/// Where packets in clear come from and go to: a TUN interface, or a test.
class PlainPort {
 public:
  virtual ~PlainPort() = default;
  /// One whole IP packet into `buffer`; its size, or nothing when there is none now.
  virtual std::optional<std::size_t> read(std::span<std::uint8_t> buffer) = 0;
  /// read() has one that came together with the last one: nobody else will tell of it.
  virtual bool has_more() const { return false; }
  /// Done with the bytes when it returns; the packet may wait for flush(). False if nobody took it.
  virtual bool write(ByteView packet) = 0;
  /// How many packets that write() took nobody took then.
  virtual std::size_t flush() { return 0; }
};

/// Where ESP leaves: the daemon's sockets, or a test.
class WirePort {
 public:
  virtual ~WirePort() = default;
  /// Sends `packets` in their order, done with their bytes when it returns; how many were taken,
  /// from the first on.
  virtual std::size_t send(std::span<const net::WirePacket> packets) = 0;
};

/// Where packets leave that a policy lets pass in clear.
class ClearPort {
 public:
  virtual ~ClearPort() = default;
  /// False if nobody took it.
  virtual bool send(ByteView packet) = 0;
};

/// Inner addresses of this end, on the TUN.
class AddressPort {
 public:
  virtual ~AddressPort() = default;
  virtual Status add_address(const IpAddress& address) = 0;
  virtual void remove_address(const IpAddress& address) = 0;
};

}  // namespace holdfast::offload
