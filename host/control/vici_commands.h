// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/daemon.h"
#include "control/vici_events.h"
#include "net/timer_queue.h"

namespace holdfast::control {

/// All commands that swanctl 5.9.8 sends. Every one is answered, in order: what the daemon does
/// not do is refused with a sentence.
class ViciCommands : public ViciHandler {
 public:
  /// What stands outside; all of it must outlive this.
  struct Outside {
    ViciOutlet& outlet;
    Daemon& daemon;
    ViciEvents& events;
    const Clock& clock;
    TimerQueue& timers;
  };
  explicit ViciCommands(const Outside& outside);

  bool has_command(std::string_view name) const override;
  bool has_event(std::string_view name) const override { return ViciEvents::has(name); }
  void handle(ClientId client, std::string_view command, ByteView body) override;
  void on_closed(ClientId client) override;

 private:
  /// Nothing: the answer comes later.
  using Answer = std::optional<Section>;
  struct Command {
    std::string_view name;
    /// A body that is no message is refused; otherwise it counts as empty.
    bool is_strict;
    Answer (ViciCommands::*run)(ClientId client, const Section& request);
  };
  static const Command* find(std::string_view name);

  // vici_commands_load.cc
  Answer load_conn(ClientId, const Section& request);
  Answer unload_conn(ClientId, const Section& request);
  Answer get_conns(ClientId, const Section& request);
  Answer load_pool(ClientId, const Section& request);
  Answer unload_pool(ClientId, const Section& request);
  Answer get_pools(ClientId, const Section& request);

  // vici_commands_credentials.cc
  Answer load_cert(ClientId, const Section& request);
  Answer load_key(ClientId, const Section& request);
  Answer load_token(ClientId, const Section& request);
  Answer load_shared(ClientId, const Section& request);
  Answer unload_key(ClientId, const Section& request);
  Answer unload_shared(ClientId, const Section& request);
  Answer get_keys(ClientId, const Section& request);
  Answer get_shared(ClientId, const Section& request);
  Answer clear_creds(ClientId, const Section& request);
  Answer flush_certs(ClientId, const Section& request);
  Answer list_certs(ClientId client, const Section& request);

  // vici_commands_authority.cc
  struct Authority {
    Bytes ca;  ///< DER
    std::string subject;
    std::vector<std::string> crl_uris;
  };
  Answer load_authority(ClientId, const Section& request);
  Answer unload_authority(ClientId, const Section& request);
  Answer get_authorities(ClientId, const Section& request);
  Answer list_authorities(ClientId client, const Section& request);
  /// Gives the daemon the certificate and the lists of revoked ones.
  Status trust(const Authority& authority);
  Status distrust(const Authority& authority);

  // vici_commands_sa.cc
  Answer initiate(ClientId client, const Section& request);
  void finish(ClientId client, std::uint64_t serial, const Section& answer);
  Answer terminate(ClientId client, const Section& request);
  Answer rekey(ClientId, const Section& request);
  Answer redirect(ClientId, const Section& request);
  Answer list_sas(ClientId client, const Section& request);

  // vici_commands_policy.cc
  Answer install(ClientId, const Section& request);
  Answer uninstall(ClientId, const Section& request);
  Answer list_policies(ClientId client, const Section& request);
  Answer list_conns(ClientId client, const Section& request);

  // vici_commands_daemon.cc
  Answer version(ClientId, const Section& request);
  Answer stats(ClientId, const Section& request);
  Answer get_algorithms(ClientId, const Section& request);
  Answer get_counters(ClientId, const Section& request);
  Answer reset_counters(ClientId, const Section& request);
  Answer reload_settings(ClientId, const Section& request);
  void add_counters(Section& counters, const std::string& name) const;

  /// An initiate that waits for its end.
  struct Pending {
    std::uint64_t serial;
    std::unique_ptr<Timer> timer;
  };
  /// Counts at the last reset, subtracted from those of the daemon.
  struct CounterBase {
    std::uint64_t malformed = 0, unknown_cookies = 0;
    std::map<std::string, std::uint64_t> child_rekeys;
  };

  ViciOutlet& outlet_;
  Daemon& daemon_;
  ViciEvents& events_;
  const Clock& clock_;
  TimerQueue& timers_;
  std::map<std::string, Authority> authorities_;
  std::vector<Bytes> cas_;  // DER of those from load-cert
  std::map<ClientId, Pending> pending_;
  std::uint64_t last_serial_ = 0;
  CounterBase counter_base_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::control
