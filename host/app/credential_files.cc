// SPDX-License-Identifier: Apache-2.0
#include "app/credential_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace holdfast::app {

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
  each("x509", [&](ByteView data) { return credentials.add_certificate(data); });
  each("x509ca", [&](ByteView data) { return credentials.add_authority(data); });
  each("x509crl", [&](ByteView data) { return credentials.add_crl(data); });
  for (const char* folder : {"private", "rsa", "ecdsa", "pkcs8"})
    each(folder, [&](ByteView data) -> Status {
      const auto id = credentials.add_key(data);
      if (!id) return tl::unexpected(id.error());
      return {};
    });
  return errors;
}

}  // namespace holdfast::app
