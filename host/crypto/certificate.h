// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
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
  /// DER, or PEM with one certificate. Errors: kBadFormat, kUnsupported (neither RSA nor ECDSA).
  static Result<Certificate> parse(ByteView data);

  const Bytes& der() const { return *der_; }
  KeyType key_type() const;
  unsigned key_bits() const;
  /// DER of the subject and the issuer, as an ID payload and a certificate request have it.
  Bytes subject_dn() const;
  Bytes issuer_dn() const;
  /// "C=CH, O=Lab, CN=gw.lab".
  std::string subject_text() const;
  bool is_ca() const;
  /// SHA-1 of the public key's bit string, 40 hex digits: the id of load-key in vici.
  std::string key_id() const;
  /// A name in subjectAltName of the kind, exact for addresses and mail, case-insensitive for DNS.
  bool has_dns_name(std::string_view name) const;
  bool has_email(std::string_view name) const;
  bool has_address(const IpAddress& address) const;

  /// Verifies `signature` over `hash`, which is HASH_I or HASH_R: RSA signs it with PKCS#1 padding
  /// and without a digest identifier (RFC 2409, 5.1), ECDSA as r | s in fixed sizes (RFC 4754, 8).
  /// Padding is checked to its end. Errors: kBadValue.
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
  /// PEM or DER, unencrypted: PKCS#1, SEC 1, PKCS#8. Errors: kBadFormat, kUnsupported.
  static Result<PrivateKey> parse(ByteView data);
  KeyType type() const;
  std::string key_id() const;
  bool matches(const Certificate& certificate) const;
  /// The counterpart of Certificate::verify.
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
  /// DER or PEM. With a list of an issuer its certificates are checked against it, and a list that
  /// is out of date refuses them. Errors: kBadFormat.
  Status add_crl(ByteView data);
  /// Subjects of the authorities, for certificate requests.
  std::vector<Bytes> authority_dns() const;
  /// Chain from `certificate` by way of `others` to an authority, valid now, digital signature
  /// allowed, not revoked. Errors: kRefused, with the reason as a sentence.
  Status verify(const Certificate& certificate, const std::vector<Certificate>& others) const;

 private:
  struct Store;
  std::unique_ptr<Store> store_;
};

}  // namespace holdfast
