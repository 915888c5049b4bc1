// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "offload/mover_ports.h"
#include "offload/offload.h"

namespace holdfast::app {

/// The Offload that ISAKMP sees, while the cards behind it come and go.
///
/// SAs end with their card: their keys are nowhere else. What is left of them may be removed and
/// asked about, and says nothing. Paths, policies and inner addresses are given to the next card.
/// Without a card nothing can be added or bound.
///
/// A path that was limited by a credit may send nothing on the next card but three times what comes
/// in, because nobody knows what was left of it.
class SteadyOffload : public Offload, private Offload::Observer {
 public:
  /// `addresses`: where inner addresses are taken away while there is no card; may be null.
  explicit SteadyOffload(offload::AddressPort* addresses) : addresses_(addresses) {}

  /// `card` comes and gets what there is. It must stay until detach().
  void attach(Offload& card);
  void detach();
  /// SAs that nobody removed yet although their card is gone.
  std::size_t num_lost_sas() const { return num_lost_; }

  std::uint32_t suites() const override { return card_ ? card_->suites() : 0; }
  bool is_spi_free(Spi spi) const override { return !card_ || card_->is_spi_free(spi); }
  Result<PathId> add_path(const Binding& binding) override;
  void remove_path(PathId path) override;
  Status rebind(PathId path, const Binding& binding, std::optional<std::uint32_t> credit) override;
  Status move_sas(std::span<const SaId> sas, PathId path) override;
  bool is_drained(PathId path) override;
  PathUsage query_path(PathId path) override;
  Result<SaId> add_sa(SaRequest request) override;
  void remove_sa(SaId sa) override;
  SaUsage query_sa(SaId sa) override;
  void set_observer(Offload::Observer* observer) override { observer_ = observer; }
  void add_policy(std::uint32_t policy_id, PolicyAction action, const TrafficSelector& local,
                  const TrafficSelector& remote) override;
  void remove_policy(std::uint32_t policy_id) override;
  Status add_inner_address(const IpAddress& address) override;
  void remove_inner_address(const IpAddress& address) override;

 private:
  struct Path {
    Binding binding;
    bool is_limited = false;
    std::optional<PathId> inner;  ///< What the card calls it.
  };
  struct Policy {
    std::uint32_t id = 0;
    PolicyAction action{};
    TrafficSelector local, remote;
  };

  void bring_path(Path& path);
  /// Nothing if its card is gone.
  std::optional<SaId> inner(SaId sa) const;
  SaId outer(SaId inner) const;

  void on_soft_lifetime(SaId sa) override;
  void on_hard_lifetime(SaId sa) override;
  void on_acquire(std::uint32_t policy_id) override;
  void on_roam(SaId sa, const Endpoint& own, const Endpoint& peer) override;
  void on_credit_used_up(PathId path) override;

  offload::AddressPort* addresses_;
  Offload* card_ = nullptr;
  Offload::Observer* observer_ = nullptr;
  std::unordered_map<PathId, Path> paths_;
  std::vector<Policy> policies_;
  std::vector<IpAddress> inner_addresses_;
  std::uint32_t last_path_ = 0, last_sa_ = 0;
  std::uint32_t first_sa_ = 0;  // those of the card are above
  std::size_t num_sas_ = 0, num_lost_ = 0;
};

}  // namespace holdfast::app
