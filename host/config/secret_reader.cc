// SPDX-License-Identifier: Apache-2.0
#include "base/hex.h"
#include "config/base64.h"
#include "config/connection.h"
#include "config/section_reader.h"

namespace holdfast {
namespace {

/// "0x" and hexadecimal digits, "0s" and base64, else text. Errors: kBadValue; the sentence never
/// repeats the secret.
Result<SecretBytes> parse_secret(std::string_view key, std::string_view text) {
  Bytes bytes(text.begin(), text.end());
  if (text.starts_with("0x") || text.starts_with("0s")) {
    std::string digits(text.substr(2));
    const bool is_hex = text[1] == 'x';
    if (is_hex && digits.size() % 2 != 0) digits.insert(digits.begin(), '0');
    auto parsed = is_hex ? parse_hex(digits) : parse_base64(digits);
    if (!parsed) return invalid_value(key, parsed.error().sentence);
    bytes = std::move(*parsed);
  }
  if (bytes.empty()) return invalid_value(key, "the secret is empty");
  SecretBytes secret{bytes};
  secure_wipe(bytes);
  return secret;
}

Status add_owner(const Setting& setting, std::string_view text, SharedSecret& out) {
  auto owner = Identity::parse(text);
  if (owner) out.owners.push_back(std::move(*owner));
  return name_key(setting, owner);
}

Status check_type(const Setting& setting) {
  if (is_same_word(setting.text, "ike")) return {};
  for (const std::string_view type : {"eap", "xauth", "ntlm", "ppk"})
    if (is_same_word(setting.text, type))
      return unsupported_value(setting.key, "secrets for " + std::string(type) + " are not used");
  return invalid_value(setting.key, "it is 'ike'");
}

/// A key of load-shared.
Status read_vici_key(Setting& setting, SharedSecret& out) {
  if (setting.key == "owners") {
    if (Status status = shape(setting, true); !status) return status;
    for (const std::string& item : setting.items)
      if (Status status = add_owner(setting, item, out); !status) return status;
    return {};
  }
  if (Status status = shape(setting, false); !status) return status;
  if (setting.key == "id") {
    out.id = setting.text;
    return {};
  }
  if (setting.key == "type") return check_type(setting);
  if (setting.key != "data") return tl::unexpected(unknown_option(setting.key));
  if (setting.text.empty()) return invalid_value(setting.key, "the secret is empty");
  const auto* data = reinterpret_cast<const std::uint8_t*>(setting.text.data());
  out.secret = SecretBytes({data, setting.text.size()});
  return {};
}

/// A key of `secrets { ike-NAME { … } }`.
Status read_file_key(const Setting& setting, SharedSecret& out) {
  if (setting.key.starts_with("id")) return add_owner(setting, setting.text, out);
  if (setting.key != "secret") return tl::unexpected(unknown_option(setting.key));
  return store(parse_secret(setting.key, setting.text), out.secret);
}

}  // namespace

SharedSecret read_shared_secret(const Section& section, std::vector<Error>& errors) {
  SharedSecret out;
  const bool is_from_file = !section.place.empty();
  if (is_from_file) out.id = section.name;
  const std::size_t num_errors = errors.size();
  for (Setting& setting : settings_of(section)) {
    const Status status = is_from_file ? read_file_key(setting, out) : read_vici_key(setting, out);
    if (!status) add_error(errors, status.error(), setting.place);
  }
  for (const Section& inner : section.sections)
    add_error(errors, {ErrorCode::kBadValue, "", "invalid section: " + printable(inner.name)},
              inner.place);
  if (out.secret.size() == 0 && errors.size() == num_errors)
    add_error(errors,
              {ErrorCode::kBadValue, "", "missing secret in '" + printable(section.name) + "'"},
              section.place);
  return out;
}

Result<SharedSecret> read_shared_secret(const Section& section) {
  std::vector<Error> errors;
  SharedSecret secret = read_shared_secret(section, errors);
  if (!errors.empty()) return tl::unexpected(errors.front());
  return secret;
}

}  // namespace holdfast
