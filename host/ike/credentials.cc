// SPDX-License-Identifier: Apache-2.0
#include "ike/credentials.h"

#include <algorithm>

namespace holdfast::ike {
namespace {

/// How well a secret fits two ends: number of owners that fit, 0 for one that fits anybody,
/// negative if it is for somebody else.
int fit(const SharedSecret& secret, const Identity& local, const Identity& remote,
        const Identity& remote_address) {
  if (secret.owners.empty()) return 0;
  int count = 0;
  bool has_remote = false, names_local_alone = true;
  for (const Identity& owner : secret.owners) {
    const bool is_local = owner.fits(local);
    const bool is_remote = (!remote.is_any() && owner.fits(remote)) || owner.fits(remote_address);
    has_remote = has_remote || is_remote;
    names_local_alone = names_local_alone && is_local;
    count += is_local + is_remote;
  }
  // Owners that all mean this end say nothing of the peer.
  if (has_remote || names_local_alone) return count;
  return -1;
}

/// Adds what is not there yet, and notes where it came from.
template <typename List>
void add_once(List& list, const Certificate& certificate, Origin origin) {
  auto known = std::find_if(list.begin(), list.end(), [&](const auto& other) {
    return other.item.der() == certificate.der();
  });
  if (known == list.end()) known = list.insert(list.end(), {certificate, 0});
  known->origins |= static_cast<unsigned>(origin);
}

template <typename List>
void drop(List& list, unsigned origins) {
  std::erase_if(list, [origins](auto& loaded) { return (loaded.origins &= ~origins) == 0; });
}

}  // namespace

void Credentials::add_shared(SharedSecret secret, Origin origin) {
  const auto known = std::find_if(shared_.begin(), shared_.end(),
                                  [&](const auto& other) { return other.item.id == secret.id; });
  const unsigned origins =
      static_cast<unsigned>(origin) | (known == shared_.end() ? 0 : known->origins);
  if (known != shared_.end()) shared_.erase(known);
  shared_.push_back({std::move(secret), origins});
}

void Credentials::remove_shared(const std::string& id) {
  std::erase_if(shared_, [&](const auto& secret) { return secret.item.id == id; });
}

std::vector<std::string> Credentials::shared_ids() const {
  std::vector<std::string> ids;
  for (const SharedSecret& secret : items_of(shared_)) ids.push_back(secret.id);
  return ids;
}

const SecretBytes* Credentials::find_shared(const Identity& local, const Identity& remote,
                                            const Identity& remote_address) const {
  const SharedSecret* best = nullptr;
  int best_fit = -1;
  for (const SharedSecret& secret : items_of(shared_)) {
    const int this_fit = fit(secret, local, remote, remote_address);
    if (this_fit <= best_fit) continue;
    best = &secret;
    best_fit = this_fit;
  }
  return best ? &best->secret : nullptr;
}

Status Credentials::add_certificate(ByteView data, Origin origin) {
  const auto certificate = Certificate::parse(data);
  if (!certificate) return tl::unexpected(certificate.error());
  add_once(certificates_, *certificate, origin);
  return {};
}

Status Credentials::add_authority(ByteView data, Origin origin) {
  const auto certificate = Certificate::parse(data);
  if (!certificate) return tl::unexpected(certificate.error());
  if (!certificate->is_ca())
    return fail(ErrorCode::kBadValue, certificate->subject_text(), "is no CA certificate");
  const std::size_t before = authorities_.size();
  add_once(authorities_, *certificate, origin);
  if (authorities_.size() != before) trust_.add_authority(*certificate);
  return {};
}

Status Credentials::remove_authority(ByteView data) {
  const auto certificate = Certificate::parse(data);
  if (!certificate) return tl::unexpected(certificate.error());
  const auto is_it = [&](const auto& other) { return other.item.der() == certificate->der(); };
  if (std::erase_if(authorities_, is_it) == 0)
    return fail(ErrorCode::kNotFound, certificate->subject_text(), "is no authority here");
  drop_origins(0);
  return {};
}

Status Credentials::add_crl(ByteView data) { return trust_.add_crl(data); }

Result<std::string> Credentials::add_key(ByteView data, Origin origin) {
  auto key = PrivateKey::parse(data);
  if (!key) return tl::unexpected(key.error());
  const std::string id = key->key_id();
  auto known = std::find_if(keys_.begin(), keys_.end(),
                            [&](const auto& other) { return other.item.key_id() == id; });
  if (known == keys_.end()) known = keys_.insert(keys_.end(), {std::move(*key), 0});
  known->origins |= static_cast<unsigned>(origin);
  return id;
}

Status Credentials::remove_key(const std::string& id) {
  if (std::erase_if(keys_, [&](const auto& key) { return key.item.key_id() == id; }) == 0)
    return fail(ErrorCode::kNotFound, id, "key not found");
  return {};
}

std::vector<std::string> Credentials::key_ids() const {
  std::vector<std::string> ids;
  for (const PrivateKey& key : items_of(keys_)) ids.push_back(key.key_id());
  return ids;
}

void Credentials::clear() {
  drop_origins(~static_cast<unsigned>(Origin::kAuthority));
  trust_.drop_foreign_crls();
}

void Credentials::forget(Origin origin) { drop_origins(static_cast<unsigned>(origin)); }

void Credentials::drop_origins(unsigned origins) {
  drop(shared_, origins);
  drop(certificates_, origins);
  drop(authorities_, origins);
  drop(keys_, origins);
  const auto rest = authorities();
  trust_.set_authorities(std::vector<Certificate>(rest.begin(), rest.end()));
}

const PrivateKey* Credentials::find_key(const Certificate& certificate) const {
  for (const auto& key : keys_)
    if (key.item.matches(certificate)) return &key.item;
  return nullptr;
}

}  // namespace holdfast::ike
