// SPDX-License-Identifier: Apache-2.0
#include "config/file_config.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "config/file_warnings.h"
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
    errors.push_back(
        {ErrorCode::kBadValue, value.place,
         "unknown option: " + printable(value.name) + "; here stand only sections, NAME { }"});
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

constexpr std::array<std::string_view, 5> kGroups = {"connections", "secrets", "pools",
                                                     "authorities", "holdfast"};

/// Others may be templates that sections refer to; but not where nothing else is, nor by a slip.
void warn_of_sections(const Section& root, std::vector<Error>& out) {
  const auto is_group = [](const Section& section) {
    return std::find(kGroups.begin(), kGroups.end(), section.name) != kGroups.end();
  };
  const bool has_group = std::any_of(root.sections.begin(), root.sections.end(), is_group);
  for (const Section& section : root.sections) {
    const std::string_view meant = nearest_word(section.name, kGroups);
    if (is_group(section) || (has_group && meant.empty())) continue;
    out.push_back({ErrorCode::kNotFound, section.place,
                   "nothing is read from section '" + printable(section.name) + "'; " +
                       (meant.empty() ? std::string("connections stand in connections { }")
                                      : "did you mean '" + std::string(meant) + "'?")});
  }
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
  read_group(root, "authorities", out.authorities, out.errors, [&](const Section& section) {
    return read_authority(section, directory, out.errors);
  });
  if (const Section* daemon = root.section("holdfast"))
    out.daemon = read_daemon_config(*daemon, out.errors);
  warn_of_sections(root, out.warnings);
  const std::vector<Error> doubts = warnings_of(out);
  out.warnings.insert(out.warnings.end(), doubts.begin(), doubts.end());
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
