// SPDX-License-Identifier: Apache-2.0
#include "ike/config_mode.h"

#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

std::optional<IpAddress> address_of(const Attribute& attribute) {
  const std::size_t size = attribute.type == config_attribute::kIp6Address ? 16 : 4;
  // An IPv6 address may have a prefix length behind it.
  if (attribute.value.size() < size) return std::nullopt;
  IpAddress address;
  address.is_ipv6 = size == 16;
  std::copy_n(attribute.value.begin(), size, address.bytes.begin());
  return address;
}

Attribute attribute_of(const IpAddress& address, std::uint16_t type4, std::uint16_t type6) {
  Bytes value(address.bytes.begin(), address.bytes.begin() + (address.is_ipv6 ? 16 : 4));
  if (address.is_ipv6 && type6 == config_attribute::kIp6Address) value.push_back(128);
  return Attribute::of_bytes(address.is_ipv6 ? type6 : type4, value);
}

bool is_unspecified(const IpAddress& address) {
  return std::all_of(address.bytes.begin(), address.bytes.end(),
                     [](std::uint8_t byte) { return byte == 0; });
}

std::size_t count_of_family(const std::vector<IpAddress>& addresses, bool is_ipv6) {
  return static_cast<std::size_t>(
      std::count_if(addresses.begin(), addresses.end(),
                    [&](const IpAddress& a) { return a.is_ipv6 == is_ipv6; }));
}

bool holds(const std::vector<IpAddress>& addresses, const IpAddress& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

}  // namespace

ConfigMode::ConfigMode(IkeSa& sa, std::uint32_t message_id)
    : Exchange(sa, ExchangeType::kTransaction, message_id) {}

Result<ConfigPayload> ConfigMode::read(const std::vector<Payload>& payloads) {
  const Bytes expected = hash_phase2(*sa_.keys, message_id(), {after_hash(payloads, plain_)});
  if (const Status status = check_hash(payloads, expected); !status)
    return tl::unexpected(status.error());
  const Payload* payload = find(payloads, PayloadType::kAttributes);
  if (!payload) return fail(ErrorCode::kBadFormat, "Mode Config", "has no attributes");
  return parse_config_payload(payload->body);
}

void ConfigMode::send_config(const ConfigPayload& config, bool is_answered) {
  const Parts parts = {{PayloadType::kAttributes, write_config_payload(config)}};
  send(hash_phase2(*sa_.keys, message_id(), {chain(parts).view()}), parts, is_answered);
}

/// One address a family for each ISAKMP SA, however often the peer asks.
void ConfigMode::lease(AddressPool& pool, const Attribute* wish) {
  Facts& facts = sa_.facts;
  const bool is_ipv6 = pool.config().addrs.address.is_ipv6;
  if (count_of_family(facts.remote_vips, is_ipv6) > 0) return;
  const auto wanted = wish ? address_of(*wish) : std::nullopt;
  const auto address =
      pool.acquire(facts.remote_id.text(), wanted.value_or(IpAddress{.is_ipv6 = is_ipv6}));
  if (!address) return sa_.log(0, "pool " + pool.config().name + " has no address left");
  facts.leases.emplace_back(pool.config().name, *address);
  facts.remote_vips.push_back(*address);
}

std::vector<Attribute> ConfigMode::assign(const std::vector<Attribute>& wanted) {
  Facts& facts = sa_.facts;
  Context& context = sa_.context();
  for (const std::string& name : facts.config->pools) {
    const auto found = context.pools.find(name);
    if (found == context.pools.end()) continue;
    const bool is_ipv6 = found->second.config().addrs.address.is_ipv6;
    const Attribute* wish =
        find(wanted, is_ipv6 ? config_attribute::kIp6Address : config_attribute::kIp4Address);
    if (wanted.empty() || wish) lease(found->second, wish);
  }
  // Also those of a request that comes again.
  std::vector<Attribute> answer;
  for (const auto& [name, address] : facts.leases)
    if (const auto found = context.pools.find(name); found != context.pools.end())
      for (const IpAddress& dns : found->second.config().dns)
        answer.push_back(attribute_of(dns, config_attribute::kIp4Dns, config_attribute::kIp6Dns));
  for (const IpAddress& address : facts.remote_vips)
    answer.push_back(
        attribute_of(address, config_attribute::kIp4Address, config_attribute::kIp6Address));
  return answer;
}

bool ConfigMode::take(const std::vector<Attribute>& attributes) {
  Facts& facts = sa_.facts;
  for (const Attribute& attribute : attributes) {
    if (attribute.type != config_attribute::kIp4Address &&
        attribute.type != config_attribute::kIp6Address)
      continue;
    const auto address = address_of(attribute);
    if (!address || is_unspecified(*address) || holds(facts.local_vips, *address)) continue;
    // No more of a family than this end asks for, whatever the peer gives and however often.
    if (count_of_family(facts.local_vips, address->is_ipv6) >=
        count_of_family(facts.config->vips, address->is_ipv6)) {
      sa_.log(1, "not taking inner address " + address->text() + ": more than was asked for");
      continue;
    }
    const Status status = sa_.context().outside.offload.add_inner_address(*address);
    if (!status) {
      sa_.log(0, "cannot use inner address " + address->text() + ": " + status.error().text());
      continue;
    }
    sa_.log(1, "inner address " + address->text());
    facts.local_vips.push_back(*address);
  }
  return !facts.local_vips.empty();
}

void ConfigModeInitiator::start() {
  ConfigPayload config;
  config.identifier = static_cast<std::uint16_t>(sa_.context().outside.random.u32());
  if (!sa_.facts.config->pull) {
    config.type = ConfigType::kSet;
    config.attributes = assign({});
    return send_config(config, true);
  }
  for (const IpAddress& vip : sa_.facts.config->vips) {
    const bool has_wish = !is_unspecified(vip);
    const std::uint16_t type =
        vip.is_ipv6 ? config_attribute::kIp6Address : config_attribute::kIp4Address;
    config.attributes.push_back(
        has_wish ? attribute_of(vip, config_attribute::kIp4Address, config_attribute::kIp6Address)
                 : Attribute::of_bytes(type, {}));
    config.attributes.push_back(Attribute::of_bytes(
        vip.is_ipv6 ? config_attribute::kIp6Dns : config_attribute::kIp4Dns, {}));
  }
  send_config(config, true);
}

Status ConfigModeInitiator::on_message(const std::vector<Payload>& payloads) {
  if (is_done()) return fail(ErrorCode::kBadFormat, "Mode Config", "is over");
  const auto config = read(payloads);
  if (!config) return tl::unexpected(config.error());
  if (config->type != ConfigType::kReply && config->type != ConfigType::kAck)
    return fail(ErrorCode::kBadFormat, "Mode Config", "answers with a question");
  finish();
  if (config->type == ConfigType::kReply && !take(config->attributes)) {
    sa_.terminate("the peer gave no inner address");
    return {};
  }
  sa_.on_configured();
  return {};
}

void ConfigModeInitiator::on_gave_up() { sa_.terminate("the peer does not answer Mode Config"); }

Status ConfigModeResponder::on_message(const std::vector<Payload>& payloads) {
  if (is_done()) return fail(ErrorCode::kBadFormat, "Mode Config", "is over");
  const auto config = read(payloads);
  if (!config) return tl::unexpected(config.error());
  bool has_address = false;
  ConfigPayload answer;
  answer.identifier = config->identifier;
  if (config->type == ConfigType::kRequest) {
    answer.type = ConfigType::kReply;
    answer.attributes = assign(config->attributes);
  } else if (config->type == ConfigType::kSet) {
    answer.type = ConfigType::kAck;
    has_address = sa_.is_initiator() && !sa_.facts.config->vips.empty() && take(config->attributes);
  } else {
    return fail(ErrorCode::kBadFormat, "Mode Config", "answers what was not asked");
  }
  send_config(answer, false);
  finish();
  if (has_address) sa_.on_configured();
  return {};
}

}  // namespace holdfast::ike
