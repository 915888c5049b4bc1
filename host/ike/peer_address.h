// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "config/connection.h"

namespace holdfast::ike {

struct Context;

/// The first of `remote_addrs` that is one address, unless a name stands before it.
std::optional<IpAddress> configured_peer(const ConnectionConfig& config);
/// Where this end sends from: the first of `local_addrs` that is one address of the family, or what
/// the kernel chooses.
Endpoint configured_own(const ConnectionConfig& config, bool is_ipv6);

/// Looks up the names of `remote_addrs` up to its first address, one after the other, until one has
/// an address that can be reached: of a family that `local_addrs` has, and with a route. `done`
/// gets it and the others of its name; or the address that `remote_addrs` has, where no name has
/// one. It is called once, or never if the manager ends before. Errors: kNotFound, kUnsupported
/// (there is no resolver).
void look_up_peer(Context& context, std::shared_ptr<const ConnectionConfig> config,
                  std::function<void(const Result<std::vector<IpAddress>>&)> done);

}  // namespace holdfast::ike
