// SPDX-License-Identifier: Apache-2.0
#include "ike/main_mode.h"

#include <algorithm>

#include "ike/authentication.h"
#include "ike/ike_sa.h"
#include "ike/main_mode_authentication.h"
#include "ike/negotiation.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

constexpr std::size_t kNonceBytes = 32;
constexpr std::size_t kMinNonceBytes = 8, kMaxNonceBytes = 256;  // RFC 2409, 5
constexpr std::uint16_t kNatPort = 4500;                         // RFC 3947, 4

Status malformed(const char* what) { return fail(ErrorCode::kBadFormat, "Main Mode", what); }

/// The one payload of a type that must be there exactly once.
Result<ByteView> only(const std::vector<Payload>& payloads, PayloadType type, const char* name) {
  if (count(payloads, type) != 1)
    return fail(ErrorCode::kBadFormat, "Main Mode",
                std::string("does not hold exactly one ") + name + " payload");
  return find(payloads, type)->body;
}

}  // namespace

Bytes nat_hash(HashAlgorithm hash, const Cookies& cookies, const Endpoint& endpoint) {
  const std::size_t size = endpoint.address.is_ipv6 ? 16 : 4;
  const std::uint8_t port[2] = {static_cast<std::uint8_t>(endpoint.port >> 8),
                                static_cast<std::uint8_t>(endpoint.port)};
  return digest(hash, {cookies.initiator, cookies.responder,
                       ByteView(endpoint.address.bytes).first(size), ByteView(port)});
}

MainMode::MainMode(IkeSa& sa)
    : sa_(sa), step_(sa.is_initiator() ? Step::kMessage2 : Step::kMessage1), retransmitter_(sa) {}

ByteView MainMode::gxi() const { return sa_.is_initiator() ? dh_->public_value() : peer_public_; }
ByteView MainMode::gxr() const { return sa_.is_initiator() ? peer_public_ : dh_->public_value(); }

Status MainMode::fatal(Error error) {
  is_fatal_ = true;
  return tl::unexpected(std::move(error));
}

void MainMode::gave_up() {
  sa_.on_no_answer("the peer does not answer: message " + std::to_string(awaited()) +
                   " of Main Mode did not come");
}

// ---------------------------------------------------------------- sending

void MainMode::send_in_clear(const Parts& parts, bool is_answered) {
  last_sent_ = write_message(sa_.header(ExchangeType::kMainMode, 0), chain(parts));
  if (is_answered) {
    retransmitter_.start(last_sent_, [this] { gave_up(); });
  } else {
    sa_.transmit(last_sent_);
  }
}

void MainMode::send_encrypted(const Parts& parts, bool is_answered) {
  last_sent_ = seal(sa_.header(ExchangeType::kMainMode, 0), chain(parts), *sa_.keys, iv_);
  if (is_answered) {
    retransmitter_.start(last_sent_, [this] { gave_up(); });
  } else {
    retransmitter_.stop();
    sa_.transmit(last_sent_);
  }
}

bool MainMode::is_duplicate(ByteView digest) const {
  return !last_digest_.empty() &&
         std::equal(digest.begin(), digest.end(), last_digest_.begin(), last_digest_.end());
}

bool MainMode::answer_duplicate(ByteView digest) {
  if (!is_duplicate(digest)) return false;
  ++sa_.context().counters.retransmits_in;
  // Only answers: who waits for one sends by its own timer.
  if (!last_sent_.empty() && !retransmitter_.is_running()) sa_.transmit(last_sent_);
  return true;
}

Parts MainMode::first_parts(const SaPayload& sa) const {
  Parts parts = {{PayloadType::kSa, write_sa(sa)}};
  if (sa_.update_config().accept != AddressUpdateConfig::Accept::kNo)
    parts.emplace_back(PayloadType::kVendorId, vendor_id(Vendor::kHoldfast));
  for (const Vendor vendor : {Vendor::kNatT, Vendor::kDpd})
    parts.emplace_back(PayloadType::kVendorId, vendor_id(vendor));
  if (sa_.facts.config->fragmentation != Fragmentation::kNo)
    parts.emplace_back(PayloadType::kVendorId, vendor_id(Vendor::kFragmentation));
  return parts;
}

void MainMode::start() {
  const ConnectionConfig& config = *sa_.facts.config;
  const auto methods = auth_methods(sa_.context(), config);
  if (!methods) return sa_.on_failed(methods.error().text());
  const SaPayload offer =
      offer_phase1(config.proposals, *methods, config.rekey_time + config.over_time);
  sai_body_ = write_sa(offer);
  send_in_clear(first_parts(offer), true);
}

// ---------------------------------------------------------------- receiving

Status MainMode::receive(const Header& header, ByteView message) {
  const ByteView body = message.subspan(kHeaderBytes);
  is_fatal_ = false;
  if (step_ == Step::kDone) return malformed("is over");
  const bool is_encrypted_due = step_ == Step::kMessage5 || step_ == Step::kMessage6;
  if (header.is_encrypted() != is_encrypted_due)
    return malformed(is_encrypted_due ? "expects an encrypted message" : "expects none encrypted");
  if (header.message_id != 0) return malformed("has message ID 0");
  Status status;
  if (is_encrypted_due) {
    status = receive_encrypted(header, body);
  } else {
    const auto payloads = parse_payloads(header.next_payload, body, Padding::kRefused);
    if (!payloads) return tl::unexpected(payloads.error());
    switch (step_) {
      case Step::kMessage1:
        status = on_message_1(*payloads);
        break;
      case Step::kMessage2:
        status = on_message_2(*payloads);
        break;
      case Step::kMessage3:
        status = on_message_3(*payloads);
        break;
      default:
        status = on_message_4(*payloads);
        break;
    }
  }
  if (status) last_digest_ = digest(HashAlgorithm::kSha256, {message});
  return status;
}

Status MainMode::receive_encrypted(const Header& header, ByteView body) {
  Bytes iv = iv_;
  const auto plain = unseal(body, *sa_.keys, iv);
  if (!plain) return tl::unexpected(plain.error());
  const auto payloads = parse_payloads(header.next_payload, *plain, Padding::kAllowed);
  // A wrong pre-shared key shows here first: what was decrypted is noise.
  if (!payloads)
    return fail(ErrorCode::kBadFormat, "Main Mode",
                "cannot be read after decryption; the pre-shared keys of the two ends differ, "
                "probably");
  std::swap(iv_, iv);
  const Status status =
      step_ == Step::kMessage5 ? on_message_5(*payloads) : on_message_6(*payloads);
  if (!status) iv_ = std::move(iv);
  return status;
}

void MainMode::note_vendors(const Payloads& payloads) {
  Facts& facts = sa_.facts;
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kVendorId) continue;
    const KnownVendor known = recognise_vendor(payload.body);
    facts.peer_has_natt |= known.vendor == Vendor::kNatT;
    facts.peer_has_dpd |= known.vendor == Vendor::kDpd;
    facts.peer_has_fragmentation |= known.vendor == Vendor::kFragmentation;
    if (known.vendor == Vendor::kHoldfast) {
      facts.peer_has_holdfast = true;
      facts.peer_has_attributes = payload.body[17] & 1;
    }
    if (known.vendor != Vendor::kUnknown) sa_.log(2, "peer says: " + std::string(known.name));
  }
}

Status MainMode::on_message_1(const Payloads& payloads) {
  const auto body = only(payloads, PayloadType::kSa, "SA");
  if (!body) return tl::unexpected(body.error());
  if (payloads.front().type != PayloadType::kSa) return malformed("does not begin with SA");
  const auto offer = parse_sa(*body);
  if (!offer) return tl::unexpected(offer.error());

  Context& context = sa_.context();
  Error reason{ErrorCode::kRefused, "", "no connection is configured for these two addresses"};
  for (const auto& config : candidates(context, sa_.facts.own, sa_.facts.peer)) {
    const auto methods = auth_methods(context, *config);
    const auto choice = methods ? choose_phase1(*offer, config->proposals, *methods)
                                : tl::unexpected(methods.error());
    if (!choice) {
      reason = choice.error();
      continue;
    }
    sa_.facts.config = config;
    sai_body_.assign(body->begin(), body->end());
    proposal_ = choice->proposal;
    auth_method_ = choice->auth_method;
    peer_lifetime_ = choice->lifetime;
    note_vendors(payloads);
    step_ = Step::kMessage3;
    send_in_clear(first_parts(choice->reply), false);
    return {};
  }
  return fatal(std::move(reason));
}

Status MainMode::on_message_2(const Payloads& payloads) {
  const auto body = only(payloads, PayloadType::kSa, "SA");
  if (!body) return tl::unexpected(body.error());
  const auto answer = parse_sa(*body);
  if (!answer) return tl::unexpected(answer.error());
  const auto methods = auth_methods(sa_.context(), *sa_.facts.config);
  if (!methods) return fatal(methods.error());
  const auto choice = choose_phase1(*answer, sa_.facts.config->proposals, *methods);
  if (!choice || answer->proposals.size() != 1 || answer->proposals[0].transforms.size() != 1)
    return malformed("holds an answer that was not offered");
  proposal_ = choice->proposal;
  auth_method_ = choice->auth_method;
  peer_lifetime_ = choice->lifetime;
  note_vendors(payloads);

  auto parts = key_exchange_parts();
  if (!parts) return fatal(parts.error());
  step_ = Step::kMessage4;
  send_in_clear(*parts, true);
  return {};
}

Result<Parts> MainMode::key_exchange_parts() {
  auto dh = DiffieHellman::create(proposal_.group);
  if (!dh) return tl::unexpected(dh.error());
  dh_ = std::move(*dh);
  own_nonce_ = sa_.context().outside.random.bytes(kNonceBytes);
  const ByteView own_public = dh_->public_value();
  const ConnectionConfig& config = *sa_.facts.config;
  Parts parts = {{PayloadType::kKeyExchange, Bytes(own_public.begin(), own_public.end())},
                 {PayloadType::kNonce, own_nonce_}};
  if (config.remote.method == AuthMethod::kPubkey && config.send_certreq)
    for (const Bytes& dn : sa_.context().credentials.trust().authority_dns())
      parts.emplace_back(PayloadType::kCertificateRequest,
                         write_certificate({kCertX509Signature, dn}));
  if (sa_.facts.peer_has_natt) {
    const Facts& facts = sa_.facts;
    Endpoint own = facts.own;
    if (config.encap) own.port = 0;  // nobody's: the peer takes us for one behind a NAT
    parts.emplace_back(PayloadType::kNatDiscovery,
                       nat_hash(proposal_.hash, facts.cookies, facts.peer));
    parts.emplace_back(PayloadType::kNatDiscovery, nat_hash(proposal_.hash, facts.cookies, own));
  }
  return parts;
}

Status MainMode::take_key_exchange(const Payloads& payloads) {
  const auto public_value = only(payloads, PayloadType::kKeyExchange, "KE");
  if (!public_value) return tl::unexpected(public_value.error());
  const auto nonce = only(payloads, PayloadType::kNonce, "nonce");
  if (!nonce) return tl::unexpected(nonce.error());
  if (nonce->size() < kMinNonceBytes || nonce->size() > kMaxNonceBytes)
    return malformed("has a nonce of a forbidden size");
  if (public_value->size() != public_value_size(proposal_.group))
    return malformed("has a public value of a wrong size");
  // Our own value that comes back, as in a reflected message.
  if (dh_ && std::ranges::equal(*public_value, dh_->public_value()))
    return malformed("holds our own public value");
  peer_public_.assign(public_value->begin(), public_value->end());
  peer_nonce_.assign(nonce->begin(), nonce->end());
  return note_certificate_requests(payloads);
}

Status MainMode::note_certificate_requests(const Payloads& payloads) {
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kCertificateRequest) continue;
    const auto request = parse_certificate(payload.body);
    if (!request) return tl::unexpected(request.error());
    was_cert_requested_ |= request->encoding == kCertX509Signature;
  }
  return {};
}

/// RFC 3947, 3.2: the first hash is of the receiver, the others are of the sender.
void MainMode::note_nat(const Payloads& payloads) {
  Facts& facts = sa_.facts;
  if (!facts.peer_has_natt || count(payloads, PayloadType::kNatDiscovery) < 2) return;
  const Bytes own = nat_hash(proposal_.hash, facts.cookies, facts.own);
  const Bytes peer = nat_hash(proposal_.hash, facts.cookies, facts.peer);
  bool is_first = true, is_own = false, is_peer = false;
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kNatDiscovery) continue;
    const auto equals = [&](const Bytes& hash) {
      return std::equal(hash.begin(), hash.end(), payload.body.begin(), payload.body.end());
    };
    if (std::exchange(is_first, false))
      is_own = equals(own);
    else
      is_peer |= equals(peer);
  }
  facts.is_nat_local = !is_own || facts.config->encap;
  facts.is_nat_remote = !is_peer;
  if (facts.is_nat_local) sa_.log(1, "this end is behind a NAT");
  if (facts.is_nat_remote) sa_.log(1, "the peer is behind a NAT");
}

Status MainMode::derive_keys() {
  Facts& facts = sa_.facts;
  auto shared = dh_->shared_secret(peer_public_);
  if (!shared) return tl::unexpected(shared.error());
  const bool is_initiator = sa_.is_initiator();
  const ByteView ni = is_initiator ? own_nonce_ : peer_nonce_;
  const ByteView nr = is_initiator ? peer_nonce_ : own_nonce_;
  SecretBytes skeyid;
  if (auth_method_ == phase1::kAuthPsk) {
    const SecretBytes* psk = secret_for(sa_.context(), *facts.config, facts.own, facts.peer);
    if (!psk)
      return fail(ErrorCode::kNotFound, facts.config->name,
                  "has no pre-shared key for the peer at " + facts.peer.address.text());
    skeyid = skeyid_psk(proposal_.hash, psk->view(), ni, nr);
  } else {
    skeyid = skeyid_signature(proposal_.hash, ni, nr, shared->view());
  }
  sa_.keys = derive_phase1(proposal_, std::move(skeyid), shared->view(), facts.cookies);
  if (KeyLog* key_log = sa_.context().outside.key_log)
    key_log->on_isakmp_keys(facts.cookies.initiator, sa_.keys->cipher_key.view());
  iv_ = phase1_iv(proposal_, gxi(), gxr());
  return {};
}

Status MainMode::on_message_3(const Payloads& payloads) {
  if (const Status status = take_key_exchange(payloads); !status) return status;
  auto parts = key_exchange_parts();
  if (!parts) return fatal(parts.error());
  if (const Status status = derive_keys(); !status) return fatal(status.error());
  note_nat(payloads);
  step_ = Step::kMessage5;
  send_in_clear(*parts, false);
  return {};
}

/// RFC 3947, 4: both ports at once. Two ends that know address updates do so without NAT too.
void MainMode::float_ports() {
  Facts& facts = sa_.facts;
  const bool is_wanted = sa_.has_nat() || (facts.peer_has_holdfast && facts.peer_has_natt);
  if (!is_wanted || facts.own.port == kNatPort) return;
  facts.own.port = kNatPort;
  facts.peer.port = kNatPort;
}

Status MainMode::on_message_4(const Payloads& payloads) {
  if (const Status status = take_key_exchange(payloads); !status) return status;
  if (const Status status = derive_keys(); !status) return fatal(status.error());
  note_nat(payloads);
  float_ports();
  auto parts = Authentication(*this).own_parts();
  if (!parts) return fatal(parts.error());
  step_ = Step::kMessage6;
  send_encrypted(*parts, true);
  return {};
}

void MainMode::finish() {
  step_ = Step::kDone;
  sa_.last_phase1_block = iv_;
  sa_.keys->skeyid = {};  // it authenticates Main Mode, and nothing else
  dh_.reset();
  for (Bytes* bytes : {&sai_body_, &peer_public_, &own_nonce_, &peer_nonce_, &iv_}) *bytes = {};
  last_sent_.shrink_to_fit();
  sa_.on_established(peer_lifetime_);
}

Status MainMode::on_message_5(const Payloads& payloads) {
  if (const Status status = Authentication(*this).check(payloads); !status)
    return fatal(status.error());
  auto parts = Authentication(*this).own_parts();
  if (!parts) return fatal(parts.error());
  send_encrypted(*parts, false);
  finish();
  return {};
}

Status MainMode::on_message_6(const Payloads& payloads) {
  if (const Status status = Authentication(*this).check(payloads); !status)
    return fatal(status.error());
  retransmitter_.stop();
  last_sent_ = {};
  finish();
  return {};
}

}  // namespace holdfast::ike
