// SPDX-License-Identifier: Apache-2.0
#include "bench_report.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace holdfast::bench {
namespace {

Report report_of(const Figure& figure) {
  Report report;
  report.begin({"name", "title", "unit"});
  report.add(figure);
  return report;
}

TEST(BenchReport, IsOkWhenFiguresAreAsWanted) {
  EXPECT_TRUE(report_of({"nothing wanted", {0}}).is_ok());
  EXPECT_TRUE(report_of({"at least", {95}, Wanted::at_least(95)}).is_ok());
  EXPECT_TRUE(report_of({"at most", {5}, Wanted::at_most(5)}).is_ok());
  EXPECT_TRUE(report_of({"exactly", {0}, Wanted::exactly(0)}).is_ok());
}

TEST(BenchReport, IsNotOkWhenAFigureIsShort) {
  EXPECT_FALSE(report_of({"at least", {94.9}, Wanted::at_least(95)}).is_ok());
  EXPECT_FALSE(report_of({"at most", {5.1}, Wanted::at_most(5)}).is_ok());
  EXPECT_FALSE(report_of({"exactly", {1}, Wanted::exactly(0)}).is_ok());
}

TEST(BenchReport, LooksAtEachColumn) {
  Report report;
  report.begin({"name", "title", "unit", {"in", "out"}});
  report.add({"second is short", {96, 94}, Wanted::at_least(95)});
  EXPECT_FALSE(report.is_ok());
}

TEST(BenchReport, WantsNothingOfWhatStandsBeside) {
  const std::string path = testing::TempDir() + "holdfast_bench_report_beside.json";
  Report report;
  report.begin({"name", "title", "unit", {"median", "worst"}});
  report.add({.what = "median", .got = {1}, .wanted = Wanted::at_most(2), .beside = {9}});
  EXPECT_TRUE(report.is_ok());
  ASSERT_TRUE(report.write_json(path).has_value());
  const auto json = nlohmann::json::parse(std::ifstream(path));
  EXPECT_EQ(json["sections"][0]["figures"][0]["got"]["worst"], 9);
}

TEST(BenchReport, IsNotOkAfterAProblem) {
  Report report = report_of({"fine", {1}});
  report.problem("a packet was lost");
  EXPECT_FALSE(report.is_ok());
}

TEST(BenchReport, DoesNotBelieveMoreThanTheBound) {
  EXPECT_TRUE(report_of({"at the bound", {64}, Wanted::at_least(60), 64}).is_ok());
  EXPECT_FALSE(report_of({"above it", {64.1}, Wanted::at_least(60), 64}).is_ok());
}

TEST(BenchReport, WritesWhatItPrinted) {
  const std::string path = testing::TempDir() + "holdfast_bench_report.json";
  ASSERT_TRUE(report_of({"what", {63}, Wanted::at_least(64), 66}).write_json(path).has_value());
  const auto json = nlohmann::json::parse(std::ifstream(path));
  EXPECT_EQ(json["ok"], false);
  const auto& figure = json["sections"][0]["figures"][0];
  EXPECT_EQ(figure["what"], "what");
  EXPECT_EQ(figure["got"]["got"], 63);
  EXPECT_EQ(figure["wanted"]["at_least"], 64);
  EXPECT_EQ(figure["bound"], 66);
  EXPECT_EQ(figure["ok"], false);
}

TEST(BenchReport, SaysWhereItCannotWrite) {
  const auto status = report_of({"what", {1}}).write_json("/nowhere/bench.json");
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().place, "/nowhere/bench.json");
}

}  // namespace
}  // namespace holdfast::bench
