// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>

#include "support/sim.h"

/// Which Verilated pipeline a program is built with: HOLDFAST_ESP_WIDTH is 64 or 128. At 128
/// registers and memories hold random values before reset, at 64 they are 0.
#if HOLDFAST_ESP_WIDTH == 64
#include "Vesp_pipeline_64_model.h"
#else
#include "Vesp_pipeline_128_model.h"
#endif

namespace holdfast::test {

#if HOLDFAST_ESP_WIDTH == 64
using PipelineModel = Vesp_pipeline_64_model;
#else
class PipelineModel : public Vesp_pipeline_128_model {
 public:
  PipelineModel(VerilatedContext* context, const char* name)
      : Vesp_pipeline_128_model(randomized(context), name) {}

 private:
  /// Each model of a program powers up differently.
  static VerilatedContext* randomized(VerilatedContext* context) {
    static std::uint64_t number = 0;
    const std::uint64_t seed = seed_or(1) + number++;
    std::printf("power-up with HOLDFAST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    context->randReset(2);
    context->randSeed(static_cast<int>(seed));
    return context;
  }
};
#endif

}  // namespace holdfast::test
