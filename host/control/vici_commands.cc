// SPDX-License-Identifier: Apache-2.0
#include "control/vici_commands.h"

namespace holdfast::control {

ViciCommands::ViciCommands(const Outside& outside)
    : outlet_(outside.outlet),
      daemon_(outside.daemon),
      events_(outside.events),
      clock_(outside.clock),
      timers_(outside.timers) {}

const ViciCommands::Command* ViciCommands::find(std::string_view name) {
  using Self = ViciCommands;
  static constexpr Command kCommands[] = {
      {"version", false, &Self::version},
      {"stats", false, &Self::stats},
      {"load-conn", true, &Self::load_conn},
      {"unload-conn", false, &Self::unload_conn},
      {"get-conns", false, &Self::get_conns},
      {"load-cert", true, &Self::load_cert},
      {"load-key", true, &Self::load_key},
      {"load-token", true, &Self::load_token},
      {"load-shared", true, &Self::load_shared},
      {"unload-key", false, &Self::unload_key},
      {"unload-shared", false, &Self::unload_shared},
      {"get-keys", false, &Self::get_keys},
      {"get-shared", false, &Self::get_shared},
      {"clear-creds", false, &Self::clear_creds},
      {"flush-certs", false, &Self::flush_certs},
      {"load-pool", true, &Self::load_pool},
      {"unload-pool", false, &Self::unload_pool},
      {"get-pools", false, &Self::get_pools},
      {"load-authority", true, &Self::load_authority},
      {"unload-authority", false, &Self::unload_authority},
      {"get-authorities", false, &Self::get_authorities},
      {"initiate", false, &Self::initiate},
      {"terminate", false, &Self::terminate},
      {"rekey", false, &Self::rekey},
      {"redirect", false, &Self::redirect},
      {"install", false, &Self::install},
      {"uninstall", false, &Self::uninstall},
      {"list-sas", false, &Self::list_sas},
      {"list-policies", false, &Self::list_policies},
      {"list-conns", false, &Self::list_conns},
      {"list-certs", false, &Self::list_certs},
      {"list-authorities", false, &Self::list_authorities},
      {"get-algorithms", false, &Self::get_algorithms},
      {"get-counters", false, &Self::get_counters},
      {"reset-counters", false, &Self::reset_counters},
      {"reload-settings", false, &Self::reload_settings},
  };
  for (const Command& command : kCommands)
    if (command.name == name) return &command;
  return nullptr;
}

bool ViciCommands::has_command(std::string_view name) const { return find(name) != nullptr; }

void ViciCommands::handle(ClientId client, std::string_view name, ByteView body) {
  const Command* command = find(name);
  HOLDFAST_CHECK(command != nullptr);
  auto request = decode_message(body);
  if (!request && command->is_strict) {
    outlet_.respond(client, failure("parsing request failed"));
    return;
  }
  const Answer answer = (this->*command->run)(client, request ? *request : Section{});
  if (answer) outlet_.respond(client, *answer);
}

void ViciCommands::on_closed(ClientId client) {
  events_.unfollow(client);
  pending_.erase(client);  // the negotiation goes on
}

}  // namespace holdfast::control
