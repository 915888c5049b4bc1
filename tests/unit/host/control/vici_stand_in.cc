// SPDX-License-Identifier: Apache-2.0
// A daemon without network that serves vici, for swanctl to talk to: vici_stand_in SOCKET.
// A child comes up at once, unless its connection is named "silent": then never. Prints "ready",
// and "listening EVENT" when the first client has registered for log or child-updown.
#include <cstdio>
#include <map>

#include "control/vici_commands.h"
#include "control/vici_server.h"
#include "net/event_loop.h"
#include "unit/host/control/fake_daemon.h"

namespace holdfast::control {
namespace {

class StandIn {
 public:
  explicit StandIn(ViciServer& server)
      : server_(server), events_(server), commands_({server, daemon_, events_, loop_, loop_}) {
    daemon_.on_initiate = [this](const std::string& child, const std::string& ike,
                                 Daemon::Done done) { initiate(child, ike, std::move(done)); };
    daemon_.on_terminate = [this] { terminate(); };
    server_.serve(commands_);
    loop_.watch(server_.fd(), [this] {
      server_.step();
      tell_listeners();
    });
  }

  void run() {
    say("ready");
    loop_.run();
  }

 private:
  const ConnectionConfig* find(const std::string& child, const std::string& ike) const {
    for (const auto& [name, config] : daemon_.connections())
      if ((ike.empty() || ike == name) && (child.empty() || config->child(child) != nullptr))
        return config.get();
    return nullptr;
  }

  void initiate(const std::string& child, const std::string& ike, Daemon::Done done) {
    const ConnectionConfig* config = find(child, ike);
    if (config == nullptr) return done(fail(ErrorCode::kNotFound, "", "not found"));
    events_.log({"IKE", 1, config->name, 3, "initiating Main Mode"});
    if (config->name == "silent") {
      daemon_.waiting.push_back(std::move(done));
      return;
    }
    ike::IkeSnapshot sa = sample_sa(config->name, child);
    daemon_.sas.push_back(sa);
    events_.on_ike_updown(sa, true);
    events_.on_child_updown(sa, sa.children[0], true);
    ike::MoveReport move;
    move.step = ike::MoveStep::kMoved;
    move.name = sa.name;
    move.unique_id = sa.unique_id;
    move.from = sa.remote;
    move.to = sa.remote;
    events_.on_move(move);
    done({});
  }

  void terminate() {
    for (const ike::IkeSnapshot& sa : daemon_.sas) {
      events_.log({"IKE", 1, sa.name, sa.unique_id, "deleting the ISAKMP SA"});
      events_.on_child_updown(sa, sa.children[0], false);
      events_.on_ike_updown(sa, false);
    }
  }

  static void say(const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
  }

  void tell_listeners() {
    for (const char* event : {"log", "child-updown"}) {
      bool& was_there = listeners_[event];
      const bool is_there = server_.has_listener(event);
      if (is_there && !was_there) say(std::string("listening ") + event);
      was_there = is_there;
    }
  }

  ViciServer& server_;
  net::EventLoop loop_;
  FakeDaemon daemon_;
  std::map<std::string, bool> listeners_;
  ViciEvents events_;
  ViciCommands commands_;
};

int serve(const std::string& path) {
  const auto server = ViciServer::open(path);
  if (!server) {
    std::fprintf(stderr, "error: %s\n", server.error().text().c_str());
    return 2;
  }
  StandIn(**server).run();
  return 0;
}

}  // namespace
}  // namespace holdfast::control

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: vici_stand_in SOCKET\n");
    return 2;
  }
  return holdfast::control::serve(argv[1]);
}
