// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "holdfast/sa.h"
#include "model/gcm.h"
#include "model/packet.h"

namespace holdfast::model {

/// DF of the outer IPv4 header.
bool outer_df(const SaConfig& config, const IpHeader& inner);

/// Bytes of the IP packet that is sent for an inner packet of so many.
std::size_t outer_bytes(const Binding& binding, std::size_t inner_bytes);

/// The packet that is sent for the inner packet `inner_bytes`: outer IP header, UDP header if the
/// binding has UDP encapsulation, ESP. Without Ethernet.
std::vector<std::uint8_t> encapsulate(Bytes inner_bytes, const IpHeader& inner,
                                      const SaConfig& config, const Binding& binding,
                                      std::uint64_t sequence, std::uint16_t identification,
                                      Gcm& gcm);

}  // namespace holdfast::model
