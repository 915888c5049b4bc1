// SPDX-License-Identifier: Apache-2.0
#include "ike/address_update.h"

#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

void AddressUpdates::inherit(const AddressUpdates& old) {
  mover.inherit(old.mover);
  other_end.inherit(old.other_end);
}

bool AddressUpdates::receive(UpdateKind kind, ByteView data, const Arrival& arrival) {
  const auto update = parse_address_update(data);
  const bool is_answer = kind == UpdateKind::kAck || kind == UpdateKind::kNack;
  if (!update) {
    ++sa_.context().counters.malformed;
    sa_.log(1, "dropping an address update: " + update.error().text());
    const auto id = request_id_of(data);
    if (is_answer || !id) return true;
    Update named;
    named.request_id = *id;
    other_end.refuse(named, UpdateReason::kMalformed, arrival);
    return true;
  }
  // HASH has no direction: what we sent ourselves must not come back and count. The base form names
  // no sender; there the message ID alone tells.
  const bool is_base = !sa_.has_update_attributes();
  if (is_base ? update->sender.has_value() && update->sender != sa_.peer_cookie()
              : update->sender != sa_.peer_cookie()) {
    ++sa_.context().counters.replayed;
    sa_.log(1, "dropping an address update that the peer did not send");
    return true;
  }
  if (is_answer) return mover.on_answer(kind, *update, arrival);
  if (kind == UpdateKind::kConfirm) return other_end.on_confirm(*update, arrival);
  return other_end.on_update(*update, arrival);
}

}  // namespace holdfast::ike
