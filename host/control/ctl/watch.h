// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "control/vici_client.h"

namespace holdfast::ctl {

/// An event of vici in one line for people, without time and newline.
std::string event_line(const std::string& event, const Section& message);
/// Hands on every event as a line, with the time in front ("event" and "time" in JSON), until the
/// daemon closes. Errors: those of ViciClient.
Status watch(control::ViciClient& client, bool is_json,
             const std::function<void(const std::string& line)>& print);

}  // namespace holdfast::ctl
