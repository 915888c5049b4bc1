// SPDX-License-Identifier: Apache-2.0
// What is the soft card's own; the rest is in tests/unit/driver/card_suite.h.
#include "model/soft_card.h"

#include <gtest/gtest.h>

namespace holdfast::model {
namespace {

TEST(SoftCard, TakesItsOptions) {
  const auto card = SoftCard::make("sas=1024,paths=7,window=128");
  ASSERT_TRUE(card);
  const std::uint32_t tables = (*card)->read_csr(csr::kIdentityCapTables);
  EXPECT_EQ(csr::kIdentityCapTablesNumSas.get(tables), 1024u);
  EXPECT_EQ(csr::kIdentityCapTablesNumPaths.get(tables), 7u);
  EXPECT_EQ((*card)->read_csr(csr::kIdentityCapWindow), 128u);
  EXPECT_TRUE(SoftCard::make(""));
  EXPECT_TRUE(SoftCard::make("sas=65535"));
}

TEST(SoftCard, RefusesOptionsThatAreNone) {
  for (const char* options : {"sas", "sas=", "sas=x", "sas=1x", "size=3", "sas=4 ,paths=3"}) {
    const auto card = SoftCard::make(options);
    ASSERT_FALSE(card) << options;
    EXPECT_EQ(card.error().code, ErrorCode::kBadFormat) << card.error().text();
  }
  for (const char* options : {"sas=0", "sas=65536", "paths=0", "window=63", "window=5000"}) {
    const auto card = SoftCard::make(options);
    ASSERT_FALSE(card) << options;
    EXPECT_EQ(card.error().code, ErrorCode::kBadValue) << card.error().text();
  }
}

TEST(SoftCard, FlrResetsTheRegisters) {
  SoftCard card({});
  card.write_csr(csr::kIdentityScratch, 7);
  card.write_csr(csr::kControlControl, csr::kControlControlSoftReset.mask());
  EXPECT_EQ(card.read_csr(csr::kIdentityScratch), 7u);
  card.reset();
  EXPECT_EQ(card.read_csr(csr::kIdentityScratch), 0u);
  EXPECT_EQ(csr::kControlStatusSwept.get(card.read_csr(csr::kControlStatus)), 0u);
}

TEST(SoftCard, SleepsOnceItIsSwept) {
  SoftCard card({});
  EXPECT_FALSE(card.is_asleep());
  for (unsigned i = 0; i < 1000 && !card.is_asleep(); ++i) card.poll();
  EXPECT_TRUE(card.is_asleep());
  card.reset();
  EXPECT_FALSE(card.is_asleep());
}

}  // namespace
}  // namespace holdfast::model
