// SPDX-License-Identifier: Apache-2.0
#include "control/vici_commands.h"
#include "control/vici_sections.h"

/// Commands that load connections and pools. swanctl sends everything again at each reload, and
/// unloads what get-conns and get-pools name and its file does not have.
namespace holdfast::control {
namespace {

/// A load-conn or load-pool holds sections alone. Errors: kBadValue.
Status check_sections_only(const Section& request) {
  std::string name;
  if (!request.values.empty())
    name = request.values.front().name;
  else if (!request.lists.empty())
    name = request.lists.front().name;
  else
    return {};
  return fail(ErrorCode::kBadValue, "", "unknown option: " + name + ", config discarded");
}

/// Reads every section before any of them takes effect.
template <typename T>
Result<std::vector<T>> read_all(const Section& request, Result<T> (*read)(const Section&)) {
  if (const Status ok = check_sections_only(request); !ok) return tl::unexpected(ok.error());
  std::vector<T> configs;
  for (const Section& section : request.sections) {
    auto config = read(section);
    if (!config) return tl::unexpected(config.error());
    configs.push_back(std::move(*config));
  }
  return configs;
}

}  // namespace

ViciCommands::Answer ViciCommands::load_conn(ClientId, const Section& request) {
  auto configs = read_all<ConnectionConfig>(request, read_connection);
  if (!configs) return failure(configs.error().text());
  for (ConnectionConfig& config : *configs) daemon_.load_connection(std::move(config));
  return success();
}

ViciCommands::Answer ViciCommands::unload_conn(ClientId, const Section& request) {
  const std::string* name = request.value("name");
  if (name == nullptr) return failure("unload: connection name missing");
  if (!daemon_.unload_connection(*name))
    return failure("unload: connection '" + *name + "' not found");
  return success();
}

ViciCommands::Answer ViciCommands::get_conns(ClientId, const Section&) {
  std::vector<std::string> names;
  for (const auto& [name, config] : daemon_.connections()) names.push_back(name);
  Section answer;
  answer.add_list("conns", std::move(names));
  return answer;
}

ViciCommands::Answer ViciCommands::load_pool(ClientId, const Section& request) {
  auto configs = read_all<PoolConfig>(request, read_pool);
  if (!configs) return failure(configs.error().text());
  for (PoolConfig& config : *configs) daemon_.load_pool(std::move(config));
  return success();
}

ViciCommands::Answer ViciCommands::unload_pool(ClientId, const Section& request) {
  const std::string* name = request.value("name");
  if (name == nullptr) return failure("missing pool name");
  if (const Status done = daemon_.unload_pool(*name); !done)
    return failure("unload: pool '" + *name + "' not found");
  return success();
}

ViciCommands::Answer ViciCommands::get_pools(ClientId, const Section& request) {
  const bool has_leases = request.value_or("leases", "no") == "yes";
  const std::string* name = request.value("name");
  Section answer;
  for (const ike::Manager::PoolState& pool : daemon_.pools())
    if (name == nullptr || *name == pool.config.name)
      append_section(answer, pool_section(pool, has_leases));
  return answer;
}

}  // namespace holdfast::control
