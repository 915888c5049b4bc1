// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/authority_config.h"
#include "control/vici_commands.h"
#include "crypto/certificate.h"

/// Commands about certificate authorities and their lists of revoked certificates.
namespace holdfast::control {

Status ViciCommands::trust(const Authority& authority) {
  if (const Status done = daemon_.load_authority(authority.ca); !done) return done;
  for (const std::string& uri : authority.crl_uris) {
    const auto crl = read_crl_uri(uri);
    if (!crl) return tl::unexpected(crl.error());
    if (const Status done = daemon_.load_crl(*crl); !done) return done;
  }
  return {};
}

Status ViciCommands::distrust(const Authority& authority) {
  const bool is_used =
      std::find(cas_.begin(), cas_.end(), authority.ca) != cas_.end() ||
      std::any_of(authorities_.begin(), authorities_.end(),
                  [&](const auto& other) { return other.second.ca == authority.ca; });
  return is_used ? Status{} : daemon_.unload_authority(authority.ca);
}

ViciCommands::Answer ViciCommands::load_authority(ClientId, const Section& request) {
  if (request.sections.size() != 1) return failure("one authority a request");
  const Section& section = request.sections.front();
  const auto config = read_authority(section);
  if (!config) return failure(config.error().text());
  const auto ca = Certificate::parse(config->cacert);
  if (!ca) return failure("invalid value for: cacert, config discarded");
  Authority authority{ca->der(), ca->subject_text(), config->crl_uris};
  if (const Status done = trust(authority); !done) return failure(done.error().text());
  const auto old = authorities_.find(section.name);
  if (old == authorities_.end()) {
    authorities_.emplace(section.name, std::move(authority));
    return success();
  }
  const Authority before = std::exchange(old->second, std::move(authority));
  const Status done = distrust(before);
  return done ? success() : failure(done.error().text());
}

ViciCommands::Answer ViciCommands::unload_authority(ClientId, const Section& request) {
  const std::string name = request.value_or("name", "");
  const auto found = authorities_.find(name);
  if (found == authorities_.end())
    return failure("unload: certification authority '" + name + "' not found");
  const Authority before = std::move(found->second);
  authorities_.erase(found);
  const Status done = distrust(before);
  return done ? success() : failure(done.error().text());
}

ViciCommands::Answer ViciCommands::get_authorities(ClientId, const Section&) {
  std::vector<std::string> names;
  for (const auto& [name, authority] : authorities_) names.push_back(name);
  Section answer;
  answer.add_list("authorities", std::move(names));
  return answer;
}

ViciCommands::Answer ViciCommands::list_authorities(ClientId client, const Section& request) {
  const std::string wanted = request.value_or("name", "");
  for (const auto& [name, authority] : authorities_) {
    if (!wanted.empty() && wanted != name) continue;
    Section message;
    Section& section = message.add_section(name);
    section.add("cacert", authority.subject);
    section.add_list("crl_uris", authority.crl_uris);
    section.add_list("ocsp_uris", {});
    outlet_.raise_to(client, "list-authority", message);
  }
  return Section{};
}

}  // namespace holdfast::control
