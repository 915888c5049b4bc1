// SPDX-License-Identifier: Apache-2.0
#include "ike/manager.h"

#include <algorithm>

#include "ike/ike_sa.h"
#include "ike/peer_address.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

bool fits(const SaFilter& filter, const IkeSa& sa) {
  const std::string name = sa.facts.config ? sa.facts.config->name : "";
  return (filter.ike.empty() || filter.ike == name) &&
         (filter.ike_id == 0 || filter.ike_id == sa.unique_id());
}

bool fits(const SaFilter& filter, const ChildSa& child) {
  return (filter.child.empty() || filter.child == child.agreement().name) &&
         (filter.child_id == 0 || filter.child_id == child.unique_id());
}

bool names_child(const SaFilter& filter) { return !filter.child.empty() || filter.child_id != 0; }

/// A copy of the table, because what is done with its SAs may change it.
std::vector<std::shared_ptr<IkeSa>> all(const Context& context) {
  std::vector<std::shared_ptr<IkeSa>> list;
  for (const auto& [cookie, sa] : context.sas) list.push_back(sa);
  std::sort(list.begin(), list.end(),
            [](const auto& a, const auto& b) { return a->unique_id() < b->unique_id(); });
  return list;
}

std::vector<ChildSa*> children_of(const IkeSa& sa) {
  std::vector<ChildSa*> list;
  for (const auto& child : sa.children()) list.push_back(child.get());
  return list;
}

}  // namespace

// ---------------------------------------------------------------- offload events

/// Tells children of what happened to their SAs.
struct Manager::Events : Offload::Observer {
  explicit Events(Manager& manager) : manager_(manager) {}

  ChildSa* child(SaId sa) {
    const auto& table = manager_.context_->child_of_sa;
    const auto found = table.find(static_cast<std::uint32_t>(sa));
    return found == table.end() ? nullptr : found->second;
  }
  void on_soft_lifetime(SaId sa) override {
    if (ChildSa* found = child(sa)) found->on_soft_lifetime();
  }
  void on_hard_lifetime(SaId sa) override {
    if (ChildSa* found = child(sa)) found->on_hard_lifetime();
  }
  void on_acquire(std::uint32_t policy_id) override { manager_.on_acquire(policy_id); }
  void on_roam(SaId sa, const Endpoint& own, const Endpoint& peer) override {
    if (ChildSa* found = child(sa)) found->ike().on_roam(own, peer);
  }
  void on_credit_used_up(PathId path) override {
    manager_.context_->log("ESP", 1, nullptr,
                           "a peer whose new address is not proven is sent no more for now (path " +
                               std::to_string(static_cast<std::uint32_t>(path)) + ")");
  }

 private:
  Manager& manager_;
};

Manager::Manager(const Outside& outside, const Settings& settings)
    : context_(std::make_unique<Context>(outside, settings)),
      events_(std::make_unique<Events>(*this)) {
  outside.offload.set_observer(events_.get());
  context_->restart = [this](const std::string& child, const std::string& connection) {
    initiate(child, connection, [](const Status&) {});
  };
  context_->renew = [this](IkeSa& old, const Endpoint& own, const Endpoint& peer) {
    return renew(old, own, peer);
  };
  context_->release = [this](IkeSa& sa) { release(sa); };
}

Manager::~Manager() {
  for (const auto& sa : all(*context_)) sa->terminate("the daemon stops");
  context_->outside.offload.set_observer(nullptr);
  context_->sas.clear();
  context_->graves.clear();
}

void Manager::set_address_update(AddressUpdateConfig daemon,
                                 std::map<std::string, AddressUpdateConfig> of_connections) {
  context_->settings.address_update = std::move(daemon);
  context_->settings.address_update_of = std::move(of_connections);
}

void Manager::set_network(const NetworkView* view) { context_->network = view; }

void Manager::set_resolver(Resolver* resolver) { context_->resolver = resolver; }

void Manager::on_network_change() {
  for (const auto& sa : all(*context_)) sa->on_network_change();
}

// ---------------------------------------------------------------- messages

void Manager::receive(const Endpoint& own, const Endpoint& peer, ByteView message) {
  Context& context = *context_;
  ++context.counters.messages_in;
  const auto header = parse_header(message);
  if (!header) {
    ++context.counters.malformed;
    context.log("NET", 2, nullptr,
                "dropping a datagram from " + peer.address.text() + ": " + header.error().text());
    return;
  }
  // One of the two cookies is ours, the other the peer's, which an initiator learns from message 2.
  auto sa = context.find(header->responder_cookie);
  if (sa && (sa->is_initiator() || sa->peer_cookie() != header->initiator_cookie)) sa = nullptr;
  if (!sa) {
    sa = context.find(header->initiator_cookie);
    if (sa && (!sa->is_initiator() ||
               (sa->peer_cookie() != Cookie{} && sa->peer_cookie() != header->responder_cookie)))
      sa = nullptr;
  }
  if (sa) return sa->receive(own, peer, message);
  if (header->responder_cookie == Cookie{}) return receive_first(own, peer, *header, message);
  ++context.counters.unknown_cookies;
}

void Manager::receive_first(const Endpoint& own, const Endpoint& peer, const Header& header,
                            ByteView message) {
  Context& context = *context_;
  if (header.initiator_cookie == Cookie{}) {
    ++context.counters.malformed;
    return;
  }
  // Message 1 again, or a fragment of it.
  const auto from = Context::initiator_key(header.initiator_cookie, peer);
  const auto known = context.by_initiator.find(from);
  if (known != context.by_initiator.end()) {
    if (const auto sa = context.find(known->second)) return sa->receive_first(own, peer, message);
    context.by_initiator.erase(known);
  }
  if (header.exchange != ExchangeType::kMainMode) {
    ++context.counters.unsupported_exchange;
    context.log("IKE", 2, nullptr,
                header.exchange == ExchangeType::kAggressive
                    ? "refusing Aggressive Mode from " + peer.address.text()
                    : "refusing an exchange of an unknown type from " + peer.address.text());
    return;
  }
  const auto half_open = context.half_open_by_address.find(peer.address.text());
  const std::size_t of_address =
      half_open == context.half_open_by_address.end() ? 0 : half_open->second;
  if (of_address >= context.settings.max_half_open_per_address || !make_room()) {
    ++context.counters.half_open_refused;
    return;
  }
  Facts facts;
  facts.role = Role::kResponder;
  facts.cookies.initiator = header.initiator_cookie;
  facts.cookies.responder = fresh_cookie();
  facts.own = own;
  facts.peer = peer;
  const auto sa = std::make_shared<IkeSa>(context, std::move(facts));
  context.sas[sa->own_cookie()] = sa;
  context.half_open_order.emplace_back(sa->own_cookie(), context.now());
  context.by_initiator[from] = sa->own_cookie();
  sa->receive_first(own, peer, message);
}

constexpr std::chrono::seconds kRoundTrip(5);

/// Where there are too many, the oldest gives way that has not shown that it gets our messages. One
/// that is no forgery has done so after some round trips; before that the newcomer is refused, and
/// may come again.
bool Manager::make_room() {
  Context& context = *context_;
  auto& order = context.half_open_order;
  while (!order.empty()) {
    const auto oldest = context.find(order.front().first);
    const bool is_full = context.num_half_open >= context.settings.max_half_open;
    if (oldest && oldest->is_unproven()) {
      if (!is_full) return true;
      if (context.now() - order.front().second < kRoundTrip) return false;
      ++context.counters.half_open_refused;
      oldest->give_way();
    }
    order.pop_front();
  }
  return context.num_half_open < context.settings.max_half_open;
}

Cookie Manager::fresh_cookie() {
  Cookie cookie;
  do {
    context_->outside.random.fill(cookie);
  } while (cookie == Cookie{} || context_->sas.contains(cookie));
  return cookie;
}

// ---------------------------------------------------------------- configuration

namespace {

/// Policies of a child that waits for its first packet, or that needs no SA.
std::optional<Offload::PolicyAction> policy_of(const ChildConfig& child) {
  if (child.mode == ChildMode::kPass) return Offload::PolicyAction::kPass;
  if (child.mode == ChildMode::kDrop) return Offload::PolicyAction::kDrop;
  if (child.start_action == StartAction::kTrap) return Offload::PolicyAction::kTrap;
  return std::nullopt;
}

}  // namespace

void Manager::load_connection(ConnectionConfig config) {
  const auto known = context_->connections.find(config.name);
  if (known != context_->connections.end()) {
    if (*known->second == config) return;
    remove_policies(*known->second);
  }
  const auto shared = std::make_shared<const ConnectionConfig>(std::move(config));
  context_->connections[shared->name] = shared;
  for (const ChildConfig& child : shared->children) {
    const auto action = policy_of(child);
    if (action && !child.local_ts.is_dynamic && !child.remote_ts.is_dynamic)
      context_->outside.offload.add_policy(context_->reqid_of(shared->name, child.name), *action,
                                           child.local_ts, child.remote_ts);
    if (child.start_action == StartAction::kStart && child.mode == ChildMode::kTunnel)
      initiate(child.name, shared->name, [](const Status&) {});
  }
}

void Manager::remove_policies(const ConnectionConfig& config) {
  for (const ChildConfig& child : config.children)
    if (policy_of(child))
      context_->outside.offload.remove_policy(context_->reqid_of(config.name, child.name));
}

Status Manager::unload_connection(const std::string& name) {
  const auto found = context_->connections.find(name);
  if (found == context_->connections.end())
    return fail(ErrorCode::kNotFound, "", "unload: connection '" + name + "' not found");
  remove_policies(*found->second);
  context_->connections.erase(found);
  return {};
}

const Manager::Connections& Manager::connections() const { return context_->connections; }
Credentials& Manager::credentials() { return context_->credentials; }

void Manager::load_pool(PoolConfig pool) {
  const auto found = context_->pools.find(pool.name);
  if (found != context_->pools.end()) return found->second.set_config(std::move(pool));
  const std::string name = pool.name;
  context_->pools.emplace(name, AddressPool(std::move(pool)));
}

Status Manager::unload_pool(const std::string& name) {
  const auto found = context_->pools.find(name);
  if (found == context_->pools.end())
    return fail(ErrorCode::kNotFound, "", "unload: pool '" + name + "' not found");
  const auto leases = found->second.leases();
  if (std::any_of(leases.begin(), leases.end(), [](const auto& lease) { return lease.is_online; }))
    return fail(ErrorCode::kInUse, "", "unload: pool '" + name + "' has addresses in use");
  context_->pools.erase(found);
  return {};
}

std::vector<Manager::PoolState> Manager::pools() const {
  std::vector<PoolState> states;
  for (const auto& [name, pool] : context_->pools) {
    PoolState state{pool.config(), {}};
    for (const auto& lease : pool.leases())
      state.leases.push_back({lease.address, lease.identity, lease.is_online});
    states.push_back(std::move(state));
  }
  return states;
}

/// What an SA that ends had: addresses of pools, inner addresses, its place in the tables.
void Manager::release(IkeSa& sa) {
  for (const auto& [name, address] : sa.facts.leases) {
    const auto found = context_->pools.find(name);
    if (found != context_->pools.end()) found->second.release(address);
  }
  for (const IpAddress& address : sa.facts.local_vips)
    context_->outside.offload.remove_inner_address(address);
  context_->forget_initiator(sa);
}

// ---------------------------------------------------------------- commands

std::shared_ptr<IkeSa> Manager::start_sa(std::shared_ptr<const ConnectionConfig> config,
                                         const Endpoint& own, const Endpoint& peer) {
  Facts facts;
  facts.config = std::move(config);
  facts.role = Role::kInitiator;
  facts.cookies.initiator = fresh_cookie();
  facts.own = own;
  facts.peer = peer;
  const auto sa = std::make_shared<IkeSa>(*context_, std::move(facts));
  context_->sas[sa->own_cookie()] = sa;
  return sa;
}

std::shared_ptr<IkeSa> Manager::renew(IkeSa& old, const Endpoint& own, const Endpoint& peer) {
  const auto known = context_->connections.find(old.facts.config->name);
  const auto config = known == context_->connections.end() ? old.facts.config : known->second;
  const auto fresh = start_sa(config, own, peer);
  fresh->start();
  return fresh;
}

void Manager::initiate(const std::string& child, const std::string& ike, Done done) {
  std::shared_ptr<const ConnectionConfig> config;
  for (const auto& [name, candidate] : context_->connections)
    if ((ike.empty() || ike == name) && (child.empty() || candidate->child(child)) && !config)
      config = candidate;
  if (!config)
    return done(fail(ErrorCode::kNotFound, "",
                     child.empty() ? "IKE_SA config '" + ike + "' not found"
                                   : "CHILD_SA config '" + child + "' not found"));
  // The newest SA of the connection that is up or on its way.
  std::shared_ptr<IkeSa> sa;
  for (const auto& candidate : all(*context_))
    if (candidate->facts.config && candidate->facts.config->name == config->name &&
        !candidate->is_dead() && (candidate->is_established() || candidate->is_initiator()))
      sa = candidate;
  const bool is_new = !sa;
  if (is_new) {
    const auto peer = configured_peer(*config);
    if (!peer && config->remote_names.empty())
      return done(fail(ErrorCode::kBadValue, config->name,
                       "has no address or name in remote_addrs; it can only answer, not initiate"));
    const Endpoint own = configured_own(*config, peer && peer->is_ipv6);
    sa = start_sa(config, own, {peer.value_or(IpAddress{}), config->remote_port});
  }
  if (child.empty()) {
    sa->when_established(std::move(done));
  } else if (is_up(*sa, child)) {
    done({});
  } else {
    sa->add_child(child, std::move(done));
  }
  if (is_new) sa->start();
}

bool Manager::is_up(const IkeSa& sa, const std::string& child) const {
  return std::any_of(sa.children().begin(), sa.children().end(), [&](const auto& other) {
    return other->agreement().name == child && other->state() == ChildState::kInstalled;
  });
}

Manager::Matched Manager::terminate(const SaFilter& filter) {
  Matched matched;
  for (const auto& sa : all(*context_)) {
    if (!fits(filter, *sa)) continue;
    if (!names_child(filter)) {
      ++matched.matches;
      ++matched.terminated;
      sa->terminate("terminated by the operator");
      continue;
    }
    for (ChildSa* child : children_of(*sa)) {
      if (!fits(filter, *child)) continue;
      ++matched.matches;
      ++matched.terminated;
      sa->delete_child(*child);
    }
  }
  return matched;
}

unsigned Manager::rekey(const SaFilter& filter) {
  unsigned matches = 0;
  for (const auto& sa : all(*context_)) {
    if (!fits(filter, *sa)) continue;
    if (!names_child(filter)) {
      ++matches;
      sa->rekey();
      continue;
    }
    for (ChildSa* child : children_of(*sa)) {
      if (!fits(filter, *child) || child->state() != ChildState::kInstalled) continue;
      ++matches;
      sa->rekey_child(*child, RekeyCause::kOperator);
    }
  }
  return matches;
}

void Manager::shutdown() {
  for (const auto& sa : all(*context_)) sa->terminate("the daemon stops");
}

void Manager::on_acquire(std::uint32_t policy_id) {
  for (const auto& [names, reqid] : context_->reqids)
    if (reqid == policy_id) return initiate(names.second, names.first, [](const Status&) {});
}

std::vector<IkeSnapshot> Manager::list(const SaFilter& filter) const {
  std::vector<IkeSnapshot> list;
  for (const auto& sa : all(*context_)) {
    if (!fits(filter, *sa)) continue;
    IkeSnapshot snapshot = sa->snapshot();
    std::erase_if(snapshot.children, [&](const ChildSnapshot& child) {
      return (!filter.child.empty() && child.name != filter.child) ||
             (filter.child_id != 0 && child.unique_id != filter.child_id);
    });
    list.push_back(std::move(snapshot));
  }
  return list;
}

std::size_t Manager::num_half_open() const { return context_->num_half_open; }
ManagerTotals Manager::totals() const {
  ManagerTotals totals;
  for (const auto& [cookie, sa] : context_->sas)
    ++totals.by_state[static_cast<std::size_t>(sa->state())];
  totals.half_open = context_->num_half_open;
  totals.children = context_->child_of_sa.size() / 2;  // an SA each way
  return totals;
}
const ManagerCounters& Manager::counters() const { return context_->counters; }
void Manager::add_observer(Observer* observer) { context_->observers.push_back(observer); }
void Manager::remove_observer(Observer* observer) { std::erase(context_->observers, observer); }

}  // namespace holdfast::ike
