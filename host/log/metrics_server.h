// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/result.h"
#include "holdfast/owned_fd.h"

namespace holdfast::log {

/// Answers `GET /metrics` of HTTP/1 and nothing else, one request a connection. Works without
/// threads and never blocks: whenever fd() is readable, step() does what there is to do.
class MetricsServer {
 public:
  static constexpr std::size_t kMaxClients = 8;
  static constexpr std::size_t kMaxRequestBytes = 8192;
  using Collect = std::function<std::string()>;

  /// `listener`: a socket that listens and does not block. Errors: kIo.
  static Result<std::unique_ptr<MetricsServer>> create(OwnedFd listener, Collect collect);

  int fd() const { return epoll_.get(); }
  void step();
  std::size_t num_clients() const { return clients_.size(); }

 private:
  struct Client {
    OwnedFd fd;
    std::string request, answer;
    std::size_t sent = 0;
  };
  MetricsServer(OwnedFd listener, OwnedFd epoll, Collect collect);
  void accept_all();
  /// False: the client is done with, or broken.
  bool serve(Client& client);
  bool read_request(Client& client);
  bool send_answer(Client& client) const;
  std::string answer_to(const std::string& request) const;

  OwnedFd listener_, epoll_;
  Collect collect_;
  std::list<Client> clients_;  // the oldest first
};

}  // namespace holdfast::log
