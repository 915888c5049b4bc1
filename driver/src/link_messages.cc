// SPDX-License-Identifier: Apache-2.0
// Messages of a link card: out with descriptors, in without.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "holdfast/card_wait.h"
#include "holdfast/link_card.h"

namespace holdfast {
namespace {

/// No reply that we ask for is longer; of the capabilities in a version we read nothing.
constexpr std::size_t kMaxReplyBytes = 4096;
constexpr std::size_t kMaxFds = 1;
/// Of a second each.
constexpr unsigned kMaxSilences = 20;

}  // namespace

tl::unexpected<Error> LinkCard::hang_up(ErrorCode code, std::string sentence) {
  socket_.close();
  return fail(code, place(), std::move(sentence));
}

Result<Bytes> LinkCard::exchange(vfio_user::Command command, ByteView payload,
                                 std::span<const int> fds) {
  if (!is_connected()) return fail(ErrorCode::kIo, place(), "the connection to the card is lost");
  Bytes message;
  message.reserve(sizeof(vfio_user::Header) + payload.size());
  vfio_user::append(message, vfio_user::Header{.id = ++last_id_,
                                               .command = command,
                                               .size = static_cast<std::uint32_t>(
                                                   sizeof(vfio_user::Header) + payload.size()),
                                               .flags = vfio_user::kTypeCommand,
                                               .error = 0});
  message.insert(message.end(), payload.begin(), payload.end());
  return send(message, fds).and_then([&] { return receive_reply(command); });
}

Status LinkCard::send(const Bytes& message, std::span<const int> fds) {
  HOLDFAST_CHECK(fds.size() <= kMaxFds);
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(kMaxFds * sizeof(int))> control{};
  std::size_t sent = 0;
  while (sent < message.size()) {
    // Not written to; iovec knows no const.
    iovec part{.iov_base = const_cast<std::uint8_t*>(message.data()) + sent,
               .iov_len = message.size() - sent};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (sent == 0 && !fds.empty()) {
      header.msg_control = control.data();
      header.msg_controllen = control.size();
      cmsghdr* rights = CMSG_FIRSTHDR(&header);
      rights->cmsg_level = SOL_SOCKET;
      rights->cmsg_type = SCM_RIGHTS;
      rights->cmsg_len = CMSG_LEN(fds.size_bytes());
      std::memcpy(CMSG_DATA(rights), fds.data(), fds.size_bytes());
    }
    const ssize_t count = sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return hang_up(ErrorCode::kIo, std::string("sending: ") + std::strerror(errno));
    sent += static_cast<std::size_t>(count);
  }
  return {};
}

Status LinkCard::receive(std::span<std::uint8_t> bytes) {
  unsigned silences = 0;
  while (!bytes.empty()) {
    // Without room for descriptors: the kernel closes those that come uninvited.
    const ssize_t count = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (++silences == 1)
        tell_card_wait("waiting for the card at " + path_ +
                       ", which does not answer: " + std::to_string(kMaxSilences) + " s at most");
      if (silences < kMaxSilences) continue;
      return hang_up(ErrorCode::kTimeout, "the card's server does not answer");
    }
    if (count <= 0) return hang_up(ErrorCode::kIo, "the card's server has gone");
    silences = 0;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<Bytes> LinkCard::receive_reply(vfio_user::Command command) {
  std::array<std::uint8_t, sizeof(vfio_user::Header)> raw;
  if (Status status = receive(raw); !status) return tl::unexpected(status.error());
  const auto header = vfio_user::exactly<vfio_user::Header>(raw).value();
  if (header.size < sizeof header || header.size > kMaxReplyBytes)
    return hang_up(ErrorCode::kBadFormat,
                   "a reply cannot have " + std::to_string(header.size) + " bytes");
  Bytes payload(header.size - sizeof header);
  if (Status status = receive(payload); !status) return tl::unexpected(status.error());
  // We share all memory, so that a server has no command for us.
  if ((header.flags & vfio_user::kTypeMask) != vfio_user::kTypeReply || header.id != last_id_ ||
      header.command != command)
    return hang_up(ErrorCode::kBadFormat, "the server answers something that was not asked");
  if ((header.flags & vfio_user::kError) != 0)
    return fail(ErrorCode::kRefused, place(),
                std::string("the server refuses: ") +
                    std::strerror(static_cast<int>(header.error & 0xFFFF)));
  return payload;
}

}  // namespace holdfast
