// SPDX-License-Identifier: Apache-2.0
#include "log/logger.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-journal.h>

#include <cstdlib>

namespace holdfast::log {
namespace {

/// RFC 5424, 6.2.1: what an operator must know is a notice, the rest is information or debugging.
int priority_of(int level) { return level <= 0 ? 5 : level == 1 ? 6 : 7; }

}  // namespace

struct Logger::Native {
  // systemd tells a service whose standard error goes to the journal (sd_journal_print(3)).
  bool is_in_journal = std::getenv("JOURNAL_STREAM") != nullptr;
  std::shared_ptr<spdlog::logger> console = spdlog::stderr_color_st("holdfastd");
};

Logger::Logger() : native_(std::make_unique<Native>()) {
  native_->console->set_pattern("%H:%M:%S.%e %v");
}

Logger::~Logger() { spdlog::drop("holdfastd"); }

void Logger::log(const ike::LogLine& line) {
  for (ike::LogSink* sink : sinks_) sink->log(line);
  if (line.level > (level_of_ ? level_of_(line.group) : 1)) return;
  const std::string group(line.group);
  const std::string sa =
      line.ike_id ? "<" + line.ike_name + "|" + std::to_string(line.ike_id) + "> " : "";
  if (!native_->is_in_journal) {
    native_->console->info("{} {}{}", group, sa, line.text);
    return;
  }
  sd_journal_send("MESSAGE=%s%s", sa.c_str(), line.text.c_str(), "PRIORITY=%d",
                  priority_of(line.level), "HOLDFAST_GROUP=%s", group.c_str(), "HOLDFAST_IKE=%s",
                  line.ike_name.c_str(), "HOLDFAST_IKE_ID=%u", line.ike_id, nullptr);
}

}  // namespace holdfast::log
