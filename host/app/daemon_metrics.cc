// SPDX-License-Identifier: Apache-2.0
#include "app/daemon_metrics.h"

#include <fcntl.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "net/socket_address.h"

namespace holdfast::app {
namespace {

constexpr std::string_view kUnix = "unix://";
constexpr int kBacklog = 8;

tl::unexpected<Error> system_error(const std::string& place) {
  return fail(ErrorCode::kIo, place, std::string("no metrics here: ") + std::strerror(errno));
}

/// "127.0.0.1:9190" or "[::1]:9190".
Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  if (!address) return tl::unexpected(address.error());
  Endpoint endpoint{*address, 0};
  const std::string_view port = text.substr(colon + 1);
  if (std::from_chars(port.data(), port.data() + port.size(), endpoint.port).ec != std::errc{})
    return fail(ErrorCode::kBadValue, std::string(text), "has no port");
  return endpoint;
}

Result<OwnedFd> listen_at(const std::string& text) {
  const auto endpoint = parse_endpoint(text);
  if (!endpoint) return tl::unexpected(endpoint.error());
  const net::SocketAddress address = net::to_socket_address(*endpoint);
  OwnedFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (!fd.is_open() || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd.get(), address.get(), address.size) != 0 || ::listen(fd.get(), kBacklog) != 0)
    return system_error(text);
  return fd;
}

}  // namespace

Result<std::unique_ptr<DaemonMetrics>> DaemonMetrics::open(const std::string& listen,
                                                           Collect collect) {
  auto metrics = std::make_unique<DaemonMetrics>();
  OwnedFd listener;
  if (listen.starts_with(kUnix)) {
    auto file = control::ViciSocket::listen(listen.substr(kUnix.size()));
    if (!file) return tl::unexpected(file.error());
    metrics->file_.emplace(std::move(*file));
    listener = OwnedFd(::fcntl(metrics->file_->fd(), F_DUPFD_CLOEXEC, 0));
    if (!listener.is_open()) return system_error(listen);
  } else {
    auto socket = listen_at(listen);
    if (!socket) return tl::unexpected(socket.error());
    listener = std::move(*socket);
  }
  auto server = log::MetricsServer::create(
      std::move(listener), [collect = std::move(collect)] { return metrics_text(collect()); });
  if (!server) return tl::unexpected(server.error());
  metrics->server_ = std::move(*server);
  return metrics;
}

}  // namespace holdfast::app
