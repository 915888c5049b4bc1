// SPDX-License-Identifier: Apache-2.0
#include "config/address_update_config.h"

#include "config/connection.h"
#include "config/section_reader.h"

namespace holdfast {
namespace {

using Config = AddressUpdateConfig;

Status read_accept(const Setting& setting, Config& config) {
  static constexpr Word<Config::Accept> kWords[] = {{"yes", Config::Accept::kYes},
                                                    {"no", Config::Accept::kNo},
                                                    {"strict", Config::Accept::kStrict}};
  return read_word(setting, kWords, config.accept);
}

Status read_flag(const Setting& setting, bool& out) {
  return store(parse_yes_no(setting.key, setting.text), out);
}

Status read_time(const Setting& setting, std::chrono::milliseconds& out) {
  return store(parse_short_time(setting.key, setting.text), out);
}

/// A time that an answer is waited for, and so not 0.
Status read_wait(const Setting& setting, std::chrono::milliseconds& out) {
  if (Status status = read_time(setting, out); !status) return status;
  return out.count() != 0 ? Status{} : invalid_value(setting.key, "0 would not wait at all");
}

Status read_park_time(const Setting& setting, Config& config) {
  constexpr Seconds kDay{86400};
  const auto time = parse_time(setting.key, setting.text);
  if (!time) return tl::unexpected(time.error());
  if (*time > kDay) return invalid_value(setting.key, "it is longer than a day");
  config.park_time = *time;
  return {};
}

Status read_allowed(const Setting& setting, Config& config) {
  config.allowed_addresses.clear();
  for (const std::string& item : setting.items) {
    const auto prefix = parse_masked_prefix(item);
    if (!prefix) return name_key(setting, prefix);
    config.allowed_addresses.push_back(*prefix);
  }
  return {};
}

bool is_interface_pattern(std::string_view text) {
  constexpr std::size_t kMaxNameBytes = 15;  // IFNAMSIZ without its final zero
  if (text.starts_with('!')) text.remove_prefix(1);
  return !text.empty() && text.size() <= kMaxNameBytes &&
         text.find_first_of("/: \t%!") == std::string_view::npos;
}

Status read_interfaces(const Setting& setting, Config& config) {
  for (const std::string& item : setting.items)
    if (!is_interface_pattern(item))
      return invalid_value(setting.key, "'" + printable(item) +
                                            "' is no name of an interface, which has up to 15 "
                                            "characters, '*' for any, and '!' in front to keep "
                                            "away from it");
  config.interfaces = setting.items;
  return {};
}

constexpr std::uint64_t kMaxRate = 1000;
/// Private notify types (RFC 2408, 3.14.1); four in a row are used.
constexpr std::uint64_t kMinNotifyType = 32768, kMaxNotifyType = 40959 - 3;

constexpr KeyRule<Config> kRules[] = {
    {"accept", false, read_accept},
    {"base_form", false, [](const Setting& s, Config& c) { return read_flag(s, c.base_form); }},
    {"unchallenged", false,
     [](const Setting& s, Config& c) { return read_flag(s, c.unchallenged); }},
    {"allow_nat", false, [](const Setting& s, Config& c) { return read_flag(s, c.allow_nat); }},
    {"dpd_move", false, [](const Setting& s, Config& c) { return read_flag(s, c.dpd_move); }},
    {"allowed_addresses", true, read_allowed},
    {"interfaces", true, read_interfaces},
    {"announce_addresses", false,
     [](const Setting& s, Config& c) { return read_flag(s, c.announce_addresses); }},
    {"rate", false,
     [](const Setting& s, Config& c) {
       return store(parse_number(s.key, s.text, 1, kMaxRate), c.rate);
     }},
    {"park_time", false, read_park_time},
    {"settle", false, [](const Setting& s, Config& c) { return read_time(s, c.settle); }},
    {"give_up", false, [](const Setting& s, Config& c) { return read_wait(s, c.give_up); }},
    {"unproven", false, [](const Setting& s, Config& c) { return read_wait(s, c.unproven); }},
    {"first_notify_type", false,
     [](const Setting& s, Config& c) {
       return store(parse_number(s.key, s.text, kMinNotifyType, kMaxNotifyType),
                    c.first_notify_type);
     }},
};

}  // namespace

AddressUpdateConfig read_address_update(const Section& section, const AddressUpdateConfig& base,
                                        std::vector<Error>& errors) {
  AddressUpdateConfig config = base;
  read_keys<Config>(section, kRules, config, errors);
  for (const Section& inner : section.sections)
    add_error(errors, {ErrorCode::kBadValue, "", "invalid section: " + printable(inner.name)},
              inner.place);
  return config;
}

}  // namespace holdfast
