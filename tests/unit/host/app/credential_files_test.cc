// SPDX-License-Identifier: Apache-2.0
#include "app/credential_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

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

}  // namespace
}  // namespace holdfast::app
