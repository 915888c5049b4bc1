// SPDX-License-Identifier: Apache-2.0
#include "log/key_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hex.h"

namespace holdfast::log {
namespace {

namespace fs = std::filesystem;

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
  struct stat facts = {};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
  return facts.st_mode & 07777;
}

class KeyFilesTest : public testing::Test {
 protected:
  KeyFilesTest() {
    std::string name = testing::TempDir() + "holdfast_keys_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    isakmp_ = folder_ + "/ikev1_decryption_table";
    esp_ = folder_ + "/esp_sa";
  }
  ~KeyFilesTest() override { fs::remove_all(folder_); }

  SaConfig sa() const {
    SaConfig sa;
    sa.spi = Spi{0x0A0B0C0D};
    sa.key = SecretBytes(*parse_hex("000102030405060708090a0b0c0d0e0f"));
    sa.salt = SecretBytes(*parse_hex("f0f1f2f3"));
    return sa;
  }

  std::string folder_, isakmp_, esp_;
};

// As Wireshark 4.0 itself writes such tables; that it reads them: tests/interop/keys_test.py.
TEST_F(KeyFilesTest, AddALineForEachKey) {
  auto files = KeyFiles::open({isakmp_, esp_}, {});
  ASSERT_TRUE(files);
  (*files)->on_isakmp_keys({1, 2, 3, 4, 5, 6, 7, 0xFF}, Bytes{0xAA, 0xBB});
  (*files)->on_isakmp_keys({}, Bytes{0xCC});
  (*files)->on_esp_keys(sa(), false);
  (*files)->on_esp_keys(sa(), true);
  EXPECT_EQ(content(isakmp_), "01020304050607ff,aabb\n0000000000000000,cc\n");
  const std::string rest = R"(,"*","*","0x0a0b0c0d","AES-GCM with 16 octet ICV [RFC4106]",)"
                           R"("0x000102030405060708090a0b0c0d0e0ff0f1f2f3","NULL","")";
  EXPECT_EQ(content(esp_), R"("IPv4")" + rest + "\n" + R"("IPv6")" + rest + "\n");
}

TEST_F(KeyFilesTest, OnlyTheOwnerMayRead) {
  std::ofstream(esp_) << "earlier\n";
  fs::permissions(esp_, fs::perms::all);
  auto files = KeyFiles::open({isakmp_, esp_}, {});
  ASSERT_TRUE(files);
  EXPECT_EQ(mode_of(isakmp_), 0600u);
  EXPECT_EQ(mode_of(esp_), 0600u);
  EXPECT_EQ(content(esp_), "earlier\n");
}

TEST_F(KeyFilesTest, WritesOnlyWhatIsAskedFor) {
  auto files = KeyFiles::open({"", esp_}, {});
  ASSERT_TRUE(files);
  (*files)->on_isakmp_keys({}, Bytes{1});
  EXPECT_FALSE(fs::exists(isakmp_));
  EXPECT_EQ(content(esp_), "");
}

TEST_F(KeyFilesTest, RefusesWhatIsNoFileOfItsOwn) {
  std::ofstream(folder_ + "/elsewhere") << "";
  fs::create_symlink(folder_ + "/elsewhere", esp_);
  EXPECT_EQ(KeyFiles::open({"", esp_}, {}).error().code, ErrorCode::kIo) << "a link";
  fs::create_directory(isakmp_);
  EXPECT_EQ(KeyFiles::open({isakmp_, ""}, {}).error().code, ErrorCode::kIo) << "a folder";
  const auto device = KeyFiles::open({"/dev/null", ""}, {});
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, ErrorCode::kRefused);
  EXPECT_FALSE(KeyFiles::open({folder_ + "/no/such/folder", ""}, {}));
}

}  // namespace
}  // namespace holdfast::log
