// SPDX-License-Identifier: Apache-2.0
#include "update_talk.h"

#include <algorithm>

#include "fuzz.h"

namespace holdfast::test {

using namespace isakmp;

namespace {

IpAddress address(const char* text) { return IpAddress::parse(text).value(); }

const IpAddress& victim() {
  static const IpAddress kVictim = address("203.0.113.66");
  return kVictim;
}

/// Where messages come from and what is claimed: the peer's own place, two more, and the victim's.
Endpoint place(const Endpoint& self, unsigned number) {
  static const IpAddress kSecond = address("203.0.113.7"), kThird = address("2001:db8::7");
  switch (number % 4) {
    case 0:
      return self;
    case 1:
      return {kSecond, self.port};
    case 2:
      return {kThird, 4500};
    default:
      return {victim(), self.port};
  }
}

/// Of the machine that the target runs on.
IpAddress own_place(const Endpoint& self, unsigned number) {
  const char* const others[] = {"198.51.100.77", "2001:db8::77", "10.0.0.77"};
  return number % 4 == 0 ? self.address : address(others[number % 4 - 1]);
}

}  // namespace

bool UpdateTalk::Machine::is_usable(const IpAddress& own) const {
  return std::find(usable.begin(), usable.end(), own) != usable.end();
}

UpdateTalk::UpdateTalk(World& world, Forger& forger)
    : world_(world), forger_(forger), machine_(forger.target.endpoint.address) {
  forger_.target.manager->set_network(&machine_);
}

UpdateTalk::~UpdateTalk() { forger_.target.manager->set_network(nullptr); }

AddressUpdate UpdateTalk::content(NotifyType type, unsigned index) const {
  const bool is_answer =
      type == NotifyType::kAddressUpdateAck || type == NotifyType::kAddressUpdateNack;
  AddressUpdate update;
  update.old_address = place(forger_.self, index >> 4).address;
  update.new_address = place(forger_.self, index >> 2).address;
  update.request_id = is_answer ? asked_ : (index >> 4 & 7) + 1;
  update.does_old_path_work = index & 0x80;
  update.sender = forger_.role == Forger::As::kInitiator ? forger_.cookies.initiator
                                                         : forger_.cookies.responder;
  if (type == NotifyType::kAddressUpdate) update.padding = index & 0x40 ? 1000 : 0;
  if (type == NotifyType::kAddressUpdateConfirm) {
    update.request_id = challenged_;
    update.response = challenge_;
  }
  if (is_answer && index & 0x40) update.challenge = Bytes(16, 0x5c);
  if (is_answer && index & 0x20) update.observed = place(forger_.self, index >> 2);
  if (type == NotifyType::kAddressUpdateNack)
    update.reason = static_cast<UpdateReason>(index >> 2 & 7);
  return update;
}

void UpdateTalk::say_update(unsigned operation, std::uint32_t id, unsigned index, ByteView bytes) {
  const auto type =
      static_cast<NotifyType>(static_cast<unsigned>(NotifyType::kAddressUpdate) + operation % 4);
  Bytes data = write_address_update(content(type, index));
  if (operation & 4) {
    data.insert(data.end(), bytes.begin(), bytes.end());
  } else {
    // The first byte says where; three in four of these leave the length alone.
    const std::size_t at = bytes.empty() ? 0 : bytes[0];
    for (std::size_t i = 1; i < bytes.size(); ++i) data[(at + i) % data.size()] ^= bytes[i];
    if (at >= 0xC0) data.resize(data.size() * (at & 0x3F) / 0x40);
  }
  const Bytes body = write_notification({Protocol::kIsakmp, {}, type, data});
  forger_.say(forger_.informational(id, {{PayloadType::kNotification, body}}),
              place(forger_.self, index));
}

void UpdateTalk::say_dpd_answer(std::uint32_t id, unsigned index) {
  WireWriter data;
  data.u32(dpd_ + (index >> 2 & 3) - 1);
  forger_.say(forger_.informational(id, forger_.notify(NotifyType::kDpdAck, data.take())),
              place(forger_.self, index));
}

void UpdateTalk::disturb(unsigned what, unsigned index) {
  End& target = forger_.target;
  forger_.answers.clear();
  if (what % 4 == 0) {
    world_.advance(std::chrono::milliseconds(50 * index));
  } else if (what % 4 == 1) {
    const auto& sas = target.offload.sas;
    const Endpoint own = target.endpoint, peer = place(forger_.self, index);
    if (!sas.empty() && target.offload.observer)
      target.offload.observer->on_roam(SaId{sas.begin()->first}, own, peer);
  } else {
    const IpAddress next = own_place(target.endpoint, index);
    if (index & 0x80) machine_.usable.clear();
    machine_.usable.push_back(next);
    machine_.source = index & 0x40 ? std::nullopt : std::optional(next);
    target.manager->on_network_change();
  }
  world_.time.run_due();
}

void UpdateTalk::hear(const InFlight& datagram) {
  const auto head = parse_header(datagram.bytes);
  fuzz::require(head.has_value());
  if (datagram.to.address == victim() || head->exchange != ExchangeType::kInformational ||
      !head->is_encrypted())
    return;
  const Forger::Opened opened = forger_.open(datagram.bytes);
  const Payload* payload = opened.find(PayloadType::kNotification);
  if (!payload) return;
  const auto notification = parse_notification(payload->body);
  fuzz::require(notification.has_value());
  if (notification->type == NotifyType::kDpdAreYouThere)
    dpd_ = WireReader(notification->data).u32();
  const auto update = parse_address_update(notification->data);
  if (notification->type == NotifyType::kAddressUpdate) {
    fuzz::require(update.has_value());
    asked_ = update->request_id;
  }
  if (notification->type != NotifyType::kAddressUpdateAck) return;
  fuzz::require(update.has_value());
  if (!update->challenge) return;
  challenged_ = update->request_id;
  challenge_ = update->challenge;
}

void UpdateTalk::listen() {
  for (const InFlight& datagram : forger_.answers) hear(datagram);
}

void UpdateTalk::check_victim() const {
  const FakeOffload& card = forger_.target.offload;
  for (const auto& [id, binding] : card.paths)
    fuzz::require(binding.peer.address != victim() || card.credits.contains(id));
}

}  // namespace holdfast::test
