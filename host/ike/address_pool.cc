// SPDX-License-Identifier: Apache-2.0
#include "ike/address_pool.h"

#include <algorithm>

namespace holdfast::ike {
namespace {

std::size_t size_of(const IpAddress& address) { return address.is_ipv6 ? 16 : 4; }

void add_one(IpAddress& address) {
  for (std::size_t i = size_of(address); i-- > 0;)
    if (++address.bytes[i] != 0) return;
}

bool is_broadcast(const IpAddress& address, const Prefix& prefix) {
  if (address.is_ipv6 || prefix.length >= 31) return false;
  for (unsigned i = prefix.length; i < 32; ++i)
    if (!(address.bytes[i / 8] & 0x80u >> (i % 8))) return false;
  return true;
}

}  // namespace

bool AddressPool::is_free(const IpAddress& address) const {
  const auto found = leases_.find(address.text());
  return found == leases_.end() || !found->second.is_online;
}

std::optional<IpAddress> AddressPool::acquire(const std::string& identity,
                                              const IpAddress& wanted) {
  const auto give = [&](const IpAddress& address) {
    leases_[address.text()] = {address, identity, true};
    return address;
  };
  for (auto& [text, lease] : leases_)
    if (lease.identity == identity && !lease.is_online && config_.addrs.contains(lease.address))
      return give(lease.address);
  const bool is_wish = std::any_of(wanted.bytes.begin(), wanted.bytes.end(),
                                   [](std::uint8_t byte) { return byte != 0; });
  const bool is_network =
      8 * size_of(wanted) - config_.addrs.length > 1 && wanted == config_.addrs.address;
  if (is_wish && config_.addrs.contains(wanted) && !is_network &&
      !is_broadcast(wanted, config_.addrs) && is_free(wanted))
    return give(wanted);

  IpAddress address = config_.addrs.address;
  const unsigned bits = static_cast<unsigned>(8 * size_of(address)) - config_.addrs.length;
  if (bits > 1) add_one(address);
  // One that nobody had is better than one of somebody who may come back.
  std::optional<IpAddress> reused;
  const std::uint64_t count = bits >= 20 ? 1u << 20 : std::uint64_t{1} << bits;
  for (std::uint64_t i = 0; i < count && config_.addrs.contains(address); ++i, add_one(address)) {
    if (is_broadcast(address, config_.addrs)) break;
    if (!leases_.contains(address.text())) return give(address);
    if (!reused && is_free(address)) reused = address;
  }
  if (reused) return give(*reused);
  return std::nullopt;
}

void AddressPool::release(const IpAddress& address) {
  const auto found = leases_.find(address.text());
  if (found != leases_.end()) found->second.is_online = false;
}

std::vector<AddressPool::Lease> AddressPool::leases() const {
  std::vector<Lease> all;
  for (const auto& [text, lease] : leases_) all.push_back(lease);
  return all;
}

}  // namespace holdfast::ike
