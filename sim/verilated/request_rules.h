// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <string>

#include "link_config.h"
#include "tlp.h"

namespace holdfast::sim {

/// Rules that a DMA request of the card must obey (PCIe 3.0, 2.2.4 to 2.2.7), stateless but for
/// the tags in use.
class RequestRules {
 public:
  /// Called with a text for each rule that is broken.
  using OnViolation = std::function<void(const std::string&)>;

  RequestRules(const PcieConfig& config, OnViolation on_violation)
      : config_(config), on_violation_(std::move(on_violation)) {}

  /// True if the request can be worked on.
  bool check_read(const TlpHeader& hdr);
  bool check_write(const Tlp& tlp);

  void take_tag(std::uint8_t tag) { tags_[tag] = true; }
  void free_tag(std::uint8_t tag) { tags_[tag] = false; }
  std::size_t tags_in_use() const { return tags_.count(); }
  void clear() { tags_.reset(); }

 private:
  bool check_request(const TlpHeader& hdr, const char* what, bool is_write);
  void check_header(const TlpHeader& hdr, const std::string& what);
  void check_enables(const MemoryRequest& request, const std::string& what);
  void check_disabled_bytes(const Tlp& tlp, const MemoryRequest& request);
  void expect(bool holds, const std::string& text) {
    if (!holds) on_violation_(text);
  }

  const PcieConfig& config_;
  OnViolation on_violation_;
  std::bitset<256> tags_;
};

}  // namespace holdfast::sim
