// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/authority_config.h"
#include "config/connection.h"
#include "config/daemon_config.h"

namespace holdfast {

/// All that a swanctl.conf says. What has an error is left out, and the rest is here; whether that
/// is good enough is for the caller to say: a daemon that starts should not, check-config shows it.
struct FileConfig {
  std::vector<ConnectionConfig> connections;
  std::vector<SharedSecret> secrets;
  std::vector<PoolConfig> pools;
  std::vector<AuthorityConfig> authorities;
  DaemonConfig daemon;
  std::vector<Error> errors;
  /// What may be meant as it stands: an include without a file, a pass phrase that swanctl alone
  /// can use, and what file_warnings.h says.
  std::vector<Error> warnings;
};

/// Reads `path`. Certificates that connections name are read from `x509` and `x509ca` beside it;
/// the other directories of swanctl are not looked into.
/// Errors: those of parse_config_file; then nothing is known of the file's contents.
Result<FileConfig> read_config_file(const std::string& path);
/// The same for a tree that was parsed already.
FileConfig read_config(const Section& root, const std::string& directory);

}  // namespace holdfast
