// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/connection.h"
#include "crypto/certificate.h"

namespace holdfast::ike {

/// Where something was loaded from. What came from several places stays until none of them has it.
enum class Origin : std::uint8_t {
  kCommand = 1,    ///< vici
  kFile = 2,       ///< The configuration and the folders beside it.
  kAuthority = 4,  ///< Its section `authorities`, which is no credential: clear() leaves it.
};

/// Secrets, keys and certificates that the configuration loaded.
class Credentials {
  template <typename T>
  struct Loaded {
    T item;
    unsigned origins = 0;  ///< Of Origin.
  };
  template <typename T>
  using List = std::vector<Loaded<T>>;
  template <typename T>
  static std::vector<std::reference_wrapper<const T>> items_of(const List<T>& list) {
    // No std::views: clang 14, which builds the fuzz targets, does not take those of GCC 12.
    std::vector<std::reference_wrapper<const T>> items;
    for (const Loaded<T>& loaded : list) items.emplace_back(loaded.item);
    return items;
  }

 public:
  /// Adds, or replaces the one of the same id.
  void add_shared(SharedSecret secret, Origin origin = Origin::kCommand);
  /// An unknown id is no error.
  void remove_shared(const std::string& id);
  std::vector<std::string> shared_ids() const;
  /// The secret for the two, the one with most owners that fit first; before identities are known
  /// (Main Mode with PSK, RFC 2409, 5.4) `remote` is the peer's address and may be %any.
  /// nullptr if there is none.
  const SecretBytes* find_shared(const Identity& local, const Identity& remote,
                                 const Identity& remote_address) const;

  /// Errors: what Certificate and TrustStore say.
  Status add_certificate(ByteView data, Origin origin = Origin::kCommand);
  Status add_authority(ByteView data, Origin origin = Origin::kCommand);
  /// Trusted no more, wherever it came from. Errors: kNotFound; what Certificate says.
  Status remove_authority(ByteView data);
  Status add_crl(ByteView data);
  /// Returns its id. Errors: what PrivateKey says.
  Result<std::string> add_key(ByteView data, Origin origin = Origin::kCommand);
  /// Errors: kNotFound.
  Status remove_key(const std::string& id);
  std::vector<std::string> key_ids() const;
  /// All but what the section `authorities` brought, and the lists of those.
  void clear();
  /// What came from there alone is gone; revocation lists stay until there are newer ones.
  void forget(Origin origin);

  auto certificates() const { return items_of(certificates_); }
  auto authorities() const { return items_of(authorities_); }
  const TrustStore& trust() const { return trust_; }
  /// nullptr if there is none.
  const PrivateKey* find_key(const Certificate& certificate) const;

 private:
  void drop_origins(unsigned origins);

  List<SharedSecret> shared_;
  List<Certificate> certificates_, authorities_;
  List<PrivateKey> keys_;
  TrustStore trust_;
};

}  // namespace holdfast::ike
