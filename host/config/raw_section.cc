// SPDX-License-Identifier: Apache-2.0
#include "config/raw_section.h"

#include <algorithm>

namespace holdfast {

void RawSection::set(std::string value_name, std::optional<std::string> text,
                     std::string value_place) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const Value& value) { return value.name == value_name; });
  if (found != values.end()) {
    found->text = std::move(text);
    found->place = std::move(value_place);
    return;
  }
  order.emplace_back('v', values.size());
  values.push_back({std::move(value_name), std::move(text), std::move(value_place)});
}

RawSection& RawSection::sub_section(std::string_view section_name,
                                    const std::string& section_place) {
  for (const auto& section : sections)
    if (section->name == section_name) return *section;
  order.emplace_back('s', sections.size());
  auto& section = *sections.emplace_back(std::make_unique<RawSection>());
  section.name = section_name;
  section.place = section_place;
  return section;
}

const RawSection* RawSection::find(std::string_view section_name) const {
  for (const auto& section : sections)
    if (section->name == section_name) return section.get();
  return nullptr;
}

}  // namespace holdfast
