// SPDX-License-Identifier: Apache-2.0
#include "config/daemon_config.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/connection.h"
#include "config/section_reader.h"

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 6> kGroups = {"ike", "net", "cfg", "esp", "chd", "dmn"};
constexpr std::uint64_t kMaxNumber = 0xFFFFFFFF;

template <typename T>
Status read_number(const Setting& setting, std::uint64_t min, std::uint64_t max, T& out) {
  return store(parse_number(setting.key, setting.text, min, max), out);
}

Status read_short_time(const Setting& setting, std::chrono::milliseconds& out) {
  return store(parse_short_time(setting.key, setting.text), out);
}

/// A time that something waits for, and so not 0.
Status read_wait(const Setting& setting, std::chrono::milliseconds& out) {
  if (Status status = read_short_time(setting, out); !status) return status;
  return out.count() != 0 ? Status{} : invalid_value(setting.key, "0 would not wait at all");
}

Status read_card(const Setting& setting, DaemonConfig& config) {
  const std::size_t colon = setting.text.find(':');
  if (colon == std::string::npos || colon == 0)
    return invalid_value(setting.key, "it is a kind and a colon, such as 'soft:'");
  config.card = setting.text;
  return {};
}

Status read_tun(const Setting& setting, DaemonConfig& config) {
  constexpr std::size_t kMaxNameBytes = 15;  // IFNAMSIZ without its final zero
  const std::string& name = setting.text;
  if (name.empty() || name.size() > kMaxNameBytes || name == "." || name == ".." ||
      name.find_first_of("/: \t%") != std::string::npos)
    return invalid_value(setting.key, "it is the name of an interface, up to 15 characters");
  config.tun = name;
  return {};
}

bool is_unix_uri(std::string_view text) {
  constexpr std::size_t kMaxPathBytes = 107;  // sockaddr_un without its final zero
  constexpr std::string_view kScheme = "unix://";
  return text.starts_with("unix:///") && text.size() <= kScheme.size() + kMaxPathBytes;
}

Status read_vici(const Setting& setting, DaemonConfig& config) {
  if (!is_unix_uri(setting.text))
    return invalid_value(setting.key, "it is unix:// and an absolute path of up to 107 bytes");
  config.vici = setting.text;
  return {};
}

bool is_loopback(const IpAddress& address) {
  return address.is_ipv6 ? address == *IpAddress::parse("::1") : address.bytes[0] == 127;
}

/// Metrics tell who talks to whom and have no authentication: they stay on this machine.
Status read_listen(const Setting& setting, std::string& out) {
  const std::string_view text = setting.text;
  const std::size_t colon = text.rfind(':');
  bool is_good = text.empty() || is_unix_uri(text);
  if (!is_good && colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    is_good = address && address->is_ipv6 == is_bracketed && is_loopback(*address) &&
              parse_number(setting.key, text.substr(colon + 1), 1, 65535);
  }
  if (!is_good)
    return invalid_value(setting.key,
                         "it is a loopback address with a port, or unix:// and an absolute path");
  out = setting.text;
  return {};
}

Status read_path(const Setting& setting, std::string& out) {
  if (!setting.text.empty() && !setting.text.starts_with('/'))
    return invalid_value(setting.key, "it is an absolute path");
  out = setting.text;
  return {};
}

Status read_base(const Setting& setting, double& out) {
  const char* const last = setting.text.data() + setting.text.size();
  double base = 0;
  const auto [end, error] = std::from_chars(setting.text.data(), last, base);
  // Also refuses what is no number, for which both comparisons are false.
  if (error != std::errc{} || end != last || !(base >= 1.0 && base <= 10.0))
    return invalid_value(setting.key, "it is a number from 1 to 10");
  out = base;
  return {};
}

Result<int> parse_level(const Setting& setting) {
  if (setting.text == "-1") return -1;
  const auto level = parse_number(setting.key, setting.text, 0, 4);
  if (!level) return invalid_value(setting.key, "it is a level from -1 to 4");
  return static_cast<int>(*level);
}

using Config = DaemonConfig;
constexpr KeyRule<Config> kRules[] = {
    {"card", false, read_card},
    {"tun", false, read_tun},
    {"vici", false, read_vici},
    {"ike_port", false,
     [](const Setting& s, Config& c) { return read_number(s, 1, 65535, c.ike_port); }},
    {"nat_port", false,
     [](const Setting& s, Config& c) { return read_number(s, 1, 65535, c.nat_port); }},
    {"raw_esp", false,
     [](const Setting& s, Config& c) { return store(parse_yes_no(s.key, s.text), c.has_raw_esp); }},
    {"keepalive", false,
     [](const Setting& s, Config& c) { return read_short_time(s, c.keepalive); }},
};

using Routing = Config::Routing;
constexpr KeyRule<Routing> kRoutingRules[] = {
    {"fwmark", false,
     [](const Setting& s, Routing& r) { return read_number(s, 1, kMaxNumber, r.fwmark); }},
    // 253 to 255 are the kernel's own, and 0 means any.
    {"table", false,
     [](const Setting& s, Routing& r) {
       const Status status = read_number(s, 1, kMaxNumber, r.table);
       if (status && r.table >= 253 && r.table <= 255)
         return Status{invalid_value(s.key, "253, 254 and 255 are the kernel's own tables")};
       return status;
     }},
    // The rule of the main table has 32766.
    {"priority", false,
     [](const Setting& s, Routing& r) { return read_number(s, 1, 32765, r.priority); }},
    {"install", false,
     [](const Setting& s, Routing& r) { return store(parse_yes_no(s.key, s.text), r.is_ours); }},
};

using HalfOpen = Config::HalfOpen;
constexpr KeyRule<HalfOpen> kHalfOpenRules[] = {
    {"limit", false,
     [](const Setting& s, HalfOpen& h) { return read_number(s, 1, 1000000, h.limit); }},
    {"per_address", false,
     [](const Setting& s, HalfOpen& h) { return read_number(s, 1, 1000000, h.per_address); }},
    {"timeout", false, [](const Setting& s, HalfOpen& h) { return read_wait(s, h.timeout); }},
};

using Retransmit = Config::Retransmit;
constexpr KeyRule<Retransmit> kRetransmitRules[] = {
    {"timeout", false, [](const Setting& s, Retransmit& r) { return read_wait(s, r.timeout); }},
    {"base", false, [](const Setting& s, Retransmit& r) { return read_base(s, r.base); }},
    {"tries", false,
     [](const Setting& s, Retransmit& r) { return read_number(s, 0, 20, r.tries); }},
};

constexpr KeyRule<Config> kMetricsRules[] = {
    {"listen", false, [](const Setting& s, Config& c) { return read_listen(s, c.metrics_listen); }},
};

constexpr KeyRule<Config> kKeyFilesRules[] = {
    {"isakmp", false, [](const Setting& s, Config& c) { return read_path(s, c.isakmp_keys_file); }},
    {"esp", false, [](const Setting& s, Config& c) { return read_path(s, c.esp_keys_file); }},
};

void read_log(const Section& section, Config::Log& log, std::vector<Error>& errors) {
  for (const Setting& setting : settings_of(section)) {
    const auto level = parse_level(setting);
    if (!level)
      add_error(errors, level.error(), setting.place);
    else if (setting.key == "default")
      log.otherwise = *level;
    else if (std::find(kGroups.begin(), kGroups.end(), setting.key) != kGroups.end())
      log.levels[setting.key] = *level;
    else
      add_error(errors, unknown_option(setting.key), setting.place);
  }
}

Error invalid_section(const Section& section) {
  return {ErrorCode::kBadValue, section.place, "invalid section: " + printable(section.name)};
}

void refuse_keys(const Section& section, std::vector<Error>& errors) {
  for (const Setting& setting : settings_of(section))
    add_error(errors, unknown_option(setting.key), setting.place);
}

/// `connections { NAME { address_update { … } } }`, over what the daemon itself has.
void read_connections(const Section& section, Config& config, std::vector<Error>& errors) {
  refuse_keys(section, errors);
  for (const Section& connection : section.sections) {
    refuse_keys(connection, errors);
    for (const Section& inner : connection.sections)
      if (inner.name == "address_update")
        config.address_update_of[connection.name] =
            read_address_update(inner, config.address_update, errors);
      else
        errors.push_back(invalid_section(inner));
  }
}

/// False if there is no such section.
bool read_section(const Section& section, Config& config, std::vector<Error>& errors) {
  if (section.name == "routing")
    read_keys<Routing>(section, kRoutingRules, config.routing, errors);
  else if (section.name == "half_open")
    read_keys<HalfOpen>(section, kHalfOpenRules, config.half_open, errors);
  else if (section.name == "retransmit")
    read_keys<Retransmit>(section, kRetransmitRules, config.retransmit, errors);
  else if (section.name == "log")
    read_log(section, config.log, errors);
  else if (section.name == "metrics")
    read_keys<Config>(section, kMetricsRules, config, errors);
  else if (section.name == "key_files")
    read_keys<Config>(section, kKeyFilesRules, config, errors);
  else
    return false;
  return true;
}

}  // namespace

int DaemonConfig::Log::level_of(std::string_view group) const {
  const auto found = levels.find(lower(group));
  return found == levels.end() ? otherwise : found->second;
}

DaemonConfig read_daemon_config(const Section& section, std::vector<Error>& errors) {
  DaemonConfig config;
  read_keys<Config>(section, kRules, config, errors);
  // First, because what connections say stands over it wherever it is written.
  if (const Section* update = section.section("address_update"))
    config.address_update = read_address_update(*update, config.address_update, errors);
  for (const Section& inner : section.sections) {
    if (inner.name == "address_update") continue;
    if (inner.name == "connections") {
      read_connections(inner, config, errors);
      continue;
    }
    if (!read_section(inner, config, errors)) errors.push_back(invalid_section(inner));
    for (const Section& deeper : inner.sections) errors.push_back(invalid_section(deeper));
  }
  if (config.ike_port == config.nat_port)
    add_error(errors, invalid_value("nat_port", "it is the same as ike_port").value(),
              section.place);
  return config;
}

}  // namespace holdfast
