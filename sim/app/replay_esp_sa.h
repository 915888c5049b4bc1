// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "app/replay_sa.h"
#include "base/result.h"

namespace holdfast::app {

/// What a Wireshark `esp_sa` table gave.
struct EspSaTable {
  std::vector<ReplaySa> sas;         ///< Inbound, all of them.
  std::vector<std::string> skipped;  ///< A sentence for each entry that this card cannot use.
};

/// Reads Wireshark's table of ESP SAs: eight fields in quotes a line (protocol, source,
/// destination, SPI, encryption, key, authentication, key), ten in newer versions (ESN or not, its
/// high half). Addresses may be "*". Entries of other algorithms or without one SPI are skipped.
/// Errors: kNotFound, kIo; kBadFormat and kBadValue with the line; kUnsupported if nothing is left.
Result<EspSaTable> read_esp_sa(const std::string& path);
Result<EspSaTable> parse_esp_sa(const std::string& text, const std::string& path);

/// The same table for Wireshark 4.0, both directions. ESN is left out, because 4.0 has no field for
/// it: it will not decrypt such SAs.
std::string format_esp_sa(const std::vector<ReplaySa>& sas);

}  // namespace holdfast::app
