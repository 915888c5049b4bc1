// SPDX-License-Identifier: Apache-2.0
// Packets of vici: what is decoded is encoded again as the same, and every command that is known
// gets exactly one answer, whatever its body is.
#include <algorithm>

#include "control/vici_commands.h"
#include "fuzz.h"
#include "unit/host/control/fake_daemon.h"

namespace holdfast::control {
namespace {

/// Counts answers, which must fit a packet; an event that does not is dropped by the server.
class Outlet : public ViciOutlet {
 public:
  void respond(ClientId, const Section& answer) override {
    ++answers;
    fuzz::require(encode_message(answer).has_value());
  }
  void raise_to(ClientId, std::string_view, const Section& message) override {
    [[maybe_unused]] const auto body = encode_message(message);
  }
  void raise(std::string_view, const Section&) override {}
  bool has_listener(std::string_view) const override { return true; }

  unsigned answers = 0;
};

void round_trip(ByteView body) {
  const auto message = decode_message(body);
  if (!message) return fuzz::require(!message.error().sentence.empty());
  const auto written = encode_message(*message);
  fuzz::require(written.has_value());
  const auto again = decode_message(*written);
  fuzz::require(again.has_value() && *encode_message(*again) == *written);
}

void run(const Packet& packet) {
  Outlet outlet;
  FakeDaemon daemon;
  FakeTimers timers;
  ViciEvents events(outlet);
  ViciCommands commands({outlet, daemon, events, timers, timers});
  if (packet.type != PacketType::kRequest || !commands.has_command(packet.name)) return;
  daemon.sas = {sample_sa("gw", "net")};
  daemon.on_initiate = [](const auto&, const auto&, const Daemon::Done& done) { done({}); };
  commands.handle(ClientId{1}, packet.name, packet.body);
  fuzz::require(outlet.answers == 1);
  // What was loaded can be listed.
  for (const char* list : {"list-conns", "list-policies", "list-authorities", "get-pools"})
    commands.handle(ClientId{1}, list, {});
  fuzz::require(outlet.answers == 5);
}

}  // namespace
}  // namespace holdfast::control

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  const auto packet = control::parse_packet({data, size});
  if (!packet) {
    fuzz::require(!packet.error().sentence.empty());
    return 0;
  }
  control::round_trip(packet->body);
  control::run(*packet);
  return 0;
}
