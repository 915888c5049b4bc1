// SPDX-License-Identifier: Apache-2.0
#include "config/authority_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "unit/host/config/section_maker.h"

namespace holdfast {
namespace {

using testing::HasSubstr;

class AuthorityConfigTest : public testing::Test {
 protected:
  AuthorityConfigTest() {
    std::string name = testing::TempDir() + "holdfast_authority_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    std::filesystem::create_directory(folder_ + "/x509ca");
    std::ofstream(folder_ + "/x509ca/ca.pem") << "CA";
    std::ofstream(folder_ + "/other.pem") << "OTHER";
  }
  ~AuthorityConfigTest() override { std::filesystem::remove_all(folder_); }

  AuthorityConfig read(const std::string& body) {
    errors_.clear();
    return read_authority(section_of("lab", body), folder_, errors_);
  }

  std::string folder_;
  std::vector<Error> errors_;
};

TEST_F(AuthorityConfigTest, OfAFileNamesFiles) {
  const AuthorityConfig config =
      read("cacert = ca.pem\ncrl_uris = file:///a.crl, file:///b.crl\nocsp_uris =");
  EXPECT_TRUE(errors_.empty());
  EXPECT_EQ(config, (AuthorityConfig{"lab", {'C', 'A'}, {"file:///a.crl", "file:///b.crl"}}));
  const Bytes other = {'O', 'T', 'H', 'E', 'R'};
  EXPECT_EQ(read("cacert = " + folder_ + "/other.pem").cacert, other);
  EXPECT_EQ(read("file = " + folder_ + "/other.pem").cacert, other);
  EXPECT_TRUE(errors_.empty());
}

TEST_F(AuthorityConfigTest, RefusesWhatItDoesNotDo) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "/etc/s.conf:1: CA certificate missing: lab"},
      {"cacert = none.pem", "/etc/s.conf:2: invalid value for: cacert"},
      {"cacert =", "CA certificate missing"},
      {"file = ca.pem", "absolute path"},
      {"cacert = ca.pem\ncrl_uris = http://ca.lab/crl", "'http://ca.lab/crl' is not fetched"},
      {"cacert = ca.pem\ncrl_uris = file://ca/crl", "is not fetched"},
      {"cacert = ca.pem\nocsp_uris = http://ca.lab", "OCSP is not supported"},
      {"cacert = ca.pem\ncert_uri_base = http://ca.lab", "by hash and URL"},
      {"handle = 1", "on tokens"},
      {"cacert = ca.pem\nfrobnicate = 1", "/etc/s.conf:3: unknown option: frobnicate"},
      {"cacert = ca.pem\nx { }", "/etc/s.conf:3: invalid section: x"}};
  for (const auto& [body, reason] : cases) {
    read(body);
    ASSERT_EQ(errors_.size(), 1u) << body;
    EXPECT_THAT(errors_[0].text(), HasSubstr(reason)) << body;
  }
}

TEST_F(AuthorityConfigTest, OfViciHoldsTheCertificate) {
  Section section;
  section.name = "lab";
  section.add("cacert", std::string("\x30\x00", 2));
  section.add_list("crl_uris", {"file:///a.crl"});
  const auto config = read_authority(section);
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(*config, (AuthorityConfig{"lab", {0x30, 0}, {"file:///a.crl"}}));
  section.add("file", folder_ + "/other.pem");
  EXPECT_THAT(read_authority(section).error().text(), HasSubstr("unknown option: file"));
}

TEST_F(AuthorityConfigTest, ListsAreRegularFilesOfABoundedSize) {
  const std::string path = folder_ + "/big.crl";
  std::ofstream(path) << "CRL";
  EXPECT_EQ(*read_crl_uri("file://" + path), (Bytes{'C', 'R', 'L'}));
  std::filesystem::resize_file(path, (16u << 20) + 1);
  EXPECT_EQ(read_crl_uri("file://" + path).error().code, ErrorCode::kBadValue);
  EXPECT_EQ(read_crl_uri("file:///dev/zero").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_crl_uri("file://" + folder_).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace holdfast
