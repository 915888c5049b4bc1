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

template <typename T>
bool has_der(const std::vector<T>& list, const Certificate& certificate) {
  return std::any_of(list.begin(), list.end(),
                     [&](const T& other) { return other.der() == certificate.der(); });
}

}  // namespace

void Credentials::add_shared(SharedSecret secret) {
  remove_shared(secret.id);
  shared_.push_back(std::move(secret));
}

void Credentials::remove_shared(const std::string& id) {
  std::erase_if(shared_, [&](const SharedSecret& secret) { return secret.id == id; });
}

std::vector<std::string> Credentials::shared_ids() const {
  std::vector<std::string> ids;
  for (const SharedSecret& secret : shared_) ids.push_back(secret.id);
  return ids;
}

const SecretBytes* Credentials::find_shared(const Identity& local, const Identity& remote,
                                            const Identity& remote_address) const {
  const SharedSecret* best = nullptr;
  int best_fit = -1;
  for (const SharedSecret& secret : shared_) {
    const int this_fit = fit(secret, local, remote, remote_address);
    if (this_fit <= best_fit) continue;
    best = &secret;
    best_fit = this_fit;
  }
  return best ? &best->secret : nullptr;
}

Status Credentials::add_certificate(ByteView data) {
  auto certificate = Certificate::parse(data);
  if (!certificate) return tl::unexpected(certificate.error());
  if (!has_der(certificates_, *certificate)) certificates_.push_back(*certificate);
  return {};
}

Status Credentials::add_authority(ByteView data) {
  auto certificate = Certificate::parse(data);
  if (!certificate) return tl::unexpected(certificate.error());
  if (has_der(authorities_, *certificate)) return {};
  if (!certificate->is_ca())
    return fail(ErrorCode::kBadValue, certificate->subject_text(), "is no CA certificate");
  trust_.add_authority(*certificate);
  authorities_.push_back(*certificate);
  return {};
}

Status Credentials::add_crl(ByteView data) { return trust_.add_crl(data); }

Result<std::string> Credentials::add_key(ByteView data) {
  auto key = PrivateKey::parse(data);
  if (!key) return tl::unexpected(key.error());
  const std::string id = key->key_id();
  std::erase_if(keys_, [&](const PrivateKey& other) { return other.key_id() == id; });
  keys_.push_back(std::move(*key));
  return id;
}

Status Credentials::remove_key(const std::string& id) {
  if (std::erase_if(keys_, [&](const PrivateKey& key) { return key.key_id() == id; }) == 0)
    return fail(ErrorCode::kNotFound, id, "key not found");
  return {};
}

std::vector<std::string> Credentials::key_ids() const {
  std::vector<std::string> ids;
  for (const PrivateKey& key : keys_) ids.push_back(key.key_id());
  return ids;
}

void Credentials::clear() { *this = Credentials(); }

const PrivateKey* Credentials::find_key(const Certificate& certificate) const {
  for (const PrivateKey& key : keys_)
    if (key.matches(certificate)) return &key;
  return nullptr;
}

}  // namespace holdfast::ike
