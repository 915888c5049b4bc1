// SPDX-License-Identifier: Apache-2.0
// Known failures of IKEv1 daemons with certificates: message 5 with an empty or broken certificate,
// a name that is cut short, a signature of nobody. Each is beside a message 5 that is right.
#include <gtest/gtest.h>

#include "exchange/forger.h"
#include "ike/negotiation.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast::test {
namespace {

using namespace isakmp;

class CertificateFailure : public testing::Test {
 protected:
  CertificateFailure() {
    std::string conf = gateway_conf();
    for (std::size_t at = 0; (at = conf.find("auth = psk", at)) != std::string::npos; ++at)
      conf.replace(at, 10, "auth = pubkey");
    w.responder.load(conf);
    ike::Credentials& credentials = w.responder.manager->credentials();
    const auto gateway_key = make_ec_key("P-256");
    EXPECT_TRUE(credentials.add_authority(issue(spec("CA", true), ca, "CA", ca)));
    EXPECT_TRUE(credentials.add_certificate(issue(spec("gw.lab"), gateway_key, "CA", ca)));
    EXPECT_TRUE(credentials.add_key(private_der(gateway_key)));
  }

  static CertificateSpec spec(const std::string& name, bool is_authority = false) {
    CertificateSpec spec;
    spec.name = name;
    if (is_authority) spec.basic_constraints = "critical,CA:TRUE";
    if (!is_authority) spec.alt_names = "DNS:" + name;
    spec.not_before = 0;
    spec.not_after = 4'000'000'000;  // 2096: whatever the clock of the machine says
    return spec;
  }

  /// Up to message 4 with ECDSA on P-256 (RFC 4754); the keys are there.
  void reach_message_5(Forger& f) {
    f.sai_body = write_sa(ike::offer_phase1({f.proposal}, {phase1::kAuthEcdsa256}, Seconds(14400)));
    f.say(f.main_mode(1, {{PayloadType::kSa, f.sai_body}}));
    f.hear(2, f.answer());
    f.say(f.main_mode(3));
    f.hear(4, f.answer());
    const SecretBytes shared = f.dh->shared_secret(f.peer_public).value();
    f.keys = ike::derive_phase1(
        f.proposal,
        ike::skeyid_signature(f.proposal.hash, f.own_nonce, f.peer_nonce, shared.view()),
        shared.view(), f.cookies);
  }
  static Bytes id_body(IdType type, const Bytes& data) {
    return write_identification({static_cast<std::uint8_t>(type), 0, 0, data});
  }
  Bytes signature(const Forger& f, ByteView id) const {
    return parsed_key(key).sign(ike::hash_i(HashAlgorithm::kSha256, *f.keys, f.dh->public_value(),
                                            f.peer_public, f.cookies, f.sai_body, id));
  }
  /// ID, certificate payload as it is, and a right signature.
  bool is_let_in(const Bytes& id, const std::vector<Bytes>& certificates,
                 std::optional<Bytes> sig = std::nullopt) {
    Forger f(w, Forger::As::kInitiator, 100 + next_++);
    reach_message_5(f);
    ike::Parts parts = {{PayloadType::kIdentification, id}};
    for (const Bytes& body : certificates) parts.emplace_back(PayloadType::kCertificate, body);
    parts.emplace_back(PayloadType::kSignature, sig ? *sig : signature(f, id));
    f.say(f.main_mode(5, parts));
    const bool is_up = !w.responder.events.empty();
    w.responder.manager->terminate({});
    w.time.run_due();
    w.responder.events.clear();
    return is_up;
  }
  Bytes good_certificate() const {
    return write_certificate({kCertX509Signature, issue(spec("client.lab"), key, "CA", ca)});
  }

  World w;
  openssl::KeyPtr ca = make_ec_key("P-256"), key = make_ec_key("P-256");
  const Bytes name = id_body(IdType::kFqdn, {'c', 'l', 'i', 'e', 'n', 't', '.', 'l', 'a', 'b'});

 private:
  unsigned next_ = 0;
};

TEST_F(CertificateFailure, TheForgerCanDoItRight) {
  EXPECT_TRUE(is_let_in(name, {good_certificate()}));
}

// CVE-2017-9023.
TEST_F(CertificateFailure, EmptyOrBrokenCertificate) {
  EXPECT_FALSE(is_let_in(name, {})) << "none";
  for (const Bytes& body :
       {Bytes{}, Bytes{kCertX509Signature}, Bytes{kCertX509Signature, 0x30},
        Bytes{kCertX509Signature, 0x30, 0x00}, Bytes{kCertX509Signature, 0x30, 0x84, 0xff, 0xff},
        Bytes(2000, kCertX509Signature), Bytes{0}, Bytes{kCertCrl}, Bytes{255}}) {
    SCOPED_TRACE(body.size());
    EXPECT_FALSE(is_let_in(name, {body}));
  }
  const Bytes good = good_certificate();
  for (std::size_t size = 1; size < good.size(); size += 37)
    EXPECT_FALSE(
        is_let_in(name, {Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))}))
        << size;
  EXPECT_TRUE(is_let_in(name, {good}));
}

TEST_F(CertificateFailure, CertificateOfAnotherAuthorityOrOfAnotherName) {
  const auto other_ca = make_ec_key("P-256");
  EXPECT_FALSE(is_let_in(
      name,
      {write_certificate({kCertX509Signature, issue(spec("client.lab"), key, "CA", other_ca)})}));
  EXPECT_FALSE(is_let_in(
      name, {write_certificate({kCertX509Signature, issue(spec("mallory.lab"), key, "CA", ca)})}));
  const auto stranger = make_ec_key("P-256");
  EXPECT_FALSE(is_let_in(
      name,
      {write_certificate({kCertX509Signature, issue(spec("client.lab"), stranger, "CA", ca)})}))
      << "somebody else's certificate";
}

// CVE-2006-4339 and others: a signature of every size that is none.
TEST_F(CertificateFailure, SignatureThatIsNone) {
  const Bytes good = good_certificate();
  for (const std::size_t size : {0u, 1u, 63u, 64u, 65u, 128u, 256u})
    for (const std::uint8_t fill : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0xff}})
      EXPECT_FALSE(is_let_in(name, {good}, Bytes(size, fill))) << size << " " << int{fill};
}

// A distinguished name that ends too early, in every way; the configuration wants client.lab.
TEST_F(CertificateFailure, DistinguishedNameTooShort) {
  const Bytes good = good_certificate();
  for (const Bytes& dn : {Bytes{}, Bytes{0x30}, Bytes{0x30, 0x00}, Bytes{0x30, 0x01},
                          Bytes{0x30, 0x80}, Bytes{0x30, 0x02, 0x31}, Bytes{0x30, 0x02, 0x31, 0x00},
                          Bytes{0x31, 0x00}, Bytes{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}}) {
    SCOPED_TRACE(dn.size());
    Bytes id = {static_cast<std::uint8_t>(IdType::kDerAsn1Dn), 0, 0, 0};
    id.insert(id.end(), dn.begin(), dn.end());
    EXPECT_FALSE(is_let_in(id, {good}));
  }
  for (const char* text : {"c", "client", "client.la", "lient.lab"}) {
    const std::string part = text;
    EXPECT_FALSE(is_let_in(id_body(IdType::kFqdn, Bytes(part.begin(), part.end())), {good}))
        << part;
  }
}

}  // namespace
}  // namespace holdfast::test
