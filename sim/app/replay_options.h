// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace holdfast::app {

/// Exit codes of the program.
enum ExitCode : int {
  kExitDone = 0,        ///< Every packet has an account; drops are results, not failures.
  kExitDifference = 1,  ///< Cards differ, the account does not add up, or --strict and a drop.
  kExitError = 2,       ///< Usage, a file, a key, or the card itself.
};

struct ReplayOptions {
  std::string input, output, report, keys_folder;
  std::string sa_file, esp_sa_file;
  std::string card, compare;
  std::string inner;  ///< "ipv4", "ipv6", or empty: the family outside.
  bool does_pass = false, is_strict = false;
};

/// What the command line says, or the exit code if there is nothing to do (help was shown, or the
/// usage is wrong and was explained).
struct Parsed {
  ReplayOptions options;
  std::optional<int> exit_code;
};
/// `default_card` is used without --card.
Parsed parse_options(int argc, const char* const* argv, const std::string& default_card);

}  // namespace holdfast::app
