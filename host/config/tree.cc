// SPDX-License-Identifier: Apache-2.0
#include "config/tree.h"

#include <algorithm>

namespace holdfast {
namespace {

/// The last one of a name: a key that is set again replaces the one before.
template <typename T>
const T* find_last(const std::vector<T>& elements, std::string_view name) {
  const auto found = std::find_if(elements.rbegin(), elements.rend(),
                                  [&](const T& element) { return element.name == name; });
  return found == elements.rend() ? nullptr : &*found;
}

}  // namespace

Section& Section::add_section(std::string section_name, std::string section_place) {
  order.emplace_back('s', sections.size());
  Section& section = sections.emplace_back();
  section.name = std::move(section_name);
  section.place = std::move(section_place);
  return section;
}

void Section::add(std::string value_name, std::string text, std::string value_place) {
  order.emplace_back('v', values.size());
  values.push_back({std::move(value_name), std::move(text), std::move(value_place)});
}

void Section::add_list(std::string list_name, std::vector<std::string> items,
                       std::string list_place) {
  order.emplace_back('l', lists.size());
  lists.push_back({std::move(list_name), std::move(items), std::move(list_place)});
}

const std::string* Section::value(std::string_view value_name) const {
  const Value* found = find_last(values, value_name);
  return found ? &found->value : nullptr;
}

const Section::List* Section::list(std::string_view list_name) const {
  return find_last(lists, list_name);
}

const Section* Section::section(std::string_view section_name) const {
  return find_last(sections, section_name);
}

std::string Section::value_or(std::string_view value_name, std::string_view otherwise) const {
  const std::string* found = value(value_name);
  return found ? *found : std::string(otherwise);
}

}  // namespace holdfast
