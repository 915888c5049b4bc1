// SPDX-License-Identifier: Apache-2.0
#include "app/tunnel_routes.h"

namespace holdfast::app {

Result<std::unique_ptr<TunnelRoutes>> TunnelRoutes::create(net::Netlink& netlink,
                                                           const Config& config) {
  netlink.remove_stale_routes(config.table);
  const Status status = netlink.add_rule(config.table, config.priority, config.mark);
  if (!status) return tl::unexpected(status.error());
  std::unique_ptr<TunnelRoutes> routes(new TunnelRoutes(netlink, config));
  routes->held_ = netlink.barriers(config.table);
  return routes;
}

TunnelRoutes::~TunnelRoutes() {
  hold();
  for (const Prefix& destination : held_)
    static_cast<void>(netlink_.remove_barrier(destination, config_.table));
  static_cast<void>(netlink_.remove_rule(config_.table, config_.priority));
}

void TunnelRoutes::hold() {
  for (const auto& [destination, source] : routes_) {
    static_cast<void>(netlink_.remove_route(destination, config_.if_index, config_.table));
    held_.push_back(destination);
  }
  routes_.clear();
  version_.reset();
}

std::optional<IpAddress> TunnelRoutes::source_in(const Prefix& local) const {
  for (const auto& own : netlink_.addresses())
    if (own.is_usable && local.contains(own.address)) return own.address;
  return std::nullopt;
}

std::vector<Error> TunnelRoutes::sync(const offload::Spd& spd, bool may_remove) {
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
  for (const Prefix& destination : *changed) {
    if (const auto local = spd.protected_local(destination))
      protect(destination, *local, errors);
    else if (may_remove)
      expose(destination, errors);
  }
  if (!may_remove) version_.reset();  // the next call looks at everything again
  return errors;
}

void TunnelRoutes::protect(const Prefix& destination, const Prefix& local,
                           std::vector<Error>& errors) {
  const auto note = [&](const Status& status) {
    if (!status) errors.push_back(status.error());
  };
  const auto known = routes_.find(destination);
  const auto source = source_in(local);
  if (known != routes_.end() && known->second == source) return;
  if (known == routes_.end()) {
    std::erase(held_, destination);
    note(netlink_.add_barrier(destination, config_.table));
  }
  routes_[destination] = source;
  note(netlink_.add_route(destination, config_.if_index, source, config_.table));
}

void TunnelRoutes::expose(const Prefix& destination, std::vector<Error>& errors) {
  if (routes_.erase(destination) == 0) return;
  for (const Status& status : {netlink_.remove_route(destination, config_.if_index, config_.table),
                               netlink_.remove_barrier(destination, config_.table)})
    if (!status) errors.push_back(status.error());
}

}  // namespace holdfast::app
