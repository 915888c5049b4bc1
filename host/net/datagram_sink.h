// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.h"
#include "base/bytes.h"

namespace holdfast {

/// Where ISAKMP messages go. A message from port 4500 gets its non-ESP marker here (RFC 3948, 2.2).
class DatagramSink {
 public:
  virtual ~DatagramSink() = default;
  /// From `own` (its address may be unspecified: the kernel chooses) to `peer`. Loss is no error.
  virtual void send(const Endpoint& own, const Endpoint& peer, ByteView message) = 0;
  /// A one-byte NAT keepalive (RFC 3948, 2.3).
  virtual void send_keepalive(const Endpoint& own, const Endpoint& peer) = 0;
};

}  // namespace holdfast
