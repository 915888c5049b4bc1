// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "control/vici_connection.h"
#include "control/vici_socket.h"

namespace holdfast::control {

/// One client's connection for as long as it lives; never used again.
enum class ClientId : std::uint64_t {};

/// Where answers and events go. A client that is gone is no error.
class ViciOutlet {
 public:
  virtual ~ViciOutlet() = default;
  /// The answer to the command that runs for `client`.
  virtual void respond(ClientId client, const Section& answer) = 0;
  /// An event of the command that runs for `client`, if it registered for it.
  virtual void raise_to(ClientId client, std::string_view event, const Section& message) = 0;
  /// An event for all who registered for it. Who does not read loses it, counted.
  virtual void raise(std::string_view event, const Section& message) = 0;
  virtual bool has_listener(std::string_view event) const = 0;
};

/// Who answers commands.
class ViciHandler {
 public:
  virtual ~ViciHandler() = default;
  virtual bool has_command(std::string_view name) const = 0;
  virtual bool has_event(std::string_view name) const = 0;
  /// Leads to exactly one ViciOutlet::respond() for `client`, at once or later. `body` is not
  /// parsed yet.
  virtual void handle(ClientId client, std::string_view command, ByteView body) = 0;
  /// The client closed; what it started goes on.
  virtual void on_closed(ClientId client) = 0;
};

/// The vici socket: clients, packets, order, registrations. Works without threads and never blocks:
/// whenever `fd()` is readable, step() does what there is to do.
/// A request waits until the one before it on its connection is answered; connections do not wait
/// for each other. What a client does not read waits in a bounded queue: its events are dropped
/// beyond one limit, its connection ends beyond a second, much larger one.
class ViciServer : public ViciOutlet {
 public:
  struct Limits {
    std::size_t max_clients = 64;
    std::size_t event_queue_bytes = std::size_t{1} << 20;    ///< Then events are dropped.
    std::size_t answer_queue_bytes = std::size_t{64} << 20;  ///< Then the client is.
  };
  struct Counters {
    std::uint64_t clients = 0, refused_clients = 0, dropped_events = 0, dropped_clients = 0;
  };

  /// Errors: those of ViciSocket::listen.
  static Result<std::unique_ptr<ViciServer>> open(const std::string& path, const Limits& limits);
  static Result<std::unique_ptr<ViciServer>> open(const std::string& path) {
    return open(path, Limits{});
  }
  ~ViciServer() override;

  /// Before this nobody is let in. `handler` must outlive the last step().
  void serve(ViciHandler& handler);
  /// For a loop that tells when it is readable: `loop.watch(server.fd(), [&] { server.step(); })`.
  int fd() const { return epoll_; }
  void step();

  void respond(ClientId client, const Section& answer) override;
  void raise_to(ClientId client, std::string_view event, const Section& message) override;
  void raise(std::string_view event, const Section& message) override;
  bool has_listener(std::string_view event) const override;

  const Counters& counters() const { return counters_; }
  std::size_t num_clients() const { return clients_.size(); }

 private:
  ViciServer(ViciSocket socket, const Limits& limits, int epoll, int wake);
  void accept_all();
  void serve_client(ClientId id, std::uint32_t ready);
  void take_packets(ClientId id, ViciConnection& client);
  void take_packet(ClientId id, ViciConnection& client, ByteView packet);
  void reply(ViciConnection& client, PacketType type);
  void send(ViciConnection& client, PacketType type, std::string_view name, const Section& message);
  void watch(ClientId id, ViciConnection& client);
  void sweep();
  void wake();

  ViciSocket socket_;
  Limits limits_;
  int epoll_, wake_;
  ViciHandler* handler_ = nullptr;
  std::map<ClientId, std::unique_ptr<ViciConnection>> clients_;
  std::uint64_t next_id_ = 2;  // below: the socket and the eventfd
  bool is_stepping_ = false;
  bool is_awake_ = false;  // the eventfd says that another step is due
  Counters counters_;
};

}  // namespace holdfast::control
