// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "offload/inner_packet.h"
#include "offload/offload.h"

namespace holdfast::offload {

struct PrefixHash {
  std::size_t operator()(const Prefix& prefix) const;
};

/// The security policy database of the plain side (RFC 4301, 4.4.1): what becomes of a packet that
/// wants to leave.
///
/// RFC 4301 wants an order of the operator's; swanctl.conf has none. It is made here: the longer
/// pair of prefixes first, then the one with more of protocol and ports, then PROTECT (an SA)
/// before trap before pass before drop, then the newest. So a hole for a printer in a tunnel for
/// everything works, and a wide pass policy never turns a narrower tunnel into clear text. What
/// matches nothing is for the caller to discard (RFC 4301, 5.1).
///
/// A lookup costs one hash for each pair of prefix lengths that is in use, however many SAs.
class Spd {
 public:
  enum class Action : std::uint8_t { kProtect, kTrap, kPass, kDrop };
  struct Decision {
    Action action = Action::kDrop;
    SaIndex sa{};                 ///< kProtect.
    std::uint32_t policy_id = 0;  ///< Else.
  };

  /// The newest SA of equal selectors carries the traffic; the older ones wait behind it.
  void add_sa(SaId sa, SaIndex index, const TrafficSelector& local, const TrafficSelector& remote);
  /// With the selectors that it was added with.
  void remove_sa(SaId sa, const TrafficSelector& local, const TrafficSelector& remote);
  /// A policy may be added with several pairs of selectors.
  void add_policy(std::uint32_t policy_id, Action action, const TrafficSelector& local,
                  const TrafficSelector& remote);
  void remove_policy(std::uint32_t policy_id);

  std::optional<Decision> lookup(const Flow& flow) const;
  struct Selectors {
    TrafficSelector local, remote;
  };
  /// What must not leave in clear: of SAs and of all policies but those that let pass.
  std::vector<Selectors> protected_selectors() const;
  /// Of those with exactly this remote side: the local side of one of them.
  std::optional<Prefix> protected_local(const Prefix& remote) const;
  /// Remote sides for which the answer of protected_local() may have changed since `version`.
  /// Nothing if that is so long ago that nobody knows: then it may be any.
  std::optional<std::vector<Prefix>> changed_since(std::uint64_t version) const;
  /// Changes with everything that can change the answer of lookup().
  std::uint64_t version() const { return version_; }

 private:
  struct Key {
    IpAddress local, remote;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Entry {
    Decision decision;
    SaId sa{};
    TrafficSelector local, remote;
    std::uint64_t serial = 0;

    bool is_protected() const { return decision.action != Action::kPass; }
    unsigned num_upper_layer() const;
    /// Comes before `other` among equal prefix lengths.
    bool is_before(const Entry& other) const;
  };
  /// All entries of one pair of prefix lengths.
  struct Group {
    bool is_ipv6 = false;
    unsigned local_bits = 0, remote_bits = 0;
    std::unordered_map<Key, std::vector<Entry>, Hash> entries;

    unsigned bits() const { return local_bits + remote_bits; }
  };

  static Key key_of(const TrafficSelector& local, const TrafficSelector& remote);
  Group& group_of(const TrafficSelector& local, const TrafficSelector& remote);
  void add(Entry entry);
  void protect(const Entry& entry);
  void unprotect(const Entry& entry);
  void note_change(const Prefix& remote);
  /// Takes out the entries of `key` that `is_gone` names.
  template <typename Predicate>
  void remove(const TrafficSelector& local, const TrafficSelector& remote, Predicate is_gone);

  std::vector<Group> groups_;  // longest first
  std::unordered_multimap<std::uint32_t, Selectors> policies_;
  /// Local sides by remote side, and how many entries have the two.
  struct Use {
    Prefix local;
    unsigned count = 0;
  };
  std::unordered_multimap<Prefix, Use, PrefixHash> protected_;
  std::deque<std::pair<std::uint64_t, Prefix>> changes_;
  std::uint64_t version_ = 0;
};

}  // namespace holdfast::offload
