// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "control/vici_message.h"

namespace holdfast::control {

/// A client of vici that waits for each answer; what holdfastctl is made of.
class ViciClient {
 public:
  /// Errors: those of connect_vici.
  static Result<std::unique_ptr<ViciClient>> connect(const std::string& path);
  ~ViciClient();
  ViciClient(const ViciClient&) = delete;
  ViciClient& operator=(const ViciClient&) = delete;

  using OnEvent = std::function<void(const std::string& event, const Section& message)>;
  /// Sends a command and waits for its answer; events before it go to `on_event`. Errors:
  /// kUnsupported (the daemon does not know it), kIo (it closed), and what decode_message says.
  Result<Section> request(std::string_view command, const Section& message = {},
                          const OnEvent& on_event = {});
  /// Errors: as those of request().
  Status listen(std::string_view event);
  /// Waits for the next event.
  Status next_event(const OnEvent& on_event);
  int fd() const { return fd_; }

 private:
  explicit ViciClient(int fd) : fd_(fd) {}
  Status send(ByteView bytes);
  Status receive(std::size_t size, Bytes& bytes);
  /// The next packet that is no event; it borrows from packet_.
  Result<Packet> answer(const OnEvent& on_event);
  Result<Packet> next_packet();

  int fd_;
  Bytes packet_;
};

/// What a list command sends as `event`s, each message as it came. Errors: as those of request().
Result<std::vector<Section>> list(ViciClient& client, std::string_view command,
                                  std::string_view event);

}  // namespace holdfast::control
