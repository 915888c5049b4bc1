// SPDX-License-Identifier: Apache-2.0
#include "app/tunnel_routes.h"

namespace holdfast::app {
Result<std::unique_ptr<TunnelRoutes>> TunnelRoutes::create(net::Netlink& netlink,
                                                           const Config& config) {
  netlink.remove_stale_routes(config.table);
  const Status status = netlink.add_rule(config.table, config.priority, config.mark);
  if (!status) return tl::unexpected(status.error());
  return std::unique_ptr<TunnelRoutes>(new TunnelRoutes(netlink, config));
}

TunnelRoutes::~TunnelRoutes() {
  for (const auto& [destination, source] : routes_)
    static_cast<void>(netlink_.remove_route(destination, config_.if_index, config_.table));
  static_cast<void>(netlink_.remove_rule(config_.table, config_.priority));
}

std::optional<IpAddress> TunnelRoutes::source_in(const Prefix& local) const {
  for (const auto& own : netlink_.addresses())
    if (own.is_usable && local.contains(own.address)) return own.address;
  return std::nullopt;
}

std::vector<Error> TunnelRoutes::sync(const offload::Spd& spd) {
  if (version_ == spd.version()) return {};
  auto changed = version_ ? spd.changed_since(*version_) : std::nullopt;
  version_ = spd.version();
  if (!changed) {
    changed.emplace();
    for (const auto& selectors : spd.protected_selectors())
      changed->push_back(selectors.remote.prefix);
    for (const auto& [destination, source] : routes_) changed->push_back(destination);
  }
  std::vector<Error> errors;
  for (const Prefix& destination : *changed) sync(spd, destination, errors);
  return errors;
}

void TunnelRoutes::sync(const offload::Spd& spd, const Prefix& destination,
                        std::vector<Error>& errors) {
  const auto local = spd.protected_local(destination);
  const auto known = routes_.find(destination);
  Status status;
  if (!local) {
    if (known == routes_.end()) return;
    routes_.erase(known);
    status = netlink_.remove_route(destination, config_.if_index, config_.table);
  } else {
    const auto source = source_in(*local);
    if (known != routes_.end() && known->second == source) return;
    routes_[destination] = source;
    status = netlink_.add_route(destination, config_.if_index, source, config_.table);
  }
  if (!status) errors.push_back(status.error());
}

}  // namespace holdfast::app
