// SPDX-License-Identifier: Apache-2.0
// What moves cost the gateway: bench_moves.py measures, in a lab of namespaces.
#include <fmt/format.h>

#include "bench_script.h"
#include "bench_sections.h"

namespace holdfast::bench {

void bench_moves(const Context& context) {
  context.report.begin({.name = "moves",
                        .title = "the gateway on core 0, holdfast-ike-load on core 1",
                        .unit = "",
                        .columns = {},
                        .digits = 0,
                        .has_wanted = false});
  const std::string build = build_folder();
  run_script(context, "bench_moves.py",
             fmt::format("'{0}/host/app/holdfastd' '{0}/tests/bench/holdfast-ike-load'", build));
}

}  // namespace holdfast::bench
