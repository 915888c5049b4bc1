// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/secret_bytes.h"
#include "config/identity.h"
#include "config/proposal.h"
#include "config/tree.h"

namespace holdfast {

using Seconds = std::chrono::seconds;

/// What a policy matches on one side (RFC 4301, 4.4.1.1). In IKEv1 it becomes IDci or IDcr.
struct TrafficSelector {
  Prefix prefix;
  bool is_dynamic = false;    ///< "dynamic": the address of the end itself, or its virtual address
  std::uint8_t protocol = 0;  ///< 0 is any.
  std::uint16_t port = 0;     ///< 0 is any.

  bool operator==(const TrafficSelector&) const = default;
  /// "10.1.0.0/16[tcp/80]"; "dynamic" where it is.
  std::string text() const;
  /// Errors: kBadFormat, kBadValue, kUnsupported (address ranges that are no prefix).
  static Result<TrafficSelector> parse(std::string_view text);
};

enum class StartAction : std::uint8_t { kNone, kTrap, kStart };
enum class DpdAction : std::uint8_t { kClear, kTrap, kRestart };
enum class ChildMode : std::uint8_t { kTunnel, kPass, kDrop };

struct ChildConfig {
  std::string name;
  ChildMode mode = ChildMode::kTunnel;
  std::vector<EspProposal> esp_proposals;
  TrafficSelector local_ts{.prefix = {}, .is_dynamic = true};
  TrafficSelector remote_ts{.prefix = {}, .is_dynamic = true};
  Seconds rekey_time{3600}, life_time{3960}, rand_time{360};
  std::uint64_t rekey_bytes = 0, life_bytes = 0, rekey_packets = 0, life_packets = 0;  ///< 0: none
  std::uint16_t replay_window = 64;
  StartAction start_action = StartAction::kNone, close_action = StartAction::kNone;
  DpdAction dpd_action = DpdAction::kClear;
  bool copy_df = true, copy_ecn = true, copy_dscp = true;

  bool operator==(const ChildConfig&) const = default;
};

enum class AuthMethod : std::uint8_t { kPsk, kPubkey };
enum class SendCert : std::uint8_t { kIfAsked, kAlways, kNever };
enum class Uniqueness : std::uint8_t { kNo, kNever, kKeep, kReplace };
enum class Fragmentation : std::uint8_t { kYes, kAccept, kNo, kForce };

/// One round of authentication, of this end or of the other.
struct AuthConfig {
  AuthMethod method = AuthMethod::kPubkey;
  Identity id;
  std::vector<Bytes> certs;  ///< DER or PEM, as they came.
  std::vector<Bytes> cacerts;

  bool operator==(const AuthConfig&) const = default;
};

/// One connection of swanctl.conf, checked: whatever stands here is something we do.
struct ConnectionConfig {
  std::string name;
  /// Prefixes of full length, or shorter ones for a responder; empty is %any.
  std::vector<Prefix> local_addrs, remote_addrs;
  /// Names in `remote_addrs`: for a responder each is any address. Those that stand before the
  /// first address are looked up to initiate, before the address is taken.
  std::vector<std::string> remote_names;
  std::size_t names_first = 0;  ///< How many these are.
  std::uint16_t local_port = 500, remote_port = 500;
  std::vector<IkeProposal> proposals;
  std::vector<IpAddress> vips;  ///< Asked for; unspecified: any of the family.
  bool pull = true;
  std::vector<std::string> pools;
  bool encap = false;
  Seconds dpd_delay{0}, dpd_timeout{0};
  Fragmentation fragmentation = Fragmentation::kYes;
  bool send_certreq = true;
  SendCert send_cert = SendCert::kIfAsked;
  unsigned keyingtries = 1;  ///< 0: for ever.
  Uniqueness unique = Uniqueness::kNo;
  /// Renewal of the ISAKMP SA; 0: none. `over_time` later it ends.
  Seconds rekey_time{14400}, over_time{1440}, rand_time{1440};
  AuthConfig local, remote;
  std::vector<ChildConfig> children;

  bool operator==(const ConnectionConfig&) const = default;
  /// nullptr if there is none.
  const ChildConfig* child(std::string_view name) const;
};

/// A pre-shared key and whom it is for; without owners it fits anybody.
struct SharedSecret {
  std::string id;
  SecretBytes secret;
  std::vector<Identity> owners;
};

/// Addresses that Mode Config gives out.
struct PoolConfig {
  std::string name;
  Prefix addrs;
  std::vector<IpAddress> dns;

  bool operator==(const PoolConfig&) const = default;
};

/// Readers of one section each: what load-conn, load-shared and load-pool of vici carry, and what
/// `connections { NAME { … } }` of a file holds. Every unknown key is an error that names file,
/// line and key (from vici: "unknown option: KEY, config discarded"); so is what we do not do.
/// A section with a place comes from a file: its lists are values with commas, and its certificates
/// are names of files, from `x509` and `x509ca` beside the file. Without one it comes from vici.
Result<ConnectionConfig> read_connection(const Section& section);
Result<SharedSecret> read_shared_secret(const Section& section);
Result<PoolConfig> read_pool(const Section& section);

/// The same for check-config: all errors, not only the first; the result is worth nothing if there
/// is one. `directory` is where `x509` and `x509ca` are.
ConnectionConfig read_connection(const Section& section, const std::string& directory,
                                 std::vector<Error>& errors);
SharedSecret read_shared_secret(const Section& section, std::vector<Error>& errors);
PoolConfig read_pool(const Section& section, std::vector<Error>& errors);

/// Values as swanctl.conf spells them, each with the name of its key for the error.
Result<bool> parse_yes_no(std::string_view key, std::string_view text);
/// "90", "3 h", "2m"; refused: negative, too large for 100 years. Errors: kBadValue.
Result<Seconds> parse_time(std::string_view key, std::string_view text);

}  // namespace holdfast
