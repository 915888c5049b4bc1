// SPDX-License-Identifier: Apache-2.0
#include "config/file_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/host/config/memory_files.h"

namespace holdfast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> warnings(const std::string& text) {
  const auto root = parse_config(text, "/f", MemoryFiles({}));
  EXPECT_TRUE(root) << root.error().text();
  if (!root) return {"does not parse"};
  const FileConfig config = read_config(*root, "/");
  for (const Error& error : config.errors) ADD_FAILURE() << error.text();
  std::vector<std::string> all;
  for (const Error& warning : config.warnings) all.push_back(warning.text());
  return all;
}

TEST(FileWarnings, NamesThatNothingHas) {
  EXPECT_THAT(warnings("connections { a { pools = p } b { pools = q } }\n"
                       "pools { q { addrs = 10.0.0.0/24 } }\n"
                       "holdfast { connections {\n"
                       " b { address_update { rate = 1 } }\n"
                       " c { address_update { rate = 1 } }\n"
                       "} }"),
              ElementsAre("connections.a: pool 'p' is not in this file",
                          "holdfast.connections.c: connection 'c' is not in this file"));
}

constexpr const char* kSelectors = R"(
  connections {
    dynamic { children { a { remote_ts = 10.1.0.0/16 } b { local_ts = 10.2.0.0/16 } } }
    vips { vips = 0.0.0.0
      children { a { } } }
    pass { children { a { mode = pass } } }
    off { children { a { } } }
  }
  holdfast { connections { off { address_update { accept = no } } } })";

TEST(FileWarnings, SelectorsThatCannotMove) {
  EXPECT_THAT(warnings(kSelectors),
              ElementsAre(HasSubstr("connections.dynamic.children.a: local_ts is dynamic")));
  EXPECT_THAT(warnings(std::string(kSelectors) + "holdfast { address_update { accept = no } }"),
              IsEmpty());
}

/// Warnings of a gateway with this key and these lines.
std::vector<std::string> of_key(const std::string& owners, const std::string& lines = "") {
  return warnings("connections { gw {\n" + lines +
                  "\nlocal { auth = psk\n id = gw.lab }\n"
                  "} }\n"
                  "secrets { ike-1 {\n secret = x\n" +
                  owners + "\n} }");
}

TEST(FileWarnings, KeysThatAreFoundByAddressAlone) {
  const auto warns = ElementsAre(HasSubstr("connections.gw: its pre-shared key is found by"));
  EXPECT_THAT(of_key("id = 192.0.2.7"), warns);
  EXPECT_THAT(of_key("id-a = gw.lab\nid-b = 192.0.2.7"), warns);
  EXPECT_THAT(of_key("id = 192.0.2.7", "remote_addrs = 192.0.2.7"), warns);
  EXPECT_THAT(of_key("id = 192.0.2.7", "remote_addrs = 192.0.2.0/24"), warns);
  EXPECT_THAT(of_key("id = 2001:db8::7"), warns);

  EXPECT_THAT(of_key(""), IsEmpty());
  EXPECT_THAT(of_key("id = %any"), IsEmpty());
  EXPECT_THAT(of_key("id = gw.lab"), IsEmpty());
  EXPECT_THAT(of_key("id = client.lab", "remote { auth = psk\n id = client.lab }"), IsEmpty());
  EXPECT_THAT(of_key("id = 192.0.2.7", "remote { auth = psk\n id = 192.0.2.7 }"), IsEmpty());
  EXPECT_THAT(of_key("id = 192.0.2.7", "remote_addrs = 198.51.100.0/24"), IsEmpty());
  // One that initiates keeps its peer's address.
  EXPECT_THAT(of_key("id = 192.0.2.7",
                     "children { c { local_ts = 10.0.0.0/8\n"
                     " start_action = start } }"),
              IsEmpty());
}

TEST(FileWarnings, TheOnlyAddressMayBeOfThisEnd) {
  const auto of = [](const std::string& lines) {
    return warnings("connections { gw {\n" + lines + "\nlocal { auth = psk }\n} }\n" +
                    "secrets { ike-1 {\n secret = x\n id = 192.0.2.1\n} }");
  };
  EXPECT_THAT(of(""), IsEmpty());
  EXPECT_THAT(of("local_addrs = 192.0.2.1"), IsEmpty());
  EXPECT_THAT(of("local_addrs = 192.0.2.9").size(), 1u);
}

}  // namespace
}  // namespace holdfast
