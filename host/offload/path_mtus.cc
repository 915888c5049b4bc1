// SPDX-License-Identifier: Apache-2.0
#include "offload/path_mtus.h"

#include <algorithm>
#include <cstring>

namespace holdfast::offload {
namespace {

constexpr Duration kPathMtuAge = std::chrono::minutes(10);  // RFC 1191, 6.3
/// Peers that ICMP may make us remember; beyond it what it says is not believed.
constexpr std::size_t kMaxPeers = 65'536;

}  // namespace

std::size_t PathMtus::Hash::operator()(const IpAddress& address) const {
  std::uint64_t high = 0, low = 0;
  std::memcpy(&high, address.bytes.data(), 8);
  std::memcpy(&low, address.bytes.data() + 8, 8);
  return (high ^ low * 0x9E3779B97F4A7C15u) * 0xC2B2AE3D27D4EB4Fu;
}

void PathMtus::set(const IpAddress& peer, unsigned mtu, TimePoint now) {
  const unsigned least = peer.is_ipv6 ? kMinIpv6Mtu : kMinIpv4Mtu;
  const unsigned wanted = std::max(mtu, least);
  if (wanted >= this->mtu(peer)) return;
  if (entries_.size() >= kMaxPeers && !entries_.contains(peer)) return;
  const TimePoint until = now + kPathMtuAge;
  entries_[peer] = {wanted, until};
  next_expiry_ = std::min(next_expiry_, until);
}

bool PathMtus::expire(TimePoint now) {
  if (now < next_expiry_) return false;
  const std::size_t gone =
      std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
  next_expiry_ = TimePoint::max();
  for (const auto& [peer, entry] : entries_) next_expiry_ = std::min(next_expiry_, entry.until);
  return gone > 0;
}

unsigned PathMtus::mtu(const IpAddress& peer) const {
  const auto found = entries_.find(peer);
  return found == entries_.end() ? link_mtu_ : std::min(found->second.mtu, link_mtu_);
}

std::size_t esp_overhead(const Binding& binding, Suite suite) {
  (void)suite;  // all of today's are AES-GCM with an ICV of 16 bytes
  constexpr std::size_t kEspBytes = 8, kIvBytes = 8, kIcvBytes = 16;
  return (binding.own.address.is_ipv6 ? 40 : 20) + (binding.encap == Encap::kUdp ? 8 : 0) +
         kEspBytes + kIvBytes + kIcvBytes;
}

std::size_t largest_inner_bytes(const Binding& binding, Suite suite, unsigned path_mtu) {
  const std::size_t overhead = esp_overhead(binding, suite);
  if (path_mtu < overhead + 4) return 0;
  // Packet, padding, pad length and next header are a multiple of 4 bytes (RFC 4303, 2.4).
  return (path_mtu - overhead) / 4 * 4 - 2;
}

}  // namespace holdfast::offload
