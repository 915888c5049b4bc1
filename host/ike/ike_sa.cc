// SPDX-License-Identifier: Apache-2.0
#include "ike/ike_sa.h"

#include <algorithm>

#include "crypto/hash.h"
#include "ike/config_mode.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

constexpr std::size_t kMaxUsedMessageIds = 256, kMaxFinished = 8;
/// Of phase 2, under way at once; what comes beyond comes again later.
constexpr std::size_t kMaxExchanges = 64;
/// Largest ISAKMP message that is sent whole: 1,280 less IPv6, UDP and the non-ESP marker.
constexpr std::size_t kMaxWholeBytes = 1228;

}  // namespace

Bytes cookie_pair(const Cookies& cookies) {
  Bytes both(cookies.initiator.begin(), cookies.initiator.end());
  both.insert(both.end(), cookies.responder.begin(), cookies.responder.end());
  return both;
}

IkeSa::IkeSa(Context& context, Facts set)
    : facts(std::move(set)),
      context_(context),
      unique_id_(context.next_ike_id++),
      settle_timer_(context.outside.timers),
      sibling_timer_(context.outside.timers),
      half_open_timer_(context.outside.timers),
      rekey_timer_(context.outside.timers),
      life_timer_(context.outside.timers),
      dpd_timer_(context.outside.timers),
      keepalive_timer_(context.outside.timers),
      main_mode_timer_(context.outside.timers) {
  main_mode_ = std::make_unique<MainMode>(*this);
  if (facts.role == Role::kInitiator) return;
  is_half_open_ = true;
  first_own_ = facts.own;
  first_peer_ = facts.peer;
  ++context_.num_half_open;
  ++context_.half_open_by_address[first_peer_.address.text()];
  half_open_timer_.start(context_.settings.half_open_timeout,
                         [this] { on_failed("Main Mode was not completed in time"); });
}

IkeSa::~IkeSa() {
  leave_half_open();
  exchanges_.clear();
  children_.clear();
  forget_last_key();
}

void IkeSa::leave_half_open() {
  if (!std::exchange(is_half_open_, false)) return;
  --context_.num_half_open;
  const auto found = context_.half_open_by_address.find(first_peer_.address.text());
  if (--found->second == 0) context_.half_open_by_address.erase(found);
  half_open_timer_.stop();
}

const Cookie& IkeSa::own_cookie() const {
  return is_initiator() ? facts.cookies.initiator : facts.cookies.responder;
}

const Cookie& IkeSa::peer_cookie() const {
  return is_initiator() ? facts.cookies.responder : facts.cookies.initiator;
}

Header IkeSa::header(ExchangeType exchange, std::uint32_t message_id) const {
  Header header;
  header.initiator_cookie = facts.cookies.initiator;
  header.responder_cookie = facts.cookies.responder;
  header.exchange = exchange;
  header.message_id = message_id;
  return header;
}

void IkeSa::log(int level, std::string text) { context_.log("IKE", level, this, std::move(text)); }

// ---------------------------------------------------------------- sending

void IkeSa::transmit(ByteView message) { transmit(message, facts.own, facts.peer); }

void IkeSa::transmit(ByteView message, const Endpoint& own, const Endpoint& peer) {
  if (updates_ && !updates_->other_end.may_send(peer, message.size())) return;
  ++context_.counters.messages_out;
  const bool may_cut = facts.peer_has_fragmentation && facts.config &&
                       facts.config->fragmentation != Fragmentation::kNo &&
                       facts.config->fragmentation != Fragmentation::kAccept;
  if (!may_cut || message.size() <= kMaxWholeBytes) {
    context_.outside.sink.send(own, peer, message);
    return;
  }
  // Fragments go unencrypted, under message ID 0 and the type of the first exchange.
  constexpr std::size_t kPiece = kMaxWholeBytes - kHeaderBytes - 8;
  std::uint8_t number = 0;
  for (std::size_t at = 0; at < message.size(); at += kPiece) {
    const ByteView piece = message.subspan(at, std::min(kPiece, message.size() - at));
    PayloadWriter payloads;
    payloads.add(PayloadType::kFragment,
                 write_fragment({1, ++number, at + kPiece >= message.size(), piece}));
    context_.outside.sink.send(own, peer,
                               write_message(header(ExchangeType::kMainMode, 0), payloads));
  }
}

std::uint32_t IkeSa::fresh_message_id() {
  while (true) {
    const std::uint32_t id = context_.outside.random.u32();
    if (id != 0 && !is_used(id) && !exchanges_.contains(id)) return id;
  }
}

void IkeSa::send_informational(PayloadType type, ByteView body) {
  send_informational(type, body, facts.own, facts.peer);
}

void IkeSa::send_informational(PayloadType type, ByteView body, const Endpoint& own,
                               const Endpoint& peer) {
  if (!keys || last_phase1_block.empty()) return;
  const std::uint32_t id = fresh_message_id();
  remember(id);
  PayloadWriter rest;
  rest.add(type, body);
  PayloadWriter payloads;
  payloads.add(PayloadType::kHash, hash_phase2(*keys, id, {rest.view()}));
  payloads.add(type, body);
  Bytes iv = phase2_iv(keys->proposal, last_phase1_block, id);
  transmit(seal(header(ExchangeType::kInformational, id), payloads, *keys, iv), own, peer);
}

void IkeSa::send_notify_in_clear(NotifyType type) {
  PayloadWriter payloads;
  payloads.add(PayloadType::kNotification, write_notification({Protocol::kIsakmp, {}, type, {}}));
  transmit(write_message(header(ExchangeType::kInformational, fresh_message_id()), payloads));
}

// ---------------------------------------------------------------- receiving

void IkeSa::receive(const Endpoint& own, const Endpoint& peer, ByteView message) {
  if (is_dead_) return;
  const auto keep_alive = shared_from_this();
  const auto head = parse_header(message);
  if (head && head->next_payload == PayloadType::kFragment && !head->is_encrypted())
    return receive_fragment(own, peer, message.subspan(kHeaderBytes));
  receive_whole(own, peer, message);
}

void IkeSa::receive_first(const Endpoint& own, const Endpoint& peer, ByteView message) {
  if (main_mode_ && (main_mode_->awaited() == 1 ||
                     main_mode_->is_duplicate(digest(HashAlgorithm::kSha256, {message}))))
    receive(own, peer, message);
}

void IkeSa::receive_fragment(const Endpoint& own, const Endpoint& peer, ByteView body) {
  const auto payloads = parse_payloads(PayloadType::kFragment, body, Padding::kRefused);
  const auto fragment = payloads && payloads->size() == 1
                            ? parse_fragment(payloads->front().body)
                            : fail(ErrorCode::kBadFormat, "fragment", "is not alone");
  if (!fragments_) fragments_ = std::make_unique<FragmentStore>(context_);
  const auto whole =
      fragment ? fragments_->add(*fragment, is_unproven()) : tl::unexpected(fragment.error());
  if (!whole) {
    ++context_.counters.malformed;
    log(1, "dropping a fragment: " + whole.error().text());
    return;
  }
  if (!*whole) return;
  const auto head = parse_header(**whole);
  // Not again a fragment, and of this SA.
  if (!head || head->next_payload == PayloadType::kFragment ||
      head->initiator_cookie != facts.cookies.initiator) {
    ++context_.counters.malformed;
    return;
  }
  receive_whole(own, peer, **whole);
}

void IkeSa::receive_whole(const Endpoint& own, const Endpoint& peer, ByteView message) {
  const auto head = parse_header(message);
  if (!head) {
    ++context_.counters.malformed;
    return;
  }
  Arrival arrival{own, peer, head->message_id, message, {}};
  arrival_ = &arrival;
  if (head->exchange == ExchangeType::kMainMode)
    receive_main_mode(own, peer, *head, message);
  else
    receive_phase2(own, peer, *head, message);
  arrival_ = nullptr;
}

void IkeSa::receive_main_mode(const Endpoint& own, const Endpoint& peer, const Header& head,
                              ByteView message) {
  const Bytes hash = digest(HashAlgorithm::kSha256, {message});
  if (main_mode_answer_ && main_mode_answer_->digest == hash) {
    ++context_.counters.retransmits_in;
    if (!main_mode_answer_->reply.empty()) transmit(main_mode_answer_->reply);
  }
  if (!main_mode_ || main_mode_->answer_duplicate(hash)) return;
  const Endpoint old_own = facts.own, old_peer = facts.peer;
  const Cookies old_cookies = facts.cookies;
  // Our own message 1 that comes back is no message 2.
  if (is_initiator() &&
      (head.responder_cookie == Cookie{} || head.responder_cookie == facts.cookies.initiator)) {
    ++context_.counters.malformed;
    return;
  }
  if (is_initiator() && main_mode_->awaited() == 2)
    facts.cookies.responder = head.responder_cookie;
  else if (main_mode_->awaited() != 1 && head.responder_cookie != facts.cookies.responder)
    return;
  // The kernel told which address the peer reached; ports move with message 5 (RFC 3947, 4).
  facts.own = own;
  facts.peer = peer;
  const unsigned number = main_mode_->awaited();
  const Status status = main_mode_->receive(head, message);
  if (main_mode_->is_done()) {
    main_mode_answer_ = std::make_unique<MainModeAnswer>();
    *main_mode_answer_ = {hash, main_mode_->take_last_sent()};
    main_mode_.reset();
  }
  if (status || is_dead_) return;
  if (main_mode_->is_fatal()) {
    if (!keys) send_notify_in_clear(NotifyType::kNoProposalChosen);
    return on_failed(status.error().text());
  }
  facts.own = old_own;
  facts.peer = old_peer;
  facts.cookies = old_cookies;
  ++context_.counters.malformed;
  log(1, "dropping message " + std::to_string(number) + " of Main Mode: " + status.error().text());
  if (number == 1) end("message 1 was malformed");  // it leaves no record
}

AddressUpdates& IkeSa::updates() {
  if (!updates_) updates_ = std::make_unique<AddressUpdates>(*this);
  return *updates_;
}

EndpointProbe& IkeSa::probe() {
  if (!probe_) probe_ = std::make_unique<EndpointProbe>(*this);
  return *probe_;
}

bool IkeSa::is_used(std::uint32_t message_id) const {
  return std::find(used_.begin(), used_.end(), message_id) != used_.end();
}

void IkeSa::remember(std::uint32_t message_id) {
  if (is_used(message_id)) return;
  if (used_.size() == kMaxUsedMessageIds) used_.erase(used_.begin());
  // In small steps: there are ten thousand SAs, and few come so far.
  if (used_.size() == used_.capacity()) used_.reserve(used_.size() + 16);
  used_.push_back(message_id);
}

bool IkeSa::answer_duplicate(std::uint32_t message_id, ByteView digest) {
  for (const Finished& finished : finished_) {
    if (finished.message_id != message_id) continue;
    const bool is_same =
        std::equal(digest.begin(), digest.end(), finished.digest.begin(), finished.digest.end());
    ++(is_same ? context_.counters.retransmits_in : context_.counters.replayed);
    // To where the peer is bound: a copy from elsewhere makes nobody a target.
    if (is_same) transmit(finished.reply);
    return true;
  }
  if (!is_used(message_id)) return false;
  ++context_.counters.replayed;
  return true;
}

std::unique_ptr<Exchange> IkeSa::respond(const Header& head) {
  if (head.exchange == ExchangeType::kQuickMode)
    return std::make_unique<QuickModeResponder>(*this, head.message_id);
  if (head.exchange == ExchangeType::kTransaction)
    return std::make_unique<ConfigModeResponder>(*this, head.message_id);
  return nullptr;
}

void IkeSa::receive_phase2(const Endpoint& own, const Endpoint& peer, const Header& head,
                           ByteView message) {
  const bool is_ready = keys && !last_phase1_block.empty();
  if (!head.is_encrypted()) {
    ++context_.counters.unencrypted;
    if (!is_ready && head.exchange == ExchangeType::kInformational)
      note_complaint(head, message.subspan(kHeaderBytes));
    return;
  }
  if (!is_ready || head.message_id == 0 || head.responder_cookie != facts.cookies.responder) {
    ++context_.counters.malformed;
    return;
  }
  const ByteView body = message.subspan(kHeaderBytes);
  const Bytes hash = digest(HashAlgorithm::kSha256, {message});
  arrival_->digest = hash;
  const auto known = exchanges_.find(head.message_id);
  if (known == exchanges_.end() && updates_ && updates_->other_end.on_copy(*arrival_)) return;
  if (known == exchanges_.end() && answer_duplicate(head.message_id, hash)) return;
  if (head.exchange == ExchangeType::kInformational) {
    if (known == exchanges_.end()) receive_informational(head, body);
    return;
  }
  std::unique_ptr<Exchange> fresh;
  Exchange* exchange = known != exchanges_.end() ? known->second.get() : nullptr;
  if (!exchange) {
    if (exchanges_.size() >= kMaxExchanges) {
      ++context_.counters.half_open_refused;
      return;
    }
    fresh = respond(head);
    exchange = fresh.get();
    if (!exchange) {
      ++context_.counters.unsupported_exchange;
      return;
    }
  }
  if (exchange->type() != head.exchange) return;
  if (!exchange->last_digest.empty() && exchange->last_digest == hash) {
    ++context_.counters.retransmits_in;
    if (!exchange->last_sent.empty()) transmit(exchange->last_sent);
    return;
  }
  const Status status = exchange->receive(body);
  if (!status) {
    ++context_.counters.malformed;
    log(1, "dropping a message of phase 2: " + status.error().text());
    return;
  }
  on_authenticated(own, peer);
  exchange->last_digest = hash;
  if (fresh) exchanges_[head.message_id] = std::move(fresh);
  if (exchange->is_done()) finish_exchange(head.message_id);
}

void IkeSa::finish_exchange(std::uint32_t message_id) {
  const auto found = exchanges_.find(message_id);
  if (found == exchanges_.end()) return;
  remember(message_id);
  // Where the peer had the last word, its message ID is enough.
  if (!found->second->last_sent.empty())
    finished_.push_back(
        {message_id, std::move(found->second->last_digest), std::move(found->second->last_sent)});
  if (finished_.size() > kMaxFinished) finished_.erase(finished_.begin());
  // With its SA, which it refers to.
  context_.keep_a_moment(
      std::make_shared<std::pair<std::shared_ptr<IkeSa>, std::unique_ptr<Exchange>>>(
          shared_from_this(), std::move(found->second)));
  exchanges_.erase(found);
}

/// Something that authenticated itself came: the peer lives. Where it came from moves nothing.
void IkeSa::on_authenticated(const Endpoint& own, const Endpoint& peer) {
  heard();
  if (peer != facts.peer && !is_moving()) probe().start(own, peer);
}

}  // namespace holdfast::ike
