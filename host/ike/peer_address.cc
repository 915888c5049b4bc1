// SPDX-License-Identifier: Apache-2.0
#include "ike/peer_address.h"

#include <algorithm>
#include <memory>

#include "ike/context.h"
#include "net/resolver.h"

namespace holdfast::ike {
namespace {

using Done = std::function<void(const Resolver::Answer&)>;

bool is_host(const Prefix& prefix) { return prefix.length == (prefix.address.is_ipv6 ? 128 : 32); }

/// Usable addresses, those with a route first; without a route to any, the order is that of the
/// resolver.
std::vector<IpAddress> usable(const Context& context, const ConnectionConfig& config,
                              std::vector<IpAddress> addresses) {
  if (!config.local_addrs.empty())
    std::erase_if(addresses, [&](const IpAddress& address) {
      return std::none_of(
          config.local_addrs.begin(), config.local_addrs.end(),
          [&](const Prefix& own) { return own.address.is_ipv6 == address.is_ipv6; });
    });
  if (context.network)
    std::stable_partition(addresses.begin(), addresses.end(), [&](const IpAddress& address) {
      return context.network->source_to(address).has_value();
    });
  return addresses;
}

std::optional<IpAddress> first_address(const ConnectionConfig& config) {
  const auto host = std::find_if(config.remote_addrs.begin(), config.remote_addrs.end(), is_host);
  if (host == config.remote_addrs.end()) return std::nullopt;
  return host->address;
}

/// The name `at`, then those after it that stand before the first address, and then that.
void look_up(Context& context, std::shared_ptr<const ConnectionConfig> config, std::size_t at,
             Done done) {
  if (!context.resolver)
    return done(fail(ErrorCode::kUnsupported, config->remote_names[at], "names are not looked up"));
  context.resolver->resolve(
      config->remote_names[at], [alive = std::weak_ptr(context.alive), &context, config, at,
                                 done = std::move(done)](const Resolver::Answer& answer) {
        if (alive.expired()) return;
        Resolver::Answer found = answer;
        if (found) {
          found = usable(context, *config, std::move(*found));
          if (found->empty())
            found = fail(ErrorCode::kNotFound, config->remote_names[at],
                         "has no address of the family of local_addrs");
        }
        const auto address = first_address(*config);
        if (!found && at + 1 < (address ? config->names_first : config->remote_names.size()))
          return look_up(context, config, at + 1, done);
        if (!found && address) found = std::vector{*address};
        done(found);
      });
}

}  // namespace

std::optional<IpAddress> configured_peer(const ConnectionConfig& config) {
  return config.names_first > 0 ? std::nullopt : first_address(config);
}

Endpoint configured_own(const ConnectionConfig& config, bool is_ipv6) {
  for (const Prefix& local : config.local_addrs)
    if (local.address.is_ipv6 == is_ipv6 && is_host(local))
      return {local.address, config.local_port};
  return {IpAddress{.is_ipv6 = is_ipv6}, config.local_port};
}

void look_up_peer(Context& context, std::shared_ptr<const ConnectionConfig> config, Done done) {
  look_up(context, std::move(config), 0, std::move(done));
}

}  // namespace holdfast::ike
