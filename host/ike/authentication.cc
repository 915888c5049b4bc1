// SPDX-License-Identifier: Apache-2.0
#include "ike/authentication.h"

#include <algorithm>

#include "ike/context.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

/// Length of the longest prefix that fits; 0 where anything fits; negative if none does.
int match(const std::vector<Prefix>& prefixes, const IpAddress& address) {
  if (prefixes.empty()) return 0;
  int best = -1;
  for (const Prefix& prefix : prefixes)
    if (prefix.contains(address)) best = std::max(best, static_cast<int>(prefix.length));
  return best;
}

bool is_for(const Certificate& certificate, const Identity& identity) {
  const std::string_view text(reinterpret_cast<const char*>(identity.data.data()),
                              identity.data.size());
  switch (identity.type) {
    case IdType::kAny:
      return true;
    case IdType::kFqdn:
      return certificate.has_dns_name(text);
    case IdType::kUserFqdn:
      return certificate.has_email(text);
    case IdType::kIpv4Addr:
    case IdType::kIpv6Addr: {
      IpAddress address;
      address.is_ipv6 = identity.type == IdType::kIpv6Addr;
      if (identity.data.size() != (address.is_ipv6 ? 16u : 4u)) return false;
      std::copy(identity.data.begin(), identity.data.end(), address.bytes.begin());
      return certificate.has_address(address);
    }
    case IdType::kDerAsn1Dn:
      return certificate.subject_dn() == identity.data ||
             identity.fits({IdType::kDerAsn1Dn, certificate.subject_dn()});
    default:
      return false;
  }
}

std::optional<std::uint16_t> method_of(const Certificate& certificate) {
  if (certificate.key_type() == KeyType::kRsa) return phase1::kAuthRsa;
  switch (certificate.key_bits()) {
    case 256:
      return phase1::kAuthEcdsa256;
    case 384:
      return phase1::kAuthEcdsa384;
    case 521:
      return phase1::kAuthEcdsa521;
    default:
      return std::nullopt;
  }
}

Status refused(std::string place, std::string sentence) {
  return fail(ErrorCode::kRefused, std::move(place), std::move(sentence));
}

bool is_pinned(const ConnectionConfig& config, const Certificate& certificate) {
  return std::any_of(config.remote.certs.begin(), config.remote.certs.end(),
                     [&](const Bytes& data) {
                       const auto pinned = Certificate::parse(data);
                       return pinned && pinned->der() == certificate.der();
                     });
}

/// The peer's certificate: what it sent, among authorities of its chain (RFC 2408, 3.9), or one
/// that we have for its identity.
std::optional<Certificate> peer_certificate(Context& context, const ConnectionConfig& config,
                                            const Proof& proof) {
  for (const Certificate& certificate : proof.certificates)
    if (is_for(certificate, proof.identity)) return certificate;
  for (const Bytes& data : config.remote.certs) {
    auto certificate = Certificate::parse(data);
    if (certificate && is_for(*certificate, proof.identity)) return *certificate;
  }
  for (const Certificate& certificate : context.credentials.certificates())
    if (is_for(certificate, proof.identity)) return certificate;
  if (!proof.certificates.empty()) return proof.certificates.front();
  return std::nullopt;
}

/// Authorities that the connection takes alone; empty if it takes all that are trusted.
Result<std::vector<Certificate>> named_authorities(const ConnectionConfig& config) {
  std::vector<Certificate> authorities;
  for (const Bytes& data : config.remote.cacerts) {
    auto authority = Certificate::parse(data);
    if (!authority) return tl::unexpected(authority.error());
    authorities.push_back(std::move(*authority));
  }
  return authorities;
}

Status check_signature(Context& context, const ConnectionConfig& config, std::uint16_t auth_method,
                       const Proof& proof) {
  if (!proof.signature) return refused("message", "has no signature");
  const auto certificate = peer_certificate(context, config, proof);
  if (!certificate)
    return refused(proof.identity.text(), "sent no certificate, and none is loaded");
  if (method_of(*certificate) != auth_method)
    return refused(certificate->subject_text(), "has another kind of key than was agreed on");
  if (!is_for(*certificate, proof.identity))
    return refused(certificate->subject_text(), "is no certificate of " + proof.identity.text());
  if (!is_pinned(config, *certificate)) {
    const auto named = named_authorities(config);
    if (!named) return tl::unexpected(named.error());
    const Status chain =
        context.credentials.trust().verify(*certificate, proof.certificates, *named);
    if (!chain) return chain;
  }
  return certificate->verify(proof.hash, proof.signature->body);
}

}  // namespace

std::optional<Certificate> own_certificate(Context& context, const ConnectionConfig& config) {
  for (const Bytes& data : config.local.certs) {
    auto certificate = Certificate::parse(data);
    if (certificate && context.credentials.find_key(*certificate)) return *certificate;
  }
  for (const Certificate& certificate : context.credentials.certificates())
    if (is_for(certificate, config.local.id) && context.credentials.find_key(certificate))
      return certificate;
  return std::nullopt;
}

std::vector<Certificate> own_chain(Context& context, const ConnectionConfig& config) {
  constexpr std::size_t kMaxCertificates = 9;  // as many as a peer of ours would verify
  std::vector<Certificate> known;
  for (const Bytes& data : config.local.certs)
    if (auto certificate = Certificate::parse(data)) known.push_back(std::move(*certificate));
  for (const Certificate& certificate : context.credentials.authorities())
    known.push_back(certificate);
  for (const Certificate& certificate : context.credentials.certificates())
    known.push_back(certificate);
  std::vector<Certificate> chain;
  auto next = own_certificate(context, config);
  while (next && chain.size() < kMaxCertificates) {
    chain.push_back(std::move(*next));
    next.reset();
    for (const Certificate& issuer : known)
      if (!next && issuer.is_ca() && !issuer.is_self_issued() &&
          chain.back().may_be_issued_by(issuer))
        next = issuer;
  }
  return chain;
}

Identity own_identity(Context& context, const ConnectionConfig& config, const IpAddress& own) {
  if (!config.local.id.is_any()) return config.local.id;
  if (config.local.method == AuthMethod::kPubkey)
    if (const auto certificate = own_certificate(context, config))
      return {IdType::kDerAsn1Dn, certificate->subject_dn()};
  return Identity::of_address(own);
}

Result<std::vector<std::uint16_t>> auth_methods(Context& context, const ConnectionConfig& config) {
  if (config.local.method == AuthMethod::kPsk) return std::vector{phase1::kAuthPsk};
  const auto certificate = own_certificate(context, config);
  if (!certificate)
    return fail(ErrorCode::kNotFound, config.name,
                "has no certificate with a private key for " + config.local.id.text());
  const auto method = method_of(*certificate);
  if (!method)
    return fail(ErrorCode::kUnsupported, certificate->subject_text(),
                "has a key on a curve that "
                "IKEv1 has no method for (RFC 4754)");
  return std::vector{*method};
}

const SecretBytes* secret_for(Context& context, const ConnectionConfig& config, const Endpoint& own,
                              const Endpoint& peer) {
  const Identity local =
      config.local.id.is_any() ? Identity::of_address(own.address) : config.local.id;
  return context.credentials.find_shared(local, config.remote.id,
                                         Identity::of_address(peer.address));
}

Status check_proof(Context& context, const ConnectionConfig& config, std::uint16_t auth_method,
                   const Proof& proof) {
  if (!config.remote.id.fits(proof.identity))
    return refused(proof.identity.text(),
                   "is not " + config.remote.id.text() + ", whom the configuration expects");
  if (auth_method != phase1::kAuthPsk) return check_signature(context, config, auth_method, proof);
  if (!proof.hash_payload) return refused("message", "has no HASH payload");
  if (is_equal_in_constant_time(proof.hash, proof.hash_payload->body)) return {};
  return fail(ErrorCode::kBadValue, proof.identity.text(),
              "does not prove itself; the pre-shared keys of the two ends differ, probably");
}

std::vector<std::shared_ptr<const ConnectionConfig>> candidates(const Context& context,
                                                                const Endpoint& own,
                                                                const Endpoint& peer) {
  std::vector<std::pair<int, std::shared_ptr<const ConnectionConfig>>> found;
  for (const auto& [name, config] : context.connections) {
    const int local = match(config->local_addrs, own.address);
    int remote = match(config->remote_addrs, peer.address);
    // What a name stands for today is not asked: its owner proves who it is.
    if (!config->remote_names.empty()) remote = std::max(remote, 0);
    if (local >= 0 && remote >= 0) found.emplace_back(local + remote, config);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::shared_ptr<const ConnectionConfig>> result;
  for (auto& [score, config] : found) result.push_back(std::move(config));
  return result;
}

}  // namespace holdfast::ike
