// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <sys/utsname.h>

#include <array>
#include <ctime>

#include "control/vici_commands.h"
#include "control/vici_sections.h"

/// Commands about the daemon itself.
namespace holdfast::control {
namespace {

/// Where the algorithms of ISAKMP come from.
constexpr const char* kLibrary = "openssl";

constexpr std::array kHashes = {HashAlgorithm::kMd5, HashAlgorithm::kSha1, HashAlgorithm::kSha256,
                                HashAlgorithm::kSha384, HashAlgorithm::kSha512};
constexpr std::array kGroups = {DhGroup::kModp1024, DhGroup::kModp1536, DhGroup::kModp2048,
                                DhGroup::kModp3072, DhGroup::kModp4096, DhGroup::kEcp256,
                                DhGroup::kEcp384,   DhGroup::kEcp521,   DhGroup::kCurve25519};

const char* hasher_name(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::kMd5:
      return "HASH_MD5";
    case HashAlgorithm::kSha1:
      return "HASH_SHA1";
    case HashAlgorithm::kSha256:
      return "HASH_SHA2_256";
    case HashAlgorithm::kSha384:
      return "HASH_SHA2_384";
    case HashAlgorithm::kSha512:
      return "HASH_SHA2_512";
  }
  return "";
}

std::string time_text(std::time_t time) {
  std::tm parts{};
  ::localtime_r(&time, &parts);
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%b %d %H:%M:%S %Y", &parts);
  return {text.data(), size};
}

void add_numbers(Section& parent, const char* name,
                 std::initializer_list<std::pair<const char*, std::uint64_t>> numbers) {
  Section& section = parent.add_section(name);
  for (const auto& [key, value] : numbers) section.add(key, std::to_string(value));
}

/// All of the daemon is one thread, which answers this just now.
void add_workers(Section& answer) {
  Section& workers = answer.add_section("workers");
  workers.add("total", "1");
  workers.add("idle", "0");
  add_numbers(workers, "active", {{"critical", 0}, {"high", 0}, {"medium", 1}, {"low", 0}});
  add_numbers(answer, "queues", {{"critical", 0}, {"high", 0}, {"medium", 0}, {"low", 0}});
}

}  // namespace

ViciCommands::Answer ViciCommands::version(ClientId, const Section&) {
  utsname system{};
  ::uname(&system);
  Section answer;
  answer.add("daemon", daemon_.facts().name);
  answer.add("version", daemon_.facts().version);
  answer.add("sysname", system.sysname);
  answer.add("release", system.release);
  answer.add("machine", system.machine);
  return answer;
}

ViciCommands::Answer ViciCommands::stats(ClientId, const Section&) {
  const Daemon::Facts& facts = daemon_.facts();
  Section answer;
  Section& uptime = answer.add_section("uptime");
  const auto running = clock_.now() - facts.started_at;
  uptime.add("running", duration_text(std::chrono::duration_cast<std::chrono::seconds>(running)));
  uptime.add("since", time_text(facts.started));
  add_workers(answer);
  add_numbers(answer, "ikesas",
              {{"total", daemon_.list({}).size()}, {"half-open", daemon_.num_half_open()}});
  answer.add_list("plugins", {kLibrary, "card=" + facts.card});
  const struct mallinfo2 memory = ::mallinfo2();
  add_numbers(answer, "mallinfo",
              {{"sbrk", memory.arena},
               {"mmap", memory.hblkhd},
               {"used", memory.uordblks},
               {"free", memory.fordblks}});
  return answer;
}

ViciCommands::Answer ViciCommands::get_algorithms(ClientId, const Section&) {
  Section answer;
  Section& encryption = answer.add_section("encryption");
  for (const CipherAlgorithm cipher : {CipherAlgorithm::kAesCbc, CipherAlgorithm::k3DesCbc})
    encryption.add(std::string(cipher_name(cipher)), kLibrary);
  Section& integrity = answer.add_section("integrity");
  for (const HashAlgorithm hash : kHashes)
    integrity.add(std::string(integrity_name(hash)), kLibrary);
  Section& aead = answer.add_section("aead");
  if (daemon_.facts().suites != 0)
    aead.add(std::string(esp_cipher_name(EspTransform::kAesGcm16)), daemon_.facts().card);
  Section& hasher = answer.add_section("hasher");
  for (const HashAlgorithm hash : kHashes) hasher.add(hasher_name(hash), kLibrary);
  Section& prf = answer.add_section("prf");
  for (const HashAlgorithm hash : kHashes) prf.add(std::string(prf_name(hash)), kLibrary);
  answer.add_section("xof");
  answer.add_section("kdf");
  answer.add_section("drbg");
  Section& dh = answer.add_section("dh");
  for (const DhGroup group : kGroups) dh.add(std::string(group_name(group)), kLibrary);
  answer.add_section("rng").add("RNG_TRUE", kLibrary);
  answer.add_section("nonce-gen").add("NONCE_GEN", kLibrary);
  return answer;
}

void ViciCommands::add_counters(Section& counters, const std::string& name) const {
  const ike::ManagerCounters now = daemon_.counters();
  const bool is_global = name.empty();
  std::uint64_t rekeys = 0;
  for (const auto& [ike, count] : events_.child_rekeys()) {
    const auto base = counter_base_.child_rekeys.find(ike);
    if (is_global || ike == name)
      rekeys += count - (base == counter_base_.child_rekeys.end() ? 0 : base->second);
  }
  Section& section = counters.add_section(name);
  section.add("ike-rekey-init", "0");
  section.add("ike-rekey-resp", "0");
  section.add("child-rekey", std::to_string(rekeys));
  // Messages that belong to no SA belong to no connection.
  section.add("invalid", std::to_string(is_global ? now.malformed - counter_base_.malformed : 0));
  section.add("invalid-spi",
              std::to_string(is_global ? now.unknown_cookies - counter_base_.unknown_cookies : 0));
  // The exchanges of IKEv2, of which there are none.
  for (const char* exchange : {"ike-init", "ike-auth", "create-child", "info"})
    for (const char* message : {"in-req", "in-resp", "out-req", "out-resp"})
      section.add(std::string(exchange) + "-" + message, "0");
}

ViciCommands::Answer ViciCommands::get_counters(ClientId, const Section& request) {
  const std::string name = request.value_or("name", "");
  const bool is_all = request.value_or("all", "no") == "yes";
  if (!name.empty() && !daemon_.connections().contains(name))
    return failure("no counters found for connection '" + name + "'");
  Section answer;
  Section& counters = answer.add_section("counters");
  if (is_all)
    for (const auto& [connection, config] : daemon_.connections())
      add_counters(counters, connection);
  else
    add_counters(counters, name);
  answer.add("success", "yes");
  return answer;
}

ViciCommands::Answer ViciCommands::reset_counters(ClientId, const Section& request) {
  const std::string name = request.value_or("name", "");
  const bool is_all = request.value_or("all", "no") == "yes";
  if (!name.empty() && !daemon_.connections().contains(name))
    return failure("no counters found for connection '" + name + "'");
  for (const auto& [ike, count] : events_.child_rekeys())
    if (name.empty() || ike == name) counter_base_.child_rekeys[ike] = count;
  if (name.empty() && !is_all) {
    counter_base_.malformed = daemon_.counters().malformed;
    counter_base_.unknown_cookies = daemon_.counters().unknown_cookies;
  }
  return success();
}

ViciCommands::Answer ViciCommands::reload_settings(ClientId, const Section&) {
  const Status done = daemon_.reload_settings();
  return done ? success() : failure(done.error().text());
}

}  // namespace holdfast::control
