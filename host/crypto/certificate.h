// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hash.h"

namespace holdfast {

enum class KeyType : std::uint8_t { kRsa, kEcdsa };

/// An X.509 certificate. Copies share it.
class Certificate {
 public:
  /// DER, or PEM with one certificate. Errors: kBadFormat, kUnsupported (neither RSA of 2048 to
  /// 8192 bits nor ECDSA on P-256, P-384 or P-521).
  static Result<Certificate> parse(ByteView data);

  const Bytes& der() const { return *der_; }
  KeyType key_type() const;
  /// Of the RSA modulus, or 256, 384, 521 for the curve.
  unsigned key_bits() const;
  /// The hash that the signature method is bound to: HASH_I and HASH_R are then its HMAC, not the
  /// negotiated prf, keyed with the SKEYID that the negotiated prf made (RFC 2409, 5.1). ECDSA:
  /// SHA-256, SHA-384, SHA-512 by curve (RFC 4754, 3). RSA: none.
  std::optional<HashAlgorithm> signature_hash() const;
  /// DER of the subject and the issuer, as an ID payload and a certificate request have it.
  Bytes subject_dn() const;
  Bytes issuer_dn() const;
  /// "C=CH, O=Lab, CN=gw.lab".
  std::string subject_text() const;
  bool is_ca() const;
  bool is_self_issued() const { return subject_dn() == issuer_dn(); }
  /// Names and key identifiers fit (RFC 5280, 4.2.1.1); no signature is verified.
  bool may_be_issued_by(const Certificate& issuer) const;
  /// SHA-1 of the public key's bit string, 40 hex digits: the id of load-key in vici.
  std::string key_id() const;
  /// A name in subjectAltName of the kind, exact for addresses and mail, case-insensitive for DNS.
  bool has_dns_name(std::string_view name) const;
  bool has_email(std::string_view name) const;
  bool has_address(const IpAddress& address) const;

  /// Verifies `signature` over `hash`, which is HASH_I or HASH_R and is not hashed again. RSA signs
  /// it with PKCS#1 padding and without a digest identifier (RFC 2409, 5.1; padding is checked to
  /// its end, the size must be that of the modulus). ECDSA takes it for the digest of the method,
  /// see signature_hash(), and the signature is r | s, each of the size of the curve's order
  /// (RFC 4754, 7). `hash` must not be empty. Errors: kBadValue, also for a hash of another size
  /// than the curve wants.
  Status verify(ByteView hash, ByteView signature) const;

  struct Native;
  const Native& native() const { return *native_; }

 private:
  Certificate(std::shared_ptr<const Native> native, std::shared_ptr<const Bytes> der);
  std::shared_ptr<const Native> native_;
  std::shared_ptr<const Bytes> der_;
};

/// A private key; never printed, never leaves.
class PrivateKey {
 public:
  /// PEM or DER, unencrypted: PKCS#1, SEC 1, PKCS#8. A signature is made and verified, so that a
  /// damaged key shows here. Errors: kBadFormat, kUnsupported (see Certificate; also encrypted).
  static Result<PrivateKey> parse(ByteView data);
  KeyType type() const;
  unsigned bits() const;
  std::optional<HashAlgorithm> signature_hash() const;
  std::string key_id() const;
  bool matches(const Certificate& certificate) const;
  /// The counterpart of Certificate::verify; a hash of the wrong size is a fault of the caller.
  Bytes sign(ByteView hash) const;

  struct Native;

 private:
  explicit PrivateKey(std::shared_ptr<const Native> native);
  std::shared_ptr<const Native> native_;
};

/// Certificate authorities and revocation lists that chains are checked against.
class TrustStore {
 public:
  TrustStore();
  ~TrustStore();
  TrustStore(TrustStore&&) noexcept;
  TrustStore& operator=(TrustStore&&) noexcept;

  void add_authority(const Certificate& certificate);
  /// Trusts these and no others; lists stay.
  void set_authorities(const std::vector<Certificate>& certificates);
  /// DER or PEM. With a list of an issuer its certificates are checked against it, and a list that
  /// is out of date refuses them. A newer list stands for an older one of the same issuer, key and
  /// distribution point (RFC 5280, 5.2.1 and 5.2.5); an older one changes nothing. Errors:
  /// kBadFormat.
  Status add_crl(ByteView data);
  /// Forgets the lists of those that are not trusted.
  void drop_foreign_crls();
  std::size_t num_crls() const;
  /// Seconds since 1970 that validity is judged by, instead of the system's clock: for tests.
  void set_verification_time(std::int64_t seconds);
  /// Subjects of the authorities, for certificate requests.
  std::vector<Bytes> authority_dns() const;
  /// Chain from `certificate` by way of `others` to a self-signed authority, valid now, not
  /// revoked, and a key usage that allows signatures or none at all (RFC 4945, 5.1.3.2). If `among`
  /// is not empty, the chain has one of its authorities. Keys and
  /// signatures of the chain have at least 112 bits of strength: no SHA-1. Extended key usage is
  /// not looked at, because certificates for servers are used for gateways too.
  /// Errors: kRefused, with the reason as a sentence and, as the place, the subject of the
  /// certificate of the chain that is at fault.
  Status verify(const Certificate& certificate, const std::vector<Certificate>& others,
                const std::vector<Certificate>& among = {}) const;

 private:
  struct Store;
  std::unique_ptr<Store> store_;
};

}  // namespace holdfast
