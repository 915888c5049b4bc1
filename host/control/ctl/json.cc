// SPDX-License-Identifier: Apache-2.0
#include "control/ctl/json.h"

#include <nlohmann/json.hpp>

namespace holdfast::ctl {
namespace {

using Json = nlohmann::ordered_json;

Json object(const Section& section) {
  Json json = Json::object();
  for (const auto& [kind, index] : section.order) {
    if (kind == 'v')
      json[section.values[index].name] = section.values[index].value;
    else if (kind == 'l')
      json[section.lists[index].name] = section.lists[index].items;
    else
      json[section.sections[index].name] = object(section.sections[index]);
  }
  return json;
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string json(const Section& section) { return text_of(object(section)); }

std::string json(const std::vector<Section>& list_sa_messages) {
  Json all = Json::array();
  for (const Section& message : list_sa_messages)
    for (const Section& sa : message.sections) {
      Json named = {{"name", sa.name}};
      named.update(object(sa));
      all.push_back(std::move(named));
    }
  return text_of(all);
}

}  // namespace holdfast::ctl
