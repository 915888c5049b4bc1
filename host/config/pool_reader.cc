// SPDX-License-Identifier: Apache-2.0
#include "config/connection.h"
#include "config/section_reader.h"

namespace holdfast {
namespace {

/// Attributes that other daemons give out.
constexpr std::string_view kOtherAttributes[] = {
    "nbns", "dhcp", "netmask", "server", "subnet", "split_include", "split_exclude"};

Status read_addrs(const Setting& setting, PoolConfig& pool) {
  const auto refused = [](ErrorCode code, const std::string& why) {
    return fail(code, "", "invalid addrs value: " + why);
  };
  if (setting.is_list) return refused(ErrorCode::kBadValue, "it is one value, not a list");
  if (setting.text.find('-') != std::string::npos)
    return refused(ErrorCode::kUnsupported, "ranges are not supported; write a prefix");
  const auto prefix = Prefix::parse(trimmed(setting.text));
  if (!prefix) return refused(prefix.error().code, prefix.error().sentence);
  pool.addrs = *prefix;
  return {};
}

Status read_dns(Setting& setting, PoolConfig& pool) {
  if (Status status = shape(setting, true); !status) return status;
  for (const std::string& item : setting.items) {
    const auto address = IpAddress::parse(item);
    if (!address)
      return fail(address.error().code, "", "invalid attribute: dns: " + address.error().sentence);
    pool.dns.push_back(*address);
  }
  return {};
}

Status read_key(Setting& setting, PoolConfig& pool) {
  if (setting.key == "addrs") return read_addrs(setting, pool);
  if (setting.key == "dns") return read_dns(setting, pool);
  for (const std::string_view name : kOtherAttributes)
    if (name == setting.key)
      return fail(ErrorCode::kUnsupported, "",
                  "invalid attribute: " + setting.key + ": only dns is given out");
  return fail(ErrorCode::kBadValue, "", "invalid attribute: " + printable(setting.key));
}

}  // namespace

PoolConfig read_pool(const Section& section, std::vector<Error>& errors) {
  PoolConfig pool;
  pool.name = section.name;
  bool has_addrs = false;
  for (Setting& setting : settings_of(section)) {
    has_addrs = has_addrs || setting.key == "addrs";
    if (const Status status = read_key(setting, pool); !status)
      add_error(errors, status.error(), setting.place);
  }
  for (const Section& inner : section.sections)
    add_error(errors, {ErrorCode::kBadValue, "", "invalid section: " + printable(inner.name)},
              inner.place);
  if (!has_addrs)
    add_error(errors, {ErrorCode::kBadValue, "", "invalid addrs value: missing"}, section.place);
  return pool;
}

Result<PoolConfig> read_pool(const Section& section) {
  std::vector<Error> errors;
  PoolConfig pool = read_pool(section, errors);
  if (!errors.empty()) return tl::unexpected(errors.front());
  return pool;
}

}  // namespace holdfast
