// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <systemc>

namespace holdfast::test {

/// Runs all tests of the program in one thread of the simulation, so that they may wait. SystemC
/// elaborates once a process: modules must exist before run_tests_in_simulation() is called.
class TestThread : public sc_core::sc_module {
 public:
  explicit TestThread(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(TestThread);
    SC_THREAD(run);
    set_stack_size(1 << 22);
  }
  int result() const { return result_; }

 private:
  void run() {
    result_ = RUN_ALL_TESTS();
    sc_core::sc_stop();
  }
  int result_ = 1;
};

/// For the end of sc_main.
inline int run_tests_in_simulation() {
  TestThread thread("tests");
  sc_core::sc_start();
  return thread.result();
}

}  // namespace holdfast::test
