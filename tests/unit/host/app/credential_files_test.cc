// SPDX-License-Identifier: Apache-2.0
#include "app/credential_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "unit/host/crypto/test_pki.h"

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

class CredentialFiles : public testing::Test {
 protected:
  CredentialFiles() {
    std::string name = testing::TempDir() + "holdfast_credentials_XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~CredentialFiles() override { fs::remove_all(folder_); }

  void put(const std::string& path, std::string_view text) const {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  std::vector<Error> load() {
    return load_credential_files(folder_ / "swanctl.conf", credentials_);
  }

  fs::path folder_;
  ike::Credentials credentials_;
};

TEST_F(CredentialFiles, MissingFoldersAreNoError) { EXPECT_TRUE(load().empty()); }

TEST_F(CredentialFiles, FoldersInsideAreNoFiles) {
  fs::create_directories(folder_ / "x509" / "old");
  EXPECT_TRUE(load().empty());
}

TEST_F(CredentialFiles, EachBadFileIsNamedAndStopsNoOther) {
  const std::vector<std::string> paths = {"x509/a.pem",    "x509/b.pem",  "x509ca/ca.pem",
                                          "x509crl/c.crl", "private/key", "rsa/key",
                                          "ecdsa/key",     "pkcs8/key"};
  for (const std::string& path : paths) put(path, "no certificate, no key\n");
  const auto errors = load();
  ASSERT_EQ(errors.size(), paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    EXPECT_EQ(errors[i].place, (folder_ / paths[i]).string());
    EXPECT_EQ(errors[i].text().find("no certificate, no key"), std::string::npos)
        << "a file may hold a key";
  }
}

TEST_F(CredentialFiles, FoldersOfTheUsersOwnAreNotLookedAt) {
  put("mine/a.pem", "junk");
  put("swanctl.conf", "junk");
  EXPECT_TRUE(load().empty());
}

TEST_F(CredentialFiles, WhatTheFileItselfHolds) {
  const test::Authority ca("CA");
  put("ca.crl", "no list");
  std::vector<SharedSecret> secrets;
  secrets.push_back({"ike-1", SecretBytes(Bytes{1}), {}});
  const auto errors = load_file_credentials(
      std::move(secrets),
      {{"good", ca.der, {}},
       {"junk", Bytes{1}, {}},
       {"lists", ca.der, {"file:///none", "file://" + folder_.string() + "/ca.crl"}}},
      credentials_);
  EXPECT_EQ(credentials_.shared_ids(), std::vector<std::string>{"ike-1"});
  EXPECT_EQ(credentials_.authorities().size(), 1u);
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].place, "authorities.junk");
  EXPECT_EQ(errors[1].place, "authorities.lists");
  EXPECT_EQ(errors[2].place, "authorities.lists");
  credentials_.clear();
  EXPECT_EQ(credentials_.authorities().size(), 1u) << "no credential";
  EXPECT_TRUE(credentials_.shared_ids().empty());
}

}  // namespace
}  // namespace holdfast::app
