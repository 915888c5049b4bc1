// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "control/vici_commands.h"
#include "crypto/certificate.h"

/// Commands about certificate authorities and their lists of revoked certificates.
namespace holdfast::control {
namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::size_t kMaxCrlBytes = std::size_t{16} << 20;

/// Regular files alone: a pipe would stop the whole daemon.
Result<Bytes> read_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return fail(ErrorCode::kNotFound, path, "is no file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, path, "cannot be opened");
  Bytes data;
  std::array<char, 16384> chunk;
  while (file.read(chunk.data(), chunk.size()) || file.gcount() > 0) {
    data.insert(data.end(), chunk.begin(), chunk.begin() + file.gcount());
    if (data.size() > kMaxCrlBytes) return fail(ErrorCode::kBadValue, path, "is too large");
  }
  return data;
}

/// Options that say where else to look, and what we do not do with them. Errors: kUnsupported,
/// kBadValue.
Status check_options(const Section& section) {
  for (const Section::Value& value : section.values)
    if (value.name != "cacert")
      return fail(ErrorCode::kUnsupported, "",
                  "unknown option: " + value.name + ", config discarded");
  for (const Section::List& list : section.lists) {
    if (list.name == "crl_uris") {
      for (const std::string& uri : list.items)
        if (!uri.starts_with("file:///"))
          return fail(
              ErrorCode::kUnsupported, "",
              "crl_uris: '" + uri + "' is not fetched; give file:///path, config discarded");
    } else if (list.name == "ocsp_uris") {
      if (!list.items.empty())
        return fail(ErrorCode::kUnsupported, "",
                    "ocsp_uris: OCSP is not supported, config discarded");
    } else {
      return fail(ErrorCode::kUnsupported, "",
                  "unknown option: " + list.name + ", config discarded");
    }
  }
  return {};
}

}  // namespace

Status ViciCommands::trust(const Authority& authority) {
  if (const Status done = daemon_.load_authority(authority.ca); !done) return done;
  for (const std::string& uri : authority.crl_uris) {
    const auto crl = read_file(uri.substr(kFileScheme.size()));
    if (!crl) return tl::unexpected(crl.error());
    if (const Status done = daemon_.load_crl(*crl); !done) return done;
  }
  return {};
}

Status ViciCommands::distrust(const Authority& authority) {
  const bool is_used =
      std::find(cas_.begin(), cas_.end(), authority.ca) != cas_.end() ||
      std::any_of(authorities_.begin(), authorities_.end(),
                  [&](const auto& other) { return other.second.ca == authority.ca; });
  return is_used ? Status{} : daemon_.unload_authority(authority.ca);
}

ViciCommands::Answer ViciCommands::load_authority(ClientId, const Section& request) {
  if (request.sections.size() != 1) return failure("one authority a request");
  const Section& section = request.sections.front();
  const std::string* data = section.value("cacert");
  if (data == nullptr) return failure("CA certificate missing: " + section.name);
  if (const Status ok = check_options(section); !ok) return failure(ok.error().text());
  const auto ca =
      Certificate::parse({reinterpret_cast<const std::uint8_t*>(data->data()), data->size()});
  if (!ca) return failure("invalid value for: cacert, config discarded");
  Authority authority{ca->der(), ca->subject_text(), {}};
  if (const Section::List* uris = section.list("crl_uris")) authority.crl_uris = uris->items;
  if (const Status done = trust(authority); !done) return failure(done.error().text());
  const auto old = authorities_.find(section.name);
  if (old == authorities_.end()) {
    authorities_.emplace(section.name, std::move(authority));
    return success();
  }
  const Authority before = std::exchange(old->second, std::move(authority));
  const Status done = distrust(before);
  return done ? success() : failure(done.error().text());
}

ViciCommands::Answer ViciCommands::unload_authority(ClientId, const Section& request) {
  const std::string name = request.value_or("name", "");
  const auto found = authorities_.find(name);
  if (found == authorities_.end())
    return failure("unload: certification authority '" + name + "' not found");
  const Authority before = std::move(found->second);
  authorities_.erase(found);
  const Status done = distrust(before);
  return done ? success() : failure(done.error().text());
}

ViciCommands::Answer ViciCommands::get_authorities(ClientId, const Section&) {
  std::vector<std::string> names;
  for (const auto& [name, authority] : authorities_) names.push_back(name);
  Section answer;
  answer.add_list("authorities", std::move(names));
  return answer;
}

ViciCommands::Answer ViciCommands::list_authorities(ClientId client, const Section& request) {
  const std::string wanted = request.value_or("name", "");
  for (const auto& [name, authority] : authorities_) {
    if (!wanted.empty() && wanted != name) continue;
    Section message;
    Section& section = message.add_section(name);
    section.add("cacert", authority.subject);
    section.add_list("crl_uris", authority.crl_uris);
    section.add_list("ocsp_uris", {});
    outlet_.raise_to(client, "list-authority", message);
  }
  return Section{};
}

}  // namespace holdfast::control
