// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "control/vici_message.h"

namespace holdfast::control {

/// A message in one line, in its order: `a=1 list=[x y] section { b=2 }`.
inline std::string text_of(const Section& section) {
  std::string text;
  for (const auto& [kind, index] : section.order) {
    if (!text.empty()) text += ' ';
    if (kind == 'v') {
      text += section.values[index].name + '=' + section.values[index].value;
    } else if (kind == 'l') {
      text += section.lists[index].name + "=[";
      for (const std::string& item : section.lists[index].items)
        text += (text.back() == '[' ? "" : " ") + item;
      text += ']';
    } else {
      text += section.sections[index].name + " { " + text_of(section.sections[index]) + " }";
    }
  }
  return text;
}

}  // namespace holdfast::control
