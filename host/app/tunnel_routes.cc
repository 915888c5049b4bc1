// SPDX-License-Identifier: Apache-2.0
#include "app/tunnel_routes.h"

namespace holdfast::app {
namespace {

bool lies_in(const IpAddress& address, const Prefix& prefix) {
  if (address.is_ipv6 != prefix.address.is_ipv6) return false;
  for (unsigned i = 0; i < prefix.length; ++i) {
    const unsigned bit = 0x80u >> (i % 8);
    if ((address.bytes[i / 8] ^ prefix.address.bytes[i / 8]) & bit) return false;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<TunnelRoutes>> TunnelRoutes::create(net::Netlink& netlink,
                                                           const Config& config) {
  netlink.remove_stale_routes(config.table);
  const Status status = netlink.add_rule(config.table, config.priority, config.mark);
  if (!status) return tl::unexpected(status.error());
  return std::unique_ptr<TunnelRoutes>(new TunnelRoutes(netlink, config));
}

TunnelRoutes::~TunnelRoutes() {
  for (const auto& [text, route] : routes_)
    static_cast<void>(netlink_.remove_route(route.destination, config_.if_index, config_.table));
  static_cast<void>(netlink_.remove_rule(config_.table, config_.priority));
}

std::optional<IpAddress> TunnelRoutes::source_in(const Prefix& local) const {
  for (const auto& own : netlink_.addresses())
    if (own.is_usable && lies_in(own.address, local)) return own.address;
  return std::nullopt;
}

std::vector<Error> TunnelRoutes::sync(const offload::Spd& spd) {
  if (version_ == spd.version()) return {};
  version_ = spd.version();
  std::map<std::string, Route> wanted;
  for (const auto& selectors : spd.protected_selectors()) {
    const Prefix& destination = selectors.remote.prefix;
    wanted.try_emplace(destination.text(), Route{destination, source_in(selectors.local.prefix)});
  }
  std::vector<Error> errors;
  for (const auto& [text, route] : routes_) {
    if (wanted.contains(text)) continue;
    if (const Status status =
            netlink_.remove_route(route.destination, config_.if_index, config_.table);
        !status)
      errors.push_back(status.error());
  }
  for (const auto& [text, route] : wanted) {
    const auto known = routes_.find(text);
    if (known != routes_.end() && known->second == route) continue;
    if (const Status status =
            netlink_.add_route(route.destination, config_.if_index, route.source, config_.table);
        !status)
      errors.push_back(status.error());
  }
  routes_ = std::move(wanted);
  return errors;
}

}  // namespace holdfast::app
