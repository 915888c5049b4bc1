// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "holdfast/owned_fd.h"
#include "link/link_device.h"
#include "link/message_reader.h"
#include "link/served_card.h"

namespace holdfast::link {

/// Serves a card on a UNIX socket to one client after another (vfio-user, over LinkDevice).
///
/// One thread does all: it answers the client, and lets the card's clock run while the card has
/// something to do; when it has nothing, the thread sleeps. A client that ends, dies, or breaks the
/// protocol is dropped, and the card is reset. A second one is turned away while the first is
/// there.
class LinkServer {
 public:
  using Log = std::function<void(const std::string&)>;

  /// Listens on `path`, readable and writable for owner and group; whoever may open it has the
  /// card. A socket that nobody serves any more is replaced. `card` must outlive the server.
  /// Errors: kBadFormat (path), kInUse, kIo.
  static Result<std::unique_ptr<LinkServer>> listen(const std::string& path, ServedCard& card,
                                                    Log log = {});
  LinkServer(const LinkServer&) = delete;
  LinkServer& operator=(const LinkServer&) = delete;
  /// Removes the socket.
  ~LinkServer();

  /// Serves until stop().
  void run();
  const std::string& path() const { return path_; }
  /// From any thread, or a signal handler: run() returns soon. Once and for all.
  void stop();

 private:
  LinkServer(std::string path, OwnedFd listener, OwnedFd stopper, ServedCard& card, Log log);
  void wait_and_answer();
  void accept_client();
  bool is_client_gone() const;
  void read_messages();
  /// False if the connection must end.
  bool send(const Bytes& reply);
  void drop_client(std::string why);
  void log(const std::string& line) const {
    if (log_) log_(line);
  }

  std::string path_;
  OwnedFd listener_, stopper_, client_;
  ServedCard& card_;
  Log log_;
  LinkDevice device_;
  MessageReader reader_;
  bool is_stopped_ = false;
};

}  // namespace holdfast::link
