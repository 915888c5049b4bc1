// SPDX-License-Identifier: Apache-2.0
#include "holdfast/card_io.h"

#include <functional>
#include <map>

namespace holdfast {
namespace {

std::map<std::string, CardIoFactory, std::less<>>& factories() {
  static std::map<std::string, CardIoFactory, std::less<>> map;
  return map;
}

std::string kinds() {
  std::string text;
  for (const auto& [kind, factory] : factories()) text += (text.empty() ? "" : ", ") + kind + ":";
  return text.empty() ? "none" : text;
}

}  // namespace

void register_card_io(std::string_view kind, CardIoFactory factory) {
  HOLDFAST_CHECK(factory != nullptr);
  factories().insert_or_assign(std::string(kind), factory);
}

Result<std::unique_ptr<CardIo>> open_card_io(std::string_view name) {
  const std::size_t colon = name.find(':');
  const auto found = factories().find(name.substr(0, colon));
  if (colon == std::string_view::npos || found == factories().end())
    return fail(ErrorCode::kNotFound, "card '" + std::string(name) + "'",
                "no such kind of card; this program has " + kinds());
  return found->second(name.substr(colon + 1));
}

}  // namespace holdfast
