// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>

#include "control/vici_message.h"

namespace holdfast::control {

/// One client's stream: packets out of bytes and bytes out of packets. Owns its descriptor, which
/// does not block. Both buffers are bounded.
class ViciConnection {
 public:
  explicit ViciConnection(int fd) : fd_(fd) {}
  ~ViciConnection();
  ViciConnection(const ViciConnection&) = delete;
  ViciConnection& operator=(const ViciConnection&) = delete;

  int fd() const { return fd_; }
  /// Takes what is there, at most one largest packet more than was taken out.
  void read();
  /// The next whole packet without its length field, valid until the next call of read() or
  /// next(). A length over kMaxPacketBytes makes the connection broken before its body is read.
  std::optional<ByteView> next();
  /// Puts bytes behind those that wait, and sends what the socket takes. False, and nothing is
  /// sent, if more than `limit` bytes would wait.
  bool send(Bytes bytes, std::size_t limit);
  /// Sends what waits, as far as the socket takes it.
  void flush();

  bool wants_to_read() const;
  bool wants_to_write() const { return waiting_ > 0; }
  std::size_t waiting() const { return waiting_; }
  /// The client sends no more.
  bool is_at_end() const { return is_at_end_; }
  /// Nothing can be done with it any more.
  bool is_broken() const { return is_broken_; }
  void set_broken() { is_broken_ = true; }

  std::set<std::string, std::less<>> events;  ///< That the client registered for.
  bool is_busy = false;                       ///< A command runs; the next one waits.
  std::uint32_t watched = 0;                  ///< What epoll was asked for.

 private:
  int fd_;
  Bytes input_;
  std::size_t taken_ = 0;  // bytes of input_ that next() gave away
  std::deque<Bytes> output_;
  std::size_t sent_ = 0;     // bytes of output_.front()
  std::size_t waiting_ = 0;  // bytes of output_ not sent
  bool is_at_end_ = false, is_broken_ = false;
};

}  // namespace holdfast::control
