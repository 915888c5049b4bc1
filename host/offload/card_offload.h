// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "holdfast/card.h"
#include "net/clock.h"
#include "offload/mover_ports.h"
#include "offload/offload.h"
#include "offload/spd.h"

namespace holdfast::offload {

/// What CardOffload must know of whoever gives descriptors to the card.
class CardFlow {
 public:
  virtual ~CardFlow() = default;
  /// Descriptors since the start, and those of them whose completions were taken.
  virtual std::uint64_t num_submitted() const = 0;
  virtual std::uint64_t num_completed() const = 0;
  /// Takes completions until all that is submitted now is done; gives up on a dead card.
  virtual void drain() = 0;
  /// Policies or outbound SAs changed: what waits for an SA may have one now.
  virtual void on_policies_changed() = 0;
  /// Something is sent to `peer`, or no longer, from elsewhere than before: what was learnt of the
  /// way there is void.
  virtual void on_way_changed(const IpAddress& peer) = 0;
};

/// What is known of one row of the card's SA table.
struct SaRow {
  SaId id{};
  Spi spi{};
  Direction direction = Direction::kInbound;
  PathId path{};
  Suite suite{};
  DfMode df = DfMode::kCopy;
  TrafficSelector local, remote;
  /// Protocol or ports are part of the policy, which the card does not look at.
  bool has_upper_layer_selector = false;
  std::optional<TimePoint> last_used = std::nullopt;
};

/// Offload on one card: SAs and paths in its rows, policies in an Spd for the packet mover.
///
/// The card checks addresses against the SA's selector, protocol and ports are the mover's to
/// check (is_upper_layer_selected).
///
/// Removal: the driver returns when no packet of the SA is in the card any more, which needs space
/// in the completion ring. A queue has it always if its completion ring is as large as its
/// submission ring, as the mover opens it, so nothing must be drained meanwhile. But descriptors
/// that the card did not fetch yet still name the row, and completions that nobody took yet too.
/// So a row is given to another SA only when every descriptor of the time before was completed and
/// taken; until then it still tells whose it was.
///
/// A row whose removal the card did not confirm is never used again, nor is its path. The same for
/// a path to which SAs were moved, if the card did not confirm that they are back.
class CardOffload : public Offload {
 public:
  /// Opens the event ring. All references must outlive it; `addresses` may be null: then inner
  /// addresses are refused. Errors: the card's.
  static Result<std::unique_ptr<CardOffload>> create(Card& card, const Clock& clock,
                                                     AddressPort* addresses);

  std::uint32_t suites() const override { return card_.info().suites; }
  bool is_spi_free(Spi spi) const override;
  Result<PathId> add_path(const Binding& binding) override;
  void remove_path(PathId path) override;
  Status rebind(PathId path, const Binding& binding,
                std::optional<std::uint32_t> credit = std::nullopt) override;
  Status move_sas(std::span<const SaId> sas, PathId path) override;
  bool is_drained(PathId path) override;
  PathUsage query_path(PathId path) override;
  Result<SaId> add_sa(SaRequest request) override;
  void remove_sa(SaId sa) override;
  SaUsage query_sa(SaId sa) override;
  void set_observer(Observer* observer) override { observer_ = observer; }
  void add_policy(std::uint32_t policy_id, PolicyAction action, const TrafficSelector& local,
                  const TrafficSelector& remote) override;
  void remove_policy(std::uint32_t policy_id) override;
  Status add_inner_address(const IpAddress& address) override;
  void remove_inner_address(const IpAddress& address) override;

  /// Tells the observer of lifetimes, roaming peers and used up credits. An outbound SA whose
  /// sequence numbers are used up counts as one at its hard lifetime (RFC 4303, 3.3.3). What is no
  /// longer true is not told: of a path that was bound anew meanwhile, a credit that was lifted,
  /// and a peer that came from where it is bound now.
  void poll_events();

  /// `changed` is called after each change of spd(), from within whatever changes it.
  void on_spd_change(std::function<void()> changed) { spd_changed_ = std::move(changed); }

  // For the packet mover.
  void set_flow(CardFlow* flow) { flow_ = flow; }
  const Spd& spd() const { return spd_; }
  /// Changes with everything but policies: SAs, paths, bindings.
  std::uint64_t version() const { return version_; }
  /// Null if no SA has or had this row since it was last free.
  const SaRow* row(SaIndex index) const;
  const Binding& binding(PathId path) const;
  void note_use(SaIndex index, TimePoint when);
  /// An authentic packet for the SA came to `own` from `peer`.
  void note_arrival(SaIndex index, Encap encap, const Endpoint& own, const Endpoint& peer);
  void acquire(std::uint32_t policy_id);

  /// Rows that are lost because the card did not answer.
  std::size_t num_lost_rows() const { return num_lost_rows_; }

 private:
  struct Path {
    PathIndex index{};
    Binding binding;
    std::uint32_t row_generation = 0;  // since when the row is what it is
    PathUsage usage{};
    unsigned num_sas = 0;
    bool is_lost = false;  // a row of which nobody knows may still use it
    // Packets on another way are those below this generation in the card, and those whose
    // descriptors are older than this many but whose results were not taken.
    std::uint32_t fence = 0;
    std::uint64_t num_before = 0;
    bool is_fence_passed = true, is_drained = true;
  };
  struct Cooling {
    SaIndex index{};
    std::uint64_t until = 0;  // that many completions were taken
  };
  struct PendingEvent {
    EventKind kind{};
    SaId sa{};
    PathId path{};
    std::uint32_t generation = 0;
    Endpoint own{}, peer{};
    bool operator==(const PendingEvent&) const = default;
  };
  struct InnerAddress {
    IpAddress address;
    unsigned uses = 0;
  };

  CardOffload(Card& card, const Clock& clock, AddressPort* addresses);
  Path& path_of(PathId path);
  std::unique_ptr<SaRow>& row_at(SaIndex index);
  Result<SaIndex> take_index();
  void free_cooled();
  void tell_flow();
  void lose(SaIndex index, PathId path);
  /// From the card's ring into ours, while rows still tell whose an event is.
  void take_events();
  void tell(const PendingEvent& event);
  void tell_roam(const PendingEvent& event);
  /// Of another way of the path, since `generation`.
  void start_drain(Path& path, std::uint32_t generation);
  bool move_back(std::span<const SaId> sas);
  void note_moved(SaIndex index, PathId path, Path& target);
  void tell_way_changed(const IpAddress& before, const IpAddress& now);

  Card& card_;
  const Clock& clock_;
  AddressPort* addresses_;
  CardFlow* flow_ = nullptr;
  Observer* observer_ = nullptr;
  std::function<void()> spd_changed_;
  Spd spd_;
  std::uint64_t version_ = 0;
  std::vector<std::unique_ptr<SaRow>> rows_;  // by SaIndex
  std::vector<SaIndex> free_rows_;
  std::deque<Cooling> cooling_;
  std::unordered_map<SaId, SaIndex> sas_;
  std::unordered_set<std::uint32_t> inbound_spis_;
  std::unordered_map<PathId, Path> paths_;
  std::vector<Path*> paths_of_rows_;  // by SaIndex; of rows that are in use
  std::vector<PathId> ids_of_paths_;  // by PathIndex; 0: free
  std::vector<PathIndex> free_paths_;
  std::deque<PendingEvent> events_;
  std::vector<InnerAddress> inner_addresses_;
  std::uint32_t last_sa_ = 0, last_path_ = 0;
  std::size_t num_lost_rows_ = 0;
};

}  // namespace holdfast::offload
