// SPDX-License-Identifier: Apache-2.0
#include "control/vici_commands.h"
#include "control/vici_sections.h"

/// Commands about policies without SA (traps, pass and drop) and about connections as loaded.
namespace holdfast::control {
namespace {

using Connection = std::shared_ptr<const ConnectionConfig>;

/// The connection that has `child`; `ike` narrows the search. nullptr if there is none.
Connection find_connection(const Daemon& daemon, const Section& request) {
  const std::string child = request.value_or("child", ""), ike = request.value_or("ike", "");
  for (const auto& [name, config] : daemon.connections())
    if ((ike.empty() || ike == name) && config->child(child) != nullptr) return config;
  return nullptr;
}

/// Loads `connection` again with another start action for one child.
void set_start_action(Daemon& daemon, const Connection& connection, const std::string& child,
                      StartAction action) {
  ConnectionConfig changed = *connection;
  for (ChildConfig& config : changed.children)
    if (config.name == child) config.start_action = action;
  daemon.load_connection(std::move(changed));
}

const char* kind_of(const ChildConfig& child) {
  switch (child.mode) {
    case ChildMode::kTunnel:
      return "trap";
    case ChildMode::kPass:
      return "pass";
    case ChildMode::kDrop:
      return "drop";
  }
  return "";
}

}  // namespace

ViciCommands::Answer ViciCommands::install(ClientId, const Section& request) {
  const std::string child = request.value_or("child", "");
  if (child.empty()) return failure("missing configuration name");
  const Connection connection = find_connection(daemon_, request);
  if (connection == nullptr) return failure("configuration name not found");
  set_start_action(daemon_, connection, child, StartAction::kTrap);
  return success();
}

ViciCommands::Answer ViciCommands::uninstall(ClientId, const Section& request) {
  const std::string child = request.value_or("child", "");
  if (child.empty()) return failure("missing configuration name");
  const Connection connection = find_connection(daemon_, request);
  if (connection == nullptr || connection->child(child)->start_action != StartAction::kTrap)
    return failure("policy '" + child + "' not found");
  set_start_action(daemon_, connection, child, StartAction::kNone);
  return success();
}

ViciCommands::Answer ViciCommands::list_policies(ClientId client, const Section& request) {
  const std::string wanted = request.value_or("child", ""), ike = request.value_or("ike", "");
  for (const auto& [name, config] : daemon_.connections()) {
    if (!ike.empty() && ike != name) continue;
    for (const ChildConfig& child : config->children) {
      const bool is_installed = child.start_action == StartAction::kTrap;
      const bool is_wanted = request.value_or(kind_of(child), "no") == "yes" &&
                             (wanted.empty() || wanted == child.name);
      if (is_installed && is_wanted)
        outlet_.raise_to(client, "list-policy", list_policy_message(*config, child));
    }
  }
  return Section{};
}

ViciCommands::Answer ViciCommands::list_conns(ClientId client, const Section& request) {
  const std::string ike = request.value_or("ike", "");
  for (const auto& [name, config] : daemon_.connections())
    if (ike.empty() || ike == name)
      outlet_.raise_to(client, "list-conn", list_conn_message(*config));
  return Section{};
}

}  // namespace holdfast::control
