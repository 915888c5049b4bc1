// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/tree.h"

namespace holdfast::ctl {

/// The section as one JSON object on one line: sections are objects, lists are arrays, values are
/// strings, as vici has them. Bytes that are no UTF-8 become U+FFFD.
std::string json(const Section& section);
/// An array of SAs: each message list-sa with its name as the key "name".
std::string json(const std::vector<Section>& list_sa_messages);

}  // namespace holdfast::ctl
