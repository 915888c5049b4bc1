// SPDX-License-Identifier: Apache-2.0
#include "log/logger.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/before_abort.h"

namespace holdfast::log {
namespace {

/// RFC 5424, 6.2.1: what an operator must know is a notice, the rest is information or debugging.
int priority_of(int level) { return level <= 0 ? 5 : level == 1 ? 6 : 7; }

/// Standard error, written when it is flushed.
class Console : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    formatter_->format(line, waiting_);
  }
  /// What standard error does not take is lost.
  void flush_() override {
    const char* at = waiting_.data();
    std::size_t left = waiting_.size();
    while (left > 0) {
      const ssize_t written = ::write(STDERR_FILENO, at, left);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;
      at += written;
      left -= static_cast<std::size_t>(written);
    }
    waiting_.clear();
  }

 private:
  spdlog::memory_buf_t waiting_;
};

/// Whose lines are written when the program stops at a broken contract.
Logger* the_last = nullptr;

}  // namespace

struct Logger::Native {
  // systemd tells a service whose standard error goes to the journal (sd_journal_print(3)).
  bool is_in_journal = std::getenv("JOURNAL_STREAM") != nullptr;
  spdlog::logger console{"holdfastd", std::make_shared<Console>()};
};

Logger::Logger() : native_(std::make_unique<Native>()) {
  native_->console.set_pattern("%H:%M:%S.%e %v");
  the_last = this;
  before_abort = [] {
    if (the_last) the_last->flush();
  };
}

Logger::~Logger() {
  flush();
  if (the_last == this) the_last = nullptr;
}

void Logger::flush() {
  is_flush_due_ = false;
  native_->console.flush();
}

void Logger::log(const ike::LogLine& line) {
  for (ike::LogSink* sink : sinks_) sink->log(line);
  if (line.level > (level_of_ ? level_of_(line.group) : 1)) return;
  const std::string group(line.group);
  const std::string sa =
      line.ike_id ? "<" + line.ike_name + "|" + std::to_string(line.ike_id) + "> " : "";
  if (!native_->is_in_journal) {
    native_->console.info("{} {}{}", group, sa, line.text);
    if (!soon_) return flush();
    if (!std::exchange(is_flush_due_, true)) soon_([this] { flush(); });
    return;
  }
  sd_journal_send("MESSAGE=%s%s", sa.c_str(), line.text.c_str(), "PRIORITY=%d",
                  priority_of(line.level), "HOLDFAST_GROUP=%s", group.c_str(), "HOLDFAST_IKE=%s",
                  line.ike_name.c_str(), "HOLDFAST_IKE_ID=%u", line.ike_id, nullptr);
}

}  // namespace holdfast::log
