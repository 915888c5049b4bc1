// SPDX-License-Identifier: Apache-2.0
#include "card_options.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
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
constexpr std::array kTagNames{Name{"5", 0}, Name{"8", 1}};
constexpr std::array kUnmappedNames{Name{"answer", 0}, Name{"violation", 1}};

/// Takes what stands before the first `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

/// The value of a key; is_right() is false when it was not one of those allowed.
class Value {
 public:
  explicit Value(std::string_view text) : text_(text) {}

  template <typename Number>
  void number(Number& to, std::uint64_t max = std::numeric_limits<Number>::max()) {
    number_of(text_, to, max);
  }
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
  bool is_right() const { return is_right_; }
  void reject() { is_right_ = false; }

 private:
  template <typename Number>
  void number_of(std::string_view text, Number& to, std::uint64_t max) {
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size() || value > max) return reject();
    to = static_cast<Number>(value);
  }

  std::string_view text_;
  bool is_right_ = true;
};

void set_all_stalls(LinkConfig& link, std::uint8_t percent) {
  link.rx_request_idle_percent = link.rx_completion_idle_percent = percent;
  link.tx_completion_stall_percent = link.tx_read_stall_percent = percent;
  link.tx_write_stall_percent = percent;
}

std::uint8_t size_code(unsigned bytes) {
  return static_cast<std::uint8_t>(std::countr_zero(bytes / 128));
}

struct Option {
  std::string_view key;
  std::string_view allowed;  ///< For the sentence about a wrong value.
  void (*apply)(CardOptions& to, Value& value);
};

constexpr std::array kOptions{
    Option{"width", "64 or 128",
           [](CardOptions& to, Value& value) { to.width_bits = value.power_of_two(64, 128); }},
    Option{"seed", "a number", [](CardOptions& to, Value& value) { value.number(to.link.seed); }},
    Option{"latency", "a number of cycles",
           [](CardOptions& to, Value& value) { value.number(to.link.read_latency_cycles); }},
    Option{"jitter", "a number of cycles",
           [](CardOptions& to, Value& value) { value.number(to.link.latency_jitter_cycles); }},
    Option{"reorder", "0 to 100 percent",
           [](CardOptions& to, Value& value) { value.number(to.link.reorder_percent, 100); }},
    Option{"split", "whole, boundary or random",
           [](CardOptions& to, Value& value) {
             to.link.split = static_cast<Split>(value.one_of(kSplitNames));
           }},
    Option{"stalls", "0 to 99 percent",
           [](CardOptions& to, Value& value) {
             std::uint8_t percent = 0;
             value.number(percent, 99);
             set_all_stalls(to.link, percent);
           }},
    Option{"faults",
           "KIND:PERCENT with + between; kinds are ur, ca, poison, lost, timeout, mismatch, late",
           [](CardOptions& to, Value& value) { value.faults(to.link.fault_percent); }},
    Option{"late", "a number of cycles",
           [](CardOptions& to, Value& value) { value.number(to.link.late_cycles); }},
    Option{"unmapped", "violation or answer",
           [](CardOptions& to, Value& value) {
             to.link.unmapped_is_violation = value.one_of(kUnmappedNames) != 0;
           }},
    Option{"mps", "a power of two from 128 to 4096",
           [](CardOptions& to, Value& value) {
             to.pins.max_payload = size_code(value.power_of_two(128, 4096));
           }},
    Option{"mrrs", "a power of two from 128 to 4096",
           [](CardOptions& to, Value& value) {
             to.pins.max_read_request = size_code(value.power_of_two(128, 4096));
           }},
    Option{"rcb", "64 or 128",
           [](CardOptions& to, Value& value) {
             to.pins.rcb_128 = value.power_of_two(64, 128) == 128;
           }},
    Option{"tags", "5 or 8",
           [](CardOptions& to, Value& value) {
             to.pins.extended_tags = value.one_of(kTagNames) != 0;
           }},
    Option{"bar", "low or high",
           [](CardOptions& to, Value& value) { to.high_bar = value.one_of(kBarNames) != 0; }},
    Option{"iova", "low, high or both",
           [](CardOptions& to, Value& value) {
             to.placement = static_cast<HostMemory::Placement>(value.one_of(kPlacementNames));
           }},
    Option{"poll", "a number of cycles",
           [](CardOptions& to, Value& value) { value.number(to.poll_cycles); }},
};

std::string list_of_keys() {
  std::string list;
  for (const Option& option : kOptions) {
    if (!list.empty()) list += ", ";
    list += option.key;
  }
  return list;
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
    const auto option = std::ranges::find(kOptions, key, &Option::key);
    if (option == kOptions.end()) {
      return fail(ErrorCode::kBadFormat, key,
                  "no such option of a simulated card; there are " + list_of_keys());
    }
    Value value(entry);
    option->apply(options, value);
    if (!value.is_right()) {
      return fail(
          ErrorCode::kBadValue, key,
          std::string(entry) + " is not allowed; it must be " + std::string(option->allowed));
    }
  }
  return options;
}

}  // namespace holdfast::sim
