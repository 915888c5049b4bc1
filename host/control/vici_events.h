// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "control/vici_server.h"
#include "ike/events.h"

namespace holdfast::control {

/// What happens in the daemon, as events of vici: log, control-log, ike-updown, ike-update,
/// child-updown, child-rekey. ike-rekey never comes: renewing an ISAKMP SA is a Main Mode of its
/// own, whose SA goes up and whose predecessor goes down.
///
/// Beside ike-update, which tells of a new binding, holdfast-move of our own tells each step of a
/// move: the fields of ike::MoveReport. Whoever did not ask for it never sees it.
class ViciEvents : public ike::Observer, public ike::LogSink {
 public:
  /// `outlet` must outlive this.
  explicit ViciEvents(ViciOutlet& outlet) : outlet_(outlet) {}

  static bool has(std::string_view event);

  /// `client` gets lines of the log up to `level` as control-log: those of connection `ike`, and
  /// those of no connection. A negative level is none at all.
  void follow(ClientId client, int level, std::string ike);
  void unfollow(ClientId client) { followers_.erase(client); }

  void on_ike_updown(const ike::IkeSnapshot& sa, bool is_up) override;
  void on_child_updown(const ike::IkeSnapshot& sa, const ike::ChildSnapshot& child,
                       bool is_up) override;
  void on_child_rekey(const ike::IkeSnapshot& sa, const ike::ChildSnapshot& old_child,
                      const ike::ChildSnapshot& new_child) override;
  void on_ike_update(const ike::IkeSnapshot& sa, const Endpoint& local,
                     const Endpoint& remote) override;
  void on_move(const ike::MoveReport& report) override;
  void log(const ike::LogLine& line) override;

  /// How often children of each connection were rekeyed.
  const std::map<std::string, std::uint64_t>& child_rekeys() const { return child_rekeys_; }

 private:
  struct Follower {
    int level;
    std::string ike;
  };

  ViciOutlet& outlet_;
  std::map<ClientId, Follower> followers_;
  std::map<std::string, std::uint64_t> child_rekeys_;
};

}  // namespace holdfast::control
