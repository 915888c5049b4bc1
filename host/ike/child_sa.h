// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "ike/context.h"

namespace holdfast::ike {

/// One peer as reached now, in the card; its children share it, also those adopted by another
/// ISAKMP SA. Ends with the last one.
class Path {
 public:
  Path(Offload& offload, PathId id, const Binding& binding)
      : offload_(offload), id_(id), binding_(binding) {}
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  ~Path() { offload_.remove_path(id_); }

  PathId id() const { return id_; }
  const Binding& binding() const { return binding_; }
  /// All SAs of the path at once; nothing changed if it fails.
  Status rebind(const Binding& binding, std::optional<std::uint32_t> credit = std::nullopt);

 private:
  Offload& offload_;
  PathId id_;
  Binding binding_;
};

/// A pair of IPsec SAs (RFC 2409, 5.5) in the card. Ends with it.
class ChildSa {
 public:
  /// What Quick Mode agreed on.
  struct Agreement {
    std::shared_ptr<const ConnectionConfig> connection;
    std::string name;  ///< Of the child in `connection`.
    Spi spi_in{}, spi_out{};
    EspProposal proposal;
    TrafficSelector local, remote;
    Seconds peer_lifetime{0};  ///< 0: not said.
    bool is_udp_encapsulated = false;
  };
  /// `spi_in` was reserved by Context::reserve_spi(); the child releases it.
  ChildSa(Context& context, IkeSa& ike, std::shared_ptr<Path> path, Agreement agreement);
  ChildSa(const ChildSa&) = delete;
  ChildSa& operator=(const ChildSa&) = delete;
  ~ChildSa();

  /// `keymat` in the order of RFC 4106, 8.1. Errors: those of Offload::add_sa.
  Status install_inbound(const SecretBytes& keymat);
  Status install_outbound(const SecretBytes& keymat);
  /// Starts the lifetimes; the pair is up.
  void start();

  std::uint32_t unique_id() const { return unique_id_; }
  std::uint32_t reqid() const { return reqid_; }
  const Agreement& agreement() const { return agreement_; }
  const ChildConfig& config() const { return *agreement_.connection->child(agreement_.name); }
  ChildState state() const { return state_; }
  void set_state(ChildState state) { state_ = state; }
  TimePoint installed() const { return installed_; }
  IkeSa& ike() { return *ike_; }
  /// The ISAKMP SA that adopts it.
  void set_ike(IkeSa& ike) { ike_ = &ike; }
  const std::shared_ptr<Path>& path() const { return path_; }
  /// The one that its SAs were moved to.
  void set_path(std::shared_ptr<Path> path) { path_ = std::move(path); }
  std::vector<SaId> sas() const;
  /// Its selector on one side (ours or the peer's) holds the old address and not the fresh one:
  /// it cannot move, and is negotiated anew instead.
  bool is_tied_to(const IpAddress& old_address, const IpAddress& fresh, bool is_ours) const;
  ChildSnapshot snapshot() const;
  /// Seconds since the last inbound packet; negative if there was none.
  std::int64_t inbound_idle_seconds() const;
  /// Its renewal failed, or could not begin: tries again soon.
  void retry_rekey();
  void on_soft_lifetime();
  void on_hard_lifetime();

 private:
  void wait_for_end();
  Result<SaId> install(Direction direction, Spi spi, const SecretBytes& keymat);

  Context& context_;
  IkeSa* ike_;
  std::shared_ptr<Path> path_;
  Agreement agreement_;
  std::uint32_t unique_id_, reqid_;
  ChildState state_ = ChildState::kInstalled;
  std::optional<SaId> inbound_, outbound_;
  TimePoint installed_{}, rekey_at_{}, life_at_{};
  Timer rekey_timer_, life_timer_;
};

}  // namespace holdfast::ike
