// SPDX-License-Identifier: Apache-2.0
// Authorities, certificates and revocation lists for tests, made when they are asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/certificate.h"
#include "crypto/openssl_ptr.h"

namespace holdfast::test {

/// The time of the tests, and a day, in seconds.
inline constexpr std::int64_t kNow = 1'800'000'000;
inline constexpr std::int64_t kDay = 86'400;

/// On "P-256", "P-384", "P-521" or another curve by its name.
openssl::KeyPtr make_ec_key(const char* curve);
openssl::KeyPtr make_rsa_key(unsigned bits, unsigned exponent = 65537);
/// PKCS#8 in DER.
Bytes private_der(const openssl::KeyPtr& key);
Bytes to_pem(const std::string& label, ByteView der);

/// What a certificate says. Extension values are as in an openssl.cnf; empty: not there.
struct CertificateSpec {
  std::string name;  ///< CN; the rest of the DN is "C=CH, O=Lab".
  std::string basic_constraints;
  std::string key_usage;
  std::string alt_names;
  std::int64_t not_before = kNow - kDay;
  std::int64_t not_after = kNow + kDay;
  const char* digest = "SHA256";
  long serial = 1;
};

/// DER, signed with `issuer_key` in the name `issuer_name`.
Bytes issue(const CertificateSpec& spec, const openssl::KeyPtr& key, const std::string& issuer_name,
            const openssl::KeyPtr& issuer_key);

/// An authority with a self-signed certificate.
struct Authority {
  explicit Authority(std::string authority_name, const char* curve = "P-256");

  std::string name;
  openssl::KeyPtr key;
  Bytes der;

  Certificate certificate() const;
  Certificate issue_for(const CertificateSpec& spec, const openssl::KeyPtr& subject_key) const;
  /// A list of revoked serial numbers, in DER.
  Bytes crl(const std::vector<long>& serials, std::int64_t this_update = kNow - kDay,
            std::int64_t next_update = kNow + kDay) const;
};

/// Parses, or fails the test by an exception.
Certificate parsed(ByteView der);
PrivateKey parsed_key(const openssl::KeyPtr& key);

}  // namespace holdfast::test
