// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "base/result.h"
#include "config/connection.h"
#include "holdfast/sa.h"

namespace holdfast {

/// A path or an SA as the host names it; never used again after its end.
enum class PathId : std::uint32_t {};
enum class SaId : std::uint32_t {};

/// What an SA needs beside SaConfig: the policy that it serves.
struct SaRequest {
  SaConfig config;  ///< config.selector follows from the selectors below.
  PathId path{};
  TrafficSelector local, remote;
};

/// Counters of one SA: inner bytes and packets.
struct SaUsage {
  std::uint64_t bytes = 0, packets = 0;
  std::uint64_t sequence = 0;
  /// Seconds since the last packet; negative before the first.
  std::int64_t idle_seconds = -1;
};

/// Authentic inbound packets of a path, by where they came from and to; ports count where both the
/// packet and the binding are UDP-encapsulated.
struct PathUsage {
  std::uint64_t bound = 0;      ///< The endpoints of its binding.
  std::uint64_t elsewhere = 0;  ///< Other ones, as on the path before.
};

/// Where ISAKMP puts SAs, in the words of RFC 4301. One card and the packet mover stand behind it.
class Offload {
 public:
  virtual ~Offload() = default;

  /// Bit `n` is set if suite number n can be installed.
  virtual std::uint32_t suites() const = 0;
  /// No inbound SA has it.
  virtual bool is_spi_free(Spi spi) const = 0;

  /// A path is one peer as it is reached now; its SAs share it. Errors: kFull, and the card's.
  virtual Result<PathId> add_path(const Binding& binding) = 0;
  /// No SA may use it any more.
  virtual void remove_path(PathId path) = 0;
  /// All SAs of the path at once; keys, numbers and windows stay. With a `credit` of outer bytes,
  /// no more than it and three times what comes authentic from the new peer endpoint is sent there,
  /// until the next rebind(). Errors: the card's; then nothing changed.
  virtual Status rebind(PathId path, const Binding& binding,
                        std::optional<std::uint32_t> credit = std::nullopt) = 0;
  /// These SAs alone go to another path, all or none. Errors: the card's; then nothing changed.
  virtual Status move_sas(std::span<const SaId> sas, PathId path) = 0;
  /// Whether nothing leaves any more on another way than the path's binding: by what it was before
  /// its last rebind(), or by the path that SAs had before the last move_sas() to this one.
  virtual bool is_drained(PathId path) = 0;
  /// Since the path's last rebind().
  virtual PathUsage query_path(PathId path) = 0;

  /// Outbound: the newest SA of its pair of selectors carries the traffic from now on.
  /// Errors: kInUse, kFull, kUnsupported, and the card's; then nothing changed.
  virtual Result<SaId> add_sa(SaRequest request) = 0;
  virtual void remove_sa(SaId sa) = 0;
  virtual SaUsage query_sa(SaId sa) = 0;

  /// Lifetime events and packets that match a trap policy; may call back at any later moment.
  struct Observer {
    virtual ~Observer() = default;
    virtual void on_soft_lifetime(SaId sa) = 0;
    virtual void on_hard_lifetime(SaId sa) = 0;
    /// A packet of the plain side matched a policy that has no SA yet.
    virtual void on_acquire(std::uint32_t policy_id) = 0;
    /// An authentic packet with the highest sequence number so far came to `own` from `peer`, which
    /// is not where the SA's path is bound. Nobody may be bound for that alone.
    virtual void on_roam(SaId sa, const Endpoint& own, const Endpoint& peer) = 0;
    /// Something was dropped because the credit of the path is used up.
    virtual void on_credit_used_up(PathId path) = 0;
  };
  virtual void set_observer(Observer* observer) = 0;

  /// Policies without SA: trap (wait for one, and say so), pass (in clear), drop. Most recent first
  /// among equals; a PROTECT policy stays without SA as a trap or a drop, never as clear text.
  enum class PolicyAction : std::uint8_t { kTrap, kPass, kDrop };
  virtual void add_policy(std::uint32_t policy_id, PolicyAction action,
                          const TrafficSelector& local, const TrafficSelector& remote) = 0;
  virtual void remove_policy(std::uint32_t policy_id) = 0;

  /// Inner addresses of this end (Mode Config): on the TUN while they are here.
  virtual Status add_inner_address(const IpAddress& address) = 0;
  virtual void remove_inner_address(const IpAddress& address) = 0;
};

}  // namespace holdfast
