// SPDX-License-Identifier: Apache-2.0
#include "control/vici_sections.h"

#include <cstdio>

#include "base/hex.h"
#include "control/vici_message.h"

namespace holdfast::control {
namespace {

void put(Section& section, const char* key, std::string_view value) {
  section.add(key, std::string(value));
}

void put(Section& section, const char* key, std::uint64_t value) {
  section.add(key, std::to_string(value));
}

/// Seconds, where a negative number means that there is none.
void put_if_any(Section& section, const char* key, std::int64_t seconds) {
  if (seconds >= 0) section.add(key, std::to_string(seconds));
}

void put_if(Section& section, const char* key, bool holds) {
  if (holds) section.add(key, "yes");
}

std::string spi_text(Spi spi) {
  char buffer[9];
  std::snprintf(buffer, sizeof buffer, "%08x", to_number(spi));
  return buffer;
}

void put_endpoints(Section& section, const ike::IkeSnapshot& sa) {
  put(section, "local-host", sa.local.address.text());
  put(section, "local-port", std::uint64_t{sa.local.port});
  put(section, "local-id", sa.local_id.text());
  put(section, "remote-host", sa.remote.address.text());
  put(section, "remote-port", std::uint64_t{sa.remote.port});
  put(section, "remote-id", sa.remote_id.text());
}

void put_proposal(Section& section, const IkeProposal& proposal) {
  put(section, "encr-alg", cipher_name(proposal.cipher));
  if (proposal.cipher == CipherAlgorithm::kAesCbc)
    put(section, "encr-keysize", std::uint64_t{proposal.key_bits});
  put(section, "integ-alg", integrity_name(proposal.hash));
  put(section, "prf-alg", prf_name(proposal.hash));
  put(section, "dh-group", group_name(proposal.group));
}

void put_proposal(Section& section, const EspProposal& proposal) {
  put(section, "encr-alg", esp_cipher_name(proposal.transform));
  if (proposal.transform == EspTransform::kAesGcm16 || proposal.transform == EspTransform::kAesCbc)
    put(section, "encr-keysize", std::uint64_t{proposal.key_bits});
  if (proposal.auth != EspAuth::kNone) put(section, "integ-alg", esp_auth_name(proposal.auth));
  if (proposal.group != DhGroup::kNone) put(section, "dh-group", group_name(proposal.group));
  if (proposal.has_esn) put(section, "esn", std::uint64_t{1});
}

void put_addresses(Section& section, const char* key, const std::vector<IpAddress>& addresses) {
  if (addresses.empty()) return;
  std::vector<std::string> texts;
  for (const IpAddress& address : addresses) texts.push_back(address.text());
  section.add_list(key, std::move(texts));
}

void put_tasks(Section& section, const char* key, const std::vector<std::string>& tasks) {
  if (!tasks.empty()) section.add_list(key, tasks);
}

void put_traffic(Section& section, const ike::ChildSnapshot& child) {
  put(section, "bytes-in", child.bytes_in);
  put(section, "packets-in", child.packets_in);
  put_if_any(section, "use-in", child.use_in);
  put(section, "bytes-out", child.bytes_out);
  put(section, "packets-out", child.packets_out);
  put_if_any(section, "use-out", child.use_out);
}

bool is_chosen(const ike::ChildSnapshot& child, const ike::SaFilter& filter) {
  return (filter.child.empty() || filter.child == child.name) &&
         (filter.child_id == 0 || filter.child_id == child.unique_id);
}

}  // namespace

Section ike_section(const ike::IkeSnapshot& sa, std::string_view state) {
  Section section;
  section.name = sa.name;
  put(section, "uniqueid", std::uint64_t{sa.unique_id});
  put(section, "version", "1");
  put(section, "state", state.empty() ? name_of(sa.state) : state);
  put_endpoints(section, sa);
  put_if(section, "initiator", sa.is_initiator);
  put(section, "initiator-spi", hex(sa.initiator_cookie));
  put(section, "responder-spi", hex(sa.responder_cookie));
  put_if(section, "nat-local", sa.is_nat_local);
  put_if(section, "nat-remote", sa.is_nat_remote);
  put_if(section, "nat-fake", sa.is_nat_faked);
  put_if(section, "nat-any", sa.is_nat_local || sa.is_nat_remote || sa.is_nat_faked);
  if (sa.proposal) put_proposal(section, *sa.proposal);
  if (sa.state != ike::IkeState::kConnecting && sa.state != ike::IkeState::kDeleting &&
      state.empty()) {
    put_if_any(section, "established", sa.established_since);
    put_if_any(section, "rekey-time", sa.rekey_in);
  }
  put_addresses(section, "local-vips", sa.local_vips);
  put_addresses(section, "remote-vips", sa.remote_vips);
  put_tasks(section, "tasks-queued", sa.tasks_queued);
  put_tasks(section, "tasks-active", sa.tasks_active);
  return section;
}

Section child_section(const ike::ChildSnapshot& child, std::string name, std::string_view state) {
  Section section;
  section.name = std::move(name);
  put(section, "name", child.name);
  put(section, "uniqueid", std::uint64_t{child.unique_id});
  put(section, "reqid", std::uint64_t{child.reqid});
  put(section, "state", state.empty() ? name_of(child.state) : state);
  put(section, "mode", "TUNNEL");
  put(section, "protocol", "ESP");
  put_if(section, "encap", child.is_udp_encapsulated);
  put(section, "spi-in", spi_text(child.spi_in));
  put(section, "spi-out", spi_text(child.spi_out));
  put_proposal(section, child.proposal);
  put_traffic(section, child);
  put_if_any(section, "rekey-time", child.rekey_in);
  put_if_any(section, "life-time", child.life_in);
  put_if_any(section, "install-time", child.installed_since);
  section.add_list("local-ts", {child.local_ts.text()});
  section.add_list("remote-ts", {child.remote_ts.text()});
  return section;
}

std::string unique_name(const ike::ChildSnapshot& child) {
  const std::string number = "-" + std::to_string(child.unique_id);
  return child.name.substr(0, kMaxNameBytes - number.size()) + number;
}

Section list_sa_message(const ike::IkeSnapshot& sa, const ike::SaFilter& filter) {
  Section message;
  append_section(message, ike_section(sa));
  Section& children = message.sections.back().add_section("child-sas");
  for (const ike::ChildSnapshot& child : sa.children)
    if (is_chosen(child, filter))
      append_section(children, child_section(child, unique_name(child)));
  return message;
}

void append_section(Section& parent, Section section) {
  Section& added = parent.add_section(section.name);
  added = std::move(section);
}

std::string duration_text(std::chrono::seconds duration) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
  std::int64_t count = 0;
  const char* name = "second";
  for (const Unit& unit : kUnits) {
    name = unit.name;
    count = duration.count() / unit.seconds;
    // As with others: 90 minutes say more than 1 hour.
    if (count >= 2) break;
  }
  return std::to_string(count) + " " + name + (count == 1 ? "" : "s");
}

}  // namespace holdfast::control
