// SPDX-License-Identifier: Apache-2.0
#include "exchange/forger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "ike/negotiation.h"

namespace holdfast::test {

using namespace isakmp;

Bytes& body_of(ike::Parts& parts, PayloadType type) {
  for (auto& [this_type, body] : parts)
    if (this_type == type) return body;
  throw std::logic_error("no such payload");
}

void erase(ike::Parts& parts, PayloadType type) {
  std::erase_if(parts, [&](const auto& part) { return part.first == type; });
}

Forger::Forger(World& in, As set_role, std::uint64_t seed)
    : world(in),
      target(set_role == As::kInitiator ? in.responder : in.initiator),
      self(set_role == As::kInitiator ? Endpoint{IpAddress::parse("192.0.2.9").value(), 500}
                                      : in.responder.endpoint),
      role(set_role),
      random(seed),
      name(set_role == As::kInitiator ? "client.lab" : "gw.lab") {
  random.fill(role == As::kInitiator ? cookies.initiator : cookies.responder);
  own_nonce = random.bytes(32);
  quick_nonce = random.bytes(32);
  before_ = world.on_send;
  world.on_send = [this](InFlight& datagram) {
    answers.push_back(datagram);
    return false;
  };
}

void Forger::say(ByteView message, const Endpoint& from) {
  answers.clear();
  Endpoint to = target.endpoint;
  to.port = from.port == 4500 ? 4500 : to.port;
  target.manager->receive(to, from, message);
  world.time.run_due();
}

Bytes Forger::answer() const {
  EXPECT_EQ(answers.size(), 1u);
  return answers.size() == 1 ? answers[0].bytes : Bytes();
}

Header Forger::header(ExchangeType type, std::uint32_t id) const {
  Header header;
  header.initiator_cookie = cookies.initiator;
  header.responder_cookie = cookies.responder;
  header.exchange = type;
  header.message_id = id;
  return header;
}

// ---------------------------------------------------------------- phase 1

ike::Parts Forger::proof() {
  const Bytes id = write_identification(
      {static_cast<std::uint8_t>(IdType::kFqdn), 0, 0, Bytes(name.begin(), name.end())});
  const bool is_initiator = role == As::kInitiator;
  const ByteView own = dh->public_value();
  const Bytes hash =
      is_initiator ? ike::hash_i(proposal.hash, *keys, own, peer_public, cookies, sai_body, id)
                   : ike::hash_r(proposal.hash, *keys, peer_public, own, cookies, sai_body, id);
  return {{PayloadType::kIdentification, id}, {PayloadType::kHash, hash}};
}

ike::Parts Forger::parts(unsigned message) {
  if (message <= 2) {
    if (role == As::kInitiator)
      sai_body = write_sa(ike::offer_phase1({proposal}, {phase1::kAuthPsk}, Seconds(14400)));
    return {{PayloadType::kSa, sai_body},
            {PayloadType::kVendorId, vendor_id(Vendor::kDpd)},
            {PayloadType::kVendorId, vendor_id(Vendor::kFragmentation)}};
  }
  if (message <= 4) {
    if (!dh) dh = DiffieHellman::create(proposal.group).value();
    const ByteView value = dh->public_value();
    return {{PayloadType::kKeyExchange, Bytes(value.begin(), value.end())},
            {PayloadType::kNonce, own_nonce}};
  }
  return proof();
}

Bytes Forger::main_mode(unsigned number, const ike::Parts& with) {
  const Header head = header(ExchangeType::kMainMode, 0);
  if (number < 5) return write_message(head, ike::chain(with));
  const Bytes message = ike::seal(head, ike::chain(with), *keys, iv);
  if (number == 6) last_block = iv;
  return message;
}

void Forger::hear(unsigned number, ByteView message) {
  const Header head = parse_header(message).value();
  const ByteView body = message.subspan(kHeaderBytes);
  if (number == 1) cookies.initiator = head.initiator_cookie;
  if (number == 2) cookies.responder = head.responder_cookie;
  if (number >= 5) {
    ike::unseal(body, *keys, iv).value();
    last_block = iv;
    return;
  }
  const auto payloads = parse_payloads(head.next_payload, body, Padding::kRefused).value();
  const auto copy = [&](PayloadType type) {
    const ByteView view = isakmp::find(payloads, type)->body;
    return Bytes(view.begin(), view.end());
  };
  if (number == 1) sai_body = copy(PayloadType::kSa);
  if (number < 3) return;
  peer_public = copy(PayloadType::kKeyExchange);
  peer_nonce = copy(PayloadType::kNonce);
  if (role == As::kInitiator) derive_keys();
}

void Forger::derive_keys() {
  const SecretBytes shared = dh->shared_secret(peer_public).value();
  const bool is_initiator = role == As::kInitiator;
  const Bytes secret(psk.begin(), psk.end());
  keys = ike::derive_phase1(
      proposal,
      ike::skeyid_psk(proposal.hash, secret, is_initiator ? own_nonce : peer_nonce,
                      is_initiator ? peer_nonce : own_nonce),
      shared.view(), cookies);
  const ByteView own = dh->public_value();
  iv = ike::phase1_iv(proposal, is_initiator ? own : peer_public, is_initiator ? peer_public : own);
}

bool Forger::establish() {
  if (role == As::kInitiator) {
    for (unsigned number = 1; number <= 5; number += 2) {
      say(main_mode(number));
      if (answers.size() != 1) return false;
      hear(number + 1, answer());
    }
    return true;
  }
  target.initiate("net");
  for (unsigned number = 1; number <= 5; number += 2) {
    if (answers.size() != 1) return false;
    hear(number, answer());
    const ike::Parts next = parts(number + 1);
    if (number == 3) derive_keys();
    say(main_mode(number + 1, next));
    self.port = answers.empty() ? self.port : answers[0].to.port;
  }
  return true;
}

// ---------------------------------------------------------------- phase 2

Bytes& Forger::exchange_iv(std::uint32_t id) {
  const auto [found, is_new] = ivs_.try_emplace(id);
  if (is_new) found->second = ike::phase2_iv(proposal, last_block, id);
  return found->second;
}

Bytes Forger::encrypted(ExchangeType type, std::uint32_t id, const ike::Parts& with) {
  return ike::seal(header(type, id), ike::chain(with), *keys, exchange_iv(id));
}

Bytes Forger::hashed(ExchangeType type, std::uint32_t id, const ike::Parts& rest,
                     std::optional<Bytes> hash) {
  if (!hash) hash = ike::hash_phase2(*keys, id, {ike::chain(rest).view()});
  ike::Parts all = {{PayloadType::kHash, *hash}};
  all.insert(all.end(), rest.begin(), rest.end());
  return encrypted(type, id, all);
}

ike::Parts Forger::quick_parts(std::uint32_t spi) {
  const SaPayload offer = ike::offer_phase2({esp}, Spi{spi}, false, Seconds(3600), 0xE);
  const auto id = [](const char* text) {
    return write_identification(ike::id_of(TrafficSelector::parse(text).value()));
  };
  return {{PayloadType::kSa, write_sa(offer)},
          {PayloadType::kNonce, quick_nonce},
          {PayloadType::kIdentification, id("10.1.0.0/16")},
          {PayloadType::kIdentification, id("10.2.0.0/16")}};
}

void Forger::hear_quick(ByteView message) {
  const Opened opened = open(message);
  const Payload* nonce = opened.find(PayloadType::kNonce);
  ASSERT_NE(nonce, nullptr);
  quick_peer_nonce.assign(nonce->body.begin(), nonce->body.end());
}

Bytes Forger::quick_2(std::uint32_t id, const ike::Parts& rest) {
  return hashed(ExchangeType::kQuickMode, id, rest,
                ike::hash_phase2(*keys, id, {quick_peer_nonce, ike::chain(rest).view()}));
}

Bytes Forger::quick_3(std::uint32_t id) {
  return hashed(ExchangeType::kQuickMode, id, {},
                ike::hash_quick_3(*keys, id, quick_nonce, quick_peer_nonce));
}

bool Forger::quick(std::uint32_t id) {
  const std::size_t before = target.offload.sas.size();
  say(quick_1(id));
  if (answers.size() != 1) return false;
  hear_quick(answer());
  say(quick_3(id));
  return target.offload.sas.size() == before + 2;
}

ike::Parts Forger::notify(NotifyType type, const Bytes& data) const {
  Bytes spi(cookies.initiator.begin(), cookies.initiator.end());
  spi.insert(spi.end(), cookies.responder.begin(), cookies.responder.end());
  return {{PayloadType::kNotification, write_notification({Protocol::kIsakmp, spi, type, data})}};
}

ike::Parts Forger::dpd(std::uint32_t sequence) const {
  WireWriter data;
  data.u32(sequence);
  return notify(NotifyType::kDpdAreYouThere, data.take());
}

ike::Parts Forger::delete_ike() const {
  Bytes spi(cookies.initiator.begin(), cookies.initiator.end());
  spi.insert(spi.end(), cookies.responder.begin(), cookies.responder.end());
  return {{PayloadType::kDelete, write_delete({Protocol::kIsakmp, {spi}})}};
}

ike::Parts Forger::delete_esp(const std::vector<std::uint32_t>& spis) {
  Delete payload{Protocol::kEsp, {}};
  for (const std::uint32_t spi : spis) {
    WireWriter writer;
    writer.u32(spi);
    payload.spis.push_back(writer.take());
  }
  return {{PayloadType::kDelete, write_delete(payload)}};
}

Forger::Opened Forger::open(ByteView message) {
  Opened opened;
  const auto head = parse_header(message);
  EXPECT_TRUE(head && head->is_encrypted());
  if (!head || !head->is_encrypted()) return opened;
  opened.header = *head;
  auto plain =
      ike::unseal(message.subspan(kHeaderBytes), *keys, exchange_iv(opened.header.message_id));
  EXPECT_TRUE(plain);
  if (!plain) return opened;
  opened.plain = std::move(*plain);
  auto payloads = parse_payloads(opened.header.next_payload, opened.plain, Padding::kAllowed);
  EXPECT_TRUE(payloads);
  if (payloads) opened.payloads = std::move(*payloads);
  return opened;
}

std::optional<NotifyType> Forger::told(ByteView message) {
  const auto head = parse_header(message);
  if (!head || head->exchange != ExchangeType::kInformational) return std::nullopt;
  Opened opened;
  if (head->is_encrypted())
    opened = open(message);
  else
    opened.payloads =
        parse_payloads(head->next_payload, message.subspan(kHeaderBytes), Padding::kRefused)
            .value();
  const Payload* payload = opened.find(PayloadType::kNotification);
  const auto notification =
      payload ? parse_notification(payload->body) : fail(ErrorCode::kBadFormat, "", "none");
  if (!notification) return std::nullopt;
  return notification->type;
}

}  // namespace holdfast::test
