// SPDX-License-Identifier: Apache-2.0
#include "control/ctl/check_config.h"

#include <fmt/format.h>

#include "config/file_config.h"

namespace holdfast::ctl {

CheckedConfig check_config(const std::string& path) {
  const auto config = read_config_file(path);
  if (!config) return {false, fmt::format("error: {}\n", config.error().text())};
  CheckedConfig checked;
  for (const Error& error : config->errors)
    checked.report += fmt::format("error: {}\n", error.text());
  for (const Error& warning : config->warnings)
    checked.report += fmt::format("warning: {}\n", warning.text());
  checked.is_good = config->errors.empty();
  checked.report +=
      fmt::format("{}: {} errors, {} warnings; {} connections, {} secrets, {} pools\n", path,
                  config->errors.size(), config->warnings.size(), config->connections.size(),
                  config->secrets.size(), config->pools.size());
  return checked;
}

}  // namespace holdfast::ctl
