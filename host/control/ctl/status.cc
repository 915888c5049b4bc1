// SPDX-License-Identifier: Apache-2.0
#include "control/ctl/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "control/ctl/json.h"

namespace holdfast::ctl {
namespace {

constexpr std::size_t kColumns = 10;
using Row = std::array<std::string, kColumns>;
constexpr std::array<const char*, kColumns> kTitles = {
    "NAME", "ID", "STATE", "LOCAL", "REMOTE", "UP", "REKEY", "ALGORITHMS", "IN", "OUT"};

std::string seconds(const Section& section, std::string_view key) {
  const std::string* value = section.value(key);
  return value ? *value + "s" : "-";
}

std::string end_of(const Section& sa, const char* side) {
  const std::string prefix = side;
  return fmt::format("{}[{}] {}", sa.value_or(prefix + "-host", "?"),
                     sa.value_or(prefix + "-port", "?"), sa.value_or(prefix + "-id", "?"));
}

std::string algorithms(const Section& section, std::initializer_list<const char*> keys) {
  std::string text;
  for (const char* key : keys)
    if (const std::string* name = section.value(key)) {
      text += (text.empty() ? "" : "/") + *name;
      const std::string* size =
          std::string_view(key) == "encr-alg" ? section.value("encr-keysize") : nullptr;
      if (size) text += "-" + *size;
    }
  return text;
}

std::string traffic(const Section& child, const char* direction) {
  const std::string suffix = direction;
  return fmt::format("{} B, {} packets", child.value_or("bytes-" + suffix, "0"),
                     child.value_or("packets-" + suffix, "0"));
}

std::string selectors(const Section& child, std::string_view key) {
  const Section::List* list = child.list(key);
  return list ? fmt::format("{}", fmt::join(list->items, ",")) : "";
}

Row ike_row(const Section& sa) {
  return {sa.name,
          sa.value_or("uniqueid", ""),
          sa.value_or("state", ""),
          end_of(sa, "local"),
          end_of(sa, "remote"),
          seconds(sa, "established"),
          seconds(sa, "rekey-time"),
          algorithms(sa, {"encr-alg", "prf-alg", "dh-group"}),
          "",
          ""};
}

Row child_row(const Section& child) {
  return {"  " + child.value_or("name", ""),
          child.value_or("uniqueid", ""),
          child.value_or("state", ""),
          selectors(child, "local-ts"),
          selectors(child, "remote-ts"),
          seconds(child, "install-time"),
          seconds(child, "rekey-time"),
          algorithms(child, {"encr-alg", "integ-alg", "dh-group"}) +
              (child.value("encap") ? " in UDP" : ""),
          traffic(child, "in"),
          traffic(child, "out")};
}

std::string text_of(const std::vector<Row>& rows) {
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string status_table(const std::vector<Section>& list_sa_messages) {
  std::vector<Row> rows(1);
  std::copy(kTitles.begin(), kTitles.end(), rows.front().begin());
  for (const Section& message : list_sa_messages)
    for (const Section& sa : message.sections) {
      rows.push_back(ike_row(sa));
      if (const Section* children = sa.section("child-sas"))
        for (const Section& child : children->sections) rows.push_back(child_row(child));
    }
  return rows.size() == 1 ? "No security associations.\n" : text_of(rows);
}

Result<std::string> status(control::ViciClient& client, bool is_json) {
  const auto messages = control::list(client, "list-sas", "list-sa");
  if (!messages) return tl::unexpected(messages.error());
  return is_json ? json(*messages) + "\n" : status_table(*messages);
}

}  // namespace holdfast::ctl
