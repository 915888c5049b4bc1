// SPDX-License-Identifier: Apache-2.0
// Assertion macros in the one form that Verilator 5.006 and the synthesis front end take.
// They expect `clk_i` and the synchronous, active-low `rst_ni` in scope and are empty under
// SYNTHESIS. A failed assertion stops the simulation with its name.
`ifndef COMMON_ASSERT_SVH
`define COMMON_ASSERT_SVH

`ifdef SYNTHESIS
  `define ASSERT(name, prop)
  `define COVER(name, prop)
`else
  `define ASSERT(name, prop) \
    name: assert property (@(posedge clk_i) disable iff (!rst_ni) (prop)) \
      else $fatal(1, "%m failed");
  `define COVER(name, prop) \
    name: cover property (@(posedge clk_i) disable iff (!rst_ni) (prop));
`endif

// A stream keeps its offer while it is stalled: once valid, nothing changes until ready.
`define ASSERT_STREAM_STABLE(name, valid, ready, payload) \
  `ASSERT(name``ValidHolds_A, (valid) && !(ready) |=> (valid)) \
  `ASSERT(name``PayloadHolds_A, (valid) && !(ready) |=> $stable(payload))

`endif
