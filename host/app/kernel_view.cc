// SPDX-License-Identifier: Apache-2.0
#include "app/kernel_view.h"

#include <fnmatch.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <map>

namespace holdfast::app {
namespace {

bool fits(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// Loopback and link-local addresses lead nowhere else.
bool is_of_use(const IpAddress& address) {
  const auto& bytes = address.bytes;
  if (!address.is_ipv6) return bytes[0] != 127 && !(bytes[0] == 169 && bytes[1] == 254);
  static const IpAddress kLoopback = IpAddress::parse("::1").value();
  return address != kLoopback && !(bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80);
}

}  // namespace

std::vector<int> ranked_interfaces(const std::vector<std::string>& patterns,
                                   const std::vector<std::pair<int, std::string>>& present) {
  constexpr std::string_view kAny = "*";
  std::vector<int> ranked;
  const auto is_excluded = [&](const std::string& name) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return pattern.starts_with('!') && fits(pattern.substr(1), name);
    });
  };
  const auto add = [&](const std::string& pattern) {
    for (const auto& [index, name] : present)
      if (fits(pattern, name) && !is_excluded(name) &&
          std::find(ranked.begin(), ranked.end(), index) == ranked.end())
        ranked.push_back(index);
  };
  bool has_names = false;
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with('!')) continue;
    has_names = true;
    add(pattern);
  }
  if (!has_names) add(std::string(kAny));
  return ranked;
}

bool KernelView::is_usable(const IpAddress& own) const {
  for (const auto& local : netlink_.addresses())
    if (local.address == own) return local.is_usable;
  return false;
}

std::optional<IpAddress> KernelView::source_to(const IpAddress& peer) const {
  const auto source = sockets_.source_address(peer);
  if (!source) return std::nullopt;
  return *source;
}

std::optional<IpAddress> KernelView::source_through(
    const IpAddress& peer, const std::vector<std::string>& interfaces) const {
  if (interfaces.empty()) return source_to(peer);
  std::map<int, std::string> names;
  for (const auto& local : netlink_.addresses()) {
    std::array<char, IF_NAMESIZE> name{};
    if (local.is_usable && local.if_index != tun_index_ &&
        ::if_indextoname(static_cast<unsigned>(local.if_index), name.data()))
      names[local.if_index] = name.data();
  }
  for (const int index : ranked_interfaces(interfaces, {names.begin(), names.end()}))
    if (const auto source = sockets_.source_address(peer, index)) return *source;
  return std::nullopt;
}

std::vector<IpAddress> KernelView::own_addresses() const {
  std::vector<IpAddress> own;
  for (const auto& local : netlink_.addresses())
    if (local.is_usable && local.if_index != tun_index_ && is_of_use(local.address))
      own.push_back(local.address);
  return own;
}

}  // namespace holdfast::app
