// SPDX-License-Identifier: Apache-2.0
#include "exchange/world.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace holdfast::test {

// ---------------------------------------------------------------- time

TimerId FakeTime::start(Duration after, std::function<void()> expired) {
  const std::uint64_t id = next_id_++;
  timers_[{now_ + after, id}] = std::move(expired);
  return TimerId{id};
}

void FakeTime::cancel(TimerId id) {
  std::erase_if(timers_, [&](const auto& timer) {
    return timer.first.second == static_cast<std::uint64_t>(id);
  });
}

void FakeTime::advance(Duration duration) {
  const TimePoint end = now_ + duration;
  while (!timers_.empty() && timers_.begin()->first.first <= end) {
    auto timer = timers_.extract(timers_.begin());
    now_ = std::max(now_, timer.key().first);
    timer.mapped()();
  }
  now_ = end;
}

std::optional<Duration> FakeTime::next() const {
  if (timers_.empty()) return std::nullopt;
  return std::max<Duration>(Duration(0), timers_.begin()->first.first - now_);
}

// ---------------------------------------------------------------- offload

bool FakeOffload::is_spi_free(Spi spi) const {
  for (const auto& [id, sa] : sas)
    if (sa.direction == Direction::kInbound && sa.spi == spi) return false;
  return true;
}

Result<PathId> FakeOffload::add_path(const Binding& binding) {
  paths[next_] = binding;
  return PathId{next_++};
}

void FakeOffload::remove_path(PathId path) {
  paths.erase(static_cast<std::uint32_t>(path));
  credits.erase(static_cast<std::uint32_t>(path));
}

Status FakeOffload::rebind(PathId path, const Binding& binding,
                           std::optional<std::uint32_t> credit) {
  const auto id = static_cast<std::uint32_t>(path);
  if (rebind_failures > 0) {
    --rebind_failures;
    return fail(ErrorCode::kTimeout, "fake card", "does not answer");
  }
  paths.at(id) = binding;
  credits.erase(id);
  if (credit) credits[id] = *credit;
  return {};
}

Status FakeOffload::move_sas(std::span<const SaId> moved, PathId path) {
  if (rebind_failures > 0) {
    --rebind_failures;
    return fail(ErrorCode::kTimeout, "fake card", "does not answer");
  }
  for (const SaId sa : moved) sas.at(static_cast<std::uint32_t>(sa)).path = path;
  return {};
}

Result<SaId> FakeOffload::add_sa(SaRequest request) {
  if (failures > 0) {
    --failures;
    return fail(ErrorCode::kFull, "fake card", "has no row left");
  }
  const SaConfig& config = request.config;
  Bytes key(config.key.view().begin(), config.key.view().end());
  key.insert(key.end(), config.salt.view().begin(), config.salt.view().end());
  EXPECT_TRUE(paths.contains(static_cast<std::uint32_t>(request.path)));
  sas[next_] = {config.direction, config.spi,    config.suite,  std::move(key),
                request.path,     request.local, request.remote};
  return SaId{next_++};
}

void FakeOffload::remove_sa(SaId sa) {
  EXPECT_EQ(sas.erase(static_cast<std::uint32_t>(sa)), 1u) << "removed twice, or never added";
}

SaUsage FakeOffload::query_sa(SaId sa) {
  const auto last = last_packets.find(static_cast<std::uint32_t>(sa));
  if (last == last_packets.end()) return {};
  const auto idle = std::chrono::duration_cast<std::chrono::seconds>(clock->now() - last->second);
  return {.idle_seconds = idle.count()};
}

const FakeOffload::Sa* FakeOffload::find(Direction direction, Spi spi) const {
  for (const auto& [id, sa] : sas)
    if (sa.direction == direction && sa.spi == spi) return &sa;
  return nullptr;
}

std::size_t FakeOffload::count(Direction direction) const {
  std::size_t count = 0;
  for (const auto& [id, sa] : sas) count += sa.direction == direction;
  return count;
}

// ---------------------------------------------------------------- ends

End::End(World& in, std::string set_name, Endpoint set_endpoint, std::uint64_t seed,
         const ike::Settings& settings)
    : world(in), name(std::move(set_name)), endpoint(set_endpoint), random(seed) {
  manager = std::make_unique<ike::Manager>(
      ike::Manager::Outside{world.time, world.time, *this, random, offload, *this}, settings);
  manager->add_observer(this);
}

void End::load(const std::string& text, const std::string& psk) {
  const auto tree = parse_config(text, "test.conf");
  ASSERT_TRUE(tree) << tree.error().text();
  for (const Section& section : tree->sections) {
    auto config = read_connection(section);
    ASSERT_TRUE(config) << config.error().text();
    manager->load_connection(std::move(*config));
  }
  const Bytes secret(psk.begin(), psk.end());
  manager->credentials().add_shared({"psk", SecretBytes(secret), {}});
}

void End::initiate(const std::string& child) {
  outcome.reset();
  manager->initiate(child, "", [this](const Status& status) {
    EXPECT_FALSE(outcome) << "told twice";
    outcome = status;
  });
}

void End::send(const Endpoint& own, const Endpoint& peer, ByteView message) {
  // The kernel chooses where nobody did.
  const IpAddress from = has(own.address) ? own.address : endpoint.address;
  InFlight datagram{{from, own.port}, peer, Bytes(message.begin(), message.end())};
  ++world.num_sent;
  if (world.on_send && !world.on_send(datagram)) return;
  world.in_flight.push_back(std::move(datagram));
}

bool End::has(const IpAddress& address) const {
  return address == endpoint.address ||
         std::find(more_addresses.begin(), more_addresses.end(), address) != more_addresses.end();
}

void End::log(const ike::LogLine& line) { lines.push_back(line.text); }

void End::on_ike_updown(const ike::IkeSnapshot& sa, bool is_up) {
  events.push_back("ike " + sa.name + (is_up ? " up" : " down"));
}
void End::on_child_updown(const ike::IkeSnapshot&, const ike::ChildSnapshot& child, bool is_up) {
  events.push_back("child " + child.name + (is_up ? " up" : " down"));
}
void End::on_child_rekey(const ike::IkeSnapshot&, const ike::ChildSnapshot& old_child,
                         const ike::ChildSnapshot&) {
  events.push_back("child " + old_child.name + " rekeyed");
}

ike::IkeSnapshot End::only_sa() const {
  const auto all = sas();
  EXPECT_EQ(all.size(), 1u) << name;
  return all.empty() ? ike::IkeSnapshot{} : all[0];
}

// ---------------------------------------------------------------- network

World::World(std::uint64_t seed, const ike::Settings& settings)
    : initiator(*this, "initiator", {IpAddress::parse("192.0.2.1").value(), 500}, seed, settings),
      responder(*this, "responder", {IpAddress::parse("198.51.100.1").value(), 500}, seed + 1000,
                settings) {}

bool World::deliver() {
  if (in_flight.empty()) return false;
  const InFlight datagram = std::move(in_flight.front());
  in_flight.pop_front();
  for (End* end : {&initiator, &responder})
    if (end->has(datagram.to.address))
      end->manager->receive(datagram.to, datagram.from, datagram.bytes);
  time.run_due();
  return true;
}

void World::settle() {
  for (unsigned i = 0; deliver(); ++i) ASSERT_LT(i, 1000u) << "the ends talk for ever";
}

void World::advance(Duration duration) {
  const TimePoint end = time.now() + duration;
  settle();
  while (const auto next = time.next()) {
    if (time.now() + *next > end) break;
    time.advance(*next);
    settle();
  }
  time.advance(end - time.now());
  settle();
}

// ---------------------------------------------------------------- configurations

std::string client_conf(const std::string& more, const std::string& child_more) {
  return "t {\n version = 1\n remote_addrs = 198.51.100.1\n proposals = "
         "aes128-sha256-curve25519\n" +
         more +
         "\n local {\n auth = psk\n id = client.lab\n }\n remote {\n auth = psk\n id = gw.lab\n }\n"
         " children {\n net {\n local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n"
         " esp_proposals = aes128gcm16\n" +
         child_more + "\n }\n }\n}\n";
}

std::string gateway_conf(const std::string& more, const std::string& child_more) {
  return "t {\n version = 1\n local_addrs = 198.51.100.1\n proposals = aes128-sha256-curve25519\n" +
         more +
         "\n local {\n auth = psk\n id = gw.lab\n }\n remote {\n auth = psk\n id = client.lab\n }\n"
         " children {\n net {\n local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n"
         " esp_proposals = aes128gcm16\n" +
         child_more + "\n }\n }\n}\n";
}

std::string check_pair(const World& world) {
  const auto& a = world.initiator.offload;
  const auto& b = world.responder.offload;
  for (const auto* end : {&a, &b})
    if (end->sas.size() != 2 || end->count(Direction::kInbound) != 1)
      return "an end has " + std::to_string(end->sas.size()) + " SAs, not one pair";
  for (const auto* from : {&a, &b}) {
    const auto* to = from == &a ? &b : &a;
    for (const auto& [id, sa] : from->sas) {
      if (sa.direction != Direction::kOutbound) continue;
      const auto* other = to->find(Direction::kInbound, sa.spi);
      if (!other) return "an outbound SPI is nobody's inbound one";
      if (other->key != sa.key || other->suite != sa.suite) return "the keys differ";
      if (other->local != sa.remote || other->remote != sa.local) return "the selectors differ";
    }
  }
  return "";
}

}  // namespace holdfast::test
