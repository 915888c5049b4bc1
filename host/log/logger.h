// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ike/events.h"

namespace holdfast::log {

/// Lines of the daemon to the journal if it runs under systemd, with fields of their own, otherwise
/// to standard error with time and subsystem; and to all who listen.
class Logger : public ike::LogSink {
 public:
  Logger();
  ~Logger() override;

  /// Highest level that is written, by group.
  void set_levels(std::function<int(std::string_view group)> level_of) {
    level_of_ = std::move(level_of);
  }
  /// `sink` gets every line, whatever its level.
  void add(ike::LogSink* sink) { sinks_.push_back(sink); }
  void remove(ike::LogSink* sink) { std::erase(sinks_, sink); }

  void log(const ike::LogLine& line) override;
  /// Lines to standard error wait for flush(), which `soon` runs before long: so that many need one
  /// system call. Without it each is written at once.
  void set_soon(std::function<void(std::function<void()>)> soon) { soon_ = std::move(soon); }
  void flush();

 private:
  struct Native;
  std::unique_ptr<Native> native_;
  std::function<int(std::string_view)> level_of_;
  std::vector<ike::LogSink*> sinks_;
  std::function<void(std::function<void()>)> soon_;
  bool is_flush_due_ = false;
};

}  // namespace holdfast::log
