// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <optional>

#include "config/readers.h"
#include "config/section_reader.h"

namespace holdfast {
namespace {

/// A connection and what was written of the values whose defaults depend on each other.
struct Draft {
  ConnectionConfig config;
  std::optional<Seconds> rekey_time, reauth_time, over_time, rand_time;
};

Status read_version(const Setting& setting, Draft&) {
  const std::string_view version = trimmed(setting.text);
  if (version == "0" || version == "1") return {};
  if (version == "2") return unsupported_value(setting.key, "IKEv2 is not spoken, only IKEv1");
  return invalid_value(setting.key, "it is 1, or 0 for what there is");
}

/// Letters, digits, "-", "_" and dots, and no number or range of numbers (RFC 1123, 2.1).
bool is_host_name(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789.-";
  return text.size() <= 253 && text.find_first_not_of(kDigits) != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                  kDigits.find(c) != std::string_view::npos;
         });
}

bool is_host(const Prefix& prefix) { return prefix.length == (prefix.address.is_ipv6 ? 128 : 32); }

/// Names are refused where there is no place for them, which is in `named`.
Status read_addresses(const Setting& setting, std::vector<Prefix>& out,
                      ConnectionConfig* named = nullptr) {
  out.clear();
  std::vector<std::string> names;
  std::size_t names_first = 0;
  bool is_any = false;
  for (const std::string& item : setting.items) {
    if (item == "%any") {
      is_any = true;
    } else if (item == "0.0.0.0" || item == "%any4") {
      out.push_back({});
    } else if (item == "::" || item == "%any6") {
      out.push_back({{.is_ipv6 = true, .bytes = {}}, 0});
    } else if (const auto prefix = parse_masked_prefix(item)) {
      out.push_back(*prefix);
    } else if (item.find_first_of("/:") != std::string::npos) {
      return name_key(setting, prefix);
    } else if (named && is_host_name(item)) {
      names.push_back(item);
      if (std::none_of(out.begin(), out.end(), is_host)) names_first = names.size();
    } else {
      return unsupported_value(setting.key,
                               "'" + printable(item) +
                                   "' is neither an address nor a prefix; ranges are not "
                                   "supported, and names of this end are not looked up");
    }
  }
  // One of them is any address, so all of them are.
  if (is_any) out.clear();
  if (named) {
    named->remote_names = is_any ? std::vector<std::string>{} : std::move(names);
    named->names_first = is_any ? 0 : names_first;
  }
  return {};
}

Status read_port(const Setting& setting, std::uint16_t& out) {
  return store(parse_number(setting.key, setting.text, 1, 65535), out);
}

Status read_proposals(const Setting& setting, Draft& draft) {
  for (const std::string& item : setting.items) {
    const auto proposals = parse_ike_proposals(item);
    if (!proposals) return name_key(setting, proposals);
    auto& all = draft.config.proposals;
    all.insert(all.end(), proposals->begin(), proposals->end());
  }
  // Transforms have numbers of one byte (RFC 2408, 3.6).
  if (draft.config.proposals.size() > 255)
    return invalid_value(setting.key, "more than 255 combinations");
  return {};
}

Status read_vips(const Setting& setting, Draft& draft) {
  draft.config.vips.clear();
  for (const std::string& item : setting.items) {
    const auto address = IpAddress::parse(item);
    if (!address) return name_key(setting, address);
    draft.config.vips.push_back(*address);
  }
  return {};
}

Status read_dscp(const Setting& setting, Draft&) {
  const bool is_binary =
      !setting.text.empty() && setting.text.find_first_not_of("01") == std::string::npos;
  if (!is_binary) return invalid_value(setting.key, "it is up to six binary digits");
  if (setting.text.find('1') == std::string::npos) return {};
  return unsupported_value(setting.key, "ISAKMP messages are sent with DSCP 000000");
}

Status read_fragmentation(const Setting& setting, Draft& draft) {
  static constexpr Word<Fragmentation> kWords[] = {
      {"yes", Fragmentation::kYes},     {"accept", Fragmentation::kAccept},
      {"no", Fragmentation::kNo},       {"force", Fragmentation::kForce},
      {"true", Fragmentation::kYes},    {"enabled", Fragmentation::kYes},
      {"1", Fragmentation::kYes},       {"false", Fragmentation::kNo},
      {"disabled", Fragmentation::kNo}, {"0", Fragmentation::kNo}};
  return read_word(setting, kWords, draft.config.fragmentation);
}

Status read_send_cert(const Setting& setting, Draft& draft) {
  static constexpr Word<SendCert> kWords[] = {
      {"ifasked", SendCert::kIfAsked}, {"always", SendCert::kAlways}, {"never", SendCert::kNever}};
  return read_word(setting, kWords, draft.config.send_cert);
}

Status read_unique(const Setting& setting, Draft& draft) {
  static constexpr Word<Uniqueness> kWords[] = {{"no", Uniqueness::kNo},
                                                {"never", Uniqueness::kNever},
                                                {"keep", Uniqueness::kKeep},
                                                {"replace", Uniqueness::kReplace}};
  return read_word(setting, kWords, draft.config.unique);
}

/// Of IKEv2 alone, and without effect on what we do.
Status any_yes_no(const Setting& setting, Draft&) {
  const auto value = parse_yes_no(setting.key, setting.text);
  return value ? Status{} : tl::unexpected(value.error());
}

Status read_childless(const Setting& setting, Draft&) {
  for (const std::string_view word : {"allow", "prefer", "never"})
    if (is_same_word(setting.text, word)) return {};
  return unsupported_value(setting.key, "it is of IKEv2, which is not spoken");
}

Status optional_time(const Setting& setting, std::optional<Seconds>& out) {
  return store(parse_time(setting.key, setting.text), out);
}
Status read_time(const Setting& setting, Seconds& out) {
  return store(parse_time(setting.key, setting.text), out);
}
Status read_flag(const Setting& setting, bool& out) {
  return store(parse_yes_no(setting.key, setting.text), out);
}

constexpr const char* kNoPpk = "post-quantum keys are of IKEv2, which is not spoken";
constexpr const char* kNoMediation = "mediation is of IKEv2, which is not spoken";
constexpr const char* kNoInterfaceIds = "interface ids are not supported";
constexpr const char* kNoAggressive =
    "Aggressive Mode is refused: it shows a hash of the key to anybody who asks";

using Rule = KeyRule<Draft>;
constexpr Rule kRules[] = {
    {"version", false, read_version},
    {"local_addrs", true,
     [](const Setting& s, Draft& d) { return read_addresses(s, d.config.local_addrs); }},
    {"remote_addrs", true,
     [](const Setting& s, Draft& d) {
       return read_addresses(s, d.config.remote_addrs, &d.config);
     }},
    {"local_port", false,
     [](const Setting& s, Draft& d) { return read_port(s, d.config.local_port); }},
    {"remote_port", false,
     [](const Setting& s, Draft& d) { return read_port(s, d.config.remote_port); }},
    {"proposals", true, read_proposals},
    {"vips", true, read_vips},
    {"pull", false, [](const Setting& s, Draft& d) { return read_flag(s, d.config.pull); }},
    {"pools", true,
     [](const Setting& s, Draft& d) {
       d.config.pools = s.items;
       return Status{};
     }},
    {"aggressive", false, [](const Setting& s, Draft&) { return only_no(s, kNoAggressive); }},
    {"dscp", false, read_dscp},
    {"encap", false, [](const Setting& s, Draft& d) { return read_flag(s, d.config.encap); }},
    {"dpd_delay", false,
     [](const Setting& s, Draft& d) { return read_time(s, d.config.dpd_delay); }},
    {"dpd_timeout", false,
     [](const Setting& s, Draft& d) { return read_time(s, d.config.dpd_timeout); }},
    {"fragmentation", false, read_fragmentation},
    {"send_certreq", false,
     [](const Setting& s, Draft& d) { return read_flag(s, d.config.send_certreq); }},
    {"send_cert", false, read_send_cert},
    {"keyingtries", false,
     [](const Setting& s, Draft& d) {
       return store(parse_number(s.key, s.text, 0, 1000000), d.config.keyingtries);
     }},
    {"unique", false, read_unique},
    {"rekey_time", false,
     [](const Setting& s, Draft& d) { return optional_time(s, d.rekey_time); }},
    {"reauth_time", false,
     [](const Setting& s, Draft& d) { return optional_time(s, d.reauth_time); }},
    {"over_time", false, [](const Setting& s, Draft& d) { return optional_time(s, d.over_time); }},
    {"rand_time", false, [](const Setting& s, Draft& d) { return optional_time(s, d.rand_time); }},
    {"if_id_in", false, [](const Setting& s, Draft&) { return only_zero(s, kNoInterfaceIds); }},
    {"if_id_out", false, [](const Setting& s, Draft&) { return only_zero(s, kNoInterfaceIds); }},
    {"mobike", false, any_yes_no},
    {"childless", false, read_childless},
    {"ppk_id", false, [](const Setting& s, Draft&) { return only_empty(s, kNoPpk); }},
    {"ppk_required", false, [](const Setting& s, Draft&) { return only_no(s, kNoPpk); }},
    {"mediation", false, [](const Setting& s, Draft&) { return only_no(s, kNoMediation); }},
    {"mediated_by", false, [](const Setting& s, Draft&) { return only_empty(s, kNoMediation); }},
    {"mediation_peer", false, [](const Setting& s, Draft&) { return only_empty(s, kNoMediation); }},
};

/// Renewal of an ISAKMP SA is a new Main Mode, so both words mean the same and the earlier counts.
void settle_times(const Draft& draft, const Section& section, ConnectionConfig& config,
                  std::vector<Error>& errors) {
  const Seconds reauth = draft.reauth_time.value_or(Seconds(0));
  const Seconds rekey = draft.rekey_time.value_or(Seconds(reauth.count() != 0 ? 0 : 14400));
  const bool has_both = rekey.count() != 0 && reauth.count() != 0;
  config.rekey_time = has_both ? std::min(rekey, reauth) : std::max(rekey, reauth);
  config.over_time = draft.over_time.value_or(config.rekey_time / 10);
  config.rand_time = draft.rand_time.value_or(std::min(config.over_time, config.rekey_time / 2));
  if (config.rekey_time.count() == 0) {
    config.over_time = config.rand_time = Seconds(0);
  } else if (config.rand_time >= config.rekey_time) {
    const Error error = invalid_value("rand_time", "it is not shorter than rekey_time").value();
    add_error(errors, error, section.place);
  }
}

/// The sections of one side, of which there may be one.
void read_side(const Section& section, const std::vector<const Section*>& rounds, bool is_local,
               const std::string& directory, AuthConfig& out, std::vector<Error>& errors) {
  if (rounds.empty()) return;
  out = read_round(*rounds.front(), is_local, directory, errors);
  if (rounds.size() > 1)
    add_error(errors,
              {ErrorCode::kUnsupported, rounds[1]->place,
               "a second round of authentication, '" + printable(rounds[1]->name) +
                   "', is not supported"},
              section.place);
}

void read_rounds(const Section& section, const std::string& directory, ConnectionConfig& config,
                 std::vector<Error>& errors) {
  std::vector<const Section*> locals, remotes;
  for (const Section& inner : section.sections) {
    const std::string name = lower(inner.name);
    if (name.starts_with("local")) {
      locals.push_back(&inner);
    } else if (name.starts_with("remote")) {
      remotes.push_back(&inner);
    } else if (name == "children") {
      for (const Setting& setting : settings_of(inner))
        add_error(errors, unknown_option(setting.key), setting.place);
      for (const Section& child : inner.sections)
        config.children.push_back(read_child(child, errors));
    } else {
      add_error(errors, {ErrorCode::kBadValue, "", "invalid section: " + printable(inner.name)},
                inner.place);
    }
  }
  read_side(section, locals, true, directory, config.local, errors);
  read_side(section, remotes, false, directory, config.remote, errors);
  if (locals.empty()) config.local.method = config.remote.method;
  if (remotes.empty()) config.remote.method = config.local.method;
  // The method is negotiated once for both ends (RFC 2409, 5 and appendix A).
  if (config.local.method != config.remote.method)
    add_error(
        errors,
        unsupported_value(
            "auth",
            "IKEv1 authenticates both ends by the same method; write the same in local and remote")
            .value(),
        section.place);
}

}  // namespace

ConnectionConfig read_connection(const Section& section, const std::string& directory,
                                 std::vector<Error>& errors) {
  Draft draft;
  ConnectionConfig& config = draft.config;
  config.name = section.name;
  read_keys<Draft>(section, kRules, draft, errors);
  if (config.proposals.empty()) config.proposals = *parse_ike_proposals("default");
  settle_times(draft, section, config, errors);
  read_rounds(section, directory, config, errors);
  return std::move(config);
}

Result<ConnectionConfig> read_connection(const Section& section) {
  std::vector<Error> errors;
  const std::string file = section.place.substr(0, section.place.rfind(':'));
  const std::string directory = std::filesystem::path(file).parent_path().string();
  ConnectionConfig config = read_connection(section, directory.empty() ? "." : directory, errors);
  if (!errors.empty()) return tl::unexpected(errors.front());
  return config;
}

const ChildConfig* ConnectionConfig::child(std::string_view child_name) const {
  for (const ChildConfig& child : children)
    if (child.name == child_name) return &child;
  return nullptr;
}

}  // namespace holdfast
