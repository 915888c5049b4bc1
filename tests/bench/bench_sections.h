// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "bench_report.h"

/// The sections of `./dev bench`. Each measures one subject through the public doors of the card
/// (registers by TLP, rings, stream ports) and adds its tables to the report.
namespace holdfast::bench {

struct Context {
  Report& report;
  std::uint64_t seed = 1;
  bool is_long = false;
};

void bench_ports(const Context& context);
void bench_rings(const Context& context);
void bench_latency(const Context& context);
void bench_cam(const Context& context);
void bench_swaps(const Context& context);
void bench_lockstep(const Context& context);
void bench_speed(const Context& context);
/// Not of the card: ISAKMP and packets of holdfastd, beside strongSwan.
void bench_daemon(const Context& context);
/// The gap and the losses of a move, beside strongSwan's MOBIKE and wireguard-go.
void bench_handover(const Context& context);
/// What updates cost the gateway.
void bench_moves(const Context& context);

}  // namespace holdfast::bench
