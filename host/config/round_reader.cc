// SPDX-License-Identifier: Apache-2.0
#include "config/readers.h"
#include "config/section_reader.h"

namespace holdfast {
namespace {

/// A round and where its files are.
struct Draft {
  AuthConfig auth;
  bool is_local = true;
  std::string directory;
};

Status read_auth(const Setting& setting, Draft& draft) {
  const std::string word = lower(setting.text);
  if (word == "psk") {
    draft.auth.method = AuthMethod::kPsk;
    return {};
  }
  draft.auth.method = AuthMethod::kPubkey;
  if (word == "pubkey") return {};
  if (word.starts_with("xauth")) return unsupported_value(setting.key, "XAuth is not supported");
  if (word.starts_with("eap"))
    return unsupported_value(setting.key, "EAP is of IKEv2, which is not spoken");
  if (word == "rsa" || word == "ecdsa") {
    // Which signature we make follows from our key.
    if (draft.is_local) return {};
    return unsupported_value(setting.key,
                             "the kind of the peer's key cannot be prescribed; "
                             "'pubkey' takes RSA and ECDSA");
  }
  for (const std::string_view kind : {"pubkey-", "rsa-", "rsa/", "ecdsa-", "ike:"})
    if (word.starts_with(kind))
      return unsupported_value(setting.key, "strength of keys and signatures cannot be prescribed");
  return invalid_value(setting.key, "'" + printable(setting.text) + "' is none of psk, pubkey");
}

Status read_id(const Setting& setting, Draft& draft) {
  const auto id = Identity::parse(setting.text);
  if (id) draft.auth.id = *id;
  return name_key(setting, id);
}

Status append_file(const Setting& setting, const std::string& path, std::vector<Bytes>& out) {
  const auto text = disk_files().read(path);
  if (!text) return invalid_value(setting.key, text.error().text(), text.error().code);
  out.emplace_back(text->begin(), text->end());
  return {};
}

/// In a file the items are names of files, from vici they are what the files hold.
Status read_certs(const Setting& setting, const Draft& draft, const char* folder,
                  std::vector<Bytes>& out) {
  for (const std::string& item : setting.items) {
    if (setting.place.empty()) {
      out.emplace_back(item.begin(), item.end());
      continue;
    }
    const std::string path =
        item.starts_with('/') ? item : draft.directory + "/" + folder + "/" + item;
    if (Status status = append_file(setting, path, out); !status) return status;
  }
  return {};
}

Status read_revocation(const Setting& setting, Draft&) {
  if (is_same_word(setting.text, "relaxed")) return {};
  return unsupported_value(setting.key, "revocation is checked where a CRL is loaded ('relaxed')");
}

constexpr const char* kNoGroups = "groups and policies of certificates are not checked";

using Rule = KeyRule<Draft>;
constexpr Rule kRules[] = {
    {"auth", false, read_auth},
    {"id", false, read_id},
    {"round", false,
     [](const Setting& s, Draft&) {
       const auto number = parse_number(s.key, s.text, 0, 65535);
       return number ? Status{} : tl::unexpected(number.error());
     }},
    {"certs", true,
     [](const Setting& s, Draft& d) { return read_certs(s, d, "x509", d.auth.certs); }},
    {"cacerts", true,
     [](const Setting& s, Draft& d) { return read_certs(s, d, "x509ca", d.auth.cacerts); }},
    {"pubkeys", true,
     [](const Setting& s, Draft&) {
       return only_empty(s, "bare public keys are not supported; use a certificate");
     }},
    {"groups", true, [](const Setting& s, Draft&) { return only_empty(s, kNoGroups); }},
    {"cert_policy", true, [](const Setting& s, Draft&) { return only_empty(s, kNoGroups); }},
    {"ca_id", false,
     [](const Setting& s, Draft&) { return only_empty(s, "name the CA with cacerts"); }},
    {"revocation", false, read_revocation},
    {"xauth_id", false,
     [](const Setting& s, Draft&) { return only_empty(s, "XAuth is not supported"); }},
    {"eap_id", false,
     [](const Setting& s, Draft&) {
       return only_empty(s, "EAP is of IKEv2, which is not spoken");
     }},
    {"aaa_id", false,
     [](const Setting& s, Draft&) {
       return only_empty(s, "EAP is of IKEv2, which is not spoken");
     }},
};

/// A section "cert…" or "cacert…" of a round: one file by its path.
struct CertFile {
  std::string path;
};
Status no_token(const Setting& setting, CertFile&) {
  return unsupported_value(setting.key, "keys and certificates on tokens are not supported");
}
constexpr KeyRule<CertFile> kCertRules[] = {
    {"file", false,
     [](const Setting& s, CertFile& file) {
       file.path = s.text;
       return Status{};
     }},
    {"handle", false, no_token},
    {"slot", false, no_token},
    {"module", false, no_token},
};

void read_cert_section(const Section& section, std::vector<Bytes>& out,
                       std::vector<Error>& errors) {
  CertFile file;
  const std::size_t num_errors = errors.size();
  read_keys<CertFile>(section, kCertRules, file, errors);
  if (errors.size() != num_errors) return;
  const Setting setting{"file", file.path, {}, false, section.place};
  Status status = file.path.starts_with('/')
                      ? append_file(setting, file.path, out)
                      : invalid_value("file", "it is the absolute path of a certificate");
  if (!status) add_error(errors, status.error(), section.place);
}

}  // namespace

AuthConfig read_round(const Section& section, bool is_local, const std::string& directory,
                      std::vector<Error>& errors) {
  Draft draft{.auth = {}, .is_local = is_local, .directory = directory};
  read_keys<Draft>(section, kRules, draft, errors);
  for (const Section& inner : section.sections) {
    const std::string name = lower(inner.name);
    if (name.starts_with("cacert"))
      read_cert_section(inner, draft.auth.cacerts, errors);
    else if (name.starts_with("cert"))
      read_cert_section(inner, draft.auth.certs, errors);
    else
      add_error(errors, {ErrorCode::kBadValue, "", "invalid section: " + printable(inner.name)},
                inner.place);
  }
  return std::move(draft.auth);
}

}  // namespace holdfast
