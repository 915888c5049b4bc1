// SPDX-License-Identifier: Apache-2.0
#include "log/metrics_server.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace holdfast::log {
namespace {

constexpr int kEventsAStep = 16;

bool watch(int epoll, int fd, std::uint32_t events, void* data, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = data;
  return ::epoll_ctl(epoll, operation, fd, &event) == 0;
}

std::string response(std::string_view status, std::string_view body) {
  std::string text = "HTTP/1.1 ";
  text.append(status);
  text += "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: ";
  text += std::to_string(body.size());
  text += "\r\nConnection: close\r\n\r\n";
  return text.append(body);
}

}  // namespace

MetricsServer::MetricsServer(OwnedFd listener, OwnedFd epoll, Collect collect)
    : listener_(std::move(listener)), epoll_(std::move(epoll)), collect_(std::move(collect)) {}

Result<std::unique_ptr<MetricsServer>> MetricsServer::create(OwnedFd listener, Collect collect) {
  OwnedFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.is_open() || !watch(epoll.get(), listener.get(), EPOLLIN, nullptr, EPOLL_CTL_ADD))
    return fail(ErrorCode::kIo, "metrics", std::strerror(errno));
  return std::unique_ptr<MetricsServer>(
      new MetricsServer(std::move(listener), std::move(epoll), std::move(collect)));
}

void MetricsServer::step() {
  std::array<epoll_event, kEventsAStep> ready;
  const int count = ::epoll_wait(epoll_.get(), ready.data(), kEventsAStep, 0);
  bool has_news = false;
  for (int i = 0; i < count; ++i) {
    const auto* who = static_cast<Client*>(ready[static_cast<std::size_t>(i)].data.ptr);
    if (who == nullptr) has_news = true;
    for (auto client = clients_.begin(); client != clients_.end(); ++client) {
      if (&*client != who) continue;
      if (!serve(*client)) clients_.erase(client);
      break;
    }
  }
  // Last, as it may end clients that this step still has events of.
  if (has_news) accept_all();
}

/// Who says nothing must not keep others out: the oldest goes.
void MetricsServer::accept_all() {
  while (true) {
    OwnedFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.is_open()) return;
    if (clients_.size() == kMaxClients) clients_.pop_front();
    Client& client = clients_.emplace_back();
    client.fd = std::move(fd);
    if (!watch(epoll_.get(), client.fd.get(), EPOLLIN, &client, EPOLL_CTL_ADD)) clients_.pop_back();
  }
}

bool MetricsServer::serve(Client& client) {
  if (client.answer.empty()) {
    if (!read_request(client)) return false;
    if (client.request.find("\r\n\r\n") == std::string::npos) return true;
    client.answer = answer_to(client.request);
    if (!watch(epoll_.get(), client.fd.get(), EPOLLOUT, &client, EPOLL_CTL_MOD)) return false;
  }
  return send_answer(client);
}

bool MetricsServer::read_request(Client& client) {
  std::array<char, 4096> chunk;
  const ssize_t size = ::recv(client.fd.get(), chunk.data(), chunk.size(), 0);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size == 0) return false;
  client.request.append(chunk.data(), static_cast<std::size_t>(size));
  return client.request.size() <= kMaxRequestBytes;
}

bool MetricsServer::send_answer(Client& client) const {
  const std::string_view left = std::string_view(client.answer).substr(client.sent);
  const ssize_t size = ::send(client.fd.get(), left.data(), left.size(), MSG_NOSIGNAL);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  client.sent += static_cast<std::size_t>(size);
  return client.sent < client.answer.size();
}

std::string MetricsServer::answer_to(const std::string& request) const {
  const std::string_view line = std::string_view(request).substr(0, request.find("\r\n"));
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return response("400 Bad Request", "");
  if (line.substr(0, space) != "GET") return response("405 Method Not Allowed", "");
  const std::string_view target = line.substr(space + 1, line.find(' ', space + 1) - space - 1);
  if (target.substr(0, target.find('?')) != "/metrics")
    return response("404 Not Found", "See /metrics.\n");
  return response("200 OK", collect_());
}

}  // namespace holdfast::log
