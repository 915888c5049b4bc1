// SPDX-License-Identifier: Apache-2.0
#include "config/file_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "unit/host/config/memory_files.h"

namespace holdfast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FileConfig config_of(const std::string& text) {
  const auto root = parse_config(text, "/f", MemoryFiles({}));
  EXPECT_TRUE(root) << root.error().text();
  return root ? read_config(*root, "/") : FileConfig{};
}

std::vector<std::string> texts(const std::vector<Error>& errors) {
  std::vector<std::string> all;
  for (const Error& error : errors) all.push_back(error.text());
  return all;
}

TEST(FileConfig, GivesEverythingThatTheFileSays) {
  const FileConfig config = config_of(R"(
    base { version = 1 }
    connections {
      a : base { local { auth = psk } }
      b { }
    }
    secrets { ike-1 { secret = x } }
    pools { p { addrs = 10.0.0.0/24 } }
    holdfast { tun = hf1 }
    somewhere { else = 1 })");
  EXPECT_THAT(texts(config.errors), IsEmpty());
  ASSERT_EQ(config.connections.size(), 2u);
  EXPECT_EQ(config.connections[0].name, "a");
  ASSERT_EQ(config.secrets.size(), 1u);
  EXPECT_EQ(config.secrets[0].id, "ike-1");
  EXPECT_EQ(config.pools.size(), 1u);
  EXPECT_EQ(config.daemon.tun, "hf1");
  EXPECT_THAT(config_of("").connections, IsEmpty());
}

TEST(FileConfig, CollectsAllErrorsAndKeepsTheRest) {
  const FileConfig config = config_of(
      "connections {\n"
      "  x = 1\n"
      "  a {\n version = 2\n foo = 1\n }\n"
      "  b { }\n"
      "}\n"
      "secrets { ike-1 { secret = 0xg } }\n"
      "pools { p { } }\n"
      "holdfast { bar = 1 }\n");
  EXPECT_THAT(texts(config.errors),
              ElementsAre("/f:2: unknown option: x; here stand only sections, NAME { }",
                          HasSubstr("/f:4: invalid value for"), "/f:5: unknown option: foo",
                          HasSubstr("/f:9: invalid value for: secret"),
                          "/f:10: invalid addrs value: missing", "/f:11: unknown option: bar"));
  ASSERT_EQ(config.connections.size(), 1u);
  EXPECT_EQ(config.connections[0].name, "b");
  EXPECT_THAT(config.secrets, IsEmpty());
}

TEST(FileConfig, TellsSecretsApartByTheirPrefix) {
  const FileConfig config = config_of(
      "secrets {\n"
      " ike { secret = x }\n"
      " private-1 { file = k.pem\n secret = y }\n"
      " eap-1 { secret = x }\n"
      " psk-1 { secret = x }\n"
      "}");
  EXPECT_EQ(config.secrets.size(), 1u);
  EXPECT_THAT(texts(config.warnings),
              ElementsAre(HasSubstr("/f:3: the pass phrase in 'private-1'")));
  EXPECT_THAT(texts(config.errors),
              ElementsAre(HasSubstr("/f:5: the kind of secret of 'eap-1' is not supported"),
                          HasSubstr("/f:6: the name of the secret 'psk-1'")));
}

TEST(FileConfig, WarnsOfWhatMayBeAMistake) {
  const FileConfig config = config_of("connections { c { pools = p } }");
  EXPECT_THAT(texts(config.errors), IsEmpty());
  EXPECT_THAT(texts(config.warnings), ElementsAre("connections.c: pool 'p' is not in this file"));
}

TEST(FileConfig, WarnsOfSectionsThatNobodyReads) {
  EXPECT_THAT(texts(config_of("t { version = 1 }").warnings),
              ElementsAre(HasSubstr("nothing is read from section 't'; connections stand in")));
  EXPECT_THAT(texts(config_of("conections { }\npools { }").warnings),
              ElementsAre(HasSubstr("section 'conections'; did you mean 'connections'?")));
  const FileConfig template_of = config_of("base { version = 1 }\nconnections { c : base { } }");
  EXPECT_THAT(texts(template_of.warnings), IsEmpty());
}

TEST(FileConfig, ReadsAFile) {
  std::string folder = testing::TempDir() + "holdfast_file_XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::filesystem::create_directory(folder + "/x509");
  std::ofstream(folder + "/x509/gw.pem") << "GW";
  std::filesystem::create_directory(folder + "/conf.d");
  std::ofstream(folder + "/conf.d/a.conf") << "connections { a { local { certs = gw.pem } } }\n";
  std::filesystem::create_directory(folder + "/x509ca");
  std::ofstream(folder + "/x509ca/ca.pem") << "CA";
  std::ofstream(folder + "/swanctl.conf") << "include conf.d/*.conf\ninclude none/*.conf\n"
                                          << "authorities { lab { cacert = ca.pem } }\n";
  const auto config = read_config_file(folder + "/swanctl.conf");
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_THAT(texts(config->errors), IsEmpty());
  ASSERT_EQ(config->connections.size(), 1u);
  // Certificates lie beside the file that was named, not beside the one that it includes.
  EXPECT_EQ(config->connections[0].local.certs, (std::vector<Bytes>{{'G', 'W'}}));
  ASSERT_EQ(config->authorities.size(), 1u);
  EXPECT_EQ(config->authorities[0].cacert, (Bytes{'C', 'A'}));
  EXPECT_THAT(texts(config->warnings), ElementsAre(HasSubstr("no files found matching")));
  std::ofstream(folder + "/bad.conf") << "connections {\n";
  EXPECT_EQ(read_config_file(folder + "/bad.conf").error().code, ErrorCode::kBadFormat);
  EXPECT_EQ(read_config_file(folder + "/none.conf").error().code, ErrorCode::kNotFound);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace holdfast
