// SPDX-License-Identifier: Apache-2.0
#include "holdfast/card_wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <vector>

#include "holdfast/link_card.h"
#include "holdfast/owned_fd.h"

namespace holdfast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CardWait, ThereIsOneListenerOrNone) {
  tell_card_wait("nobody hears it");
  std::vector<std::string> first, second;
  on_card_wait([&](const std::string& sentence) { first.push_back(sentence); });
  tell_card_wait("1");
  on_card_wait([&](const std::string& sentence) { second.push_back(sentence); });
  tell_card_wait("2");
  on_card_wait({});
  tell_card_wait("3");
  EXPECT_THAT(first, ElementsAre("1"));
  EXPECT_THAT(second, ElementsAre("2"));
}

// It is told once; here the server hangs up as soon as it was.
TEST(CardWait, ASilentServerIsNamed) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("silent_" + std::to_string(getpid()));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  OwnedFd server(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(server.get(), 1), 0);
  std::vector<std::string> told;
  on_card_wait([&](const std::string& sentence) {
    told.push_back(sentence);
    server.close();  // and with it what nobody has accepted
  });
  const auto card = LinkCard::make(path.string());
  on_card_wait({});
  std::filesystem::remove(path);
  ASSERT_FALSE(card);
  EXPECT_THAT(told, ElementsAre(HasSubstr("waiting for the card at " + path.string())));
}

}  // namespace
}  // namespace holdfast
