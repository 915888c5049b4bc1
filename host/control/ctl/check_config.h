// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace holdfast::ctl {

struct CheckedConfig {
  bool is_good = false;
  std::string report;  ///< A line for each error, with file and line; then a summary.
};
/// Reads a swanctl.conf as the daemon does.
CheckedConfig check_config(const std::string& path);

}  // namespace holdfast::ctl
