// SPDX-License-Identifier: Apache-2.0
// Moves of an address under probes, beside strongSwan's MOBIKE and wireguard-go: bench_handover.py
// measures, on the network of ./dev demo.
#include <fmt/format.h>

#include "bench_script.h"
#include "bench_sections.h"

namespace holdfast::bench {

void bench_handover(const Context& context) {
  context.report.begin({.name = "handover",
                        .title = "client, router, delay, gateway and server in namespaces; each "
                                 "direction of the probes judged at its receiver",
                        .unit = "",
                        .columns = {},
                        .digits = 0,
                        .has_wanted = false});
  run_script(context, "bench_handover.py",
             fmt::format("'{}'{}", build_folder(), context.is_long ? " --long" : ""));
}

}  // namespace holdfast::bench
