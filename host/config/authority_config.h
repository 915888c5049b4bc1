// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "config/tree.h"

namespace holdfast {

/// `authorities { NAME { } }`: whom to trust, and where its revocation lists are.
struct AuthorityConfig {
  std::string name;
  Bytes cacert;                       ///< DER or PEM, as it came.
  std::vector<std::string> crl_uris;  ///< "file:///path" each.

  bool operator==(const AuthorityConfig&) const = default;
};

/// Reads one section, of a file or of vici (see connection.h for the difference); `directory` is
/// where `x509ca` is. Lists are not fetched from the network, and OCSP is refused.
AuthorityConfig read_authority(const Section& section, const std::string& directory,
                               std::vector<Error>& errors);
/// The same for vici.
Result<AuthorityConfig> read_authority(const Section& section);

/// What a uri of a revocation list names. Errors: kNotFound (no regular file), kBadValue (over
/// 16 MiB).
Result<Bytes> read_crl_uri(const std::string& uri);

}  // namespace holdfast
