// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/address_update_config.h"
#include "config/tree.h"

namespace holdfast {

/// Settings of the daemon itself, `holdfast { }` of the file; swanctl never sends them. The table
/// with all keys is docs/reference/configuration.md.
struct DaemonConfig {
  std::string card = "soft:";     ///< As open_card_io takes it.
  std::string tun = "holdfast0";  ///< Name of the interface.
  std::string vici = "unix:///var/run/charon.vici";
  std::uint16_t ike_port = 500, nat_port = 4500;
  bool has_raw_esp = true;                     ///< Opens a raw socket for ESP (protocol 50).
  std::chrono::milliseconds keepalive{20000};  ///< RFC 3948, 4

  /// How the kernel routes around and into the tunnels.
  struct Routing {
    std::uint32_t fwmark = 0x4846, table = 18502, priority = 18502;
    bool is_ours = true;  ///< Installs routes into the tunnels, and the rule that finds them.
    bool operator==(const Routing&) const = default;
  } routing;

  /// Bounds for those who have not proven their address or identity yet.
  struct HalfOpen {
    std::size_t limit = 1000, per_address = 50;
    std::chrono::milliseconds timeout{30000};
    bool operator==(const HalfOpen&) const = default;
  } half_open;

  struct Retransmit {
    std::chrono::milliseconds timeout{2000};  ///< Before the first one.
    double base = 1.8;                        ///< Each wait is this much longer.
    unsigned tries = 5;
    bool operator==(const Retransmit&) const = default;
  } retransmit;

  /// Levels −1 (silent) to 4 by subsystem ("ike", "net", "cfg", "esp", "chd", "dmn").
  struct Log {
    int otherwise = 1;
    std::map<std::string, int, std::less<>> levels;
    int level_of(std::string_view group) const;  ///< In any case of letters.
    bool operator==(const Log&) const = default;
  } log;

  AddressUpdateConfig address_update;
  /// By the names of connections that have settings of their own.
  std::map<std::string, AddressUpdateConfig> address_update_of;

  std::string metrics_listen;  ///< "127.0.0.1:9190", "[::1]:9190" or "unix:///path"; empty: off.
  /// Files that get all session keys, for Wireshark; empty: none. Whoever reads them reads all.
  std::string isakmp_keys_file, esp_keys_file;

  bool operator==(const DaemonConfig&) const = default;
};

/// Reads `holdfast { }`; every unknown key is an error. The result is worth nothing if there is
/// one.
DaemonConfig read_daemon_config(const Section& section, std::vector<Error>& errors);

}  // namespace holdfast
