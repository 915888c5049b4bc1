// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "config/readers.h"
#include "config/section_reader.h"

namespace holdfast {
namespace {

/// A child and what was written of the values whose defaults depend on each other.
struct Draft {
  ChildConfig child;
  std::optional<Seconds> rekey_time, life_time, rand_time;
  std::optional<std::uint64_t> life_bytes, life_packets;
};

constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 62;

Status read_selector(const Setting& setting, TrafficSelector& out) {
  if (setting.items.size() != 1)
    return unsupported_value(setting.key,
                             "IKEv1 has one selector on each side; write a child for each");
  const auto selector = TrafficSelector::parse(setting.items.front());
  if (selector) out = *selector;
  return name_key(setting, selector);
}

Status read_proposals(const Setting& setting, Draft& draft) {
  for (const std::string& item : setting.items) {
    const auto proposals = parse_esp_proposals(item);
    if (!proposals) return name_key(setting, proposals);
    auto& all = draft.child.esp_proposals;
    all.insert(all.end(), proposals->begin(), proposals->end());
  }
  // Transforms have numbers of one byte (RFC 2408, 3.6).
  if (draft.child.esp_proposals.size() > 255)
    return invalid_value(setting.key, "more than 255 combinations");
  return {};
}

Status read_mode(const Setting& setting, Draft& draft) {
  for (const std::string_view mode : {"transport", "transport_proxy", "beet"})
    if (is_same_word(setting.text, mode))
      return unsupported_value(setting.key, std::string(mode) + " mode; only tunnel mode is");
  static constexpr Word<ChildMode> kWords[] = {
      {"tunnel", ChildMode::kTunnel}, {"pass", ChildMode::kPass}, {"drop", ChildMode::kDrop}};
  return read_word(setting, kWords, draft.child.mode);
}

Status read_start_action(const Setting& setting, StartAction& out) {
  if (setting.text.find('|') != std::string::npos)
    return unsupported_value(setting.key, "two actions at once are not supported");
  static constexpr Word<StartAction> kWords[] = {
      {"none", StartAction::kNone}, {"trap", StartAction::kTrap}, {"start", StartAction::kStart}};
  return read_word(setting, kWords, out);
}

Status read_dpd_action(const Setting& setting, Draft& draft) {
  static constexpr Word<DpdAction> kWords[] = {{"clear", DpdAction::kClear},
                                               {"none", DpdAction::kClear},
                                               {"trap", DpdAction::kTrap},
                                               {"restart", DpdAction::kRestart},
                                               {"start", DpdAction::kRestart}};
  return read_word(setting, kWords, draft.child.dpd_action);
}

Status read_copy_dscp(const Setting& setting, Draft& draft) {
  if (is_same_word(setting.text, "in") || is_same_word(setting.text, "yes"))
    return unsupported_value(setting.key, "the inner DSCP is never written; 'out' or 'no'");
  static constexpr Word<bool> kWords[] = {{"out", true}, {"no", false}};
  return read_word(setting, kWords, draft.child.copy_dscp);
}

Status read_replay_window(const Setting& setting, Draft& draft) {
  if (trimmed(setting.text) == "0")
    return unsupported_value(setting.key, "the replay check cannot be switched off");
  // RFC 4303, 3.4.3: at least 32. What a card has is for the card to say.
  return store(parse_number(setting.key, setting.text, 32, 65535), draft.child.replay_window);
}

Status read_hw_offload(const Setting& setting, Draft&) {
  if (is_same_word(setting.text, "no") || is_same_word(setting.text, "auto")) return {};
  return unsupported_value(setting.key,
                           "the kernel's offload is not used; the card is named in holdfast { }");
}

Status only_label_mode(const Setting& setting, Draft&) {
  if (is_same_word(setting.text, "system")) return {};
  return unsupported_value(setting.key, "security labels are not supported");
}

Status optional_time(const Setting& setting, std::optional<Seconds>& out) {
  return store(parse_time(setting.key, setting.text), out);
}
Status read_bytes(const Setting& setting, std::uint64_t& out) {
  return store(parse_byte_count(setting.key, setting.text), out);
}
Status read_count(const Setting& setting, std::uint64_t& out) {
  return store(parse_number(setting.key, setting.text, 0, kMaxCount), out);
}

constexpr const char* kNoMarks = "marks are not supported";
constexpr const char* kNoInterfaceIds = "interface ids are not supported";
constexpr const char* kNoJitter = "limits in bytes and packets have no jitter";

using Rule = KeyRule<Draft>;
constexpr Rule kRules[] = {
    {"esp_proposals", true, read_proposals},
    {"ah_proposals", true,
     [](const Setting& s, Draft&) { return only_empty(s, "AH is not supported"); }},
    {"sha256_96", false,
     [](const Setting& s, Draft&) {
       return only_no(s, "HMAC-SHA-256 with 96 bits is not supported");
     }},
    {"local_ts", true,
     [](const Setting& s, Draft& d) { return read_selector(s, d.child.local_ts); }},
    {"remote_ts", true,
     [](const Setting& s, Draft& d) { return read_selector(s, d.child.remote_ts); }},
    {"rekey_time", false,
     [](const Setting& s, Draft& d) { return optional_time(s, d.rekey_time); }},
    {"life_time", false, [](const Setting& s, Draft& d) { return optional_time(s, d.life_time); }},
    {"rand_time", false, [](const Setting& s, Draft& d) { return optional_time(s, d.rand_time); }},
    {"rekey_bytes", false,
     [](const Setting& s, Draft& d) { return read_bytes(s, d.child.rekey_bytes); }},
    {"life_bytes", false,
     [](const Setting& s, Draft& d) { return read_bytes(s, d.life_bytes.emplace()); }},
    {"rand_bytes", false, [](const Setting& s, Draft&) { return only_zero(s, kNoJitter); }},
    {"rekey_packets", false,
     [](const Setting& s, Draft& d) { return read_count(s, d.child.rekey_packets); }},
    {"life_packets", false,
     [](const Setting& s, Draft& d) { return read_count(s, d.life_packets.emplace()); }},
    {"rand_packets", false, [](const Setting& s, Draft&) { return only_zero(s, kNoJitter); }},
    {"mode", false, read_mode},
    {"start_action", false,
     [](const Setting& s, Draft& d) { return read_start_action(s, d.child.start_action); }},
    {"close_action", false,
     [](const Setting& s, Draft& d) { return read_start_action(s, d.child.close_action); }},
    {"dpd_action", false, read_dpd_action},
    {"updown", false,
     [](const Setting& s, Draft&) { return only_empty(s, "scripts are not called"); }},
    {"hostaccess", false,
     [](const Setting& s, Draft&) { return only_no(s, "firewall rules are not made"); }},
    {"policies", false,
     [](const Setting& s, Draft&) {
       return only_yes(s, "an SA without a policy carries nothing");
     }},
    {"policies_fwd_out", false,
     [](const Setting& s, Draft&) { return only_no(s, "the kernel's policies are not used"); }},
    {"ipcomp", false,
     [](const Setting& s, Draft&) { return only_no(s, "IPComp is not supported"); }},
    {"inactivity", false,
     [](const Setting& s, Draft&) { return only_zero(s, "SAs do not end for being idle"); }},
    {"reqid", false,
     [](const Setting& s, Draft&) { return only_zero(s, "reqids are given out, not chosen"); }},
    {"priority", false,
     [](const Setting& s, Draft&) { return only_zero(s, "policies have no priorities"); }},
    {"interface", false,
     [](const Setting& s, Draft&) {
       return only_empty(s, "policies are not bound to interfaces");
     }},
    {"mark_in", false, [](const Setting& s, Draft&) { return only_zero(s, kNoMarks); }},
    {"mark_out", false, [](const Setting& s, Draft&) { return only_zero(s, kNoMarks); }},
    {"mark_in_sa", false, [](const Setting& s, Draft&) { return only_no(s, kNoMarks); }},
    {"set_mark_in", false, [](const Setting& s, Draft&) { return only_zero(s, kNoMarks); }},
    {"set_mark_out", false, [](const Setting& s, Draft&) { return only_zero(s, kNoMarks); }},
    {"if_id_in", false, [](const Setting& s, Draft&) { return only_zero(s, kNoInterfaceIds); }},
    {"if_id_out", false, [](const Setting& s, Draft&) { return only_zero(s, kNoInterfaceIds); }},
    {"replay_window", false, read_replay_window},
    {"tfc_padding", false,
     [](const Setting& s, Draft&) {
       return only_zero(s, "padding against traffic analysis is not made");
     }},
    {"hw_offload", false, read_hw_offload},
    {"copy_df", false,
     [](const Setting& s, Draft& d) {
       return store(parse_yes_no(s.key, s.text), d.child.copy_df);
     }},
    {"copy_ecn", false,
     [](const Setting& s, Draft& d) {
       return store(parse_yes_no(s.key, s.text), d.child.copy_ecn);
     }},
    {"copy_dscp", false, read_copy_dscp},
    {"label", false,
     [](const Setting& s, Draft&) { return only_empty(s, "security labels are not supported"); }},
    {"label_mode", false, only_label_mode},
};

void complain(const Section& section, std::string_view key, const std::string& why,
              std::vector<Error>& errors) {
  add_error(errors, invalid_value(key, why).value(), section.place);
}

/// Times that were not written follow from those that were: life is a tenth more than rekeying,
/// jitter the time between the two.
void settle_times(const Draft& draft, const Section& section, ChildConfig& child,
                  std::vector<Error>& errors) {
  if (draft.rekey_time)
    child.rekey_time = *draft.rekey_time;
  else if (draft.life_time && draft.life_time->count() != 0)
    child.rekey_time = std::min(child.rekey_time, *draft.life_time * 10 / 11);
  child.life_time = draft.life_time.value_or(child.rekey_time * 11 / 10);
  child.rand_time = Seconds(0);
  if (child.rekey_time.count() == 0) return;
  if (child.life_time.count() != 0 && child.life_time <= child.rekey_time && draft.life_time)
    complain(section, "life_time", "it is not longer than rekey_time", errors);
  const Seconds margin = std::max(Seconds(0), child.life_time - child.rekey_time);
  child.rand_time = draft.rand_time.value_or(std::min(child.rekey_time / 2, margin));
  if (child.rand_time >= child.rekey_time)
    complain(section, "rand_time", "it is not shorter than rekey_time", errors);
}

void settle_counts(const Draft& draft, const Section& section, ChildConfig& child,
                   std::vector<Error>& errors) {
  child.life_bytes = draft.life_bytes.value_or(child.rekey_bytes + child.rekey_bytes / 10);
  child.life_packets = draft.life_packets.value_or(child.rekey_packets + child.rekey_packets / 10);
  if (child.life_bytes != 0 && child.life_bytes < child.rekey_bytes)
    complain(section, "life_bytes", "it is less than rekey_bytes", errors);
  if (child.life_packets != 0 && child.life_packets < child.rekey_packets)
    complain(section, "life_packets", "it is less than rekey_packets", errors);
}

}  // namespace

ChildConfig read_child(const Section& section, std::vector<Error>& errors) {
  Draft draft;
  draft.child.name = section.name;
  read_keys<Draft>(section, kRules, draft, errors);
  for (const Section& inner : section.sections)
    add_error(errors, {ErrorCode::kBadValue, "", "invalid section: " + printable(inner.name)},
              inner.place);
  ChildConfig& child = draft.child;
  if (child.esp_proposals.empty()) child.esp_proposals = *parse_esp_proposals("default");
  settle_times(draft, section, child, errors);
  settle_counts(draft, section, child, errors);
  return std::move(child);
}

}  // namespace holdfast
