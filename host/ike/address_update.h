// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ike/address_update_mover.h"
#include "ike/address_update_other_end.h"

namespace holdfast::ike {

/// Address updates on one ISAKMP SA (docs/protocol/address_update.md), in both roles: the mover,
/// whose address changed, and the other end. Messages come here authenticated, from an
/// Informational exchange of HASH and one Notification.
class AddressUpdates {
 public:
  explicit AddressUpdates(IkeSa& sa) : mover(sa), other_end(sa), sa_(sa) {}

  /// The notification's data; `kind` says which of the four. False if it came from where it means
  /// nothing, so that the same message may still come from elsewhere.
  bool receive(UpdateKind kind, ByteView data, const Arrival& arrival);
  /// Counters of the SA that this one renews.
  void inherit(const AddressUpdates& old);

  UpdateMover mover;
  UpdateOtherEnd other_end;

 private:
  using Update = isakmp::AddressUpdate;

  IkeSa& sa_;
};

}  // namespace holdfast::ike
