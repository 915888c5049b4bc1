// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "control/vici_commands.h"
#include "crypto/certificate.h"

/// Commands about certificates, keys and secrets.
namespace holdfast::control {
namespace {

ByteView bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Section answer_of(const Status& status) {
  return status ? success() : failure(status.error().text());
}

/// Filters of list-certs come in either case.
std::string upper_case(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

}  // namespace

ViciCommands::Answer ViciCommands::load_cert(ClientId, const Section& request) {
  const std::string* data = request.value("data");
  if (data == nullptr) return failure("certificate data missing");
  const std::string type = request.value_or("type", ""), flag = request.value_or("flag", "NONE");
  if (type == "X509_CRL") return answer_of(daemon_.load_crl(bytes_of(*data)));
  if (type != "X509") return failure("certificates of type '" + type + "' are not supported");
  if (flag == "NONE") return answer_of(daemon_.load_certificate(bytes_of(*data)));
  if (flag != "CA") return failure("certificates with flag '" + flag + "' are not supported");
  const auto ca = Certificate::parse(bytes_of(*data));
  if (!ca) return failure(ca.error().text());
  const Status done = daemon_.load_authority(bytes_of(*data));
  if (done && std::find(cas_.begin(), cas_.end(), ca->der()) == cas_.end())
    cas_.push_back(ca->der());
  return answer_of(done);
}

ViciCommands::Answer ViciCommands::load_key(ClientId, const Section& request) {
  const std::string* data = request.value("data");
  if (data == nullptr) return failure("key data missing");
  const std::string type = request.value_or("type", "any");
  if (type == "BLISS" || type == "bliss") return failure("keys of type BLISS are not supported");
  const auto id = daemon_.load_key(bytes_of(*data));
  if (!id) return failure(id.error().text());
  Section answer = success();
  answer.add("id", *id);
  return answer;
}

ViciCommands::Answer ViciCommands::load_token(ClientId, const Section&) {
  return failure("keys in hardware tokens are not supported");
}

ViciCommands::Answer ViciCommands::load_shared(ClientId, const Section& request) {
  const std::string type = request.value_or("type", "");
  if (type != "ike")
    return failure("invalid shared key type: " + type + " (only 'ike' is supported)");
  auto secret = read_shared_secret(request);
  if (!secret) return failure(secret.error().text());
  daemon_.load_shared(std::move(*secret));
  return success();
}

ViciCommands::Answer ViciCommands::unload_key(ClientId, const Section& request) {
  const std::string* id = request.value("id");
  if (id == nullptr) return failure("key id missing");
  return daemon_.unload_key(*id) ? success() : failure("key not found");
}

ViciCommands::Answer ViciCommands::unload_shared(ClientId, const Section& request) {
  const std::string* id = request.value("id");
  if (id == nullptr) return failure("unique identifier missing");
  daemon_.unload_shared(*id);
  return success();
}

ViciCommands::Answer ViciCommands::get_keys(ClientId, const Section&) {
  Section answer;
  answer.add_list("keys", daemon_.key_ids());
  return answer;
}

ViciCommands::Answer ViciCommands::get_shared(ClientId, const Section&) {
  Section answer;
  answer.add_list("keys", daemon_.shared_ids());
  return answer;
}

ViciCommands::Answer ViciCommands::clear_creds(ClientId, const Section&) {
  daemon_.clear_credentials();
  cas_.clear();
  // What load-authority brought is no credential: it ends with unload-authority.
  Status all;
  for (const auto& [name, authority] : authorities_)
    if (const Status done = trust(authority); !done && all) all = done;
  return answer_of(all);
}

ViciCommands::Answer ViciCommands::flush_certs(ClientId, const Section&) {
  return success();  // nothing is cached: chains are checked anew each time
}

ViciCommands::Answer ViciCommands::list_certs(ClientId client, const Section& request) {
  const std::string type = upper_case(request.value_or("type", "ANY"));
  const std::string flag = upper_case(request.value_or("flag", "ANY"));
  const std::string subject = request.value_or("subject", "");
  if (type != "ANY" && type != "X509") return Section{};
  for (const Daemon::ListedCertificate& certificate : daemon_.certificates()) {
    const char* own_flag = certificate.is_authority ? "CA" : "NONE";
    if (flag != "ANY" && flag != own_flag) continue;
    if (!subject.empty() && subject != certificate.subject) continue;
    Section message;
    message.add("type", "X509");
    message.add("flag", own_flag);
    if (certificate.has_key) message.add("has_privkey", "yes");
    message.add("data", std::string(certificate.der.begin(), certificate.der.end()));
    outlet_.raise_to(client, "list-cert", message);
  }
  return Section{};
}

}  // namespace holdfast::control
