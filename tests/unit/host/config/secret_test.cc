// SPDX-License-Identifier: Apache-2.0
// Secrets of a file and of vici: secret_reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.h"
#include "unit/host/config/section_maker.h"

namespace holdfast {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string secret_hex(const std::string& text) {
  const auto secret = read_shared_secret(section_of("ike-1", "secret = " + text));
  return secret ? hex(secret->secret.view()) : secret.error().text();
}

TEST(SharedSecret, ReadsTextHexAndBase64) {
  EXPECT_EQ(secret_hex("abc"), "616263");
  EXPECT_EQ(secret_hex("\"a b, c\""), "6120622c2063");
  EXPECT_EQ(secret_hex("0x0102ff"), "0102ff");
  EXPECT_EQ(secret_hex("0xabc"), "0abc");
  EXPECT_EQ(secret_hex("\"0x01\""), "01");
  EXPECT_EQ(secret_hex("0sAQL/"), "0102ff");
}

TEST(SharedSecret, RefusesBadDigitsWithoutShowingThem) {
  for (const char* text : {"0x0g", "0x", "0sA*==", "0s", "0sAQIDB", "\"\""}) {
    EXPECT_THAT(secret_hex(text), HasSubstr("/etc/s.conf:2: invalid value for: secret")) << text;
    EXPECT_THAT(secret_hex(text), Not(HasSubstr(text))) << text;
  }
}

TEST(SharedSecret, EveryKeyThatBeginsWithIdIsAnOwner) {
  const auto secret = read_shared_secret(
      section_of("ike-1", "secret = x\nid = gw.lab\nid-2 = \"C=CH, CN=y\"\nidb = 10.0.0.1"));
  ASSERT_TRUE(secret) << secret.error().text();
  EXPECT_EQ(secret->id, "ike-1");
  ASSERT_EQ(secret->owners.size(), 3u);
  EXPECT_EQ(secret->owners[1].text(), "C=CH, CN=y");
  EXPECT_EQ(secret->owners[2].text(), "10.0.0.1");
}

TEST(SharedSecret, RefusesUnknownKeysAndMissingSecrets) {
  EXPECT_EQ(read_shared_secret(section_of("ike-1", "secret = x\nfile = y")).error().text(),
            "/etc/s.conf:3: unknown option: file");
  EXPECT_EQ(read_shared_secret(section_of("ike-1", "id = x")).error().text(),
            "/etc/s.conf:1: missing secret in 'ike-1'");
  EXPECT_THAT(read_shared_secret(section_of("ike-1", "secret = x\nid = @#")).error().text(),
              HasSubstr("/etc/s.conf:3: invalid value for: id"));
}

Section vici_secret() {
  Section section;
  section.add("id", "k");
  section.add("type", "IKE");
  section.add("data", std::string("\x01\0\xff", 3));
  section.add_list("owners", {"gw", "%any"});
  return section;
}

TEST(SharedSecret, ReadsWhatLoadSharedCarries) {
  const auto secret = read_shared_secret(vici_secret());
  ASSERT_TRUE(secret) << secret.error().text();
  EXPECT_EQ(secret->id, "k");
  EXPECT_EQ(hex(secret->secret.view()), "0100ff");
  ASSERT_EQ(secret->owners.size(), 2u);
  EXPECT_TRUE(secret->owners[1].is_any());
}

TEST(SharedSecret, TakesDataOfViciAsItStands) {
  Section section;
  section.add("type", "ike");
  section.add("data", "0x01");
  EXPECT_EQ(hex(read_shared_secret(section)->secret.view()), "30783031");
}

TEST(SharedSecret, RefusesOtherKindsFromVici) {
  for (const char* type : {"eap", "xauth", "ntlm", "ppk"}) {
    Section section = vici_secret();
    section.add("type", type);
    EXPECT_EQ(read_shared_secret(section).error().code, ErrorCode::kUnsupported) << type;
  }
  Section other = vici_secret();
  other.add("type", "x");
  EXPECT_EQ(read_shared_secret(other).error().code, ErrorCode::kBadValue);
  Section unknown = vici_secret();
  unknown.add("secret", "x");
  EXPECT_EQ(read_shared_secret(unknown).error().text(), "unknown option: secret, config discarded");
  EXPECT_THAT(read_shared_secret(Section{}).error().text(), HasSubstr("missing secret"));
}

}  // namespace
}  // namespace holdfast
