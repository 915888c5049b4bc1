// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <verilated.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace holdfast::test {

/// Seed of this run: HOLDFAST_SEED from the environment, else `fallback`. Print it on failure.
inline std::uint64_t seed_or(std::uint64_t fallback) {
  const char* text = std::getenv("HOLDFAST_SEED");
  return text ? std::strtoull(text, nullptr, 0) : fallback;
}

/// One Verilated module with a clock `clk_i` and a synchronous, active-low reset `rst_ni`.
///
/// A cycle is: agents drive inputs, the model settles (clock low), agents look at settled outputs
/// and take handshakes, the clock rises. An agent is anything with drive() and sample().
template <typename Model>
class Sim {
 public:
  Sim() : context_(std::make_unique<VerilatedContext>()), top_(new Model(context_.get(), "top")) {
    top_->clk_i = 0;
    top_->rst_ni = 0;
  }
  // The model unregisters itself from the context of the thread, which another model may have set.
  ~Sim() {
    Verilated::threadContextp(context_.get());
    top_->final();
  }
  Sim(const Sim&) = delete;
  Sim& operator=(const Sim&) = delete;

  Model& top() { return *top_; }
  std::uint64_t cycle() const { return cycle_; }

  /// Calls `drive` before the model settles and `sample` after, each cycle.
  void add_agent(std::function<void()> drive, std::function<void()> sample) {
    drives_.push_back(std::move(drive));
    samples_.push_back(std::move(sample));
  }

  /// Holds reset for `cycles` cycles; agents do not run.
  void reset(unsigned cycles = 4) {
    top_->rst_ni = 0;
    for (unsigned i = 0; i < cycles; ++i) edge();
    top_->rst_ni = 1;
  }

  void step(std::uint64_t cycles = 1) {
    for (std::uint64_t i = 0; i < cycles; ++i) {
      for (auto& drive : drives_) drive();
      top_->eval();
      for (auto& sample : samples_) sample();
      edge();
    }
  }

  /// One cycle without the agents: inputs stay as they are.
  void tick() { edge(); }

  /// Steps until `done()`; false when `limit` cycles passed first.
  bool run_until(const std::function<bool()>& done, std::uint64_t limit) {
    for (std::uint64_t i = 0; i < limit; ++i) {
      if (done()) return true;
      step();
    }
    return done();
  }

 private:
  void edge() {
    top_->clk_i = 0;
    top_->eval();
    top_->clk_i = 1;
    top_->eval();
    top_->clk_i = 0;
    ++cycle_;
  }

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> top_;
  std::vector<std::function<void()>> drives_, samples_;
  std::uint64_t cycle_ = 0;
};

}  // namespace holdfast::test
