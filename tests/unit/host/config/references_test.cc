// SPDX-License-Identifier: Apache-2.0
// Inheritance between sections of a swanctl.conf.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/raw_section.h"
#include "unit/host/config/memory_files.h"

namespace holdfast {
namespace {

using testing::HasSubstr;

TEST(References, InheritKeysAndSectionsDeeply) {
  EXPECT_EQ(parsed("t { k = 1\n s { x = 1\n u { y = 1 } } }\na : t { }"),
            "t{k=1 s{x=1 u{y=1}}} a{k=1 s{x=1 u{y=1}}}");
}

TEST(References, OwnValuesWinAndComeFirst) {
  EXPECT_EQ(parsed("t { k = 1\n l = 1\n s { x = 1\n y = 1 } }\na : t { l = 2\n s { y = 2 } }"),
            "t{k=1 l=1 s{x=1 y=1}} a{l=2 s{y=2 x=1} k=1}");
}

TEST(References, ArePathsFromTheRootAndMayComeLater) {
  EXPECT_EQ(parsed("c { a : c.t, d.e { } }\nc { t { k = 1 } }\nd { e { k = 2\n l = 2 } }"),
            "c{a{k=1 l=2} t{k=1}} d{e{k=2 l=2}}");
  EXPECT_EQ(parsed("a : t\n{ }\nt { k = 1 }"), "a{k=1} t{k=1}");
}

TEST(References, AddUpOverRepeatedParts) {
  EXPECT_EQ(parsed("t { k = 1 }\nu { l = 2 }\na : t { }\na : u { }"), "t{k=1} u{l=2} a{k=1 l=2}");
}

TEST(References, FollowReferencesOfWhatTheyReferTo) {
  EXPECT_EQ(parsed("t { k = 1 }\nu : t { l = 2 }\na : u { }"), "t{k=1} u{l=2 k=1} a{l=2 k=1}");
  // A sub-section that is inherited brings its own along.
  EXPECT_EQ(parsed("t { k = 1 }\nu { s : t { } }\na : u { s { m = 1 } }"),
            "t{k=1} u{s{k=1}} a{s{m=1 k=1}}");
}

TEST(References, FindTheirWayThroughInheritedSections) {
  EXPECT_EQ(parsed("t { s { x = 1 } }\na : t { s { y = 2 } }\nh : a.s { }"),
            "t{s{x=1}} a{s{y=2 x=1}} h{y=2 x=1}");
  EXPECT_EQ(parsed("a : a.x.y { x { k = 1 } }"), "a{x{k=1}}");
}

TEST(References, ChainsAreBounded) {
  std::string text = "s0 { k = 1 }\n";
  for (int i = 1; i <= 32; ++i)
    text += "s" + std::to_string(i) + " : s" + std::to_string(i - 1) + " { }\n";
  EXPECT_THAT(parsed(text), HasSubstr(" s32{k=1}"));
  EXPECT_THAT(parsed(text + "s33 : s32 { }"), HasSubstr("references nest too deep"));
}

TEST(References, ToNothingAreIgnored) { EXPECT_EQ(parsed("a : none, b.c { k = 1 }"), "a{k=1}"); }

TEST(References, UnsetWhatWouldBeInherited) {
  EXPECT_EQ(parsed("t { k = 1\n l = 1 }\na : t { k = }"), "t{k=1 l=1} a{l=1}");
}

TEST(References, LoopsAreCut) {
  EXPECT_EQ(parsed("a : a { k = 1 }"), "a{k=1}");
  EXPECT_EQ(parsed("a : b { k = 1 }\nb : a { l = 2 }"), "a{k=1 l=2} b{l=2 k=1}");
  EXPECT_EQ(parsed("a { k = 1\n s : a { } }"), "a{k=1 s{}}");
  EXPECT_EQ(parsed("s : p.c { }\np { c { y : p { k = 1 } } }"), "s{y{k=1 c{}}} p{c{y{k=1}}}");
}

TEST(References, GrowthIsBounded) {
  std::string text = "s0 { k = 1 }\n";
  for (int i = 1; i < 24; ++i) {
    const std::string below = "s" + std::to_string(i - 1);
    text += "s" + std::to_string(i) + " { a : " + below + " { }\n b : " + below + " { } }\n";
  }
  EXPECT_THAT(parsed(text), HasSubstr("more than 200000 settings"));
}

}  // namespace
}  // namespace holdfast
