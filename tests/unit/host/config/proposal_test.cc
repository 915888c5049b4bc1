// SPDX-License-Identifier: Apache-2.0
// Proposals of both phases: proposal, proposal_tokens, proposal_names.
#include "config/proposal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

using testing::HasSubstr;

std::string ike(std::string_view text) {
  const auto proposals = parse_ike_proposals(text);
  if (!proposals) return "error: " + proposals.error().text();
  std::string all;
  for (const IkeProposal& proposal : *proposals) all += (all.empty() ? "" : " ") + proposal.text();
  return all;
}

std::string esp(std::string_view text) {
  const auto proposals = parse_esp_proposals(text);
  if (!proposals) return "error: " + proposals.error().text();
  std::string all;
  for (const EspProposal& proposal : *proposals) all += (all.empty() ? "" : " ") + proposal.text();
  return all;
}

TEST(IkeProposal, ReadsCiphers) {
  EXPECT_EQ(ike("aes128-sha256-modp2048"),
            "AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048");
  EXPECT_EQ(ike("aes-sha256-modp2048"), ike("aes128-sha256-modp2048"));
  EXPECT_THAT(ike("aes192-sha256-modp2048"), testing::StartsWith("AES_CBC_192/"));
  EXPECT_THAT(ike("aes256-sha256-modp2048"), testing::StartsWith("AES_CBC_256/"));
  EXPECT_EQ(ike("3des-md5-modp1024"), "3DES_CBC/HMAC_MD5_96/PRF_HMAC_MD5/MODP_1024");
  EXPECT_EQ((*parse_ike_proposals("3des-md5-modp1024"))[0].key_bits, 192);
}

TEST(IkeProposal, ReadsHashes) {
  for (const auto& [token, name] : std::initializer_list<std::pair<const char*, const char*>>{
           {"sha", "HMAC_SHA1_96/PRF_HMAC_SHA1"},
           {"sha1", "HMAC_SHA1_96/PRF_HMAC_SHA1"},
           {"sha2_256", "HMAC_SHA2_256_128/PRF_HMAC_SHA2_256"},
           {"sha384", "HMAC_SHA2_384_192/PRF_HMAC_SHA2_384"},
           {"sha512", "HMAC_SHA2_512_256/PRF_HMAC_SHA2_512"}})
    EXPECT_EQ(ike(std::string("aes-") + token + "-x25519"),
              std::string("AES_CBC_128/") + name + "/CURVE_25519");
}

TEST(IkeProposal, ReadsGroups) {
  for (const auto& [token, number] :
       std::initializer_list<std::pair<const char*, int>>{{"modp1024", 2},
                                                          {"modp1536", 5},
                                                          {"modp2048", 14},
                                                          {"modp3072", 15},
                                                          {"modp4096", 16},
                                                          {"ecp256", 19},
                                                          {"ecp384", 20},
                                                          {"ecp521", 21},
                                                          {"curve25519", 31},
                                                          {"x25519", 31}}) {
    const auto proposals = parse_ike_proposals(std::string("aes-sha256-") + token);
    ASSERT_TRUE(proposals) << token;
    EXPECT_EQ(static_cast<int>((*proposals)[0].group), number) << token;
  }
}

TEST(IkeProposal, ReadsKindsInAnyOrderAndSeveralOfAKind) {
  EXPECT_EQ(ike("modp2048-sha256-aes128"), ike("aes128-sha256-modp2048"));
  EXPECT_EQ(ike("aes256-aes128-sha256-ecp256-modp2048"),
            ike("aes256-sha256-ecp256") + " " + ike("aes256-sha256-modp2048") + " " +
                ike("aes128-sha256-ecp256") + " " + ike("aes128-sha256-modp2048"));
  EXPECT_EQ(ike("aes-aes128-sha1-sha-modp2048"), ike("aes128-sha1-modp2048"));
}

TEST(IkeProposal, TakesAPrfThatIsTheHmacOfTheHash) {
  EXPECT_EQ(ike("aes128-sha256-prfsha256-modp2048"), ike("aes128-sha256-modp2048"));
  EXPECT_THAT(ike("aes128-sha256-prfsha384-modp2048"), HasSubstr("'prfsha384' is not the HMAC"));
  EXPECT_THAT(ike("aes128-sha256-sha1-prfsha1-modp2048"), HasSubstr("for 'sha256'"));
  EXPECT_THAT(ike("aes128-prfsha256-modp2048"), HasSubstr("no integrity"));
}

TEST(IkeProposal, DefaultIsStrongAndFitsADatagram) {
  for (const char* word : {"default", "DEFAULT"}) {
    const auto proposals = parse_ike_proposals(word);
    ASSERT_TRUE(proposals);
    // 8 bytes of header and 28 of attributes each; see kIkeDefaults.
    EXPECT_LE(proposals->size() * 36, 1000u);
    for (const IkeProposal& proposal : *proposals) {
      EXPECT_EQ(proposal.cipher, CipherAlgorithm::kAesCbc);
      EXPECT_GE(proposal.hash, HashAlgorithm::kSha256);
      EXPECT_GE(proposal.group, DhGroup::kModp2048);
    }
  }
  EXPECT_THAT(ike("default"), HasSubstr(ike("aes256-sha256-curve25519")));
  EXPECT_THAT(ike("default"), HasSubstr(ike("aes128-sha256-modp2048")));
}

TEST(IkeProposal, RefusesUnknownTokensByName) {
  for (const char* token : {"aes128cbc", "aesgcm16", "modp1024s", "group14", "hmac_sha1",
                            "sha3_256", "mlkem768", "AES128", "sha256!", ""}) {
    const auto proposals = parse_ike_proposals(std::string("aes128-sha256-modp2048-") + token);
    ASSERT_FALSE(proposals) << token;
    EXPECT_EQ(proposals.error().code, ErrorCode::kBadValue) << token;
    EXPECT_THAT(proposals.error().text(), HasSubstr("'" + std::string(token) + "'")) << token;
  }
}

TEST(IkeProposal, RefusesWhatOthersDoAndWeDoNot) {
  for (const char* token : {"aes128ctr",
                            "des",
                            "cast128",
                            "blowfish128",
                            "camellia256",
                            "serpent192",
                            "twofish256",
                            "camellia128ctr",
                            "aes128gcm12",
                            "aes128gcm96",
                            "aes256gcm8",
                            "aes192gcm64",
                            "aes128ccm16",
                            "aes256ccm8",
                            "aes128gmac",
                            "chacha20poly1305",
                            "camellia128ccm8",
                            "aesxcbc",
                            "aescmac",
                            "sha1_160",
                            "md5_128",
                            "prfaesxcbc",
                            "prfaescmac",
                            "modp768",
                            "modp6144",
                            "modp8192",
                            "modp1024s160",
                            "modp2048s224",
                            "modp2048s256",
                            "ecp192",
                            "ecp224",
                            "ecp224bp",
                            "ecp256bp",
                            "ecp384bp",
                            "ecp512bp",
                            "curve448",
                            "x448",
                            "aes128gcm16",
                            "aes256gcm",
                            "aes192gcm128",
                            "sha256_96"}) {
    const auto proposals = parse_ike_proposals(std::string("aes128-sha256-modp2048-") + token);
    ASSERT_FALSE(proposals) << token;
    EXPECT_EQ(proposals.error().code, ErrorCode::kUnsupported) << token;
    EXPECT_THAT(proposals.error().text(), HasSubstr("'" + std::string(token) + "'")) << token;
  }
}

TEST(IkeProposal, RefusesWhatMakesNoSense) {
  for (const auto& [text, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {"sha256-modp2048", "no encryption"},
           {"aes128-modp2048", "no integrity"},
           {"aes128-sha256", "no Diffie-Hellman group"},
           {"null-sha256-modp2048", "would not encrypt"},
           {"aes128-sha256-modp2048-esn", "for ESP only"},
           {"aes128-sha256-modp2048-noesn", "for ESP only"},
           {"aes128-sha256-none", "'none' is for ESP only"},
           {"aes128-sha256-modpnone-modp2048", "'none' is for ESP only"}}) {
    const auto proposals = parse_ike_proposals(text);
    ASSERT_FALSE(proposals) << text;
    EXPECT_EQ(proposals.error().code, ErrorCode::kBadValue) << text;
    EXPECT_THAT(proposals.error().text(), HasSubstr(why)) << text;
  }
}

TEST(EspProposal, ReadsAead) {
  EXPECT_EQ(esp("aes128gcm16"), "AES_GCM_16_128/NO_EXT_SEQ");
  EXPECT_EQ(esp("aes128gcm16-ecp256"), "AES_GCM_16_128/ECP_256/NO_EXT_SEQ");
  EXPECT_EQ(esp("aes256gcm16-ecp256-esn"), "AES_GCM_16_256/ECP_256/EXT_SEQ");
  for (const char* token : {"aes128gcm", "aes128gcm128"}) EXPECT_EQ(esp(token), esp("aes128gcm16"));
  EXPECT_EQ(esp("aes192gcm"), "AES_GCM_16_192/NO_EXT_SEQ");
}

TEST(EspProposal, ReadsCiphersWithIntegrity) {
  EXPECT_EQ(esp("aes128-sha256"), "AES_CBC_128/HMAC_SHA2_256_128/NO_EXT_SEQ");
  EXPECT_EQ(esp("aes256-sha512-modp2048"), "AES_CBC_256/HMAC_SHA2_512_256/MODP_2048/NO_EXT_SEQ");
  EXPECT_EQ(esp("3des-md5"), "3DES_CBC/HMAC_MD5_96/NO_EXT_SEQ");
  EXPECT_EQ(esp("null-sha1"), "NULL/HMAC_SHA1_96/NO_EXT_SEQ");
  EXPECT_EQ(esp("aes192-sha384"), "AES_CBC_192/HMAC_SHA2_384_192/NO_EXT_SEQ");
}

TEST(EspProposal, OffersBothWhereBothAreWritten) {
  EXPECT_EQ(esp("aes128gcm16-esn-noesn"), esp("aes128gcm16-esn") + " " + esp("aes128gcm16"));
  EXPECT_EQ(esp("aes128gcm16-modp2048-none"),
            esp("aes128gcm16-modp2048") + " " + esp("aes128gcm16"));
  EXPECT_EQ(esp("aes128gcm16-modpnone"), esp("aes128gcm16"));
}

TEST(EspProposal, DefaultIsGcmWithoutPfs) {
  EXPECT_EQ(esp("default"), esp("aes256gcm16") + " " + esp("aes128gcm16"));
}

TEST(EspProposal, RefusesWhatMakesNoSense) {
  for (const auto& [text, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {"aes128", "protects no integrity"},
           {"null", "protects no integrity"},
           {"sha256", "no encryption"},
           {"aes128gcm16-prfsha256", "for IKE only"},
           {"aes128gcm16-aes128-sha256", "mixes AEAD"},
           {"aes128gcm16-sha256", "beside an AEAD"},
           {"AES128GCM16", "unknown token"}}) {
    const auto proposals = parse_esp_proposals(text);
    ASSERT_FALSE(proposals) << text;
    EXPECT_EQ(proposals.error().code, ErrorCode::kBadValue) << text;
    EXPECT_THAT(proposals.error().text(), HasSubstr(why)) << text;
  }
  for (const char* text : {"aes128-sha256_96", "chacha20poly1305", "aes128gmac", "aes128gcm8",
                           "aes128-aesxcbc", "aes128gcm16-modp8192"})
    EXPECT_EQ(parse_esp_proposals(text).error().code, ErrorCode::kUnsupported) << text;
}

TEST(Proposal, CombinationsAreBounded) {
  const std::string all =
      "aes128-aes192-aes256-3des-null-md5-sha1-sha256-sha384-sha512-modp1024-modp1536-modp2048-"
      "modp3072-modp4096-ecp256-ecp384-ecp521-x25519-none-esn-noesn";
  EXPECT_THAT(esp(all), HasSubstr("more than 255"));
}

TEST(EspProposal, CardSuites) {
  const auto suite = [](const char* text) { return (*parse_esp_proposals(text))[0].suite(); };
  EXPECT_EQ(suite("aes128gcm16"), Suite::kAes128gcm16);
  EXPECT_EQ(suite("aes192gcm16"), Suite::kAes192gcm16);
  EXPECT_EQ(suite("aes256gcm16"), Suite::kAes256gcm16);
  EXPECT_EQ(suite("aes128-sha256"), std::nullopt);
  EXPECT_EQ(suite("null-sha1"), std::nullopt);
}

TEST(EspProposal, KeymatIsCipherKeySaltAndIntegrityKey) {
  const auto bytes = [](const char* text) {
    return (*parse_esp_proposals(text))[0].keymat_bytes();
  };
  EXPECT_EQ(bytes("aes128gcm16"), 20u);  // RFC 4106, 8.1
  EXPECT_EQ(bytes("aes192gcm16"), 28u);
  EXPECT_EQ(bytes("aes256gcm16"), 36u);
  EXPECT_EQ(bytes("aes128-sha1"), 36u);
  EXPECT_EQ(bytes("aes256-sha256"), 64u);
  EXPECT_EQ(bytes("aes256-sha384"), 80u);
  EXPECT_EQ(bytes("aes256-sha512"), 96u);
  EXPECT_EQ(bytes("3des-md5"), 40u);
  EXPECT_EQ(bytes("null-sha256"), 32u);
}

}  // namespace
}  // namespace holdfast
