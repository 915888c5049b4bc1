// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Result, AnErrorSaysWhereAndWhat) {
  const Status status = fail(ErrorCode::kBadValue, "file:3", "it is wrong");
  EXPECT_EQ(status.error().text(), "file:3: it is wrong");
  const Status without_place = fail(ErrorCode::kIo, "", "it is wrong");
  EXPECT_EQ(without_place.error().text(), "it is wrong");
}

TEST(ResultDeathTest, ABrokenContractEndsTheProgram) {
  HOLDFAST_CHECK(1 + 1 == 2);
  EXPECT_DEATH(HOLDFAST_CHECK(1 + 1 == 3), "contract broken: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace holdfast
