// SPDX-License-Identifier: Apache-2.0
#include "net/interface_state.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>

#include <cstring>
#include <optional>
#include <utility>

#include "net/netlink_attributes.h"

namespace holdfast::net {
namespace {

/// Sets the entry; true if it was another one before.
template <typename Map>
bool set_entry(Map& map, const typename Map::key_type& key, bool value) {
  const auto [place, is_new] = map.try_emplace(key, value);
  if (is_new) return true;
  return std::exchange(place->second, value) != value;
}

struct AddressFields {
  std::optional<IpAddress> address;
  std::uint32_t flags = 0;
};

/// IFA_LOCAL is our own end where there is one; IFA_ADDRESS may be the other end of a link.
AddressFields read_address(const nlmsghdr* message, const ifaddrmsg& body) {
  const bool is_ipv6 = body.ifa_family == AF_INET6;
  const std::size_t size = is_ipv6 ? 16 : 4;
  AddressFields fields{.address = {}, .flags = body.ifa_flags};
  for_each_attribute(message, sizeof(ifaddrmsg), [&](const nlattr* attribute) {
    const auto type = mnl_attr_get_type(attribute);
    if (type == IFA_FLAGS && mnl_attr_get_payload_len(attribute) == sizeof fields.flags)
      fields.flags = mnl_attr_get_u32(attribute);
    if (type != IFA_LOCAL && (type != IFA_ADDRESS || fields.address)) return;
    if (mnl_attr_get_payload_len(attribute) != size) return;
    IpAddress address{.is_ipv6 = is_ipv6, .bytes = {}};
    std::memcpy(address.bytes.data(), mnl_attr_get_payload(attribute), size);
    fields.address = address;
  });
  return fields;
}

/// Optimistic addresses may be used before duplicate detection ends (RFC 4429, 3.2).
bool is_ready(std::uint32_t flags) {
  if (flags & (IFA_F_DADFAILED | IFA_F_DEPRECATED)) return false;
  return !(flags & IFA_F_TENTATIVE) || flags & IFA_F_OPTIMISTIC;
}

bool is_route_of_others(const nlmsghdr* message) {
  const auto* body = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
  return !(body->rtm_flags & RTM_F_CLONED) && body->rtm_protocol != kRouteProtocol &&
         body->rtm_table != RT_TABLE_LOCAL;
}

}  // namespace

bool InterfaceState::apply(const nlmsghdr* message) {
  switch (message->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return mnl_nlmsg_get_payload_len(message) >= sizeof(ifinfomsg) && apply_link(message);
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return mnl_nlmsg_get_payload_len(message) >= sizeof(ifaddrmsg) && apply_address(message);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      return mnl_nlmsg_get_payload_len(message) >= sizeof(rtmsg) && is_route_of_others(message);
    default:
      return false;
  }
}

bool InterfaceState::apply_link(const nlmsghdr* message) {
  constexpr unsigned kUp = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
  const auto* body = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  // A bridge speaks of its ports in messages of its own family.
  if (body->ifi_family != AF_UNSPEC) return false;
  if (message->nlmsg_type == RTM_NEWLINK)
    return set_entry(is_link_up_, body->ifi_index, (body->ifi_flags & kUp) == kUp);
  std::erase_if(is_address_ready_,
                [&](const auto& entry) { return std::get<0>(entry.first) == body->ifi_index; });
  return is_link_up_.erase(body->ifi_index) != 0;
}

bool InterfaceState::apply_address(const nlmsghdr* message) {
  const auto* body = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(message));
  if (body->ifa_family != AF_INET && body->ifa_family != AF_INET6) return false;
  const AddressFields fields = read_address(message, *body);
  if (!fields.address) return false;
  const AddressKey key{static_cast<int>(body->ifa_index), fields.address->is_ipv6,
                       fields.address->bytes};
  if (message->nlmsg_type == RTM_DELADDR) return is_address_ready_.erase(key) != 0;
  return set_entry(is_address_ready_, key, is_ready(fields.flags));
}

std::vector<Netlink::LocalAddress> InterfaceState::addresses() const {
  std::vector<Netlink::LocalAddress> result;
  result.reserve(is_address_ready_.size());
  for (const auto& [key, is_ready] : is_address_ready_) {
    const auto& [if_index, is_ipv6, bytes] = key;
    const auto link = is_link_up_.find(if_index);
    result.push_back({.address = {.is_ipv6 = is_ipv6, .bytes = bytes},
                      .if_index = if_index,
                      .is_usable = is_ready && link != is_link_up_.end() && link->second});
  }
  return result;
}

}  // namespace holdfast::net
