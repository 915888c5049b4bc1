// SPDX-License-Identifier: Apache-2.0
// The grammar of swanctl.conf with includes and references, and all readers behind it. What was
// read is written again and must read as the same; what was accepted must be complete.
#include "config/file_config.h"
#include "fuzz.h"

namespace holdfast {
namespace {

/// Two files to include; one of them includes itself and the text that is being read.
class TwoFiles : public FileSource {
 public:
  Result<std::string> read(const std::string& path) const override {
    if (path == "/none/a") return "k = 1\ns : t { l = 2 }\n";
    return "include b\ninclude a\ninclude swanctl.conf\nt { m = 3 }\n";
  }
  std::vector<std::string> match(const std::string& pattern) const override {
    if (pattern == "/none/*") return {"/none/a", "/none/b"};
    if (pattern == "/none/a" || pattern == "/none/b") return {pattern};
    return {};
  }
};

void write_value(const std::string& value, std::string& out) {
  out += "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += "\"";
}

void write(const Section& section, std::string& out) {
  for (const auto& [kind, at] : section.order) {
    if (kind == 'v') {
      out += section.values[at].name + "=";
      write_value(section.values[at].value, out);
    } else {
      out += section.sections[at].name + "{";
      write(section.sections[at], out);
      out += "}";
    }
    out += "\n";
  }
}

void check(const FileConfig& config) {
  for (const Error& error : config.errors)
    fuzz::require(!error.place.empty() && !error.sentence.empty());
  for (const ConnectionConfig& connection : config.connections) {
    fuzz::require(!connection.proposals.empty() && connection.proposals.size() <= 255);
    fuzz::require(connection.rand_time <= connection.rekey_time);
    for (const ChildConfig& child : connection.children) {
      fuzz::require(!child.esp_proposals.empty() && child.esp_proposals.size() <= 255);
      fuzz::require(*TrafficSelector::parse(child.local_ts.text()) == child.local_ts);
    }
    fuzz::require(connection.remote.id.is_any() || !connection.remote.id.text().empty());
  }
  for (const SharedSecret& secret : config.secrets) fuzz::require(secret.secret.size() != 0);
}

}  // namespace
}  // namespace holdfast

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const TwoFiles files;
  const auto root = parse_config(text, "/none/swanctl.conf", files);
  if (!root) {
    fuzz::require(!root.error().place.empty());
    return 0;
  }
  // A line break in front: a second byte-order mark would be taken for the first.
  std::string first = "\n", second = "\n";
  write(*root, first);
  // References may nest deeper than a file may.
  const auto again = parse_config(first, "/none/again.conf", files);
  fuzz::require(again || again.error().code == ErrorCode::kBadValue);
  if (again) write(*again, second);
  fuzz::require(!again || first == second);
  check(read_config(*root, "/none"));
  return 0;
}
