// SPDX-License-Identifier: Apache-2.0
#include "net/netlink.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "net/interface_state.h"
#include "net/netlink_attributes.h"
#include "net/netlink_requests.h"

namespace holdfast::net {
namespace {

constexpr std::uint32_t bit_of(unsigned group) { return 1u << (group - 1); }
constexpr std::uint32_t kGroups = bit_of(RTNLGRP_LINK) | bit_of(RTNLGRP_IPV4_IFADDR) |
                                  bit_of(RTNLGRP_IPV6_IFADDR) | bit_of(RTNLGRP_IPV4_ROUTE) |
                                  bit_of(RTNLGRP_IPV6_ROUTE);
constexpr std::uint8_t kFamilies[] = {AF_INET, AF_INET6};
constexpr int kReceiveBufferBytes = 1 << 20;
/// Notifications that are read before the loop has its turn.
constexpr int kMaxReads = 64;
/// Any route through an interface is better.
constexpr std::uint32_t kBarrierMetric = 0x7FFF'FFFF;

std::uint8_t family_of(const IpAddress& address) { return address.is_ipv6 ? AF_INET6 : AF_INET; }

/// The kernel's answer as a status; errors in `accepted` are none.
Status to_status(const NetlinkAnswer& answer, const std::string& place,
                 std::initializer_list<int> accepted) {
  if (answer.error == 0 || std::ranges::find(accepted, answer.error) != accepted.end()) return {};
  if (answer.error == EPERM)
    return fail(ErrorCode::kRefused, place, "the daemon needs the capability CAP_NET_ADMIN");
  const bool is_transport = answer.error == ENOBUFS || answer.error == EBADF;
  return fail(is_transport ? ErrorCode::kIo : ErrorCode::kRefused, place,
              answer.words.empty() ? std::strerror(answer.error) : answer.words);
}

/// Tables above 255 stand in an attribute alone.
std::uint8_t short_table(std::uint32_t table) {
  return table < 256 ? static_cast<std::uint8_t>(table) : std::uint8_t{RT_TABLE_UNSPEC};
}

/// A route of ours; what it leads to is still to be said.
NetlinkMessage route_base(int type, int flags, const Prefix& destination, std::uint32_t table,
                          std::uint8_t scope, std::uint8_t kind) {
  NetlinkMessage message(type, flags);
  auto& header = message.header<rtmsg>();
  header.rtm_family = family_of(destination.address);
  header.rtm_dst_len = destination.length;
  header.rtm_table = short_table(table);
  header.rtm_protocol = kRouteProtocol;
  header.rtm_scope = scope;
  header.rtm_type = kind;
  message.add(RTA_TABLE, table);
  message.add(RTA_DST, destination.address);
  return message;
}

NetlinkMessage route_message(int type, int flags, const Prefix& destination, int if_index,
                             std::uint32_t table) {
  const std::uint8_t scope = destination.address.is_ipv6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  NetlinkMessage message = route_base(type, flags, destination, table, scope, RTN_UNICAST);
  message.add(RTA_OIF, static_cast<std::uint32_t>(if_index));
  return message;
}

NetlinkMessage barrier_message(int type, int flags, const Prefix& destination,
                               std::uint32_t table) {
  NetlinkMessage message =
      route_base(type, flags, destination, table, RT_SCOPE_UNIVERSE, RTN_UNREACHABLE);
  message.add(RTA_PRIORITY, kBarrierMetric);
  return message;
}

NetlinkMessage rule_message(int type, int flags, std::uint8_t family, std::uint32_t table,
                            std::uint32_t priority) {
  NetlinkMessage message(type, flags);
  auto& header = message.header<fib_rule_hdr>();
  header.family = family;
  header.table = short_table(table);
  header.action = FR_ACT_TO_TBL;
  message.add(FRA_TABLE, table);
  message.add(FRA_PRIORITY, priority);
  message.add_u8(FRA_PROTOCOL, kRouteProtocol);
  return message;
}

/// "Not with this mark"; 0: for all.
void add_mark(NetlinkMessage& message, std::uint32_t not_mark) {
  if (not_mark == 0) return;
  auto* header = static_cast<fib_rule_hdr*>(mnl_nlmsg_get_payload(message.get()));
  header->flags = FIB_RULE_INVERT;
  message.add(FRA_FWMARK, not_mark);
  message.add(FRA_FWMASK, 0xFFFF'FFFFu);
}

NetlinkMessage address_message(int type, int flags, const IpAddress& address, int if_index) {
  NetlinkMessage message(type, flags);
  auto& header = message.header<ifaddrmsg>();
  header.ifa_family = family_of(address);
  header.ifa_prefixlen = address.is_ipv6 ? 128 : 32;
  header.ifa_index = static_cast<std::uint32_t>(if_index);
  message.add(IFA_LOCAL, address);
  message.add(IFA_ADDRESS, address);
  // Nobody else is on a TUN: no duplicate detection (RFC 4862, 5.4).
  message.add(IFA_FLAGS, std::uint32_t{IFA_F_NODAD} | IFA_F_NOPREFIXROUTE);
  return message;
}

std::string route_name(const Prefix& destination, std::uint32_t table) {
  return "route to " + destination.text() + ", table " + std::to_string(table);
}

std::string rule_name(std::uint32_t table, std::uint32_t priority) {
  return "rule " + std::to_string(priority) + " for table " + std::to_string(table);
}

/// What a route of a dump must have for it to be removed again.
struct FoundRoute {
  Prefix destination;
  std::uint32_t table = 0;
  int if_index = 0;
  bool is_barrier = false;
};

void read_attribute(const nlattr* attribute, FoundRoute& route) {
  const std::size_t size = mnl_attr_get_payload_len(attribute);
  if (mnl_attr_get_type(attribute) == RTA_DST && size <= route.destination.address.bytes.size())
    std::memcpy(route.destination.address.bytes.data(), mnl_attr_get_payload(attribute), size);
  if (size != sizeof(std::uint32_t)) return;
  if (mnl_attr_get_type(attribute) == RTA_TABLE) route.table = mnl_attr_get_u32(attribute);
  if (mnl_attr_get_type(attribute) == RTA_OIF)
    route.if_index = static_cast<int>(mnl_attr_get_u32(attribute));
}

/// Nothing if it is not ours.
std::optional<FoundRoute> read_route(const Bytes& bytes) {
  const auto* message = reinterpret_cast<const nlmsghdr*>(bytes.data());
  if (message->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(message) < sizeof(rtmsg))
    return std::nullopt;
  const auto* body = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
  if (body->rtm_protocol != kRouteProtocol || body->rtm_flags & RTM_F_CLONED) return std::nullopt;
  FoundRoute route;
  route.destination.address.is_ipv6 = body->rtm_family == AF_INET6;
  route.destination.length = body->rtm_dst_len;
  route.table = body->rtm_table;
  route.is_barrier = body->rtm_type == RTN_UNREACHABLE;
  for_each_attribute(message, sizeof(rtmsg),
                     [&](const nlattr* attribute) { read_attribute(attribute, route); });
  return route;
}

struct FoundRule {
  std::uint32_t table = 0, priority = 0, mark = 0;
};

/// Nothing if it is not ours.
std::optional<FoundRule> read_rule(const Bytes& bytes) {
  const auto* message = reinterpret_cast<const nlmsghdr*>(bytes.data());
  if (message->nlmsg_type != RTM_NEWRULE ||
      mnl_nlmsg_get_payload_len(message) < sizeof(fib_rule_hdr))
    return std::nullopt;
  FoundRule rule;
  rule.table = static_cast<const fib_rule_hdr*>(mnl_nlmsg_get_payload(message))->table;
  bool is_ours = false;
  for_each_attribute(message, sizeof(fib_rule_hdr), [&](const nlattr* attribute) {
    const std::uint16_t type = mnl_attr_get_type(attribute);
    if (type == FRA_PROTOCOL && mnl_attr_get_payload_len(attribute) == 1)
      is_ours = mnl_attr_get_u8(attribute) == kRouteProtocol;
    if (mnl_attr_get_payload_len(attribute) != sizeof(std::uint32_t)) return;
    if (type == FRA_TABLE) rule.table = mnl_attr_get_u32(attribute);
    if (type == FRA_PRIORITY) rule.priority = mnl_attr_get_u32(attribute);
    if (type == FRA_FWMARK) rule.mark = mnl_attr_get_u32(attribute);
  });
  if (!is_ours) return std::nullopt;
  return rule;
}

}  // namespace

struct Netlink::Native {
  Native(EventLoop& event_loop, NetlinkRequests asking, NetlinkSocket listening)
      : loop(event_loop), requests(std::move(asking)), events(std::move(listening)) {
    loop.watch(fd(), [this] { on_readable(); });
  }
  ~Native() { loop.unwatch(fd()); }

  int fd() const { return mnl_socket_get_fd(events.get()); }
  bool read_all();
  void on_readable();
  bool apply(std::size_t size);
  void remove_rules(std::uint8_t family, std::uint32_t table, std::uint32_t priority,
                    std::optional<std::uint32_t> spared_mark);

  EventLoop& loop;
  NetlinkRequests requests;
  NetlinkSocket events;
  InterfaceState state;
  std::function<void()> changed;
  std::vector<char> buffer = std::vector<char>(32'768);
  std::uint64_t overflows = 0;
};

bool Netlink::Native::read_all() {
  InterfaceState fresh;
  for (const int type : {RTM_GETLINK, RTM_GETADDR}) {
    const auto messages = requests.dump(type, AF_UNSPEC);
    if (!messages) return false;
    for (const Bytes& message : *messages)
      fresh.apply(reinterpret_cast<const nlmsghdr*>(message.data()));
  }
  state = std::move(fresh);
  return true;
}

bool Netlink::Native::apply(std::size_t size) {
  bool is_changed = false;
  int left = static_cast<int>(size);
  for (auto* part = reinterpret_cast<const nlmsghdr*>(buffer.data()); mnl_nlmsg_ok(part, left);
       part = mnl_nlmsg_next(part, &left))
    is_changed = state.apply(part) || is_changed;
  return is_changed;
}

/// ENOBUFS says that notifications were lost, so the state is read anew when the rest is out of
/// the way. What changes meanwhile comes as a notification after that.
void Netlink::Native::on_readable() {
  bool is_changed = false, is_lost = false;
  for (int i = 0; i < kMaxReads; ++i) {
    const ssize_t size = mnl_socket_recvfrom(events.get(), buffer.data(), buffer.size());
    if (size >= 0) {
      is_changed = apply(static_cast<std::size_t>(size)) || is_changed;
    } else if (errno == ENOBUFS) {
      is_lost = true;
    } else if (errno != EINTR) {
      break;
    }
  }
  if (is_lost) {
    ++overflows;
    (void)read_all();  // if it fails, what we have is the best there is
  }
  if ((is_changed || is_lost) && changed) {
    const auto callback = changed;  // it may set another one
    callback();
  }
}

/// More than one may be there: the kernel tells rules apart by their mark too.
void Netlink::Native::remove_rules(std::uint8_t family, std::uint32_t table, std::uint32_t priority,
                                   std::optional<std::uint32_t> spared_mark) {
  const auto messages = requests.dump(RTM_GETRULE, family);
  if (!messages) return;
  for (const Bytes& bytes : *messages) {
    const auto rule = read_rule(bytes);
    if (!rule || rule->table != table || rule->priority != priority || rule->mark == spared_mark)
      continue;
    auto message = rule_message(RTM_DELRULE, 0, family, table, priority);
    add_mark(message, rule->mark);
    (void)requests.ask(message);
  }
}

Netlink::Netlink(std::unique_ptr<Native> native) : native_(std::move(native)) {}
Netlink::~Netlink() = default;

Result<std::unique_ptr<Netlink>> Netlink::open(EventLoop& loop) {
  auto requests = NetlinkRequests::open();
  if (!requests) return tl::unexpected(requests.error());
  auto events = open_netlink_socket(kGroups, SOCK_NONBLOCK);
  if (!events) return tl::unexpected(events.error());
  const int bytes = kReceiveBufferBytes;
  (void)::setsockopt(mnl_socket_get_fd(events->get()), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  auto native = std::make_unique<Native>(loop, std::move(*requests), std::move(*events));
  if (!native->read_all())
    return fail(ErrorCode::kIo, "rtnetlink", "the kernel's addresses cannot be read");
  return std::unique_ptr<Netlink>(new Netlink(std::move(native)));
}

Status Netlink::add_route(const Prefix& destination, int if_index, std::optional<IpAddress> source,
                          std::uint32_t table) {
  auto message =
      route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, destination, if_index, table);
  if (source) message.add(RTA_PREFSRC, *source);
  return to_status(native_->requests.ask(message), route_name(destination, table), {});
}

Status Netlink::remove_route(const Prefix& destination, int if_index, std::uint32_t table) {
  auto message = route_message(RTM_DELROUTE, 0, destination, if_index, table);
  return to_status(native_->requests.ask(message), route_name(destination, table),
                   {ESRCH, ENOENT, ENODEV});
}

std::size_t Netlink::remove_stale_routes(std::uint32_t table) {
  const auto messages = native_->requests.dump(RTM_GETROUTE, AF_UNSPEC);
  if (!messages) return 0;
  std::size_t count = 0;
  for (const Bytes& bytes : *messages) {
    const auto route = read_route(bytes);
    if (!route || route->table != table || route->is_barrier) continue;
    auto message = route_message(RTM_DELROUTE, 0, route->destination, route->if_index, table);
    if (native_->requests.ask(message).error == 0) ++count;
  }
  return count;
}

Status Netlink::add_barrier(const Prefix& destination, std::uint32_t table) {
  auto message = barrier_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, destination, table);
  return to_status(native_->requests.ask(message), route_name(destination, table), {EEXIST});
}

Status Netlink::remove_barrier(const Prefix& destination, std::uint32_t table) {
  auto message = barrier_message(RTM_DELROUTE, 0, destination, table);
  return to_status(native_->requests.ask(message), route_name(destination, table), {ESRCH, ENOENT});
}

std::vector<Prefix> Netlink::barriers(std::uint32_t table) const {
  std::vector<Prefix> found;
  const auto messages = native_->requests.dump(RTM_GETROUTE, AF_UNSPEC);
  if (!messages) return found;
  for (const Bytes& bytes : *messages)
    if (const auto route = read_route(bytes); route && route->table == table && route->is_barrier)
      found.push_back(route->destination);
  return found;
}

/// One that is there already stays, and others of ours go after that: at no time is there none.
Status Netlink::add_rule(std::uint32_t table, std::uint32_t priority, std::uint32_t not_mark) {
  for (const std::uint8_t family : kFamilies) {
    auto message = rule_message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family, table, priority);
    add_mark(message, not_mark);
    if (auto status = to_status(native_->requests.ask(message), rule_name(table, priority),
                                {EEXIST, EAFNOSUPPORT});
        !status)
      return status;
    native_->remove_rules(family, table, priority, not_mark);
  }
  return {};
}

Status Netlink::remove_rule(std::uint32_t table, std::uint32_t priority) {
  for (const std::uint8_t family : kFamilies)
    native_->remove_rules(family, table, priority, std::nullopt);
  return {};
}

Status Netlink::add_address(const IpAddress& address, int if_index) {
  auto message = address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, address, if_index);
  return to_status(native_->requests.ask(message), "address " + address.text(), {EEXIST});
}

Status Netlink::remove_address(const IpAddress& address, int if_index) {
  auto message = address_message(RTM_DELADDR, 0, address, if_index);
  return to_status(native_->requests.ask(message), "address " + address.text(),
                   {EADDRNOTAVAIL, ENODEV});
}

std::vector<Netlink::LocalAddress> Netlink::addresses() const { return native_->state.addresses(); }

void Netlink::on_change(std::function<void()> changed) { native_->changed = std::move(changed); }
std::uint64_t Netlink::overflows() const { return native_->overflows; }

}  // namespace holdfast::net
