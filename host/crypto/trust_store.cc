// SPDX-License-Identifier: Apache-2.0
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "crypto/certificate_native.h"
#include "crypto/pem.h"

namespace holdfast {
namespace {

using openssl::CrlPtr;
using openssl::Deleter;

using StorePtr = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using StackPtr = std::unique_ptr<STACK_OF(X509), FreeStack>;

/// Intermediate authorities of a chain; more is a peer that wants us to work.
constexpr int kMaxIntermediates = 8;
/// 112 bits of strength: RSA of 2048 bits, and no SHA-1 in signatures.
constexpr int kSecurityLevel = 2;

struct Reason {
  int code;
  const char* sentence;
};

constexpr Reason kReasons[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "no authority that is trusted issued it"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
     "its chain does not end at a self-signed authority; load that one too"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, "no authority that is trusted issued it"},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "it is self-signed and no authority"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "its chain ends at an authority that is not trusted"},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, "its issuer did not sign it"},
    {X509_V_ERR_CERT_NOT_YET_VALID, "it is not valid yet; compare the clock of this machine"},
    {X509_V_ERR_CERT_HAS_EXPIRED, "it has expired"},
    {X509_V_ERR_CERT_REVOKED, "its issuer revoked it"},
    {X509_V_ERR_CRL_HAS_EXPIRED, "the revocation list of its issuer is out of date"},
    {X509_V_ERR_CRL_NOT_YET_VALID, "the revocation list of its issuer is not valid yet"},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE, "the revocation list was not signed by its issuer"},
    {X509_V_ERR_INVALID_CA, "it issued a certificate and is no authority"},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, "it issued a certificate and its key usage forbids that"},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, "its path length forbids a chain of this length"},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, "its chain is longer than eight authorities"},
    {X509_V_ERR_EE_KEY_TOO_SMALL, "its key has less than 112 bits of strength"},
    {X509_V_ERR_CA_KEY_TOO_SMALL, "the authority's key has less than 112 bits of strength"},
    {X509_V_ERR_CA_MD_TOO_WEAK, "it is signed with a digest that is broken, such as SHA-1"},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, "it has a critical extension that is not known"},
};

std::string sentence_of(int code) {
  const auto* const found = std::find_if(std::begin(kReasons), std::end(kReasons),
                                         [code](const Reason& r) { return r.code == code; });
  const char* text =
      found == std::end(kReasons) ? X509_verify_cert_error_string(code) : found->sentence;
  return std::string("the certificate is refused: ") + text;
}

Result<CrlPtr> decode_crl(ByteView data) {
  const auto der = openssl::der_of(data, "X509 CRL", "X509 CRL", "the revocation list");
  if (!der) return tl::unexpected(der.error());
  const std::uint8_t* next = der->data();
  CrlPtr crl(d2i_X509_CRL(nullptr, &next, static_cast<long>(der->size())));
  if (crl == nullptr || next != der->data() + der->size()) {
    return fail(ErrorCode::kBadFormat, "",
                "the revocation list is not of its format (RFC 5280, 5.1)");
  }
  return crl;
}

/// Octets of an extension; empty if there is none.
Bytes extension(const X509_CRL* crl, int nid) {
  const int at = X509_CRL_get_ext_by_NID(crl, nid, -1);
  if (at < 0) return {};
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at));
  const std::uint8_t* data = ASN1_STRING_get0_data(value);
  return Bytes(data, data + ASN1_STRING_length(value));
}

/// One takes the place of the other: of one issuer, one key and one part of its certificates.
bool is_same_scope(const X509_CRL* a, const X509_CRL* b) {
  if (X509_NAME_cmp(X509_CRL_get_issuer(a), X509_CRL_get_issuer(b)) != 0) return false;
  for (const int nid :
       {NID_authority_key_identifier, NID_issuing_distribution_point, NID_delta_crl})
    if (extension(a, nid) != extension(b, nid)) return false;
  return true;
}

bool is_older(const X509_CRL* crl, const X509_CRL* than) {
  return ASN1_TIME_compare(X509_CRL_get0_lastUpdate(crl), X509_CRL_get0_lastUpdate(than)) == -1;
}

bool has_one_of(const STACK_OF(X509) * chain, const std::vector<Certificate>& authorities) {
  for (int i = 1; i < sk_X509_num(chain); ++i)
    for (const Certificate& authority : authorities)
      if (X509_cmp(sk_X509_value(chain, i), authority.native().x509.get()) == 0) return true;
  return false;
}

/// RFC 4945, 5.1.3.2: digitalSignature or nonRepudiation, if the extension is there at all.
bool may_sign(X509* x509) {
  constexpr std::uint32_t kAny = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
  return (X509_get_key_usage(x509) & kAny) != 0;  // all bits are set where there is no extension
}

}  // namespace

struct TrustStore::Store {
  StorePtr x509{X509_STORE_new()};
  std::vector<Certificate> authorities;
  std::vector<CrlPtr> lists;
  std::optional<std::time_t> time;

  /// OpenSSL's store gives nothing back, so what is taken away is left out of a new one.
  void rebuild();
  bool has_list_of(const X509_NAME* issuer) const {
    return std::any_of(lists.begin(), lists.end(), [issuer](const CrlPtr& crl) {
      return X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), issuer) == 0;
    });
  }
  StackPtr stack_of(const std::vector<Certificate>& certificates) const;
  void prepare(X509_STORE_CTX* context) const;
  /// Called at each finding: an issuer without a list is none.
  static int judge(int is_ok, X509_STORE_CTX* context);
};

void TrustStore::Store::rebuild() {
  x509.reset(X509_STORE_new());
  HOLDFAST_CHECK(x509 != nullptr);
  for (const Certificate& authority : authorities)
    HOLDFAST_CHECK(X509_STORE_add_cert(x509.get(), authority.native().x509.get()) == 1);
  for (const CrlPtr& crl : lists) HOLDFAST_CHECK(X509_STORE_add_crl(x509.get(), crl.get()) == 1);
}

StackPtr TrustStore::Store::stack_of(const std::vector<Certificate>& certificates) const {
  StackPtr stack(sk_X509_new_null());
  HOLDFAST_CHECK(stack != nullptr);
  for (const Certificate& certificate : certificates) {
    HOLDFAST_CHECK(sk_X509_push(stack.get(), certificate.native().x509.get()) > 0);
  }
  return stack;
}

int TrustStore::Store::judge(int is_ok, X509_STORE_CTX* context) {
  if (is_ok != 0 || X509_STORE_CTX_get_error(context) != X509_V_ERR_UNABLE_TO_GET_CRL) {
    return is_ok;
  }
  const auto* store = static_cast<const Store*>(X509_STORE_CTX_get_app_data(context));
  const X509* certificate = X509_STORE_CTX_get_current_cert(context);
  if (store->has_list_of(X509_get_issuer_name(certificate))) return 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

void TrustStore::Store::prepare(X509_STORE_CTX* context) const {
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_depth(param, kMaxIntermediates);
  X509_VERIFY_PARAM_set_auth_level(param, kSecurityLevel);
  if (time.has_value()) X509_VERIFY_PARAM_set_time(param, *time);
  if (lists.empty()) return;
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  X509_STORE_CTX_set_app_data(context, const_cast<Store*>(this));
  X509_STORE_CTX_set_verify_cb(context, &Store::judge);
}

TrustStore::TrustStore() : store_(std::make_unique<Store>()) {
  HOLDFAST_CHECK(store_->x509 != nullptr);
}
TrustStore::~TrustStore() = default;
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;

void TrustStore::add_authority(const Certificate& certificate) {
  X509* x509 = certificate.native().x509.get();
  HOLDFAST_CHECK(X509_STORE_add_cert(store_->x509.get(), x509) == 1);
  store_->authorities.push_back(certificate);
}

Status TrustStore::add_crl(ByteView data) {
  const openssl::ErrorsForgotten forgotten;
  auto crl = decode_crl(data);
  if (!crl) return tl::unexpected(crl.error());
  auto& lists = store_->lists;
  const auto known = std::find_if(lists.begin(), lists.end(), [&](const CrlPtr& other) {
    return is_same_scope(other.get(), crl->get());
  });
  if (known == lists.end()) {
    HOLDFAST_CHECK(X509_STORE_add_crl(store_->x509.get(), crl->get()) == 1);
    lists.push_back(std::move(*crl));
  } else if (!is_older(crl->get(), known->get())) {
    *known = std::move(*crl);
    store_->rebuild();
  }
  return {};
}

void TrustStore::set_authorities(const std::vector<Certificate>& certificates) {
  store_->authorities = certificates;
  store_->rebuild();
}

void TrustStore::drop_foreign_crls() {
  std::erase_if(store_->lists, [this](const CrlPtr& crl) {
    return std::none_of(store_->authorities.begin(), store_->authorities.end(),
                        [&](const Certificate& authority) {
                          return X509_NAME_cmp(X509_get_subject_name(authority.native().x509.get()),
                                               X509_CRL_get_issuer(crl.get())) == 0;
                        });
  });
  store_->rebuild();
}

std::size_t TrustStore::num_crls() const { return store_->lists.size(); }

void TrustStore::set_verification_time(std::int64_t seconds) { store_->time = seconds; }

std::vector<Bytes> TrustStore::authority_dns() const {
  std::vector<Bytes> out;
  out.reserve(store_->authorities.size());
  for (const Certificate& authority : store_->authorities) out.push_back(authority.subject_dn());
  return out;
}

Status TrustStore::verify(const Certificate& certificate, const std::vector<Certificate>& others,
                          const std::vector<Certificate>& among) const {
  const openssl::ErrorsForgotten forgotten;
  const StackPtr stack = store_->stack_of(others);
  const StoreContextPtr context(X509_STORE_CTX_new());
  X509* x509 = certificate.native().x509.get();
  HOLDFAST_CHECK(context != nullptr &&
                 X509_STORE_CTX_init(context.get(), store_->x509.get(), x509, stack.get()) == 1);
  store_->prepare(context.get());
  if (X509_verify_cert(context.get()) != 1) {
    const X509* culprit = X509_STORE_CTX_get_current_cert(context.get());
    return fail(ErrorCode::kRefused,
                openssl::dn_text(X509_get_subject_name(culprit == nullptr ? x509 : culprit)),
                sentence_of(X509_STORE_CTX_get_error(context.get())));
  }
  if (!among.empty() && !has_one_of(X509_STORE_CTX_get0_chain(context.get()), among)) {
    return fail(ErrorCode::kRefused, certificate.subject_text(),
                "the certificate is refused: its chain has none of the authorities that the "
                "connection names");
  }
  if (!may_sign(x509)) {
    return fail(ErrorCode::kRefused, certificate.subject_text(),
                "the certificate is refused: its key usage allows no signatures");
  }
  return {};
}

}  // namespace holdfast
