// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/metrics_text.h"
#include "control/vici_socket.h"
#include "log/metrics_server.h"

namespace holdfast::app {

/// Metrics at a socket of this machine: `listen` as in DaemonConfig::metrics_listen.
class DaemonMetrics {
 public:
  using Collect = std::function<MetricsSnapshot()>;
  /// Errors: kInUse, kBadValue, kIo.
  static Result<std::unique_ptr<DaemonMetrics>> open(const std::string& listen, Collect collect);

  int fd() const { return server_->fd(); }
  void step() { server_->step(); }

 private:
  std::optional<control::ViciSocket> file_;  // takes the socket's file along
  std::unique_ptr<log::MetricsServer> server_;
};

}  // namespace holdfast::app
