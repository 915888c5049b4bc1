// SPDX-License-Identifier: Apache-2.0
#include "ike/main_mode_authentication.h"

#include <algorithm>

#include "ike/authentication.h"
#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

HashAlgorithm Authentication::hash_algorithm() const {
  switch (mm_.auth_method_) {
    case phase1::kAuthEcdsa256:
      return HashAlgorithm::kSha256;
    case phase1::kAuthEcdsa384:
      return HashAlgorithm::kSha384;
    case phase1::kAuthEcdsa521:
      return HashAlgorithm::kSha512;
    default:
      return mm_.proposal_.hash;
  }
}

Bytes Authentication::hash_of(bool is_initiator, ByteView id_body) const {
  return (is_initiator ? hash_i : hash_r)(hash_algorithm(), *sa_.keys, mm_.gxi(), mm_.gxr(),
                                          sa_.facts.cookies, mm_.sai_body_, id_body);
}

Result<Parts> Authentication::own_parts() {
  Context& context = sa_.context();
  Facts& facts = sa_.facts;
  const ConnectionConfig& config = *facts.config;
  facts.local_id = own_identity(context, config, facts.own.address);
  const Bytes id_body = write_identification(
      {static_cast<std::uint8_t>(facts.local_id.type), 0, 0, facts.local_id.data});
  const Bytes hash = hash_of(sa_.is_initiator(), id_body);
  Parts parts = {{PayloadType::kIdentification, id_body}};
  if (mm_.auth_method_ == phase1::kAuthPsk) {
    parts.emplace_back(PayloadType::kHash, hash);
  } else {
    const auto chain = own_chain(context, config);
    const PrivateKey* key = chain.empty() ? nullptr : context.credentials.find_key(chain.front());
    if (!key)
      return fail(ErrorCode::kNotFound, config.name, "has lost its certificate or private key");
    // RFC 2408, 3.9: each certificate of the chain in a payload of its own.
    if (config.send_cert == SendCert::kAlways ||
        (config.send_cert == SendCert::kIfAsked && mm_.was_cert_requested_))
      for (const Certificate& certificate : chain)
        parts.emplace_back(PayloadType::kCertificate,
                           write_certificate({kCertX509Signature, certificate.der()}));
    parts.emplace_back(PayloadType::kSignature, key->sign(hash));
  }
  if (sa_.is_initiator() && sa_.is_first_contact())
    parts.emplace_back(
        PayloadType::kNotification,
        write_notification(
            {Protocol::kIsakmp, cookie_pair(facts.cookies), NotifyType::kInitialContact, {}}));
  return parts;
}

/// A responder knew addresses alone; now it knows who it is.
Status Authentication::choose_connection(const Identity& peer) {
  Context& context = sa_.context();
  Facts& facts = sa_.facts;
  if (sa_.is_initiator() || facts.config->remote.id.fits(peer)) return {};
  const SecretBytes* used = mm_.auth_method_ == phase1::kAuthPsk
                                ? secret_for(context, *facts.config, facts.own, facts.peer)
                                : nullptr;
  for (const auto& config : candidates(context, facts.own, facts.peer)) {
    const auto methods = auth_methods(context, *config);
    const bool has_method =
        methods && std::find(methods->begin(), methods->end(), mm_.auth_method_) != methods->end();
    const bool has_proposal = std::find(config->proposals.begin(), config->proposals.end(),
                                        mm_.proposal_) != config->proposals.end();
    if (!has_method || !has_proposal || !config->remote.id.fits(peer)) continue;
    if (used && secret_for(context, *config, facts.own, facts.peer) != used) continue;
    facts.config = config;
    return {};
  }
  return fail(ErrorCode::kRefused, peer.text(), "is nobody whom a connection expects");
}

Status Authentication::check(const std::vector<Payload>& payloads) {
  if (count(payloads, PayloadType::kIdentification) != 1)
    return fail(ErrorCode::kBadFormat, "Main Mode", "does not hold exactly one ID payload");
  const ByteView id_body = find(payloads, PayloadType::kIdentification)->body;
  const auto id = parse_identification(id_body);
  if (!id) return tl::unexpected(id.error());

  if (const Status status = mm_.note_certificate_requests(payloads); !status) return status;
  Proof proof;
  proof.identity = {static_cast<IdType>(id->type), id->data};
  proof.hash = hash_of(!sa_.is_initiator(), id_body);
  proof.hash_payload = find(payloads, PayloadType::kHash);
  proof.signature = find(payloads, PayloadType::kSignature);
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kCertificate) continue;
    const auto part = parse_certificate(payload.body);
    if (!part) return tl::unexpected(part.error());
    if (part->encoding != kCertX509Signature) continue;
    auto certificate = Certificate::parse(part->data);
    if (!certificate) return tl::unexpected(certificate.error());
    proof.certificates.push_back(std::move(*certificate));
  }
  if (const Status status = choose_connection(proof.identity); !status) return status;
  const Status status = check_proof(sa_.context(), *sa_.facts.config, mm_.auth_method_, proof);
  if (!status) return status;
  sa_.facts.remote_id = proof.identity;
  const bool is_new_start = std::ranges::any_of(payloads, [](const Payload& payload) {
    const auto notification = payload.type == PayloadType::kNotification
                                  ? parse_notification(payload.body)
                                  : fail(ErrorCode::kNotFound, "", "");
    return notification && notification->type == NotifyType::kInitialContact;
  });
  if (!is_new_start && sa_.is_unwanted_second())
    return fail(ErrorCode::kRefused, proof.identity.text(),
                "has a connection from elsewhere, and the configuration keeps that");
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kNotification) continue;
    const auto notification = parse_notification(payload.body);
    if (notification && notification->type == NotifyType::kInitialContact) sa_.on_initial_contact();
  }
  return {};
}

}  // namespace holdfast::ike
