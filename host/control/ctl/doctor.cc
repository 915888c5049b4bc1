// SPDX-License-Identifier: Apache-2.0
#include "control/ctl/doctor.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "control/ctl/json.h"
#include "control/vici_client.h"

namespace holdfast::ctl {
namespace {

using Kind = Finding::Kind;
namespace fs = std::filesystem;

/// What stands behind `label` in a file of lines "label:   value".
std::optional<std::string> field(const std::string& path, std::string_view label) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(label) || line.size() <= label.size() || line[label.size()] != ':')
      continue;
    const std::size_t begin = line.find_first_not_of(" \t", label.size() + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return std::nullopt;
}

std::uint64_t number(const std::string& text, int base) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

Finding examine_tun(const Machine& machine) {
  const std::string path = machine.root + "/dev/net/tun";
  if (::access(path.c_str(), F_OK) != 0)
    return {"TUN", Kind::kMissing, "/dev/net/tun does not exist; load the module: modprobe tun"};
  if (::access(path.c_str(), R_OK | W_OK) != 0)
    return {"TUN", Kind::kMissing,
            fmt::format("/dev/net/tun: {}; run as root, or allow the device to the service",
                        std::strerror(errno))};
  return {"TUN", Kind::kFine, "/dev/net/tun can be read and written"};
}

Finding examine_capability(const Machine& machine, const char* name, unsigned bit,
                           const char* purpose) {
  const auto mask = field(machine.root + "/proc/self/status", "CapEff");
  if (!mask) return {name, Kind::kMissing, "/proc/self/status does not tell"};
  if (number(*mask, 16) >> bit & 1) return {name, Kind::kFine, "held by this process"};
  return {name, Kind::kMissing,
          fmt::format("not held by this process; {}: run as root, or with AmbientCapabilities={}",
                      purpose, name)};
}

bool is_vfio(const Machine& machine) { return machine.card.starts_with("vfio:"); }

Kind missing_for_vfio(const Machine& machine) {
  return is_vfio(machine) ? Kind::kMissing : Kind::kOptional;
}

Finding examine_vfio(const Machine& machine) {
  std::error_code ignored;
  std::size_t groups = 0;
  for (const auto& entry : fs::directory_iterator(machine.root + "/dev/vfio", ignored))
    groups += entry.path().filename() != "vfio";
  if (::access((machine.root + "/dev/vfio/vfio").c_str(), R_OK | W_OK) != 0)
    return {"VFIO", missing_for_vfio(machine),
            "/dev/vfio/vfio cannot be used; needed for vfio: cards: modprobe vfio-pci"};
  if (groups == 0)
    return {"VFIO", missing_for_vfio(machine),
            "no group in /dev/vfio; needed for vfio: cards: bind the card to vfio-pci"};
  return {"VFIO", Kind::kFine, fmt::format("/dev/vfio has {} groups", groups)};
}

Finding examine_huge_pages(const Machine& machine) {
  const auto text = field(machine.root + "/proc/meminfo", "HugePages_Free");
  const std::uint64_t count = text ? number(*text, 10) : 0;
  if (count > 0) return {"huge pages", Kind::kFine, fmt::format("{} are free", count)};
  return {"huge pages", missing_for_vfio(machine),
          "none are free; needed for vfio: cards: sysctl vm.nr_hugepages=64"};
}

Finding examine_pci(const Machine& machine, const std::string& address) {
  const std::string device = machine.root + "/sys/bus/pci/devices/" + address;
  std::error_code ignored;
  if (!fs::exists(device, ignored))
    return {"card", Kind::kMissing, fmt::format("there is no PCI device {}", address)};
  const fs::path driver = fs::read_symlink(device + "/driver", ignored);
  if (driver.filename() == "vfio-pci")
    return {"card", Kind::kFine, fmt::format("{} is bound to vfio-pci", address)};
  return {"card", Kind::kMissing,
          fmt::format("{} is not bound to vfio-pci: driverctl set-override {} vfio-pci", address,
                      address)};
}

Finding examine_card(const Machine& machine) {
  const std::size_t colon = machine.card.find(':');
  const std::string kind = machine.card.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : machine.card.substr(colon + 1);
  if (colon == std::string::npos)
    return {
        "card", Kind::kMissing,
        fmt::format("'{}' names no card; as in soft:, verilated:, link:/path, vfio:0000:03:00.0",
                    machine.card)};
  if (kind == "soft" || kind == "verilated")
    return {"card", Kind::kFine, fmt::format("{}: needs nothing of this machine", kind)};
  if (kind == "vfio") return examine_pci(machine, rest);
  std::error_code ignored;
  if (kind == "link" && fs::is_socket(machine.root + rest, ignored))
    return {"card", Kind::kFine, fmt::format("{} is there", rest)};
  if (kind == "link")
    return {"card", Kind::kMissing,
            fmt::format("no card listens at {}: holdfast-card --listen {}", rest, rest)};
  return {"card", Kind::kMissing, fmt::format("'{}' is no kind of card", kind)};
}

Finding examine_daemon(const Machine& machine) {
  const auto client = control::ViciClient::connect(machine.vici);
  if (!client) return {"daemon", Kind::kMissing, client.error().text()};
  const auto version = (*client)->request("version");
  if (!version) return {"daemon", Kind::kMissing, version.error().text()};
  return {"daemon", Kind::kFine,
          fmt::format("{} {} answers at {}", version->value_or("daemon", "?"),
                      version->value_or("version", "?"), machine.vici)};
}

const char* text_of(Kind kind) {
  switch (kind) {
    case Kind::kFine:
      return "ok";
    case Kind::kMissing:
      return "MISSING";
    case Kind::kOptional:
      return "not used";
  }
  return "";
}

}  // namespace

std::vector<Finding> examine(const Machine& machine) {
  return {examine_tun(machine),
          examine_capability(machine, "CAP_NET_ADMIN", CAP_NET_ADMIN,
                             "needed for the interface, routes and addresses"),
          examine_capability(machine, "CAP_NET_RAW", CAP_NET_RAW, "needed for raw ESP"),
          examine_capability(machine, "CAP_NET_BIND_SERVICE", CAP_NET_BIND_SERVICE,
                             "needed for UDP port 500"),
          examine_vfio(machine),
          examine_huge_pages(machine),
          examine_card(machine),
          examine_daemon(machine)};
}

std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text +=
        fmt::format("{:<8}  {:<20}  {}\n", text_of(finding.kind), finding.what, finding.sentence);
  return text;
}

std::string json(const std::vector<Finding>& findings) {
  Section all;
  for (const Finding& finding : findings) {
    Section& section = all.add_section(finding.what);
    section.add("state", text_of(finding.kind));
    section.add("text", finding.sentence);
  }
  return json(all);
}

bool is_missing_any(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings)
    if (finding.kind == Kind::kMissing) return true;
  return false;
}

}  // namespace holdfast::ctl
