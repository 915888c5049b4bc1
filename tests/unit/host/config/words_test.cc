// SPDX-License-Identifier: Apache-2.0
#include "config/words.h"

#include <gtest/gtest.h>

#include <array>

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"id", "certs", "remote_addrs", "remote_port"};

TEST(NearestWord, FindsSlips) {
  EXPECT_EQ(nearest_word("remote_adrs", kKnown), "remote_addrs");
  EXPECT_EQ(nearest_word("remoteaddr", kKnown), "remote_addrs");
  EXPECT_EQ(nearest_word("remote_prot", kKnown), "remote_port");
  EXPECT_EQ(nearest_word("cert", kKnown), "certs");
  EXPECT_EQ(nearest_word("ident", kKnown), "") << "three letters";
}

TEST(NearestWord, OfShortWordsMostMustFit) {
  EXPECT_EQ(nearest_word("", kKnown), "");
  EXPECT_EQ(nearest_word("x", kKnown), "");
  EXPECT_EQ(nearest_word("ix", kKnown), "");
  EXPECT_EQ(nearest_word("idx", kKnown), "id");
  EXPECT_EQ(nearest_word("idxy", kKnown), "");
}

TEST(NearestWord, IsNoneOfNone) {
  EXPECT_EQ(nearest_word("certs", {}), "");
  EXPECT_EQ(nearest_word(std::string(100000, 'x'), kKnown), "");
}

}  // namespace
}  // namespace holdfast
