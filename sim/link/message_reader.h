// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "holdfast/owned_fd.h"

namespace holdfast::link {

/// Cuts what comes from a socket into vfio-user messages, each with the descriptors that came along
/// with its bytes. It never reads beyond the message that it is at, because the kernel gives the
/// descriptors of the next one with the first of its bytes.
class MessageReader {
 public:
  /// Longer messages, and more descriptors with one, are refused.
  MessageReader(std::size_t max_bytes, std::size_t max_fds)
      : max_bytes_(max_bytes), max_fds_(max_fds) {}

  enum class Got {
    kNothing,  ///< No more bytes are there; later.
    kMessage,  ///< message() is whole.
    kEnd,      ///< The other side is gone, or why() says what it did.
  };
  /// Reads until the first of the three. `socket` does not block. After kMessage, take_message()
  /// comes before the next call.
  Got read(int socket);

  struct Message {
    Bytes bytes;
    std::vector<OwnedFd> fds;
  };
  Message take_message();
  const std::string& why() const { return why_; }

 private:
  Got end(std::string why);
  /// How many bytes the message has, as far as is known: at first its header.
  std::size_t wanted() const;
  Got read_part(int socket, std::size_t size);

  std::size_t max_bytes_, max_fds_;
  Message message_;
  std::string why_;
};

}  // namespace holdfast::link
