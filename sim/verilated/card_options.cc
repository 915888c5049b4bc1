// SPDX-License-Identifier: Apache-2.0
#include "card_options.h"

#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

namespace holdfast::sim {

namespace {

struct Name {
  std::string_view text;
  unsigned value;
};

constexpr std::array kFaultNames{
    Name{"ur", static_cast<unsigned>(Fault::kUnsupported)},
    Name{"ca", static_cast<unsigned>(Fault::kAbort)},
    Name{"poison", static_cast<unsigned>(Fault::kPoisoned)},
    Name{"lost", static_cast<unsigned>(Fault::kNoCompletion)},
    Name{"timeout", static_cast<unsigned>(Fault::kTimeoutCode)},
    Name{"mismatch", static_cast<unsigned>(Fault::kMismatch)},
    Name{"late", static_cast<unsigned>(Fault::kLate)},
};
constexpr std::array kSplitNames{Name{"whole", static_cast<unsigned>(Split::kWhole)},
                                 Name{"boundary", static_cast<unsigned>(Split::kBoundary)},
                                 Name{"random", static_cast<unsigned>(Split::kRandom)}};
constexpr std::array kPlacementNames{
    Name{"low", static_cast<unsigned>(HostMemory::Placement::kBelow4Gib)},
    Name{"high", static_cast<unsigned>(HostMemory::Placement::kAbove4Gib)},
    Name{"both", static_cast<unsigned>(HostMemory::Placement::kBoth)}};
constexpr std::array kBarNames{Name{"low", 0}, Name{"high", 1}};
constexpr std::array kUnmappedNames{Name{"answer", 0}, Name{"violation", 1}};

/// Takes what stands before the first `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

/// One key=value; its functions leave an error when the value is not one of those allowed.
class Value {
 public:
  Value(std::string_view key, std::string_view text) : key_(key), text_(text) {}

  template <typename Number>
  void number(Number& to, std::uint64_t max = std::numeric_limits<Number>::max()) {
    number_of(text_, to, max);
  }
  void percent(std::uint8_t& to) { number(to, 100); }
  template <std::size_t N>
  unsigned one_of(const std::array<Name, N>& names) {
    for (const Name& name : names) {
      if (name.text == text_) return name.value;
    }
    reject();
    return 0;
  }
  /// One of the powers of two from `min` to `max`.
  unsigned power_of_two(unsigned min, unsigned max) {
    unsigned value = min;
    number(value);
    if (value < min || value > max || !std::has_single_bit(value)) reject();
    return value;
  }
  void faults(std::array<std::uint8_t, kNumFaults>& percent_of) {
    std::string_view rest = text_;
    while (!rest.empty()) {
      std::string_view entry = take_until(rest, '+');
      const std::string_view kind = take_until(entry, ':');
      std::uint8_t percent = 100;
      if (!entry.empty()) number_of(entry, percent, 100);
      bool known = false;
      for (const Name& name : kFaultNames) {
        if (name.text != kind) continue;
        percent_of[name.value] = percent;
        known = true;
      }
      if (!known) reject();
    }
  }
  std::optional<Error> error() const { return error_; }
  void reject() {
    error_ = Error{ErrorCode::kBadValue, std::string(key_),
                   std::string(text_) + " is not allowed; see sim/verilated/card_options.h"};
  }

 private:
  template <typename Number>
  void number_of(std::string_view text, Number& to, std::uint64_t max) {
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size() || value > max) return reject();
    to = static_cast<Number>(value);
  }

  std::string_view key_, text_;
  std::optional<Error> error_;
};

void set_all_stalls(LinkConfig& link, std::uint8_t percent) {
  link.rx_request_idle_percent = link.rx_completion_idle_percent = percent;
  link.tx_completion_stall_percent = link.tx_read_stall_percent = percent;
  link.tx_write_stall_percent = percent;
}

std::uint8_t size_code(unsigned bytes) {
  return static_cast<std::uint8_t>(std::countr_zero(bytes / 128));
}

// One line a key.
bool apply(CardOptions& options, std::string_view key, Value& value) {
  LinkConfig& link = options.link;
  PcieConfig& pins = options.pins;
  std::uint8_t percent = 0;
  if (key == "width")
    options.width_bits = value.power_of_two(64, 128);
  else if (key == "seed")
    value.number(link.seed);
  else if (key == "latency")
    value.number(link.read_latency_cycles);
  else if (key == "jitter")
    value.number(link.latency_jitter_cycles);
  else if (key == "reorder")
    value.percent(link.reorder_percent);
  else if (key == "split")
    link.split = static_cast<Split>(value.one_of(kSplitNames));
  else if (key == "stalls")
    value.number(percent, 99), set_all_stalls(link, percent);
  else if (key == "faults")
    value.faults(link.fault_percent);
  else if (key == "late")
    value.number(link.late_cycles);
  else if (key == "unmapped")
    link.unmapped_is_violation = value.one_of(kUnmappedNames) != 0;
  else if (key == "mps")
    pins.max_payload = size_code(value.power_of_two(128, 4096));
  else if (key == "mrrs")
    pins.max_read_request = size_code(value.power_of_two(128, 4096));
  else if (key == "rcb")
    pins.rcb_128 = value.power_of_two(64, 128) == 128;
  else if (key == "tags")
    pins.extended_tags = value.one_of(std::array{Name{"5", 0}, Name{"8", 1}}) != 0;
  else if (key == "bar")
    options.high_bar = value.one_of(kBarNames) != 0;
  else if (key == "iova")
    options.placement = static_cast<HostMemory::Placement>(value.one_of(kPlacementNames));
  else if (key == "poll")
    value.number(options.poll_cycles);
  else
    return false;
  return true;
}

}  // namespace

Result<CardOptions> parse_card_options(std::string_view text) {
  CardOptions options;
  while (!text.empty()) {
    std::string_view entry = take_until(text, ',');
    const std::string key(take_until(entry, '='));
    if (entry.empty()) {
      return fail(ErrorCode::kBadFormat, key, "options are key=value, with a comma between");
    }
    Value value(key, entry);
    if (!apply(options, key, value)) {
      return fail(ErrorCode::kBadFormat, key,
                  "no such option of a simulated card; see sim/verilated/card_options.h");
    }
    if (value.error()) return tl::unexpected<Error>(*value.error());
  }
  return options;
}

}  // namespace holdfast::sim
