// SPDX-License-Identifier: Apache-2.0
// The compiler calls __sanitizer_cov_trace_pc in each block of the instrumented code; this file is
// not instrumented.
#include "coverage.h"

#include <array>
#include <cstdint>

namespace holdfast::fuzz {
namespace {

std::array<bool, 1 << 16> reached;
std::uint64_t last_block;
bool is_more;
std::size_t num_edges;

}  // namespace

bool has_reached_more() {
  const bool was_more = is_more;
  is_more = false;
  last_block = 0;
  return was_more;
}

std::size_t num_reached() { return num_edges; }

}  // namespace holdfast::fuzz

extern "C" void __sanitizer_cov_trace_pc() {
  using namespace holdfast::fuzz;
  // As a distance from this function, so that a program gives the same wherever it is loaded.
  const std::uint64_t block = reinterpret_cast<std::uint64_t>(__builtin_return_address(0)) -
                              reinterpret_cast<std::uint64_t>(&__sanitizer_cov_trace_pc);
  const std::uint64_t edge = (block ^ last_block << 1) * 0x9e3779b97f4a7c15;
  last_block = block;
  bool& was_reached = reached[edge >> 48];
  if (was_reached) return;
  was_reached = true;
  is_more = true;
  ++num_edges;
}
