// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "net/event_loop.h"

namespace holdfast::net {

/// Addresses, links and routes of the kernel (rtnetlink), by libmnl.
class Netlink {
 public:
  struct LocalAddress {
    IpAddress address;
    int if_index = 0;
    bool is_usable = true;  ///< Neither tentative nor deprecated, and its link is up.
    bool operator==(const LocalAddress&) const = default;
  };

  /// Errors: kIo.
  static Result<std::unique_ptr<Netlink>> open(EventLoop& loop);
  ~Netlink();

  /// Routes of ours: to `destination` through interface `if_index`, preferred source if given, in
  /// table `table`, protocol number of ours, so that a later start finds and removes them.
  /// Adding what is there replaces it, removing what is not there is no error, here and below.
  /// Errors: kRefused (with the kernel's words), kIo.
  Status add_route(const Prefix& destination, int if_index, std::optional<IpAddress> source,
                   std::uint32_t table);
  Status remove_route(const Prefix& destination, int if_index, std::uint32_t table);
  /// What a killed daemon left behind, but no barriers; how many.
  std::size_t remove_stale_routes(std::uint32_t table);
  /// Packets to `destination` are refused as unreachable as long as `table` has no route of the
  /// same prefix through an interface. Stays when the interface and the daemon end.
  Status add_barrier(const Prefix& destination, std::uint32_t table);
  Status remove_barrier(const Prefix& destination, std::uint32_t table);
  /// Those that are in `table`, a killed daemon's too.
  std::vector<Prefix> barriers(std::uint32_t table) const;
  /// A rule that looks `table` up before the main one (both families), but not for packets with
  /// our own mark; 0: for all. Removes rules of ours that a killed daemon left at this priority.
  Status add_rule(std::uint32_t table, std::uint32_t priority, std::uint32_t not_mark);
  Status remove_rule(std::uint32_t table, std::uint32_t priority);
  /// As a host address (/32, /128), without duplicate detection. The kernel takes packets for a
  /// new IPv6 address some milliseconds later.
  Status add_address(const IpAddress& address, int if_index);
  Status remove_address(const IpAddress& address, int if_index);

  std::vector<LocalAddress> addresses() const;
  /// Called from the loop after addresses, links or routes changed, once for many changes that
  /// came together; our own routes do not count. After an overflow everything is read anew first
  /// (ENOBUFS). The callback must not end the object.
  void on_change(std::function<void()> changed);
  /// How often the kernel's notifications were lost and everything was read anew.
  std::uint64_t overflows() const;

 private:
  struct Native;
  explicit Netlink(std::unique_ptr<Native> native);
  std::unique_ptr<Native> native_;
};

}  // namespace holdfast::net
