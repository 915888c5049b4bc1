// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/connection.h"
#include "config/values.h"
#include "config/words.h"

namespace holdfast {
namespace {

struct ProtocolName {
  std::string_view name;
  std::uint8_t number;
};
// IANA, Assigned Internet Protocol Numbers. The first name of a number is the one that is printed.
constexpr std::array kProtocols = {
    ProtocolName{"icmp", 1},       ProtocolName{"tcp", 6},     ProtocolName{"udp", 17},
    ProtocolName{"ipv6-icmp", 58}, ProtocolName{"icmpv6", 58}, ProtocolName{"sctp", 132},
};

tl::unexpected<Error> bad_selector(ErrorCode code, std::string_view text, const std::string& why) {
  return fail(code, "", "'" + printable(text) + "' is no traffic selector: " + why);
}

/// "A-B" where it is a prefix.
Result<Prefix> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = IpAddress::parse(trimmed(text.substr(0, dash)));
  const auto last = IpAddress::parse(trimmed(text.substr(dash + 1)));
  if (!first || !last || first->is_ipv6 != last->is_ipv6)
    return bad_selector(ErrorCode::kBadFormat, text, "a range is two addresses of one family");
  const unsigned num_bits = first->is_ipv6 ? 128 : 32;
  const auto bit_of = [](const IpAddress& address, unsigned bit) {
    return address.bytes[bit / 8] >> (7 - bit % 8) & 1;
  };
  unsigned length = 0;
  while (length < num_bits && bit_of(*first, length) == bit_of(*last, length)) ++length;
  for (unsigned bit = length; bit < num_bits; ++bit)
    if (bit_of(*first, bit) != 0 || bit_of(*last, bit) != 1)
      return bad_selector(ErrorCode::kUnsupported, text,
                          "a range that is no prefix is not supported; write prefixes");
  return Prefix{*first, static_cast<std::uint8_t>(length)};
}

Result<std::uint8_t> parse_protocol(std::string_view word) {
  if (word.empty() || word == "%any") return std::uint8_t{0};
  for (const ProtocolName& protocol : kProtocols)
    if (is_same_word(protocol.name, word)) return protocol.number;
  const auto number = parse_number("", word, 0, 255);
  if (!number)
    return bad_selector(ErrorCode::kBadValue, word,
                        "the protocol is neither a number nor tcp, udp, icmp, icmpv6 or sctp");
  return static_cast<std::uint8_t>(*number);
}

Result<std::uint16_t> parse_port(std::string_view word) {
  if (word.empty() || word == "%any" || word == "0-65535") return std::uint16_t{0};
  if (word == "opaque")
    return bad_selector(ErrorCode::kUnsupported, word, "opaque ports are not supported");
  const std::size_t dash = word.find('-');
  const auto first = parse_number("", word.substr(0, dash), 0, 65535);
  const auto last =
      dash == std::string_view::npos ? first : parse_number("", word.substr(dash + 1), 0, 65535);
  if (!first || !last || *last < *first)
    return bad_selector(ErrorCode::kBadValue, word, "a port is a number from 0 to 65535");
  if (*first != *last)
    return bad_selector(ErrorCode::kUnsupported, word,
                        "a range of ports is not supported; IKEv1 has no word for it");
  return static_cast<std::uint16_t>(*first);
}

/// What stands between the brackets: "tcp", "tcp/80", "/53".
Status read_brackets(std::string_view text, TrafficSelector& selector) {
  const std::size_t slash = text.find('/');
  const auto protocol = parse_protocol(text.substr(0, slash));
  if (!protocol) return tl::unexpected(protocol.error());
  selector.protocol = *protocol;
  if (slash == std::string_view::npos) {
    if (!text.empty()) return {};
    return bad_selector(ErrorCode::kBadFormat, "[]", "nothing stands between the brackets");
  }
  const std::string_view port_text = text.substr(slash + 1);
  const auto port = parse_port(port_text);
  if (!port) return tl::unexpected(port.error());
  // Type and code of ICMP are no ports, and RFC 2407, 4.6.2 has ports only.
  if (!port_text.empty() && port_text != "%any" && (*protocol == 1 || *protocol == 58))
    return bad_selector(ErrorCode::kUnsupported, text, "types of ICMP are not supported");
  selector.port = *port;
  return {};
}

std::string brackets_text(const TrafficSelector& selector) {
  if (selector.protocol == 0 && selector.port == 0) return "";
  std::string text = selector.protocol == 0 ? "" : std::to_string(selector.protocol);
  for (auto it = kProtocols.rbegin(); it != kProtocols.rend(); ++it)
    if (it->number == selector.protocol) text = it->name;
  if (selector.port != 0) text += "/" + std::to_string(selector.port);
  return "[" + text + "]";
}

}  // namespace

std::string TrafficSelector::text() const {
  return (is_dynamic ? "dynamic" : prefix.text()) + brackets_text(*this);
}

Result<TrafficSelector> TrafficSelector::parse(std::string_view text) {
  text = trimmed(text);
  TrafficSelector selector;
  std::string_view address = text;
  if (const std::size_t bracket = text.find('['); bracket != std::string_view::npos) {
    address = trimmed(text.substr(0, bracket));
    if (!text.ends_with(']'))
      return bad_selector(ErrorCode::kBadFormat, text, "the bracket is not closed");
    const std::string_view inside = text.substr(bracket + 1, text.size() - bracket - 2);
    if (Status status = read_brackets(inside, selector); !status)
      return tl::unexpected(status.error());
  }
  if (is_same_word(address, "dynamic")) {
    selector.is_dynamic = true;
    return selector;
  }
  const bool is_range = address.find('-') != std::string_view::npos;
  const auto prefix = is_range ? parse_range(address) : parse_masked_prefix(address);
  if (!prefix) return tl::unexpected(prefix.error());
  selector.prefix = *prefix;
  return selector;
}

}  // namespace holdfast
