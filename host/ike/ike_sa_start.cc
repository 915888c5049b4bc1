// SPDX-License-Identifier: Apache-2.0
// How an initiator begins, and begins anew when there is no answer.
#include "ike/ike_sa.h"
#include "ike/peer_address.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

/// A name that was not found is looked up again after as long.
constexpr std::chrono::seconds kLookUpAgain(10);

}  // namespace

void IkeSa::start() {
  if (facts.peer.address == IpAddress{}) return look_up_peer();
  log(1, "initiating Main Mode to " + facts.peer.address.text());
  first_own_ = facts.own;
  first_peer_ = facts.peer;
  main_mode_->start();
}

bool IkeSa::may_start_again() const {
  const unsigned allowed = facts.config ? facts.config->keyingtries : 1;
  return is_initiator() && (allowed == 0 || tries_ + 1 < allowed);
}

void IkeSa::on_no_answer(const std::string& reason) {
  if (is_dead_) return;
  if (!may_start_again()) return on_failed(reason);
  ++tries_;
  const unsigned allowed = facts.config->keyingtries;
  log(1, reason + "; trying again (" + std::to_string(tries_ + 1) +
             (allowed == 0 ? "" : " of " + std::to_string(allowed)) + ")");
  start_again();
}

/// As if it had never begun, but for those who wait: another cookie, and nothing that a peer said.
void IkeSa::start_again() {
  auto node = context_.sas.extract(own_cookie());
  do {
    context_.outside.random.fill(node.key());
  } while (node.key() == Cookie{} || context_.sas.contains(node.key()));
  Facts fresh;
  fresh.config = facts.config;
  fresh.cookies.initiator = node.key();
  // An address that was chosen may have gone meanwhile, and another taken its place.
  const bool is_chosen = first_own_.address != IpAddress{.is_ipv6 = first_own_.address.is_ipv6};
  fresh.own = {is_chosen ? facts.own.address : first_own_.address, first_own_.port};
  fresh.peer = first_peer_;
  if (!configured_peer(*fresh.config) && !fresh.config->remote_names.empty())
    fresh.peer = {IpAddress{}, fresh.config->remote_port};  // it may have another address by now
  facts = std::move(fresh);
  context_.sas.insert(std::move(node));
  keys.reset();
  last_phase1_block.clear();
  fragments_.reset();
  main_mode_answer_.reset();
  peer_complaint_.clear();
  state_ = IkeState::kConnecting;
  // The one that gave up is still at work.
  context_.keep_a_moment(std::move(main_mode_));
  main_mode_ = std::make_unique<MainMode>(*this);
  start();
}

/// The first that the connection says about where its peer is, is a name.
void IkeSa::look_up_peer() {
  log(1, "looking up " + facts.config->remote_names.front());
  const auto found = [weak = weak_from_this()](const Result<std::vector<IpAddress>>& addresses) {
    const auto sa = weak.lock();
    if (!sa || sa->is_dead_) return;
    if (!addresses) return sa->on_look_up_failed(addresses.error().text());
    Facts& known = sa->facts;
    known.own = configured_own(*known.config, addresses->front().is_ipv6);
    known.peer.address = addresses->front();
    known.peer_addresses.assign(addresses->begin() + 1, addresses->end());
    sa->start();
  };
  ike::look_up_peer(context_, facts.config, found);
}

void IkeSa::on_look_up_failed(const std::string& reason) {
  if (!may_start_again()) return on_failed(reason);
  half_open_timer_.start(kLookUpAgain, [this, reason] { on_no_answer(reason); });
}

}  // namespace holdfast::ike
