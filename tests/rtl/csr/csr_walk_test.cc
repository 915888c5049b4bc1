// SPDX-License-Identifier: Apache-2.0
#include "support/csr_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "Vcard_control_128_model.h"
#include "Vcard_control_64_model.h"
#include "support/tlp_host.h"

namespace holdfast::test {
namespace {

template <typename Model>
class CsrWalkTest : public testing::Test {};
using Models = testing::Types<Vcard_control_128_model, Vcard_control_64_model>;
TYPED_TEST_SUITE(CsrWalkTest, Models);

TYPED_TEST(CsrWalkTest, EveryRegister) {
  const auto seed = seed_or(5);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  Sim<TypeParam> sim;
  TlpHost<TypeParam> host(sim, 20, 20, seed);
  sim.reset();
  EXPECT_THAT((CsrWalk<TlpHost<TypeParam>>(host, seed).run()), testing::IsEmpty());
}

TYPED_TEST(CsrWalkTest, BlocksAsOneRead) {
  Sim<TypeParam> sim;
  TlpHost<TypeParam> host(sim);
  sim.reset();
  // Every register again, 32 at a time, as a memory copy would read them.
  for (const auto& row : kCsrRows) {
    if (row.offset % 0x80 != 0) continue;
    Request request;
    request.address = row.offset;
    request.length_dw = 32;
    request.last_be = 0xF;
    const auto dws = host.read(request);
    for (unsigned i = 0; i < 32; ++i)
      EXPECT_EQ(dws[i], host.read32(row.offset + 4 * i)) << row.name << " + " << i;
  }
}

}  // namespace
}  // namespace holdfast::test
