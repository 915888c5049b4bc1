// SPDX-License-Identifier: Apache-2.0
#include "config/file_warnings.h"

#include <algorithm>
#include <optional>

#include "config/words.h"

namespace holdfast {
namespace {

bool is_host(const Prefix& prefix) { return prefix.length == (prefix.address.is_ipv6 ? 128 : 32); }

bool has_address(const std::vector<Prefix>& prefixes, const IpAddress& address) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const Prefix& prefix) { return prefix.contains(address); });
}

std::optional<IpAddress> address_of(const Identity& identity) {
  IpAddress address;
  address.is_ipv6 = identity.type == IdType::kIpv6Addr;
  if (!address.is_ipv6 && identity.type != IdType::kIpv4Addr) return std::nullopt;
  std::copy_n(identity.data.begin(), std::min(identity.data.size(), address.bytes.size()),
              address.bytes.begin());
  return address;
}

/// A pool that no file names may still come by vici.
void warn_of_pools(const FileConfig& file, std::vector<Error>& out) {
  for (const ConnectionConfig& connection : file.connections)
    for (const std::string& name : connection.pools)
      if (std::none_of(file.pools.begin(), file.pools.end(),
                       [&](const PoolConfig& pool) { return pool.name == name; }))
        out.push_back({ErrorCode::kNotFound, "connections." + connection.name,
                       "pool '" + printable(name) + "' is not in this file"});
}

/// So may a connection.
void warn_of_connections(const FileConfig& file, std::vector<Error>& out) {
  for (const auto& [name, config] : file.daemon.address_update_of)
    if (std::none_of(file.connections.begin(), file.connections.end(),
                     [&, &wanted = name](const auto& other) { return other.name == wanted; }))
      out.push_back({ErrorCode::kNotFound, "holdfast.connections." + printable(name),
                     "connection '" + printable(name) + "' is not in this file"});
}

bool takes_updates(const FileConfig& file, const std::string& connection) {
  const auto own = file.daemon.address_update_of.find(connection);
  const auto& config =
      own == file.daemon.address_update_of.end() ? file.daemon.address_update : own->second;
  return config.accept != AddressUpdateConfig::Accept::kNo;
}

/// SAs whose selectors contain the address that moves are negotiated anew instead.
void warn_of_selectors(const FileConfig& file, std::vector<Error>& out) {
  for (const ConnectionConfig& connection : file.connections) {
    if (!connection.vips.empty() || !takes_updates(file, connection.name)) continue;
    for (const ChildConfig& child : connection.children)
      if (child.mode == ChildMode::kTunnel && child.local_ts.is_dynamic)
        out.push_back({ErrorCode::kBadValue,
                       "connections." + connection.name + ".children." + child.name,
                       "local_ts is dynamic and the connection has no vips: this end's address is "
                       "in the selectors, so its SAs cannot move with it and are made anew"});
  }
}

enum class KeyFit { kNone, kByAddress, kAnywhere };

/// How a responder finds the key for a peer of the connection, before it knows who that is.
KeyFit fit(const ConnectionConfig& connection, const SharedSecret& secret) {
  const Identity &local = connection.local.id, &remote = connection.remote.id;
  const auto is_local = [&](const Identity& owner) {
    if (!local.is_any()) return owner.fits(local);
    const auto address = address_of(owner);
    return address && std::any_of(connection.local_addrs.begin(), connection.local_addrs.end(),
                                  [&](const Prefix& prefix) {
                                    return is_host(prefix) && prefix.address == *address;
                                  });
  };
  const auto is_of_remote_host = [&](const Identity& owner) {
    const auto address = address_of(owner);
    if (!address || is_local(owner)) return false;
    if (!connection.remote_addrs.empty()) return has_address(connection.remote_addrs, *address);
    // The only address that is named may as well be that of this end.
    return secret.owners.size() > 1 || !local.is_any() || !connection.local_addrs.empty();
  };
  const auto& owners = secret.owners;
  if (std::all_of(owners.begin(), owners.end(), is_local) ||
      std::any_of(owners.begin(), owners.end(), [&](const Identity& owner) {
        return owner.is_any() || (!remote.is_any() && owner.fits(remote));
      }))
    return KeyFit::kAnywhere;
  return std::any_of(owners.begin(), owners.end(), is_of_remote_host) ? KeyFit::kByAddress
                                                                      : KeyFit::kNone;
}

bool only_responds(const ConnectionConfig& connection) {
  return std::all_of(
      connection.children.begin(), connection.children.end(),
      [](const ChildConfig& child) { return child.start_action == StartAction::kNone; });
}

/// Main Mode with a pre-shared key knows no more of its peer than the address (RFC 2409, 5.4).
void warn_of_keys(const FileConfig& file, std::vector<Error>& out) {
  for (const ConnectionConfig& connection : file.connections) {
    if (connection.local.method != AuthMethod::kPsk || !only_responds(connection)) continue;
    KeyFit best = KeyFit::kNone;
    for (const SharedSecret& secret : file.secrets) best = std::max(best, fit(connection, secret));
    if (best == KeyFit::kByAddress)
      out.push_back({ErrorCode::kBadValue, "connections." + connection.name,
                     "its pre-shared key is found by the peer's address alone: a peer that must "
                     "begin anew from another address is not let in; name the peer in remote.id "
                     "and as an owner, give the key the owner %any, or use certificates"});
  }
}

}  // namespace

std::vector<Error> warnings_of(const FileConfig& file) {
  std::vector<Error> out;
  warn_of_pools(file, out);
  warn_of_connections(file, out);
  warn_of_selectors(file, out);
  warn_of_keys(file, out);
  return out;
}

}  // namespace holdfast
