// SPDX-License-Identifier: Apache-2.0
#include "app/credential_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace holdfast::app {

using ike::Origin;

std::vector<Error> load_file_credentials(std::vector<SharedSecret> secrets,
                                         const std::vector<AuthorityConfig>& authorities,
                                         ike::Credentials& credentials) {
  std::vector<Error> errors;
  for (SharedSecret& secret : secrets) credentials.add_shared(std::move(secret), Origin::kFile);
  for (const AuthorityConfig& authority : authorities) {
    const auto note = [&](const Status& status) {
      if (!status)
        errors.push_back(
            {status.error().code, "authorities." + authority.name, status.error().text()});
    };
    note(credentials.add_authority(authority.cacert, Origin::kAuthority));
    for (const std::string& uri : authority.crl_uris) {
      const auto crl = read_crl_uri(uri);
      note(crl ? credentials.add_crl(*crl) : tl::unexpected(crl.error()));
    }
  }
  return errors;
}

std::vector<Error> load_credential_files(const std::string& config_path,
                                         ike::Credentials& credentials) {
  namespace fs = std::filesystem;
  std::vector<Error> errors;
  const fs::path base = fs::path(config_path).parent_path();
  const auto each = [&](const char* folder, const auto& load) {
    std::error_code ignored;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(base / folder, ignored))
      if (entry.is_regular_file(ignored)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      std::ifstream stream(file, std::ios::binary);
      Bytes data{std::istreambuf_iterator<char>(stream), {}};
      const Status status = load(data);
      secure_wipe(data);
      if (!status) errors.push_back({status.error().code, file.string(), status.error().text()});
    }
  };
  each("x509", [&](ByteView data) { return credentials.add_certificate(data, Origin::kFile); });
  each("x509ca", [&](ByteView data) { return credentials.add_authority(data, Origin::kFile); });
  each("x509crl", [&](ByteView data) { return credentials.add_crl(data); });
  for (const char* folder : {"private", "rsa", "ecdsa", "pkcs8"})
    each(folder, [&](ByteView data) -> Status {
      const auto id = credentials.add_key(data, Origin::kFile);
      if (!id) return tl::unexpected(id.error());
      return {};
    });
  return errors;
}

}  // namespace holdfast::app
