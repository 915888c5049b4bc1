// SPDX-License-Identifier: Apache-2.0
#include "ike/context.h"

#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {
namespace {

std::size_t hash_of(const Identity& id) {
  return std::hash<std::string_view>()(
      {reinterpret_cast<const char*>(id.data.data()), id.data.size()});
}

}  // namespace

std::uint32_t Context::reqid_of(const std::string& connection, const std::string& child) {
  const auto [found, is_new] = reqids.try_emplace({connection, child}, next_reqid);
  if (is_new) ++next_reqid;
  return found->second;
}

Spi Context::reserve_spi() {
  while (true) {
    const std::uint32_t spi = outside.random.u32();
    // 0 to 255 are reserved (RFC 4303, 2.1).
    if (spi < 256 || reserved_spis.contains(spi) || !outside.offload.is_spi_free(Spi{spi}))
      continue;
    reserved_spis.insert(spi);
    return Spi{spi};
  }
}

Context::InitiatorKey Context::initiator_key(const isakmp::Cookie& initiator,
                                             const Endpoint& peer) {
  return {initiator, peer.address.text() + ":" + std::to_string(peer.port)};
}

std::shared_ptr<IkeSa> Context::find(const isakmp::Cookie& own_cookie) const {
  const auto found = sas.find(own_cookie);
  return found == sas.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<IkeSa>> Context::established_with(const Identity& remote_id) const {
  std::vector<std::shared_ptr<IkeSa>> list;
  const auto [first, last] = established.equal_range(hash_of(remote_id));
  for (auto at = first; at != last; ++at)
    if (at->second->facts.remote_id == remote_id) list.push_back(at->second->shared_from_this());
  std::sort(list.begin(), list.end(),
            [](const auto& a, const auto& b) { return a->unique_id() < b->unique_id(); });
  return list;
}

void Context::forget_initiator(IkeSa& sa) {
  const auto found = by_initiator.find(initiator_key(sa.facts.cookies.initiator, sa.first_peer()));
  // After a while the same message 1 may have made another SA.
  if (found != by_initiator.end() && found->second == sa.own_cookie()) by_initiator.erase(found);
}

void Context::note_established(IkeSa& sa) {
  established.emplace(hash_of(sa.facts.remote_id), &sa);
  ++num_established[sa.facts.config->name];
}

void Context::forget_established(const IkeSa& sa) {
  const auto [first, last] = established.equal_range(hash_of(sa.facts.remote_id));
  for (auto at = first; at != last; ++at) {
    if (at->second != &sa) continue;
    established.erase(at);
    const auto count = num_established.find(sa.facts.config->name);
    if (--count->second == 0) num_established.erase(count);
    return;
  }
}

void Context::bury(IkeSa& sa) {
  const auto found = sas.find(sa.own_cookie());
  if (found == sas.end()) return;
  keep_a_moment(found->second);
  sas.erase(found);
}

void Context::keep_a_moment(std::shared_ptr<void> dead) {
  graves.push_back(std::move(dead));
  if (graves_timer.is_running()) return;
  graves_timer.start(Duration(0), [this] { std::exchange(graves, {}).clear(); });
}

void Context::log(std::string_view group, int level, const IkeSa* sa, std::string text) {
  LogLine line{group, level, "", 0, std::move(text)};
  if (sa) {
    if (sa->facts.config) line.ike_name = sa->facts.config->name;
    line.ike_id = sa->unique_id();
  }
  outside.log.log(line);
}

}  // namespace holdfast::ike
