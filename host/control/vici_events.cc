// SPDX-License-Identifier: Apache-2.0
#include "control/vici_events.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "control/vici_sections.h"

namespace holdfast::control {
namespace {

constexpr std::array<std::string_view, 13> kEvents = {
    "list-sa",      "list-policy", "list-conn",    "list-cert", "list-authority",
    "control-log",  "log",         "ike-updown",   "ike-rekey", "ike-update",
    "child-updown", "child-rekey", "holdfast-move"};

/// Lines of higher levels are for the daemon's own log.
constexpr int kLogLevel = 1;

Section updown(Section ike, bool is_up) {
  Section message;
  if (is_up) message.add("up", "yes");  // absent for down, never "no"
  append_section(message, std::move(ike));
  return message;
}

/// There is one thread; swanctl prints a number.
Section log_message(const ike::LogLine& line, bool has_thread) {
  Section message;
  message.add("group", std::string(line.group));
  message.add("level", std::to_string(line.level));
  if (has_thread) message.add("thread", "1");
  if (!line.ike_name.empty()) {
    message.add("ikesa-name", line.ike_name);
    message.add("ikesa-uniqueid", std::to_string(line.ike_id));
  }
  message.add("msg", line.text.substr(0, kMaxValueBytes));
  return message;
}

void add_endpoint(Section& section, const std::string& name, const Endpoint& endpoint) {
  section.add(name + "-host", endpoint.address.text());
  section.add(name + "-port", std::to_string(endpoint.port));
}

Section move_message(const ike::MoveReport& move) {
  Section message;
  message.add("step", std::string(name_of(move.step)));
  message.add("ikesa-name", move.name);
  message.add("ikesa-uniqueid", std::to_string(move.unique_id));
  message.add("request-id", std::to_string(move.request_id));
  message.add("who", move.is_ours ? "ours" : "peer");
  add_endpoint(message, "from", move.from);
  add_endpoint(message, "to", move.to);
  message.add("old-path", move.does_old_path_work ? "yes" : "no");
  if (move.reason) message.add("reason", std::string(name_of(*move.reason)));
  message.add(
      "microseconds",
      std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(move.took).count()));
  message.add("children", std::to_string(move.num_children));
  if (move.step != ike::MoveStep::kSettled) return message;
  message.add("packets-new", std::to_string(move.packets_new));
  message.add("packets-old", std::to_string(move.packets_old));
  return message;
}

}  // namespace

bool ViciEvents::has(std::string_view event) {
  return std::find(kEvents.begin(), kEvents.end(), event) != kEvents.end();
}

void ViciEvents::follow(ClientId client, int level, std::string ike) {
  if (level >= 0) followers_.insert_or_assign(client, Follower{level, std::move(ike)});
}

void ViciEvents::on_ike_updown(const ike::IkeSnapshot& sa, bool is_up) {
  if (!outlet_.has_listener("ike-updown")) return;
  outlet_.raise("ike-updown", updown(ike_section(sa, is_up ? "" : "DELETING"), is_up));
}

void ViciEvents::on_child_updown(const ike::IkeSnapshot& sa, const ike::ChildSnapshot& child,
                                 bool is_up) {
  if (!outlet_.has_listener("child-updown")) return;
  Section ike = ike_section(sa);
  Section& children = ike.add_section("child-sas");
  append_section(children, child_section(child, unique_name(child), is_up ? "" : "DELETED"));
  outlet_.raise("child-updown", updown(std::move(ike), is_up));
}

void ViciEvents::on_child_rekey(const ike::IkeSnapshot& sa, const ike::ChildSnapshot& old_child,
                                const ike::ChildSnapshot& new_child) {
  ++child_rekeys_[sa.name];
  if (!outlet_.has_listener("child-rekey")) return;
  Section ike = ike_section(sa);
  Section& child = ike.add_section("child-sas").add_section(new_child.name);
  append_section(child, child_section(old_child, "old"));
  append_section(child, child_section(new_child, "new"));
  Section message;
  append_section(message, std::move(ike));
  outlet_.raise("child-rekey", message);
}

void ViciEvents::on_ike_update(const ike::IkeSnapshot& sa, const Endpoint& local,
                               const Endpoint& remote) {
  if (!outlet_.has_listener("ike-update")) return;
  Section message;  // the new endpoints; the section after them still has the old ones
  add_endpoint(message, "local", local);
  add_endpoint(message, "remote", remote);
  append_section(message, ike_section(sa));
  outlet_.raise("ike-update", message);
}

void ViciEvents::on_move(const ike::MoveReport& report) {
  if (outlet_.has_listener("holdfast-move")) outlet_.raise("holdfast-move", move_message(report));
}

void ViciEvents::log(const ike::LogLine& line) {
  if (line.level <= kLogLevel && outlet_.has_listener("log"))
    outlet_.raise("log", log_message(line, true));
  for (const auto& [client, follower] : followers_) {
    const bool is_ours = line.ike_name.empty() || line.ike_name == follower.ike;
    if (line.level <= follower.level && is_ours)
      outlet_.raise_to(client, "control-log", log_message(line, false));
  }
}

}  // namespace holdfast::control
