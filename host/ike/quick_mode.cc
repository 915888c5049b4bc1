// SPDX-License-Identifier: Apache-2.0
#include "ike/quick_mode.h"

#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

constexpr std::size_t kNonceBytes = 32;
constexpr std::size_t kMinNonceBytes = 8, kMaxNonceBytes = 256;  // RFC 2409, 5

Prefix whole(const IpAddress& address) {
  return {address, static_cast<std::uint8_t>(address.is_ipv6 ? 128 : 32)};
}

}  // namespace

TrafficSelector resolve(const TrafficSelector& selector, const IkeSa& sa, bool is_local) {
  if (!selector.is_dynamic) return selector;
  const auto& vips = is_local ? sa.facts.local_vips : sa.facts.remote_vips;
  const Endpoint& endpoint = is_local ? sa.facts.own : sa.facts.peer;
  TrafficSelector resolved = selector;
  resolved.is_dynamic = false;
  resolved.prefix = whole(vips.empty() ? endpoint.address : vips.front());
  return resolved;
}

bool contains(const TrafficSelector& outer, const TrafficSelector& inner) {
  const Prefix &big = outer.prefix, &small = inner.prefix;
  return big.length <= small.length && big.contains(small.address) &&
         (outer.protocol == 0 || outer.protocol == inner.protocol) &&
         (outer.port == 0 || outer.port == inner.port);
}

QuickMode::QuickMode(IkeSa& sa, std::uint32_t message_id)
    : Exchange(sa, ExchangeType::kQuickMode, message_id),
      spi_in_(sa.context().reserve_spi()),
      own_nonce_(sa.context().outside.random.bytes(kNonceBytes)) {}

QuickMode::~QuickMode() {
  if (owns_spi_) sa_.context().release_spi(spi_in_);
}

Status QuickMode::take_nonce_and_key(const std::vector<Payload>& payloads, DhGroup group) {
  if (count(payloads, PayloadType::kNonce) != 1)
    return fail(ErrorCode::kBadFormat, "Quick Mode", "does not hold exactly one nonce");
  const ByteView nonce = find(payloads, PayloadType::kNonce)->body;
  if (nonce.size() < kMinNonceBytes || nonce.size() > kMaxNonceBytes)
    return fail(ErrorCode::kBadFormat, "Quick Mode", "has a nonce of a forbidden size");
  peer_nonce_.assign(nonce.begin(), nonce.end());
  const Payload* key = find(payloads, PayloadType::kKeyExchange);
  if ((key != nullptr) != (group != DhGroup::kNone))
    return fail(ErrorCode::kBadFormat, "Quick Mode",
                key ? "has a KE payload, but no group" : "has a group, but no KE payload");
  if (!key) return {};
  if (key->body.size() != public_value_size(group))
    return fail(ErrorCode::kBadFormat, "Quick Mode", "has a public value of a wrong size");
  peer_public_.assign(key->body.begin(), key->body.end());
  return {};
}

Bytes QuickMode::key_exchange_value() const {
  const ByteView value = dh_->public_value();
  return Bytes(value.begin(), value.end());
}

ChildSa::Agreement QuickMode::agreement_of(const Phase2Choice& choice, const TrafficSelector& local,
                                           const TrafficSelector& remote) const {
  ChildSa::Agreement agreement;
  agreement.connection = sa_.facts.config;
  agreement.name = child_name();
  agreement.spi_in = spi_in_;
  agreement.spi_out = choice.peer_spi;
  agreement.proposal = choice.proposal;
  agreement.local = local;
  agreement.remote = remote;
  agreement.peer_lifetime = choice.lifetime;
  agreement.is_udp_encapsulated = choice.is_udp_encapsulated;
  return agreement;
}

Status QuickMode::make_child(ChildSa::Agreement agreement) {
  SecretBytes shared;
  if (dh_) {
    auto secret = dh_->shared_secret(peer_public_);
    if (!secret) return tl::unexpected(secret.error());
    shared = std::move(*secret);
  }
  auto path = sa_.path();
  if (!path) return tl::unexpected(path.error());
  const bool is_ours = dynamic_cast<QuickModeInitiator*>(this) != nullptr;
  const ByteView ni = is_ours ? own_nonce_ : peer_nonce_;
  const ByteView nr = is_ours ? peer_nonce_ : own_nonce_;
  const std::size_t size = agreement.proposal.keymat_bytes();
  const auto esp = static_cast<std::uint8_t>(Protocol::kEsp);
  keymat_in_ = keymat(*sa_.keys, shared.view(), esp, to_number(agreement.spi_in), ni, nr, size);
  keymat_out_ = keymat(*sa_.keys, shared.view(), esp, to_number(agreement.spi_out), ni, nr, size);
  child_ = std::make_unique<ChildSa>(sa_.context(), sa_, std::move(*path), std::move(agreement));
  owns_spi_ = false;
  return {};
}

Status QuickMode::install_inbound() {
  const Status status = child_->install_inbound(keymat_in_);
  keymat_in_.wipe();
  return status;
}

Status QuickMode::install_outbound() {
  const Status status = child_->install_outbound(keymat_out_);
  keymat_out_.wipe();
  return status;
}

ChildSa& QuickMode::hand_over() { return sa_.adopt(std::move(child_)); }

}  // namespace holdfast::ike
