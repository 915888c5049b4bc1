// SPDX-License-Identifier: Apache-2.0
#include "route_events.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>

namespace holdfast::demo {
namespace {

const rtattr* find(const rtattr* first, std::size_t length, unsigned short type) {
  int left = static_cast<int>(length);
  for (const rtattr* at = first; RTA_OK(at, left); at = RTA_NEXT(at, left)) {
    if (at->rta_type == type) return at;
  }
  return nullptr;
}

std::string text_of_address(const nlmsghdr* header) {
  const auto* message = static_cast<const ifaddrmsg*>(NLMSG_DATA(header));
  const rtattr* first = IFA_RTA(message);
  const std::size_t length = IFA_PAYLOAD(header);
  const rtattr* address = find(first, length, IFA_LOCAL);
  if (!address) address = find(first, length, IFA_ADDRESS);
  if (!address) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(message->ifa_family, RTA_DATA(address), text.data(), text.size());
  return std::string(header->nlmsg_type == RTM_NEWADDR ? "newaddr " : "deladdr ") + text.data();
}

std::string text_of_route(const nlmsghdr* header) {
  const auto* message = static_cast<const rtmsg*>(NLMSG_DATA(header));
  if (message->rtm_dst_len != 0 || message->rtm_table != RT_TABLE_MAIN) return {};
  const rtattr* out = find(RTM_RTA(message), RTM_PAYLOAD(header), RTA_OIF);
  if (!out) return {};
  std::uint32_t index = 0;
  std::memcpy(&index, RTA_DATA(out), sizeof index);
  std::array<char, IF_NAMESIZE> name{};
  if_indextoname(index, name.data());
  return std::string(header->nlmsg_type == RTM_NEWROUTE ? "newroute " : "delroute ") +
         (message->rtm_family == AF_INET6 ? "IPV6 " : "IPV4 ") + name.data();
}

std::string text_of(const nlmsghdr* header) {
  switch (header->nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return text_of_address(header);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      return text_of_route(header);
    default:
      return {};
  }
}

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

RouteEvents::~RouteEvents() {
  if (fd_ >= 0) close(fd_);
}

bool RouteEvents::open() {
  fd_ = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd_ < 0) return false;
  sockaddr_nl own{};
  own.nl_family = AF_NETLINK;
  own.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  return bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0;
}

void RouteEvents::read() {
  alignas(nlmsghdr) std::array<char, 16384> space;
  for (;;) {
    const ssize_t got = recv(fd_, space.data(), space.size(), 0);
    if (got <= 0) return;
    const std::int64_t at = now_ns();
    auto left = static_cast<unsigned>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(space.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      std::string what = text_of(header);
      if (!what.empty()) events_.push_back({at, std::move(what)});
    }
  }
}

}  // namespace holdfast::demo
