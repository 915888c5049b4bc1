// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/connection.h"
#include "holdfast/sa.h"
#include "isakmp/address_update.h"
#include "isakmp/header.h"
#include "net/clock.h"

/// What control, logs and metrics see of ISAKMP: copies, never the objects themselves.
namespace holdfast::ike {

enum class IkeState : std::uint8_t { kConnecting, kEstablished, kRekeying, kDeleting };
enum class ChildState : std::uint8_t { kInstalled, kRekeying, kRekeyed, kDeleting };
std::string_view name_of(IkeState state);  // "CONNECTING" …
std::string_view name_of(ChildState state);

/// One IPsec SA pair. Times: negative if there is none.
struct ChildSnapshot {
  std::string name;
  std::uint32_t unique_id = 0, reqid = 0;
  ChildState state = ChildState::kInstalled;
  Spi spi_in{}, spi_out{};
  EspProposal proposal;
  bool is_udp_encapsulated = false;
  std::uint64_t bytes_in = 0, packets_in = 0, bytes_out = 0, packets_out = 0;
  std::int64_t use_in = -1, use_out = -1;    ///< Seconds since the last packet.
  std::int64_t rekey_in = -1, life_in = -1;  ///< Seconds until.
  std::int64_t installed_since = 0;
  TrafficSelector local_ts, remote_ts;
};

/// One ISAKMP SA.
struct IkeSnapshot {
  std::string name;
  std::uint32_t unique_id = 0;
  IkeState state = IkeState::kConnecting;
  Endpoint local, remote;
  Identity local_id, remote_id;
  bool is_initiator = false;
  isakmp::Cookie initiator_cookie{}, responder_cookie{};
  bool is_nat_local = false, is_nat_remote = false, is_nat_faked = false;
  std::optional<IkeProposal> proposal;
  std::int64_t established_since = -1, rekey_in = -1;
  std::vector<IpAddress> local_vips, remote_vips;
  std::vector<std::string> tasks_queued, tasks_active;
  std::vector<ChildSnapshot> children;
};

/// A move of one end of an ISAKMP SA, at one of its steps (docs/protocol/address_update.md).
enum class MoveStep : std::uint8_t {
  kBegan,     ///< UPDATE sent, or accepted.
  kBound,     ///< Bound within a byte credit; not proven yet.
  kMoved,     ///< Bound and proven: final.
  kRefused,   ///< NACK sent or received; `reason` says why.
  kTimedOut,  ///< No answer, or no proof; the old binding stays or is back.
  kAnew,      ///< Negotiated anew instead.
  kParked,    ///< No usable address, or a silent peer: the SAs wait.
  kResumed,   ///< Parked no more, without a move.
  kSettled,   ///< Some time after kMoved: what came on which path meanwhile is known.
};
std::string_view name_of(MoveStep step);  // "began" …
constexpr std::size_t kNumMoveSteps = 9;

struct MoveReport {
  MoveStep step = MoveStep::kBegan;
  std::string name;  ///< Of the connection.
  std::uint32_t unique_id = 0, request_id = 0;
  bool is_ours = false;  ///< This end moves; otherwise the peer.
  bool does_old_path_work = false;
  Endpoint from, to;  ///< The endpoint of the end that moves.
  std::optional<isakmp::UpdateReason> reason;
  Duration took{};                                 ///< Since kBegan.
  std::size_t num_children = 0;                    ///< That move.
  std::uint64_t packets_new = 0, packets_old = 0;  ///< kSettled: inbound, by path.
};

/// Called as things happen, by default for nothing; must not call back into the manager from
/// within. An `sa` comes without its children, because there may be thousands.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_ike_updown(const IkeSnapshot& /*sa*/, bool /*is_up*/) {}
  virtual void on_child_updown(const IkeSnapshot& /*sa*/, const ChildSnapshot& /*child*/,
                               bool /*is_up*/) {}
  virtual void on_child_rekey(const IkeSnapshot& /*sa*/, const ChildSnapshot& /*old_child*/,
                              const ChildSnapshot& /*new_child*/) {}
  /// The endpoint of the peer, or our own, changed; `sa` still has the old ones.
  virtual void on_ike_update(const IkeSnapshot& /*sa*/, const Endpoint& /*local*/,
                             const Endpoint& /*remote*/) {}
  virtual void on_move(const MoveReport& /*report*/) {}
};

/// One line of the log. Groups and levels are those of vici: IKE NET CFG ESP CHD DMN; 0 to 4, where
/// 0 and 1 are for the operator. Never a key.
struct LogLine {
  std::string_view group;
  int level = 1;
  std::string ike_name;  ///< Empty if it belongs to no ISAKMP SA.
  std::uint32_t ike_id = 0;
  std::string text;
};
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void log(const LogLine& line) = 0;
};

}  // namespace holdfast::ike
