// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "control/vici_commands.h"
#include "control/vici_sections.h"
#include "unit/host/control/fake_daemon.h"
#include "unit/host/control/vici_text.h"

namespace holdfast::control {

/// Keeps what would go to clients, as text: "1: success=yes", "1: list-sa …", "*: log …". All
/// events have a listener.
class FakeOutlet : public ViciOutlet {
 public:
  void respond(ClientId client, const Section& answer) override {
    lines.push_back(number(client) + ": " + text_of(answer));
  }
  void raise_to(ClientId client, std::string_view event, const Section& message) override {
    lines.push_back(number(client) + ": " + std::string(event) + " " + text_of(message));
  }
  void raise(std::string_view event, const Section& message) override {
    lines.push_back("*: " + std::string(event) + " " + text_of(message));
  }
  bool has_listener(std::string_view) const override { return true; }

  std::vector<std::string> take() { return std::exchange(lines, {}); }
  std::vector<std::string> lines;

 private:
  static std::string number(ClientId client) {
    return std::to_string(static_cast<std::uint64_t>(client));
  }
};

/// Commands between a fake daemon and a fake client.
class CommandsBench : public testing::Test {
 protected:
  static constexpr ClientId kClient{1}, kOther{2};
  using Pairs = std::initializer_list<std::pair<const char*, std::string>>;

  static Section message(Pairs values) {
    Section section;
    for (const auto& [key, value] : values) section.add(key, value);
    return section;
  }
  std::vector<std::string> run(std::string_view command, const Section& request = {},
                               ClientId client = kClient) {
    commands_.handle(client, command, *encode_message(request));
    return outlet_.take();
  }
  std::vector<std::string> run(std::string_view command, Pairs values) {
    return run(command, message(values));
  }
  /// A connection as load-conn brings it: PSK, one child, "net" unless named.
  static Section connection(const std::string& name, const std::string& child = "net") {
    Section request;
    Section& section = request.add_section(name);
    section.add("version", "1");
    section.add_list("remote_addrs", {"198.51.100.7"});
    section.add_list("proposals", {"aes128-sha256-modp2048"});
    Section& local = section.add_section("local");
    local.add("auth", "psk");
    local.add("id", "gw.lab");
    section.add_section("remote").add("auth", "psk");
    Section& pair = section.add_section("children").add_section(child);
    pair.add_list("local_ts", {"10.1.0.0/16"});
    pair.add_list("remote_ts", {"10.2.0.0/16"});
    pair.add_list("esp_proposals", {"aes128gcm16"});
    return request;
  }

  FakeOutlet outlet_;
  FakeDaemon daemon_;
  FakeTimers timers_;
  ViciEvents events_{outlet_};
  ViciCommands commands_{{outlet_, daemon_, events_, timers_, timers_}};
};

}  // namespace holdfast::control
