// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::ctl {

/// One thing that the daemon needs, or may need.
struct Finding {
  enum class Kind : std::uint8_t {
    kFine,
    kMissing,   ///< The daemon will not work.
    kOptional,  ///< Not there, and not needed with this card.
  };
  std::string what;
  Kind kind = Kind::kFine;
  std::string sentence;  ///< What is there, or what to do.
};

/// What is looked at; tests give a folder of their own for `/`.
struct Machine {
  std::string root;            ///< In front of every path.
  std::string card = "soft:";  ///< As the driver names it.
  std::string vici;            ///< Path of the socket.
};

/// TUN, capabilities of this process, VFIO, huge pages, the card, the daemon: in this order.
std::vector<Finding> examine(const Machine& machine);
/// One line each.
std::string text_of(const std::vector<Finding>& findings);
std::string json(const std::vector<Finding>& findings);
bool is_missing_any(const std::vector<Finding>& findings);

}  // namespace holdfast::ctl
