// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "control/vici_client.h"

namespace holdfast::ctl {

/// A table of the SAs in messages list-sa: a line for each ISAKMP SA, then one for each of its
/// IPsec SA pairs; a sentence if there are none.
std::string status_table(const std::vector<Section>& list_sa_messages);
/// Asks the daemon. Errors: those of ViciClient.
Result<std::string> status(control::ViciClient& client, bool is_json);

}  // namespace holdfast::ctl
