// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/connection.h"
#include "crypto/certificate.h"

namespace holdfast::ike {

/// Secrets, keys and certificates that the configuration loaded.
class Credentials {
 public:
  /// Adds, or replaces the one of the same id.
  void add_shared(SharedSecret secret);
  /// An unknown id is no error.
  void remove_shared(const std::string& id);
  std::vector<std::string> shared_ids() const;
  /// The secret for the two, the one with most owners that fit first; before identities are known
  /// (Main Mode with PSK, RFC 2409, 5.4) `remote` is the peer's address and may be %any.
  /// nullptr if there is none.
  const SecretBytes* find_shared(const Identity& local, const Identity& remote,
                                 const Identity& remote_address) const;

  /// Errors: what Certificate and TrustStore say.
  Status add_certificate(ByteView data);
  Status add_authority(ByteView data);
  Status add_crl(ByteView data);
  /// Returns its id. Errors: what PrivateKey says.
  Result<std::string> add_key(ByteView data);
  /// Errors: kNotFound.
  Status remove_key(const std::string& id);
  std::vector<std::string> key_ids() const;
  void clear();

  const std::vector<Certificate>& certificates() const { return certificates_; }
  const std::vector<Certificate>& authorities() const { return authorities_; }
  const TrustStore& trust() const { return trust_; }
  /// nullptr if there is none.
  const PrivateKey* find_key(const Certificate& certificate) const;

 private:
  std::vector<SharedSecret> shared_;
  std::vector<Certificate> certificates_, authorities_;
  std::vector<Bytes> crls_;
  std::vector<PrivateKey> keys_;
  TrustStore trust_;
};

}  // namespace holdfast::ike
