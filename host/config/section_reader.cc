// SPDX-License-Identifier: Apache-2.0
#include "config/section_reader.h"

#include "config/connection.h"

namespace holdfast {

std::vector<Setting> settings_of(const Section& section) {
  std::vector<Setting> settings;
  for (const auto& [kind, at] : section.order) {
    if (kind == 'v') {
      const Section::Value& value = section.values[at];
      settings.push_back({lower(value.name), value.value, {}, false, value.place});
    } else if (kind == 'l') {
      const Section::List& list = section.lists[at];
      settings.push_back({lower(list.name), "", list.items, true, list.place});
    }
  }
  return settings;
}

Status shape(Setting& setting, bool wants_list) {
  if (wants_list == setting.is_list) return {};
  if (setting.is_list) return invalid_value(setting.key, "it is one value, not a list");
  if (setting.place.empty()) return invalid_value(setting.key, "it is a list, not one value");
  setting.items = split_list(setting.text);
  setting.is_list = true;
  return {};
}

void add_error(std::vector<Error>& errors, Error error, const std::string& place) {
  if (error.place.empty()) error.place = place;
  if (const std::size_t at = error.sentence.find(kDiscarded);
      at != std::string::npos && !error.place.empty())
    error.sentence.erase(at, kDiscarded.size());
  errors.push_back(std::move(error));
}

Error unknown_option(const std::string& key, std::span<const std::string_view> known) {
  std::string sentence = "unknown option: " + printable(key) + std::string(kDiscarded);
  if (const std::string_view meant = nearest_word(key, known); !meant.empty())
    (sentence += "; did you mean '").append(meant) += "'?";
  return {ErrorCode::kBadValue, "", std::move(sentence)};
}

Status only_yes(const Setting& setting, const char* why) {
  const auto value = parse_yes_no(setting.key, setting.text);
  if (!value) return tl::unexpected(value.error());
  return *value ? Status{} : unsupported_value(setting.key, why);
}

Status only_no(const Setting& setting, const char* why) {
  const auto value = parse_yes_no(setting.key, setting.text);
  if (!value) return tl::unexpected(value.error());
  return *value ? unsupported_value(setting.key, why) : Status{};
}

Status only_zero(const Setting& setting, const char* why) {
  for (const std::string_view zero : {"0", "0s", "0x0", "0/0"})
    if (setting.text == zero) return {};
  return unsupported_value(setting.key, why);
}

Status only_empty(const Setting& setting, const char* why) {
  if (setting.text.empty() && setting.items.empty()) return {};
  return unsupported_value(setting.key, why);
}

}  // namespace holdfast
