// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "control/vici_message.h"
#include "control/vici_sections.h"
#include "crypto/certificate.h"

namespace holdfast::control {
namespace {

std::vector<std::string> address_texts(const std::vector<Prefix>& addresses) {
  if (addresses.empty()) return {"%any"};
  std::vector<std::string> texts;
  for (const Prefix& prefix : addresses) {
    const bool is_one = prefix.length == (prefix.address.is_ipv6 ? 128 : 32);
    texts.push_back(is_one ? prefix.address.text() : prefix.text());
  }
  return texts;
}

std::vector<std::string> subjects(const std::vector<Bytes>& certificates) {
  std::vector<std::string> texts;
  for (const Bytes& data : certificates)
    if (const auto certificate = Certificate::parse(data))
      texts.push_back(certificate->subject_text());
  return texts;
}

const char* text_of(Uniqueness unique) {
  switch (unique) {
    case Uniqueness::kNo:
      return "UNIQUE_NO";
    case Uniqueness::kNever:
      return "UNIQUE_NEVER";
    case Uniqueness::kKeep:
      return "UNIQUE_KEEP";
    case Uniqueness::kReplace:
      return "UNIQUE_REPLACE";
  }
  return "";
}

const char* text_of(DpdAction action) {
  switch (action) {
    case DpdAction::kClear:
      return "none";
    case DpdAction::kTrap:
      return "trap";
    case DpdAction::kRestart:
      return "start";
  }
  return "";
}

const char* text_of(StartAction action) {
  switch (action) {
    case StartAction::kNone:
      return "none";
    case StartAction::kTrap:
      return "trap";
    case StartAction::kStart:
      return "start";
  }
  return "";
}

const char* text_of(ChildMode mode) {
  switch (mode) {
    case ChildMode::kTunnel:
      return "TUNNEL";
    case ChildMode::kPass:
      return "PASS";
    case ChildMode::kDrop:
      return "DROP";
  }
  return "";
}

void add_round(Section& connection, const char* name, const AuthConfig& round) {
  Section& section = connection.add_section(name);
  section.add("id", round.id.text());
  section.add("class", round.method == AuthMethod::kPsk ? "pre-shared key" : "public key");
  section.add_list("groups", {});
  section.add_list("cert_policy", {});
  section.add_list("certs", subjects(round.certs));
  section.add_list("cacerts", subjects(round.cacerts));
}

void add_child(Section& children, const ChildConfig& child) {
  Section& section = children.add_section(child.name);
  section.add("mode", text_of(child.mode));
  section.add("rekey_time", std::to_string(child.rekey_time.count()));
  section.add("rekey_bytes", std::to_string(child.rekey_bytes));
  section.add("rekey_packets", std::to_string(child.rekey_packets));
  section.add("dpd_action", text_of(child.dpd_action));
  section.add("close_action", text_of(child.close_action));
  section.add_list("local-ts", {child.local_ts.text()});
  section.add_list("remote-ts", {child.remote_ts.text()});
}

/// Addresses to give out: those of hosts, so without the first and the last one of a network.
std::uint64_t pool_size(const Prefix& prefix) {
  const unsigned host_bits = (prefix.address.is_ipv6 ? 128u : 32u) - prefix.length;
  if (host_bits < 2) return std::uint64_t{1} << host_bits;
  constexpr unsigned kMostBits = 31;
  return (std::uint64_t{1} << std::min(host_bits, kMostBits)) - 2;
}

}  // namespace

Section list_conn_message(const ConnectionConfig& connection) {
  Section message;
  Section& section = message.add_section(connection.name);
  section.add_list("local_addrs", address_texts(connection.local_addrs));
  const auto& names = connection.remote_names;
  const auto first = names.begin() + static_cast<std::ptrdiff_t>(connection.names_first);
  std::vector<std::string> remote(names.begin(), first);
  if (names.empty() || !connection.remote_addrs.empty())
    for (std::string& text : address_texts(connection.remote_addrs))
      remote.push_back(std::move(text));
  remote.insert(remote.end(), first, names.end());
  section.add_list("remote_addrs", std::move(remote));
  section.add("version", "IKEv1");
  section.add("reauth_time", "0");
  section.add("rekey_time", std::to_string(connection.rekey_time.count()));
  section.add("unique", text_of(connection.unique));
  if (connection.dpd_delay.count() > 0) {
    section.add("dpd_delay", std::to_string(connection.dpd_delay.count()));
    if (connection.dpd_timeout.count() > 0)
      section.add("dpd_timeout", std::to_string(connection.dpd_timeout.count()));
  }
  add_round(section, "local-1", connection.local);
  add_round(section, "remote-1", connection.remote);
  Section& children = section.add_section("children");
  for (const ChildConfig& child : connection.children) add_child(children, child);
  return message;
}

Section list_policy_message(const ConnectionConfig& connection, const ChildConfig& child) {
  Section message;
  Section& section =
      message.add_section((connection.name + "/" + child.name).substr(0, kMaxNameBytes));
  section.add("child", child.name);
  section.add("ike", connection.name);
  section.add("mode", text_of(child.mode));
  section.add_list("local-ts", {child.local_ts.text()});
  section.add_list("remote-ts", {child.remote_ts.text()});
  return message;
}

Section pool_section(const ike::Manager::PoolState& pool, bool has_leases) {
  Section section;
  section.name = pool.config.name;
  section.add("base", pool.config.addrs.address.text());
  section.add("size", std::to_string(pool_size(pool.config.addrs)));
  const auto online = static_cast<std::size_t>(std::count_if(
      pool.leases.begin(), pool.leases.end(), [](const auto& lease) { return lease.is_online; }));
  section.add("online", std::to_string(online));
  section.add("offline", std::to_string(pool.leases.size() - online));
  if (!has_leases) return section;
  Section& leases = section.add_section("leases");
  for (std::size_t i = 0; i < pool.leases.size(); ++i) {
    Section& lease = leases.add_section(std::to_string(i));
    lease.add("address", pool.leases[i].address.text());
    lease.add("identity", pool.leases[i].identity);
    lease.add("status", pool.leases[i].is_online ? "online" : "offline");
  }
  return section;
}

}  // namespace holdfast::control
