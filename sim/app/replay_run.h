// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "app/replay_card.h"
#include "app/replay_route.h"
#include "base/result.h"
#include "pcap/capture_reader.h"

namespace holdfast::app {

/// Called once for each packet of the capture, in its order. `verdict` is null for packets that no
/// card saw.
using OnPacket =
    std::function<Status(const pcap::CapturedPacket&, const Route&, const Verdict* verdict)>;

/// Sends a capture through a card, as many packets at once as its queue takes.
/// After a packet that cannot be read, those before it are still brought to their end. After the
/// card stopped, the packets that it has not answered, and all behind them that it would have got,
/// come as refused, with the reason. Errors: of the capture, the card and `on_packet`.
Status run_capture(pcap::CaptureReader& capture, const std::vector<ReplaySa>& sas, ReplayCard& card,
                   const OnPacket& on_packet);

}  // namespace holdfast::app
