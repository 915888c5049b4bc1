// SPDX-License-Identifier: Apache-2.0
#include "exchange/update_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace holdfast::test {

using namespace isakmp;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

std::uint64_t seed_or(std::uint64_t otherwise) {
  const char* text = std::getenv("HOLDFAST_SEED");
  return text ? std::strtoull(text, nullptr, 0) : otherwise;
}

// ---------------------------------------------------------------- machines

Machine::Machine(End& end, std::vector<IpAddress> addresses)
    : end_(end), addresses_(std::move(addresses)), preferred_(addresses_.front()) {
  up_.insert(preferred_.text());
  place();
  end_.manager->set_network(this);
}

std::optional<IpAddress> Machine::source_to(const IpAddress& peer) const {
  if (is_usable(preferred_) && preferred_.is_ipv6 == peer.is_ipv6) return preferred_;
  for (const IpAddress& address : addresses_)
    if (is_usable(address) && address.is_ipv6 == peer.is_ipv6) return address;
  return std::nullopt;
}

void Machine::set_up(const IpAddress& address, bool is_up) {
  if (is_up)
    up_.insert(address.text());
  else
    up_.erase(address.text());
  place();
}

void Machine::place() {
  end_.more_addresses.clear();
  for (const IpAddress& address : addresses_)
    if (is_usable(address)) end_.more_addresses.push_back(address);
  const bool is_there = is_usable(preferred_);
  end_.endpoint.address = is_there                      ? preferred_
                          : end_.more_addresses.empty() ? IpAddress{}
                                                        : end_.more_addresses.front();
}

void Machine::tell() {
  place();
  end_.manager->on_network_change();
}

void Machine::move_to(const IpAddress& address, bool keeps_old) {
  if (!keeps_old) up_.clear();
  up_.insert(address.text());
  prefer(address);
  tell();
}

void Machine::lose_all() {
  up_.clear();
  tell();
}

// ---------------------------------------------------------------- ESP

End* EspTraffic::owner(const IpAddress& address) {
  for (End* end : {&world_.initiator, &world_.responder})
    if (end->has(address)) return end;
  return nullptr;
}

std::optional<EspPacket> EspTraffic::make(End& from, std::size_t bytes) {
  ++counts.sent;
  std::uint32_t id = 0;
  const FakeOffload::Sa* sa = nullptr;
  for (const auto& [this_id, candidate] : from.offload.sas)
    if (candidate.direction == Direction::kOutbound) sa = &candidate, id = this_id;
  if (!sa) return ++counts.no_sa, std::nullopt;
  const auto path = static_cast<std::uint32_t>(sa->path);
  const Binding& binding = from.offload.paths.at(path);
  if (!from.has(binding.own.address)) return ++counts.no_address, std::nullopt;
  if (const auto credit = from.offload.credits.find(path); credit != from.offload.credits.end()) {
    if (credit->second < bytes) {
      ++counts.over_credit;
      if (from.offload.observer) from.offload.observer->on_credit_used_up(sa->path);
      return std::nullopt;
    }
    credit->second -= static_cast<std::uint32_t>(bytes);
  }
  EspPacket packet{binding.own, binding.peer, sa->spi, sa->key, ++next_[{&from, id}], bytes};
  std::uint64_t& highest = highest_used_[packet.key];
  if (packet.sequence <= highest) ++reused;
  highest = std::max(highest, packet.sequence);
  return packet;
}

bool EspTraffic::send(End& from, std::size_t bytes) {
  auto packet = make(from, bytes);
  if (!packet) return false;
  if (on_packet && !on_packet(*packet)) return ++counts.lost, false;
  --counts.sent;
  return put(*packet);
}

bool EspTraffic::put(const EspPacket& packet) {
  ++counts.put;
  End* at = owner(packet.to.address);
  if (at) return receive(*at, packet);
  ++counts.strays;
  auto& [bytes, packets] = diverted[packet.to.address.text()];
  bytes += packet.bytes;
  ++packets;
  return false;
}

bool EspTraffic::receive(End& at, const EspPacket& packet) {
  const auto found =
      std::find_if(at.offload.sas.begin(), at.offload.sas.end(), [&](const auto& entry) {
        return entry.second.direction == Direction::kInbound && entry.second.spi == packet.spi &&
               entry.second.key == packet.key;
      });
  if (found == at.offload.sas.end()) return ++counts.unknown_spi, false;
  const auto [id, sa] = *found;
  auto& seen = seen_[{&at, id}];
  const bool is_highest = seen.empty() || packet.sequence > *seen.rbegin();
  if (!seen.insert(packet.sequence).second) return ++counts.replayed, false;
  ++counts.delivered;
  at.offload.clock = &world_.time;
  at.offload.last_packets[id] = world_.time.now();
  const auto path = static_cast<std::uint32_t>(sa.path);
  if (at.offload.paths.at(path).peer == packet.from) {
    if (const auto credit = at.offload.credits.find(path); credit != at.offload.credits.end())
      credit->second += 3 * static_cast<std::uint32_t>(packet.bytes);
  } else if (is_highest && at.offload.observer) {
    // Where there is no UDP there are no ports.
    at.offload.observer->on_roam(SaId{id}, packet.to, packet.from);
  }
  return true;
}

unsigned EspTraffic::both_ways(unsigned count, std::size_t bytes) {
  unsigned delivered = 0;
  for (unsigned i = 0; i < count; ++i)
    for (End* end : {&world_.initiator, &world_.responder}) delivered += send(*end, bytes);
  return delivered;
}

void EspTraffic::run(Duration duration, Duration every, std::size_t bytes) {
  for (Duration at(0); at < duration; at += every) {
    both_ways(1, bytes);
    world_.advance(every);
  }
}

// ---------------------------------------------------------------- a peer with keys

bool UpdateForger::begin() {
  ike::Parts first = parts(1);
  for (const Vendor vendor : {Vendor::kHoldfast, Vendor::kNatT})
    first.emplace_back(PayloadType::kVendorId, vendor_id(vendor));
  say(main_mode(1, first));
  if (answers.size() != 1) return false;
  hear(2, answer());
  for (unsigned number = 3; number <= 5; number += 2) {
    say(main_mode(number));
    if (answers.size() != 1) return false;
    hear(number + 1, answer());
  }
  return true;
}

AddressUpdate UpdateForger::update(std::uint32_t request_id) {
  AddressUpdate update;
  update.old_address = update.new_address = self.address;
  update.request_id = request_id;
  update.sender = cookies.initiator;
  return update;
}

Bytes UpdateForger::message(NotifyType type, const Bytes& data) {
  return informational(next_id_++, {{PayloadType::kNotification,
                                     write_notification({Protocol::kIsakmp, {}, type, data})}});
}

std::vector<UpdateForger::Told> UpdateForger::all_told() {
  std::vector<Bytes> messages;
  for (const InFlight& datagram : answers) messages.push_back(datagram.bytes);
  if (messages == opened_) return told_;
  opened_ = messages;
  told_.clear();
  for (const InFlight& datagram : answers) {
    const Opened opened = open(datagram.bytes);
    const Payload* payload = opened.find(PayloadType::kNotification);
    const auto notification =
        payload ? parse_notification(payload->body) : fail(ErrorCode::kBadFormat, "", "none");
    if (!notification) continue;
    const auto content = parse_address_update(notification->data);
    if (content) told_.push_back({notification->type, *content, datagram.to});
  }
  return told_;
}

std::uint32_t UpdateForger::spi_at_responder() const {
  for (const auto& [id, sa] : world.responder.offload.sas)
    if (sa.direction == Direction::kInbound) return to_number(sa.spi);
  ADD_FAILURE() << "there is no child";
  return 0;
}

// ---------------------------------------------------------------- a peer that lies

namespace {

ike::Settings settings_of(AddressUpdateConfig::Accept accept) {
  ike::Settings settings;
  settings.address_update.accept = accept;
  return settings;
}

}  // namespace

const Endpoint Liar::there{ip("203.0.113.9"), 500};

Liar::Liar(AddressUpdateConfig::Accept accept) : w(1, settings_of(accept)), forger(w) {
  w.responder.load(gateway_conf());
  EXPECT_TRUE(forger.establish_all());
  EXPECT_EQ(w.responder.offload.paths.size(), 1u);
  home = forger.bound();
}

AddressUpdate Liar::update(std::uint32_t id) {
  AddressUpdate update = forger.update(id);
  update.new_address = there.address;
  return update;
}

void Liar::say(const Bytes& data, const Endpoint& from) {
  const Bytes message = forger.message(NotifyType::kAddressUpdate, data);
  forger.say(message, from);
  std::size_t answered = 0;
  for (const InFlight& answer : forger.answers) answered += answer.bytes.size() + kOuterBytes;
  const std::size_t allowed = 3 * (message.size() + kOuterBytes);
  EXPECT_LE(answered, allowed) << "no more than three times as much back";
  const Endpoint bound = forger.bound();
  const bool is_home = bound.address == home.address;
  EXPECT_TRUE(is_home || bound.address == from.address) << bound.address.text();
  EXPECT_EQ(w.responder.offload.credits.empty(), is_home) << "not proven, so within a credit";
  for (const auto& [path, credit] : w.responder.offload.credits)
    EXPECT_LE(credit + answered, allowed) << "ISAKMP messages count against it";
}

void Liar::expect_home() {
  w.time.advance(std::chrono::seconds(5));
  EXPECT_EQ(forger.bound(), home);
  EXPECT_TRUE(w.responder.offload.credits.empty());
  EXPECT_EQ(w.responder.offload.sas.size(), 2u);
}

std::optional<UpdateReason> Liar::refusal() {
  const auto told = forger.all_told();
  if (told.size() != 1 || told[0].type != NotifyType::kAddressUpdateNack) return std::nullopt;
  return told[0].content.reason;
}

}  // namespace holdfast::test
