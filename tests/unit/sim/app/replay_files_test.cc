// SPDX-License-Identifier: Apache-2.0
#include "app/replay_files.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

/// A folder with a capture and two files of SAs.
class ReplayFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = (fs::temp_directory_path() / "holdfast_files_XXXXXX").string();
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = made;
    options_.input = file("in.pcap");
    options_.sa_file = file("sas.toml");
    options_.esp_sa_file = file("table");
    options_.output = path("out.pcap");
    options_.report = path("report.json");
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(const std::string& name) const {
    std::ofstream(path(name)) << name;
    return path(name);
  }
  std::string complaint() const {
    const Status status = check_files(options_);
    return status ? "none" : status.error().text();
  }

  fs::path folder_;
  ReplayOptions options_;
};

TEST_F(ReplayFiles, DifferentOnesAreFine) {
  EXPECT_EQ(complaint(), "none");
  options_.keys_folder = path("keys");
  EXPECT_EQ(complaint(), "none");
  EXPECT_FALSE(fs::exists(options_.output) || fs::exists(options_.keys_folder)) << "looks only";
  fs::create_directory(path("keys"));
  file("out.pcap");  // outputs are replaced
  EXPECT_EQ(complaint(), "none");
  options_ = {};
  options_.input = "in";
  EXPECT_EQ(complaint(), "none");
}

TEST_F(ReplayFiles, NoOutputIsWhatIsRead) {
  options_.output = options_.input;
  EXPECT_EQ(complaint(), path("in.pcap") + ": is the input; give --out another file");
  options_.output = options_.sa_file;
  EXPECT_EQ(complaint(), path("sas.toml") + ": is the file of --sa; give --out another file");
  options_.output = "";
  options_.report = options_.sa_file;
  EXPECT_EQ(complaint(), path("sas.toml") + ": is the file of --sa; give --report another file");
  options_.report = options_.esp_sa_file;
  EXPECT_EQ(complaint(), path("table") + ": is the file of --esp-sa; give --report another file");
}

TEST_F(ReplayFiles, NoOutputIsAnother) {
  options_.report = options_.output;
  EXPECT_EQ(complaint(), path("out.pcap") + ": is the file of --out; give --report another file");
  options_.report = path("./nothing/../out.pcap");
  EXPECT_THAT(complaint(), testing::HasSubstr("is the file of --out"));
  options_.report = path("keys/esp_sa");
  options_.keys_folder = path("keys");
  EXPECT_EQ(complaint(),
            path("keys/esp_sa") + ": is the file of --report; give --keys-out another file");
}

TEST_F(ReplayFiles, OtherNamesOfAFileAreSeen) {
  fs::create_hard_link(options_.sa_file, path("hard"));
  fs::create_symlink("sas.toml", path("soft"));
  fs::create_directory_symlink(folder_, path("folder"));
  for (const char* name : {"hard", "soft", "folder/sas.toml", "./sas.toml"}) {
    options_.output = path(name);
    EXPECT_EQ(complaint(), path(name) + ": is the file of --sa; give --out another file");
  }
  // What is not there yet.
  fs::create_symlink("late", path("dangling"));
  options_.output = path("dangling");
  options_.report = path("folder/late");
  EXPECT_EQ(complaint(),
            path("folder/late") + ": is the file of --out; give --report another file");
}

TEST_F(ReplayFiles, DevicesMayBeShared) {
  options_.output = options_.report = "/dev/null";
  EXPECT_EQ(complaint(), "none");
}

TEST_F(ReplayFiles, KeysReplaceNothing) {
  options_.keys_folder = file("file");
  EXPECT_EQ(complaint(), path("file") + ": is not a folder; give --keys-out another");
  fs::create_directory(path("keys"));
  options_.keys_folder = path("keys");
  file("keys/esp_sa");
  EXPECT_EQ(complaint(),
            path("keys/esp_sa") + ": exists already and is not replaced; remove it first");
}

}  // namespace
}  // namespace holdfast::app
