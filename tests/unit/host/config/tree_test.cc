// SPDX-License-Identifier: Apache-2.0
// The grammar of swanctl.conf, line by line: scanner, raw_parser, raw_section, config_file.
#include "config/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "unit/host/config/memory_files.h"

namespace holdfast {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Grammar, SectionsMayOpenOnALaterLine) {
  EXPECT_EQ(parsed("a { }"), "a{}");
  EXPECT_EQ(parsed("a\n # here\n\n{ k = 1 }"), "a{k=1}");
  EXPECT_EQ(parsed("a{k=1\n}b{}"), "a{k=1} b{}");
  EXPECT_EQ(parsed(""), "");
}

TEST(Grammar, NamesTakeMostSignsButNoDotsOrQuotes) {
  EXPECT_EQ(parsed("a-b_c+@/;'[] = 1"), "a-b_c+@/;'[]=1");
  EXPECT_THAT(parsed("k = 1\na.b = 2"), StartsWith("/etc/s.conf:2: syntax error, a dot"));
  EXPECT_THAT(parsed("a.b { }"), HasSubstr("syntax error"));
  EXPECT_THAT(parsed("\"a\" = 1"), HasSubstr("syntax error, quotes"));
  EXPECT_THAT(parsed("a b = 1"), HasSubstr("syntax error"));
  EXPECT_THAT(parsed("a, = 1"), HasSubstr("syntax error"));
  EXPECT_THAT(parsed("= 1"), HasSubstr("syntax error"));
}

TEST(Grammar, ValuesEndAtLineCommentOrBrace) {
  EXPECT_EQ(parsed("k =  a \t b  "), "k=a b");
  EXPECT_EQ(parsed("k = a#b"), "k=a");
  EXPECT_EQ(parsed("s { k = a }"), "s{k=a}");
  EXPECT_EQ(parsed("k = a; l = b"), "k=a; l = b");
  EXPECT_EQ(parsed("k = C=CH, O=x"), "k=C=CH, O=x");
}

TEST(Grammar, CommentsStandAnywhereButInQuotes) {
  EXPECT_EQ(parsed("# a { \nk = 1 # \" }\n#"), "k=1");
  EXPECT_EQ(parsed("k = \"a # b\""), "k=a # b");
}

TEST(Grammar, QuotesKeepEverything) {
  EXPECT_EQ(parsed("k = \"  a  }{ \""), "k=  a  }{ ");
  EXPECT_EQ(parsed(R"(k = "a\tb\nc\"d\\e\qf")"), "k=a\tb\nc\"d\\eqf");
  EXPECT_EQ(parsed("k = \"a\nb\""), "k=a\nb");
  EXPECT_EQ(parsed("k = \"a\\\nb\""), "k=ab");
  EXPECT_EQ(parsed("k = \"a\\\r\nb\""), "k=ab");
  EXPECT_EQ(parsed("k = a\"b\"c"), "k=a b c");
}

TEST(Grammar, OtherSignsAreOrdinaryInValues) {
  EXPECT_EQ(parsed("k = 'a b'"), "k='a b'");
  EXPECT_EQ(parsed("k = a\\\nl = b"), "k=a\\ l=b");
  EXPECT_EQ(parsed("s { k = a{b\n}"), "s{k=a{b}");
}

TEST(Grammar, NothingBehindEqualsUnsets) {
  EXPECT_EQ(parsed("k = 1\nl = 2\nk ="), "l=2");
  EXPECT_EQ(parsed("k =\nk = 1"), "k=1");
  EXPECT_EQ(parsed("k = \"\""), "k=");
  EXPECT_EQ(parsed("s { k = }"), "s{}");
}

TEST(Grammar, LastKeyWinsAndSectionsMerge) {
  EXPECT_EQ(parsed("k = 1\nl = 2\nk = 3"), "k=3 l=2");
  EXPECT_EQ(parsed("a { k = 1 }\nb { }\na { k = 2\n l = 3 }"), "a{k=2 l=3} b{}");
}

TEST(Grammar, PlusEqualsIsAnError) {
  EXPECT_THAT(parsed("\nkey += v"), StartsWith("/etc/s.conf:2: syntax error"));
}

TEST(Grammar, LineEndsAndByteOrderMarkDoNotMatter) {
  EXPECT_EQ(parsed("a {\r\n k = 1 \r\n}\r\n"), "a{k=1}");
  EXPECT_EQ(parsed("k = 1"), "k=1");
  EXPECT_EQ(parsed("\xEF\xBB\xBF"
                   "a { k = 1 }"),
            "a{k=1}");
}

TEST(Grammar, ErrorsNameFileAndLine) {
  EXPECT_THAT(parsed("a {\n k = 1\n"), StartsWith("/etc/s.conf:1: syntax error, section 'a'"));
  EXPECT_THAT(parsed("a { }\n}"), StartsWith("/etc/s.conf:2: syntax error, '}'"));
  EXPECT_THAT(parsed("a = 1\nb = \"c\n\nd"), StartsWith("/etc/s.conf:2: syntax error, a quote"));
  EXPECT_THAT(parsed("k = \"a\nb\"\nx"), StartsWith("/etc/s.conf:3: syntax error"));
  EXPECT_THAT(parsed("a : { }"), HasSubstr("syntax error"));
  EXPECT_THAT(parsed(std::string("k = a\0b", 7)), HasSubstr("zero byte"));
}

TEST(Grammar, PlacesAreThoseOfTheWinner) {
  const auto root = parse_config("s {\n k = 1\n}\ns {\n k = 2\n}", "/f");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->sections[0].place, "/f:1");
  EXPECT_EQ(root->sections[0].values[0].place, "/f:5");
}

TEST(Grammar, NestingIsBounded) {
  std::string deep, deeper;
  for (int i = 0; i < 32; ++i) deep = "a { " + deep + " }";
  EXPECT_THAT(parsed(deep), StartsWith("a{a{"));
  EXPECT_THAT(parsed("a { " + deep + " }"), HasSubstr("nest deeper"));
}

TEST(Include, IsRelativeToItsOwnFileAndSorted) {
  const std::map<std::string, std::string> files = {
      {"/etc/conf.d/b.conf", "b = 1\ninclude ../more/*.inc"},
      {"/etc/conf.d/a.conf", "a = 1"},
      {"/etc/more/x.inc", "x = 1"},
      {"/etc/conf.d/a.txt", "no = 1"}};
  EXPECT_EQ(parsed("include conf.d/*.conf\nz = 1", files), "a=1 b=1 x=1 z=1");
  EXPECT_EQ(parsed("include \"conf.d/?.txt\"", files), "no=1");
  EXPECT_EQ(parsed("include /etc/more/x.inc", files), "x=1");
}

TEST(Include, GoesIntoTheSectionWhereItStands) {
  const std::map<std::string, std::string> files = {{"/etc/k", "k = 1"}, {"/etc/open", "a {"}};
  EXPECT_EQ(parsed("s { include k }", files), "s{k=1}");
  EXPECT_EQ(parsed("s {\n include k\n l = 2 }", files), "s{k=1 l=2}");
  EXPECT_THAT(parsed("s { include open }", files), StartsWith("/etc/open:1: syntax error"));
  EXPECT_THAT(parsed("s { include k l }", files), HasSubstr("syntax error"));
  EXPECT_THAT(parsed("include \n", files), HasSubstr("without a pattern"));
  EXPECT_EQ(parsed("include=x"), "include=x");
}

TEST(Include, WithoutAFileIsAWarning) {
  std::vector<Error> warnings;
  const auto root =
      parse_config("k = 1\ninclude no/*.conf", "/etc/s.conf", MemoryFiles({}), &warnings);
  ASSERT_TRUE(root);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].text(), "/etc/s.conf:2: no files found matching 'no/*.conf'");
}

TEST(Include, OfItselfIsCut) {
  const std::map<std::string, std::string> files = {
      {"/etc/s.conf", "x = 1"},
      {"/etc/a", "a = 1\ninclude b"},
      {"/etc/b", "b = 1\ninclude ./a\ninclude s.conf"}};
  EXPECT_EQ(parsed("include a", files), "a=1 b=1");
}

TEST(Include, DepthIsBounded) {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 20; ++i)
    files["/etc/f" + std::to_string(i)] = "include f" + std::to_string(i + 1);
  EXPECT_THAT(parsed("include f0", files), HasSubstr("includes, or deeper"));
}

TEST(ConfigFile, ReadsTheDisk) {
  std::string folder = testing::TempDir() + "holdfast_tree_XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::filesystem::create_directory(folder + "/conf.d");
  std::ofstream(folder + "/s.conf") << "include conf.d/*.conf\n";
  std::ofstream(folder + "/conf.d/1.conf") << "a { k = 1 }\n";
  std::ofstream(folder + "/conf.d/2.conf") << "a { k = 2 }\n";
  const auto root = parse_config_file(folder + "/s.conf");
  ASSERT_TRUE(root) << root.error().text();
  EXPECT_EQ(line_of(*root), "a{k=2}");
  EXPECT_EQ(root->sections[0].values[0].place, folder + "/conf.d/2.conf:1");
  EXPECT_EQ(parse_config_file(folder + "/none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(parse_config_file(folder).error().code, ErrorCode::kBadValue);
  std::ofstream(folder + "/dir.conf") << "\ninclude conf.d\n";
  EXPECT_EQ(parse_config_file(folder + "/dir.conf").error().place, folder + "/dir.conf:2");
  std::filesystem::remove_all(folder);
}

TEST(Section, FindsTheLastOfAName) {
  Section root;
  root.add("k", "1");
  root.add("k", "2");
  root.add_list("l", {"a", "b"});
  root.add_section("s").add("x", "y");
  EXPECT_EQ(*root.value("k"), "2");
  EXPECT_EQ(root.value("none"), nullptr);
  EXPECT_EQ(root.value_or("none", "z"), "z");
  EXPECT_EQ(root.list("l")->items.size(), 2u);
  EXPECT_EQ(root.list("k"), nullptr);
  EXPECT_EQ(root.section("s")->value_or("x", ""), "y");
  EXPECT_EQ(root.order.size(), 4u);
}

}  // namespace
}  // namespace holdfast
