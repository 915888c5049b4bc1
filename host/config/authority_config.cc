// SPDX-License-Identifier: Apache-2.0
#include "config/authority_config.h"

#include <array>
#include <filesystem>
#include <fstream>

#include "config/section_reader.h"

namespace holdfast {
namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::size_t kMaxCrlBytes = std::size_t{16} << 20;

/// An authority and where its files are.
struct Draft {
  AuthorityConfig authority;
  std::string directory;
};

Status read_file(const Setting& setting, const std::string& path, Draft& draft) {
  const auto text = disk_files().read(path);
  if (!text) return invalid_value(setting.key, text.error().text(), text.error().code);
  draft.authority.cacert.assign(text->begin(), text->end());
  return {};
}

/// In a file a name, from vici what the file holds.
Status read_cacert(const Setting& setting, Draft& draft) {
  if (setting.place.empty()) {
    draft.authority.cacert.assign(setting.text.begin(), setting.text.end());
    return {};
  }
  if (setting.text.empty()) return invalid_value(setting.key, "it is the name of a file");
  return read_file(
      setting,
      setting.text.starts_with('/') ? setting.text : draft.directory + "/x509ca/" + setting.text,
      draft);
}

/// swanctl reads it and sends what it holds, so it never comes by vici.
Status read_absolute(const Setting& setting, Draft& draft) {
  if (setting.place.empty()) return tl::unexpected(unknown_option(setting.key));
  if (!setting.text.starts_with('/'))
    return invalid_value(setting.key, "it is the absolute path of a certificate");
  return read_file(setting, setting.text, draft);
}

Status read_crl_uris(const Setting& setting, Draft& draft) {
  for (const std::string& uri : setting.items)
    if (!uri.starts_with("file:///"))
      return unsupported_value(setting.key,
                               "'" + printable(uri) + "' is not fetched; give file:///path");
  draft.authority.crl_uris = setting.items;
  return {};
}

Status no_token(const Setting& setting, Draft&) {
  return unsupported_value(setting.key, "certificates on tokens are not supported");
}

constexpr KeyRule<Draft> kRules[] = {
    {"cacert", false, read_cacert},
    {"file", false, read_absolute},
    {"crl_uris", true, read_crl_uris},
    {"ocsp_uris", true,
     [](const Setting& s, Draft&) { return only_empty(s, "OCSP is not supported"); }},
    {"cert_uri_base", false,
     [](const Setting& s, Draft&) {
       return only_empty(s, "certificates by hash and URL are of IKEv2, which is not spoken");
     }},
    {"handle", false, no_token},
    {"slot", false, no_token},
    {"module", false, no_token},
};

}  // namespace

AuthorityConfig read_authority(const Section& section, const std::string& directory,
                               std::vector<Error>& errors) {
  Draft draft{.authority = {}, .directory = directory};
  draft.authority.name = section.name;
  const std::size_t num_errors = errors.size();
  read_keys<Draft>(section, kRules, draft, errors);
  for (const Section& inner : section.sections)
    add_error(errors, {ErrorCode::kBadValue, "", "invalid section: " + printable(inner.name)},
              inner.place);
  if (draft.authority.cacert.empty() && errors.size() == num_errors)
    add_error(errors,
              {ErrorCode::kBadValue, "", "CA certificate missing: " + printable(section.name)},
              section.place);
  return std::move(draft.authority);
}

Result<AuthorityConfig> read_authority(const Section& section) {
  std::vector<Error> errors;
  AuthorityConfig authority = read_authority(section, ".", errors);
  if (!errors.empty()) return tl::unexpected(errors.front());
  return authority;
}

/// Regular files alone: a pipe would stop the whole daemon.
Result<Bytes> read_crl_uri(const std::string& uri) {
  const std::string path = uri.starts_with(kFileScheme) ? uri.substr(kFileScheme.size()) : uri;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return fail(ErrorCode::kNotFound, path, "is no file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, path, "cannot be opened");
  Bytes data;
  std::array<char, 16384> chunk;
  while (file.read(chunk.data(), chunk.size()) || file.gcount() > 0) {
    data.insert(data.end(), chunk.begin(), chunk.begin() + file.gcount());
    if (data.size() > kMaxCrlBytes) return fail(ErrorCode::kBadValue, path, "is too large");
  }
  return data;
}

}  // namespace holdfast
