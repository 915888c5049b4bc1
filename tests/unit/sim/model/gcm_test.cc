// SPDX-License-Identifier: Apache-2.0
#include "model/gcm.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/hex.h"
#include "unit/sim/model/esp_bench.h"

namespace holdfast {
namespace {

using test::Packet;
using Case = std::map<std::string, std::string>;

/// Blocks of `name = value` lines.
std::vector<Case> read_cases(const std::string& name) {
  std::ifstream file(std::string(HOLDFAST_VECTORS) + "/" + name);
  std::vector<Case> cases(1);
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find(" = ");
    if (line.empty() && !cases.back().empty()) cases.emplace_back();
    if (line.starts_with("#") || equals == std::string::npos) continue;
    cases.back()[line.substr(0, equals)] = line.substr(equals + 3);
  }
  if (cases.back().empty()) cases.pop_back();
  return cases;
}

Packet bytes(const Case& c, const std::string& name) { return parse_hex(c.at(name)).value(); }

TEST(Gcm, GivesTheKnownAnswersForEsp) {
  const auto cases = read_cases("gcm.txt");
  ASSERT_EQ(cases.size(), 14u);
  for (const Case& c : cases) {
    SCOPED_TRACE("case " + c.at("case"));
    Packet data = bytes(c, "plaintext");
    model::Gcm gcm;
    const auto icv = gcm.seal(bytes(c, "key"), bytes(c, "nonce"), bytes(c, "aad"), data);
    EXPECT_EQ(hex(data), c.at("ciphertext"));
    EXPECT_EQ(hex(icv), c.at("icv"));
    EXPECT_TRUE(gcm.open(bytes(c, "key"), bytes(c, "nonce"), bytes(c, "aad"), data, icv));
    EXPECT_EQ(hex(data), c.at("plaintext"));
  }
}

TEST(Gcm, SeesOneWrongBitOfTheIcv) {
  const Packet key(16), nonce(12), aad(8);
  Packet data(20, 5);
  model::Gcm gcm;
  auto icv = gcm.seal(key, nonce, aad, data);
  icv[15] ^= 1;
  EXPECT_FALSE(gcm.open(key, nonce, aad, data, icv));
}

/// The same vectors as whole packets. Their next header is 1 (ICMP, transport mode), so a packet
/// whose ICV, AAD and padding are right drops with `next_header`.
TEST(Gcm, KnownAnswersAsPacketsPassTheIcv) {
  unsigned num_checked = 0;
  for (const Case& c : read_cases("gcm.txt")) {
    SCOPED_TRACE("case " + c.at("case"));
    const Packet aad = bytes(c, "aad"), nonce = bytes(c, "nonce");
    const auto spi = static_cast<std::uint32_t>(model::load(aad, 0, 4));
    if (spi < 256) continue;  // reserved: the card refuses the SA
    SaConfig config = test::sa_config(Direction::kInbound);
    config.spi = Spi{spi};
    config.key = SecretBytes(bytes(c, "key"));
    config.suite = config.key.size() == 16   ? Suite::kAes128gcm16
                   : config.key.size() == 24 ? Suite::kAes192gcm16
                                             : Suite::kAes256gcm16;
    config.salt = SecretBytes(std::span(nonce).first(4));
    config.has_esn = aad.size() == 12;
    config.first_sequence = model::load(aad, 4, aad.size() - 4);
    Packet esp(aad.begin(), aad.begin() + 4);
    esp = test::joined(esp, std::span(aad).last(4));
    esp = test::joined(esp, std::span(nonce).last(8));
    esp = test::joined(esp, bytes(c, "ciphertext"));
    esp = test::joined(esp, bytes(c, "icv"));
    test::EspBench bench;
    bench.in = std::move(config);
    bench.install();
    EXPECT_EQ(name_of(bench.inbound(test::raw(esp)).reason), "next_header");
    esp.back() ^= 1;
    test::EspBench other;
    other.in = test::copy_of(bench.in);
    other.install();
    EXPECT_EQ(name_of(other.inbound(test::raw(esp)).reason), "icv");
    ++num_checked;
  }
  EXPECT_GE(num_checked, 12u);
}

}  // namespace
}  // namespace holdfast
