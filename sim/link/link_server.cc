// SPDX-License-Identifier: Apache-2.0
#include "link/link_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace holdfast::link {
namespace {

/// Messages that are answered before the card runs on.
constexpr unsigned kMaxMessagesAtOnce = 64;
constexpr int kBacklog = 4;
constexpr mode_t kSocketMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

std::string system_error() { return std::strerror(errno); }

bool is_served(const sockaddr_un& address) {
  const OwnedFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// A socket that listens at `path`.
Result<OwnedFd> listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(
        ErrorCode::kBadFormat, path,
        "the path of a socket has 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  std::ranges::copy(path, address.sun_path);
  struct stat before {};
  if (lstat(path.c_str(), &before) == 0) {
    if (!S_ISSOCK(before.st_mode) || is_served(address))
      return fail(ErrorCode::kInUse, path,
                  "something is there, and it is no socket that was left behind");
    unlink(path.c_str());
  }
  OwnedFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto* general = reinterpret_cast<const sockaddr*>(&address);
  // Nobody can connect before listen(), so the mode is in force in time.
  if (!socket.is_open() || ::bind(socket.get(), general, sizeof address) != 0 ||
      chmod(path.c_str(), kSocketMode) != 0 || ::listen(socket.get(), kBacklog) != 0)
    return fail(ErrorCode::kIo, path, system_error());
  return socket;
}

}  // namespace

Result<std::unique_ptr<LinkServer>> LinkServer::listen(const std::string& path, ServedCard& card,
                                                       Log log) {
  auto listener = listen_at(path);
  if (!listener) return tl::unexpected(listener.error());
  OwnedFd stopper(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stopper.is_open()) return fail(ErrorCode::kIo, path, system_error());
  return std::unique_ptr<LinkServer>(
      new LinkServer(path, std::move(*listener), std::move(stopper), card, std::move(log)));
}

LinkServer::LinkServer(std::string path, OwnedFd listener, OwnedFd stopper, ServedCard& card,
                       Log log)
    : path_(std::move(path)),
      listener_(std::move(listener)),
      stopper_(std::move(stopper)),
      card_(card),
      log_(std::move(log)),
      device_(card),
      reader_(LinkDevice::kMaxMessageBytes, LinkDevice::kMaxFds) {}

LinkServer::~LinkServer() { unlink(path_.c_str()); }

void LinkServer::run() {
  while (!is_stopped_) {
    wait_and_answer();
    if (card_.is_asleep()) continue;
    card_.run();
    device_.forward_interrupts();
  }
}

void LinkServer::stop() {
  const std::uint64_t one = 1;
  (void)!write(stopper_.get(), &one, sizeof one);
}

void LinkServer::wait_and_answer() {
  std::array<pollfd, 3> fds{{{stopper_.get(), POLLIN, 0},
                             {listener_.get(), POLLIN, 0},
                             {client_.get(), POLLIN, 0}}};  // poll() passes over -1
  const int timeout_ms = card_.is_asleep() ? -1 : 0;
  if (::poll(fds.data(), fds.size(), timeout_ms) <= 0) return;
  if (fds[0].revents != 0) is_stopped_ = true;
  if (fds[2].revents != 0) read_messages();
  if (fds[1].revents != 0) accept_client();
}

/// Looked at only now, so that a client that was started again finds its own old connection gone.
bool LinkServer::is_client_gone() const {
  pollfd look{client_.get(), POLLRDHUP, 0};
  return ::poll(&look, 1, 0) > 0;
}

void LinkServer::accept_client() {
  OwnedFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!client.is_open()) return;
  if (client_.is_open() && is_client_gone()) drop_client("the client is gone");
  if (client_.is_open()) {
    log("a second client was turned away");
    return;
  }
  client_ = std::move(client);
  log("a client has the card");
}

void LinkServer::read_messages() {
  for (unsigned i = 0; i < kMaxMessagesAtOnce && client_.is_open(); ++i) {
    switch (reader_.read(client_.get())) {
      case MessageReader::Got::kNothing:
        return;
      case MessageReader::Got::kEnd:
        drop_client(reader_.why());
        return;
      case MessageReader::Got::kMessage:
        break;
    }
    MessageReader::Message message = reader_.take_message();
    const LinkDevice::Answer answer = device_.handle(message.bytes, std::move(message.fds));
    if (!send(answer.reply))
      drop_client("the client does not read its replies");
    else if (!answer.hang_up.empty())
      drop_client(answer.hang_up);
  }
}

/// A reply is short, and the kernel takes many before a client has read them.
bool LinkServer::send(const Bytes& reply) {
  if (reply.empty()) return true;
  const ssize_t count = ::send(client_.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
  return count == static_cast<ssize_t>(reply.size()) || (count < 0 && errno == EPIPE);
}

/// By value: the reader, whose words they may be, is made anew.
void LinkServer::drop_client(std::string why) {
  client_.close();
  reader_ = MessageReader(LinkDevice::kMaxMessageBytes, LinkDevice::kMaxFds);
  device_.disconnect();
  log(why + "; the card was reset");
}

}  // namespace holdfast::link
