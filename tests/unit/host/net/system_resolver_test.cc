// SPDX-License-Identifier: Apache-2.0
#include "net/system_resolver.h"

#include <gtest/gtest.h>

#include <map>

namespace holdfast::net {
namespace {

/// Answers by name; the loop runs until all are there. Names that need no network.
std::map<std::string, Resolver::Answer> answers(const std::vector<std::string>& names) {
  EventLoop loop;
  SystemResolver resolver(loop);
  std::map<std::string, Resolver::Answer> all;
  bool is_running = false;
  for (const std::string& name : names)
    resolver.resolve(name, [&, name](const Resolver::Answer& answer) {
      EXPECT_TRUE(is_running) << "not from the loop";
      EXPECT_TRUE(all.emplace(name, answer).second) << "told twice";
      if (all.size() == names.size()) loop.stop();
    });
  is_running = true;
  loop.run();
  return all;
}

TEST(SystemResolver, AddressesOfBothFamilies) {
  const auto all = answers({"192.0.2.7", "2001:db8::7"});
  for (const auto& [name, answer] : all) {
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(*answer, std::vector<IpAddress>{*IpAddress::parse(name)});
  }
}

TEST(SystemResolver, ANameThatCannotBe) {
  const auto all = answers({"a..b"});
  ASSERT_FALSE(all.at("a..b"));
  EXPECT_EQ(all.at("a..b").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(all.at("a..b").error().place, "a..b");
}

TEST(SystemResolver, MoreThanThereAreThreads) {
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back("192.0.2." + std::to_string(i));
  EXPECT_EQ(answers(names).size(), names.size());
}

TEST(SystemResolver, NobodyIsCalledAfterItsEnd) {
  EventLoop loop;
  {
    SystemResolver resolver(loop);
    for (int i = 0; i < 20; ++i)
      resolver.resolve("192.0.2.7", [](const Resolver::Answer&) { ADD_FAILURE(); });
  }
  // Whatever was posted before runs now.
  loop.post([&] { loop.stop(); });
  loop.run();
}

}  // namespace
}  // namespace holdfast::net
