// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/authority_config.h"
#include "ike/credentials.h"

namespace holdfast::app {

/// Loads what the file itself holds: secrets, and authorities with their revocation lists. Returns
/// what could not be loaded.
std::vector<Error> load_file_credentials(std::vector<SharedSecret> secrets,
                                         const std::vector<AuthorityConfig>& authorities,
                                         ike::Credentials& credentials);

/// Loads certificates, authorities, revocation lists and private keys from the directories beside
/// the configuration file, as swanctl names them (x509, x509ca, x509crl, private, rsa, ecdsa,
/// pkcs8). Returns what could not be loaded; a directory that is not there is no error.
std::vector<Error> load_credential_files(const std::string& config_path,
                                         ike::Credentials& credentials);

}  // namespace holdfast::app
