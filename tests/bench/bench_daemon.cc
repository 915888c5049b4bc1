// SPDX-License-Identifier: Apache-2.0
// The daemon beside strongSwan's: bench_daemon.py measures, in a lab of namespaces.
#include <fmt/format.h>

#include "bench_script.h"
#include "bench_sections.h"

namespace holdfast::bench {

void bench_daemon(const Context& context) {
  context.report.begin({.name = "daemon",
                        .title = "holdfastd and charon in turn, each on core 0, load on core 1",
                        .unit = "",
                        .columns = {},
                        .digits = 0,
                        .has_wanted = false});
  const std::string build = build_folder();
  run_script(context, "bench_daemon.py",
             fmt::format("'{0}/host/app/holdfastd' '{0}/tests/bench/holdfast-ike-load'{1}", build,
                         context.is_long ? " --long" : ""));
}

}  // namespace holdfast::bench
