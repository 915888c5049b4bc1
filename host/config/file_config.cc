// SPDX-License-Identifier: Apache-2.0
#include "config/file_config.h"

#include <algorithm>
#include <filesystem>

#include "config/words.h"

namespace holdfast {
namespace {

bool begins_with_one_of(std::string_view name, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// A group holds sections only.
void refuse_keys(const Section& group, std::vector<Error>& errors) {
  for (const Section::Value& value : group.values)
    errors.push_back({ErrorCode::kBadValue, value.place,
                      "unknown option: " + printable(value.name) + ", config discarded"});
}

/// Appends to `out` what `read` makes of each section of the group, if it makes no error.
template <typename T, typename Read>
void read_group(const Section& root, std::string_view name, std::vector<T>& out,
                std::vector<Error>& errors, const Read& read) {
  const Section* group = root.section(name);
  if (!group) return;
  refuse_keys(*group, errors);
  for (const Section& section : group->sections) {
    const std::size_t num_errors = errors.size();
    T item = read(section);
    if (errors.size() == num_errors) out.push_back(std::move(item));
  }
}

/// Secrets by the prefix of their section's name; what swanctl keeps for itself is a warning.
void read_secrets(const Section& root, FileConfig& out) {
  const Section* group = root.section("secrets");
  if (!group) return;
  refuse_keys(*group, out.errors);
  for (const Section& section : group->sections) {
    const std::string shown = "'" + printable(section.name) + "'";
    if (begins_with_one_of(section.name, {"ike"})) {
      const std::size_t num_errors = out.errors.size();
      SharedSecret secret = read_shared_secret(section, out.errors);
      if (out.errors.size() == num_errors) out.secrets.push_back(std::move(secret));
    } else if (begins_with_one_of(section.name, {"private", "rsa", "ecdsa", "pkcs8", "pkcs12"})) {
      out.warnings.push_back({ErrorCode::kUnsupported, section.place,
                              "the pass phrase in " + shown +
                                  " is for swanctl, which decrypts keys; the daemon reads "
                                  "unencrypted ones only"});
    } else if (begins_with_one_of(section.name, {"eap", "xauth", "ntlm", "ppk", "token"})) {
      out.errors.push_back({ErrorCode::kUnsupported, section.place,
                            "the kind of secret of " + shown + " is not supported, only 'ike' is"});
    } else {
      out.errors.push_back({ErrorCode::kBadValue, section.place,
                            "the name of the secret " + shown + " does not begin with 'ike'"});
    }
  }
}

void refuse_authorities(const Section& root, std::vector<Error>& errors) {
  const Section* group = root.section("authorities");
  if (!group) return;
  for (const Section& section : group->sections)
    errors.push_back({ErrorCode::kUnsupported, section.place,
                      "authorities are not supported: put CA certificates into x509ca and "
                      "revocation lists into x509crl"});
}

/// A pool that no file names may still come by vici.
void warn_of_missing_pools(FileConfig& out) {
  for (const ConnectionConfig& connection : out.connections)
    for (const std::string& name : connection.pools)
      if (std::none_of(out.pools.begin(), out.pools.end(),
                       [&](const PoolConfig& pool) { return pool.name == name; }))
        out.warnings.push_back({ErrorCode::kNotFound, "connections." + connection.name,
                                "pool '" + printable(name) + "' is not in this file"});
}

}  // namespace

FileConfig read_config(const Section& root, const std::string& directory) {
  FileConfig out;
  read_group(root, "connections", out.connections, out.errors, [&](const Section& section) {
    return read_connection(section, directory, out.errors);
  });
  read_secrets(root, out);
  read_group(root, "pools", out.pools, out.errors,
             [&](const Section& section) { return read_pool(section, out.errors); });
  refuse_authorities(root, out.errors);
  warn_of_missing_pools(out);
  if (const Section* daemon = root.section("holdfast"))
    out.daemon = read_daemon_config(*daemon, out.errors);
  return out;
}

Result<FileConfig> read_config_file(const std::string& path) {
  std::vector<Error> warnings;
  const auto root = parse_config_file(path, &warnings);
  if (!root) return tl::unexpected(root.error());
  const std::string folder = std::filesystem::path(path).parent_path().string();
  FileConfig out = read_config(*root, folder.empty() ? "." : folder);
  out.warnings.insert(out.warnings.begin(), warnings.begin(), warnings.end());
  return out;
}

}  // namespace holdfast
