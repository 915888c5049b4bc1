// SPDX-License-Identifier: Apache-2.0
#include "ike/child_sa.h"

#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {
namespace {

std::int64_t seconds_until(TimePoint time, TimePoint now) {
  return time == TimePoint{} ? -1 : std::chrono::duration_cast<Seconds>(time - now).count();
}

/// A time that is up to `rand_time` earlier, so that two ends seldom rekey at once.
Duration jittered(Random& random, Seconds time, Seconds rand_time) {
  const auto spread = std::min(rand_time, time / 2);
  if (spread.count() <= 0) return time;
  return time - std::chrono::milliseconds(random.u32() % (1000 * spread.count() + 1));
}

}  // namespace

Status Path::rebind(const Binding& binding, std::optional<std::uint32_t> credit) {
  const Status status = offload_.rebind(id_, binding, credit);
  if (status) binding_ = binding;
  return status;
}

ChildSa::ChildSa(Context& context, IkeSa& ike, std::shared_ptr<Path> path, Agreement agreement)
    : context_(context),
      ike_(&ike),
      path_(std::move(path)),
      agreement_(std::move(agreement)),
      unique_id_(context.next_child_id++),
      reqid_(context.reqid_of(agreement_.connection->name, agreement_.name)),
      rekey_timer_(context.outside.timers),
      life_timer_(context.outside.timers) {}

ChildSa::~ChildSa() {
  for (const auto& sa : {outbound_, inbound_}) {
    if (!sa) continue;
    context_.child_of_sa.erase(static_cast<std::uint32_t>(*sa));
    context_.outside.offload.remove_sa(*sa);
  }
  context_.release_spi(agreement_.spi_in);
}

Result<SaId> ChildSa::install(Direction direction, Spi spi, const SecretBytes& keymat) {
  const ChildConfig& child = config();
  const std::size_t key_bytes = agreement_.proposal.key_bits / 8;
  SaRequest request;
  request.path = path_->id();
  request.local = agreement_.local;
  request.remote = agreement_.remote;
  SaConfig& sa = request.config;
  sa.direction = direction;
  sa.spi = spi;
  sa.suite = *agreement_.proposal.suite();
  sa.key = SecretBytes(keymat.view().first(key_bytes));
  sa.salt = SecretBytes(keymat.view().subspan(key_bytes, 4));
  sa.has_esn = agreement_.proposal.has_esn;
  sa.replay_window = child.replay_window;
  sa.lifetime = {child.rekey_bytes, child.life_bytes, child.rekey_packets, child.life_packets};
  sa.df = child.copy_df ? DfMode::kCopy : DfMode::kClear;
  sa.copy_dscp = child.copy_dscp;
  sa.has_ecn = child.copy_ecn;
  const bool is_inbound = direction == Direction::kInbound;
  sa.selector = is_inbound ? Selector{request.remote.prefix, request.local.prefix}
                           : Selector{request.local.prefix, request.remote.prefix};
  if (KeyLog* key_log = context_.outside.key_log)
    key_log->on_esp_keys(sa, path_->binding().peer.address.is_ipv6);
  auto id = context_.outside.offload.add_sa(std::move(request));
  if (id) context_.child_of_sa[static_cast<std::uint32_t>(*id)] = this;
  return id;
}

Status ChildSa::install_inbound(const SecretBytes& keymat) {
  const auto id = install(Direction::kInbound, agreement_.spi_in, keymat);
  if (!id) return tl::unexpected(id.error());
  inbound_ = *id;
  return {};
}

Status ChildSa::install_outbound(const SecretBytes& keymat) {
  const auto id = install(Direction::kOutbound, agreement_.spi_out, keymat);
  if (!id) return tl::unexpected(id.error());
  outbound_ = *id;
  return {};
}

void ChildSa::start() {
  const ChildConfig& child = config();
  installed_ = context_.now();
  Seconds life = child.life_time;
  Seconds rekey = child.rekey_time;
  // The peer's shorter life counts, so that we renew before it ends.
  if (agreement_.peer_lifetime.count() > 0 && agreement_.peer_lifetime < life) {
    life = agreement_.peer_lifetime;
    rekey = std::min(rekey, life * 9 / 10);
  }
  if (rekey.count() > 0) {
    const Duration wait = jittered(context_.outside.random, rekey, child.rand_time);
    rekey_at_ = installed_ + wait;
    rekey_timer_.start(wait, [this] { on_soft_lifetime(); });
  }
  if (life.count() > 0) {
    life_at_ = installed_ + life;
    if (rekey.count() == 0 || rekey_at_ >= life_at_) wait_for_end();
  }
}

/// Begins only when the other timer is over: most pairs have one timer at a time.
void ChildSa::wait_for_end() {
  if (life_at_ == TimePoint{} || life_timer_.is_running()) return;
  life_timer_.start(std::max<Duration>(life_at_ - context_.now(), Duration(0)),
                    [this] { on_hard_lifetime(); });
}

void ChildSa::retry_rekey() {
  constexpr Seconds kWait(30);
  rekey_at_ = context_.now() + kWait;
  rekey_timer_.start(kWait, [this] { on_soft_lifetime(); });
}

void ChildSa::on_soft_lifetime() {
  wait_for_end();
  rekey_timer_.stop();
  ike_->rekey_child(*this, RekeyCause::kLifetime);
}

void ChildSa::on_hard_lifetime() { ike_->expire_child(*this); }

std::vector<SaId> ChildSa::sas() const {
  std::vector<SaId> list;
  for (const auto& sa : {inbound_, outbound_})
    if (sa) list.push_back(*sa);
  return list;
}

bool ChildSa::is_tied_to(const IpAddress& old_address, const IpAddress& fresh, bool is_ours) const {
  const Prefix& prefix = (is_ours ? agreement_.local : agreement_.remote).prefix;
  return prefix.contains(old_address) && !prefix.contains(fresh);
}

std::int64_t ChildSa::inbound_idle_seconds() const {
  return inbound_ ? context_.outside.offload.query_sa(*inbound_).idle_seconds : -1;
}

ChildSnapshot ChildSa::snapshot() const {
  ChildSnapshot s;
  s.name = agreement_.name;
  s.unique_id = unique_id_;
  s.reqid = reqid_;
  s.state = state_;
  s.spi_in = agreement_.spi_in;
  s.spi_out = agreement_.spi_out;
  s.proposal = agreement_.proposal;
  s.is_udp_encapsulated = path_->binding().encap == Encap::kUdp;
  const SaUsage in = inbound_ ? context_.outside.offload.query_sa(*inbound_) : SaUsage{};
  const SaUsage out = outbound_ ? context_.outside.offload.query_sa(*outbound_) : SaUsage{};
  s.bytes_in = in.bytes;
  s.packets_in = in.packets;
  s.use_in = in.idle_seconds;
  s.bytes_out = out.bytes;
  s.packets_out = out.packets;
  s.use_out = out.idle_seconds;
  const TimePoint now = context_.now();
  s.rekey_in = seconds_until(rekey_at_, now);
  s.life_in = seconds_until(life_at_, now);
  s.installed_since = -seconds_until(installed_, now);
  s.local_ts = agreement_.local;
  s.remote_ts = agreement_.remote;
  return s;
}

}  // namespace holdfast::ike
