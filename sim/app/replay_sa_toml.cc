// SPDX-License-Identifier: Apache-2.0
#include "app/replay_sa_toml.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "app/text_file.h"
#include "app/toml_reader.h"
#include "base/hex.h"

namespace holdfast::app {
namespace {

constexpr std::int64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();
constexpr std::uint16_t kDefaultUdpPort = 4500;  // RFC 3948, 2
const std::vector<std::string_view> kSuites = {"aes128gcm16", "aes192gcm16", "aes256gcm16"};

void wipe(std::string& text) {
  secure_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

/// "192.0.2.1", "192.0.2.1:4500", "2001:db8::1" or "[2001:db8::1]:4500".
Result<Endpoint> parse_endpoint(const std::string& text) {
  std::string address = text, port;
  const std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string::npos)
      return fail(ErrorCode::kBadFormat, "", fmt::format("'{}' has no closing bracket", text));
    address = text.substr(1, bracket - 1);
    if (bracket + 1 < text.size()) {
      if (text[bracket + 1] != ':')
        return fail(ErrorCode::kBadFormat, "",
                    fmt::format("'{}' has something behind its bracket that is no port", text));
      port = text.substr(bracket + 2);
      if (port.empty()) port = "?";
    }
  } else if (colon != std::string::npos && text.find(':') == colon) {
    address = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) port = "?";
  }
  Endpoint endpoint;
  const auto parsed = IpAddress::parse(address);
  if (!parsed) return tl::unexpected(parsed.error());
  endpoint.address = *parsed;
  if (port.empty()) return endpoint;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc{} || end != port.data() + port.size() || endpoint.port == 0)
    return fail(ErrorCode::kBadFormat, "",
                fmt::format("the port of '{}' is not a number from 1 to 65535", text));
  return endpoint;
}

/// One `[[sa]]` table.
class SaTableReader {
 public:
  SaTableReader(const toml::table& table, const std::string& file, const std::string& name)
      : reader_(table, file, name), file_(file), name_(name) {}

  Result<ReplaySa> read() {
    sa_.place = reader_.place("");
    read_identity();
    read_key();
    read_binding();
    read_selector();
    read_sequence();
    read_lifetime();
    read_outer_header();
    if (Status status = reader_.finish(); !status) return tl::unexpected(status.error());
    return std::move(sa_);
  }

 private:
  bool is_outbound() const { return sa_.config.direction == Direction::kOutbound; }

  void only_for(Direction direction, std::string_view key) {
    if (reader_.has(key) && sa_.config.direction != direction)
      reader_.wrong(key, direction == Direction::kOutbound ? "only outbound SAs have it"
                                                           : "only inbound SAs have it");
  }

  void read_identity() {
    reader_.require("direction");
    reader_.require("spi");
    reader_.require("suite");
    sa_.config.direction = reader_.choice("direction", {"inbound", "outbound"}, 0) == 0
                               ? Direction::kInbound
                               : Direction::kOutbound;
    // RFC 4303, 2.1: SPIs 0 to 255 are reserved.
    sa_.config.spi = Spi{static_cast<std::uint32_t>(reader_.integer("spi", 256, 0xFFFFFFFF, 256))};
    const std::string suite = reader_.text("suite");
    if (reader_.is_right() && std::ranges::find(kSuites, suite) == kSuites.end())
      reader_.wrong("suite",
                    fmt::format("'{}' is not a suite of this card, which has {}; others may come "
                                "with a later release",
                                suite, fmt::join(kSuites, ", ")),
                    ErrorCode::kUnsupported);
    const std::size_t index = reader_.is_right() ? reader_.choice("suite", kSuites, 0) : 0;
    sa_.config.suite = static_cast<Suite>(static_cast<std::size_t>(Suite::kAes128gcm16) + index);
    if (reader_.text("mode") == "transport")
      reader_.wrong("mode", "the card does tunnel mode only", ErrorCode::kUnsupported);
    reader_.choice("mode", {"tunnel"}, 0);
  }

  void read_key() {
    reader_.require("key");
    std::string text = reader_.text("key");
    auto bytes = parse_hex(text);
    wipe(text);
    if (!bytes) {
      reader_.wrong("key", bytes.error().sentence, bytes.error().code);
    } else if (reader_.is_right()) {
      const Status status = set_key(sa_.config, *bytes);
      secure_wipe(*bytes);
      if (!status) reader_.wrong("key", status.error().sentence);
    }
    if (!reader_.text("integrity_key").empty() || reader_.has("integrity_key"))
      reader_.wrong("integrity_key", "AES-GCM has none: the ICV is made with `key`");
  }

  Endpoint read_endpoint(std::string_view key, std::string_view port_key) {
    reader_.require(key);
    const std::string text = reader_.text(key);
    if (!reader_.is_right()) return {};
    auto endpoint = parse_endpoint(text);
    if (!endpoint) {
      reader_.wrong(key, endpoint.error().sentence, endpoint.error().code);
      return {};
    }
    const bool has_port = endpoint->port != 0;
    if (has_port && reader_.has(port_key))
      reader_.wrong(port_key, fmt::format("`{}` has a port already", key));
    const auto port = static_cast<std::uint16_t>(reader_.integer(port_key, 1, 65535, 0));
    if (!has_port) endpoint->port = port;
    if (endpoint->port != 0 && sa_.binding.encap == Encap::kNone)
      reader_.wrong(has_port ? key : port_key, "there are ports only with encap = \"udp\"");
    if (endpoint->port == 0 && sa_.binding.encap == Encap::kUdp) endpoint->port = kDefaultUdpPort;
    return *endpoint;
  }

  void read_binding() {
    sa_.binding.encap =
        reader_.choice("encap", {"none", "udp"}, 0) == 0 ? Encap::kNone : Encap::kUdp;
    sa_.binding.own = read_endpoint("local", "local_port");
    sa_.binding.peer = read_endpoint("peer", "peer_port");
    if (sa_.binding.own.address.is_ipv6 != sa_.binding.peer.address.is_ipv6)
      reader_.wrong("peer", "must be of the address family of `local`");
  }

  std::optional<Prefix> read_prefix(TomlReader& reader, std::string_view key) {
    const std::string text = reader.text(key);
    if (!reader.has(key) || !reader.is_right()) return std::nullopt;
    const auto prefix = Prefix::parse(text);
    if (prefix) return *prefix;
    reader.wrong(key, prefix.error().sentence, prefix.error().code);
    return std::nullopt;
  }

  void read_selector() {
    bool is_ipv6 = sa_.binding.own.address.is_ipv6;
    std::optional<Prefix> source, destination;
    if (const toml::table* table = reader_.table("selector")) {
      TomlReader below(*table, file_, name_ + ".selector");
      source = read_prefix(below, "source");
      destination = read_prefix(below, "destination");
      if (source && destination && source->address.is_ipv6 != destination->address.is_ipv6)
        below.wrong("destination", "must be of the address family of `source`");
      reader_.adopt(below.finish());
      sa_.has_selector = source || destination;
      if (source) is_ipv6 = source->address.is_ipv6;
      if (destination) is_ipv6 = destination->address.is_ipv6;
    }
    sa_.config.selector = {source.value_or(any_address(is_ipv6)),
                           destination.value_or(any_address(is_ipv6))};
  }

  void read_sequence() {
    sa_.config.has_esn = reader_.boolean("esn", false);
    const std::uint64_t max = sa_.config.has_esn ? ~std::uint64_t{0} : 0xFFFFFFFF;
    sa_.config.first_sequence = reader_.natural("first_sequence", 1, max, 1);
    only_for(Direction::kInbound, "replay_window");
    // The card says its own maximum.
    sa_.config.replay_window =
        static_cast<std::uint16_t>(reader_.integer("replay_window", 32, 65535, 64));
  }

  void read_lifetime() {
    const toml::table* table = reader_.table("lifetime");
    if (table == nullptr) return;
    TomlReader below(*table, file_, name_ + ".lifetime");
    Lifetime& lifetime = sa_.config.lifetime;
    const auto limit = [&below](std::string_view key) {
      return static_cast<std::uint64_t>(below.integer(key, 0, kMaxInt64, 0));
    };
    lifetime = {limit("soft_bytes"), limit("hard_bytes"), limit("soft_packets"),
                limit("hard_packets")};
    reader_.adopt(below.finish());
  }

  void read_outer_header() {
    only_for(Direction::kOutbound, "df");
    only_for(Direction::kOutbound, "dscp");
    sa_.config.df = static_cast<DfMode>(
        reader_.choice("df", {"clear", "set", "copy"}, static_cast<std::size_t>(DfMode::kCopy)));
    if (reader_.has("dscp")) {
      sa_.config.copy_dscp = false;
      sa_.config.dscp = static_cast<std::uint8_t>(reader_.integer("dscp", 0, 63, 0));
    }
    reader_.integer("dscp", 0, 63, 0);
    sa_.config.has_ecn = reader_.boolean("ecn", true);
  }

  TomlReader reader_;
  std::string file_, name_;
  ReplaySa sa_;
};

/// toml++ throws; its sentence may quote what stands there, which may be a key.
Result<toml::table> parse_toml(std::string_view text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    std::string sentence(error.description());
    if (const std::size_t quote = sentence.find_first_of("'\""); quote != std::string::npos)
      sentence.resize(quote);
    while (!sentence.empty() && (sentence.ends_with(' ') || sentence.ends_with(':')))
      sentence.pop_back();
    if (sentence.ends_with(", saw")) sentence.resize(sentence.size() - 5);
    return fail(
        ErrorCode::kBadFormat, fmt::format("{}:{}", path, error.source().begin.line),
        fmt::format("this is not TOML, at column {}: {}", error.source().begin.column, sentence));
  }
}

/// Overwrites the keys in a parsed file when it ends.
class KeyWiper {
 public:
  explicit KeyWiper(toml::table& root) : root_(root) {}
  KeyWiper(const KeyWiper&) = delete;
  KeyWiper& operator=(const KeyWiper&) = delete;
  ~KeyWiper() {
    for (toml::node& node : *root_["sa"].as_array())
      if (toml::table* table = node.as_table())
        if (auto* key = (*table)["key"].as_string()) wipe(key->get());
  }

 private:
  toml::table& root_;
};

}  // namespace

Result<std::vector<ReplaySa>> parse_sa_toml(std::string text, const std::string& path) {
  auto root = parse_toml(text, path);
  wipe(text);
  if (!root) return tl::unexpected(root.error());
  TomlReader reader(*root, path, "");
  reader.require("sa");
  const toml::array* tables = (*root)["sa"].as_array();
  if (reader.has("sa") && tables == nullptr)
    reader.wrong("sa", "must be written [[sa]], with two brackets");
  if (tables != nullptr && tables->empty())
    reader.wrong("sa", "there is no SA in it; write a [[sa]] for each direction");
  if (Status status = reader.finish(); !status) return tl::unexpected(status.error());
  const KeyWiper wiper(*root);
  std::vector<ReplaySa> sas;
  for (const toml::node& node : *tables) {
    const toml::table* table = node.as_table();
    if (table == nullptr)
      return fail(ErrorCode::kBadFormat, path, "`sa` must be written [[sa]], one table an SA");
    auto sa = SaTableReader(*table, path, fmt::format("sa[{}]", sas.size())).read();
    if (!sa) return tl::unexpected(sa.error());
    sas.push_back(std::move(*sa));
  }
  if (Status status = check_together(sas); !status) return tl::unexpected(status.error());
  return sas;
}

Result<std::vector<ReplaySa>> read_sa_toml(const std::string& path) {
  auto text = read_text_file(path);
  if (!text) return tl::unexpected(text.error());
  return parse_sa_toml(std::move(*text), path);
}

}  // namespace holdfast::app
