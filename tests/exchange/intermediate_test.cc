// SPDX-License-Identifier: Apache-2.0
// Chains of certificates (RFC 2408, 3.9): an end sends what lies between it and the root, and the
// other one, which knows the root alone, verifies it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "exchange/world.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast::test {
namespace {

class Intermediate : public testing::Test {
 protected:
  static CertificateSpec long_lived(const std::string& name, bool is_authority) {
    CertificateSpec spec;
    spec.name = name;
    if (is_authority) spec.basic_constraints = "critical,CA:TRUE";
    if (!is_authority) spec.alt_names = "DNS:" + name;
    spec.not_before = 0;
    spec.not_after = 4'000'000'000;  // 2096: whatever the clock of the machine says
    return spec;
  }

  Intermediate() : root_der(issue(long_lived("Root", true), root, "Root", root)) {
    std::string name = testing::TempDir() + "holdfast_chain_XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~Intermediate() override { std::filesystem::remove_all(folder); }

  static std::string with_certificates(std::string text) {
    for (std::size_t at = 0; (at = text.find("auth = psk", at)) != std::string::npos; ++at)
      text.replace(at, 10, "auth = pubkey");
    return text;
  }

  /// The end has `depth` authorities of its own between the root and its certificate.
  void give_chain(End& end, const std::string& name, unsigned depth, bool has_them = true) {
    ike::Credentials& credentials = end.manager->credentials();
    ASSERT_TRUE(credentials.add_authority(root_der));
    std::string issuer = "Root";
    openssl::KeyPtr made;
    const openssl::KeyPtr* issuer_key = &root;
    for (unsigned i = 0; i < depth; ++i) {
      openssl::KeyPtr key = make_ec_key("P-256");
      const std::string authority = name + " CA " + std::to_string(i);
      const Bytes der = issue(long_lived(authority, true), key, issuer, *issuer_key);
      // x509ca and x509: either will do.
      if (has_them) {
        const Status status =
            i % 2 == 0 ? credentials.add_authority(der) : credentials.add_certificate(der);
        ASSERT_TRUE(status) << status.error().text();
      }
      issuer = authority;
      made = std::move(key);
      issuer_key = &made;
    }
    const auto key = make_ec_key("P-256");
    ASSERT_TRUE(
        credentials.add_certificate(issue(long_lived(name, false), key, issuer, *issuer_key)));
    ASSERT_TRUE(credentials.add_key(private_der(key)));
  }

  void bring_up() {
    world.initiator.initiate("net");
    world.settle();
    world.advance(std::chrono::seconds(1));
  }
  bool is_up() const {
    return world.initiator.outcome && *world.initiator.outcome && check_pair(world) == "";
  }
  static bool has_line(const End& end, const std::string& part) {
    for (const std::string& line : end.lines)
      if (line.find(part) != std::string::npos) return true;
    return false;
  }

  openssl::KeyPtr root = make_ec_key("P-256");
  Bytes root_der;
  std::filesystem::path folder;
  World world;
};

TEST_F(Intermediate, BothEndsSendTheirChains) {
  world.initiator.load(with_certificates(client_conf()));
  world.responder.load(with_certificates(gateway_conf()));
  give_chain(world.initiator, "client.lab", 1);
  give_chain(world.responder, "gw.lab", 3);
  bring_up();
  EXPECT_TRUE(is_up());
}

TEST_F(Intermediate, AMissingOneIsNamedByWhatIsRefused) {
  world.initiator.load(with_certificates(client_conf()));
  world.responder.load(with_certificates(gateway_conf()));
  give_chain(world.initiator, "client.lab", 1, false);
  give_chain(world.responder, "gw.lab", 0);
  bring_up();
  EXPECT_FALSE(is_up());
  EXPECT_TRUE(has_line(world.responder, "no authority that is trusted issued it"));
}

TEST_F(Intermediate, ConnectionsMayNameTheirAuthorities) {
  const Authority other("Other");
  const std::string path = folder / "ca.der";
  const auto put = [&](const Bytes& der) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(der.data()), static_cast<std::streamsize>(der.size()));
  };
  std::string gateway = with_certificates(gateway_conf());
  const std::string remote = "id = client.lab\n";
  gateway.insert(gateway.find(remote) + remote.size(), " cacerts = " + path + "\n");
  give_chain(world.initiator, "client.lab", 1);
  give_chain(world.responder, "gw.lab", 0);
  world.initiator.load(with_certificates(client_conf()));
  put(other.der);
  world.responder.load(gateway);
  bring_up();
  EXPECT_FALSE(is_up());
  EXPECT_TRUE(has_line(world.responder, "none of the authorities"));
  put(root_der);
  world.responder.load(gateway);
  world.initiator.manager->shutdown();
  world.settle();
  bring_up();
  EXPECT_TRUE(is_up());
}

}  // namespace
}  // namespace holdfast::test
