// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "exchange/forger.h"
#include "isakmp/address_update.h"

namespace holdfast::test {

/// What a peer with keys does about addresses while it is fuzzed: it moves, answers the target's
/// moves, sends from several places and claims others, and the target's machine moves too. One
/// place is somebody else's: the peer can claim it and write it as a source, but hears nothing that
/// is sent there. Whatever is said, no path may lead there without a limit.
class UpdateTalk {
 public:
  /// `forger` and `world` must outlive it.
  UpdateTalk(World& world, Forger& forger);
  ~UpdateTalk();
  UpdateTalk(const UpdateTalk&) = delete;
  UpdateTalk& operator=(const UpdateTalk&) = delete;

  /// `operation` says which of the four notifications, `index` from where and about which
  /// addresses, `bytes` what is changed in it.
  void say_update(unsigned operation, std::uint32_t id, unsigned index, ByteView bytes);
  /// An answer to the last DPD question that was heard, or one close to it.
  void say_dpd_answer(std::uint32_t id, unsigned index);
  /// The target's addresses change, some time passes, or ESP comes from elsewhere.
  void disturb(unsigned what, unsigned index);
  /// Takes in what the target sent since the last call.
  void listen();
  /// No path leads to the one who said nothing.
  void check_victim() const;

 private:
  struct Machine : ike::Manager::NetworkView {
    explicit Machine(const IpAddress& first) : usable{first}, source(first) {}
    bool is_usable(const IpAddress& own) const override;
    std::optional<IpAddress> source_to(const IpAddress&) const override { return source; }
    std::vector<IpAddress> usable;
    std::optional<IpAddress> source;
  };

  isakmp::AddressUpdate content(isakmp::NotifyType type, unsigned index) const;
  void hear(const InFlight& datagram);

  World& world_;
  Forger& forger_;
  Machine machine_;
  std::uint32_t asked_ = 0, challenged_ = 0, dpd_ = 0;  // last numbers that were heard
  std::optional<Bytes> challenge_;
};

}  // namespace holdfast::test
