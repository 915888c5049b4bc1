// SPDX-License-Identifier: Apache-2.0
#include "control/vici_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/wire.h"

namespace holdfast::control {
namespace {

constexpr std::size_t kInputLimit = kLengthBytes + kMaxPacketBytes;
constexpr std::size_t kReadBytes = 16384;

}  // namespace

ViciConnection::~ViciConnection() { ::close(fd_); }

bool ViciConnection::wants_to_read() const {
  return !is_at_end_ && input_.size() - taken_ < kInputLimit;
}

void ViciConnection::read() {
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
  std::array<std::uint8_t, kReadBytes> chunk;
  while (wants_to_read()) {
    const ssize_t size = ::recv(fd_, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (size > 0) {
      input_.insert(input_.end(), chunk.begin(), chunk.begin() + size);
    } else if (size == 0) {
      is_at_end_ = true;
    } else if (errno == EINTR) {
      continue;
    } else {
      if (errno != EAGAIN && errno != EWOULDBLOCK) is_broken_ = true;
      return;
    }
  }
}

std::optional<ByteView> ViciConnection::next() {
  while (!is_broken_) {
    WireReader reader(ByteView(input_).subspan(taken_));
    const std::uint32_t size = reader.u32();
    if (!reader.ok()) return std::nullopt;
    if (size > kMaxPacketBytes) {
      is_broken_ = true;
      return std::nullopt;
    }
    const ByteView packet = reader.take(size);
    if (!reader.ok()) return std::nullopt;
    taken_ += kLengthBytes + size;
    if (size > 0) return packet;
  }
  return std::nullopt;
}

bool ViciConnection::send(Bytes bytes, std::size_t limit) {
  if (is_broken_ || waiting_ + bytes.size() > limit) return false;
  waiting_ += bytes.size();
  output_.push_back(std::move(bytes));
  flush();
  return true;
}

void ViciConnection::flush() {
  while (!output_.empty() && !is_broken_) {
    const ByteView left = ByteView(output_.front()).subspan(sent_);
    const ssize_t size = ::send(fd_, left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) is_broken_ = true;
      return;
    }
    sent_ += static_cast<std::size_t>(size);
    waiting_ -= static_cast<std::size_t>(size);
    if (sent_ == output_.front().size()) {
      output_.pop_front();
      sent_ = 0;
    }
  }
}

}  // namespace holdfast::control
