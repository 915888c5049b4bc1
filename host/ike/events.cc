// SPDX-License-Identifier: Apache-2.0
#include "ike/events.h"

#include <array>

namespace holdfast::ike {

std::string_view name_of(IkeState state) {
  switch (state) {
    case IkeState::kConnecting:
      return "CONNECTING";
    case IkeState::kEstablished:
      return "ESTABLISHED";
    case IkeState::kRekeying:
      return "REKEYING";
    case IkeState::kDeleting:
      return "DELETING";
  }
  return "CREATED";
}

std::string_view name_of(ChildState state) {
  switch (state) {
    case ChildState::kInstalled:
      return "INSTALLED";
    case ChildState::kRekeying:
      return "REKEYING";
    case ChildState::kRekeyed:
      return "REKEYED";
    case ChildState::kDeleting:
      return "DELETED";
  }
  return "CREATED";
}

std::string_view name_of(MoveStep step) {
  constexpr std::array<std::string_view, kNumMoveSteps> kNames = {
      "began", "bound", "moved", "refused", "timed out", "anew", "parked", "resumed", "settled"};
  return kNames[static_cast<std::size_t>(step)];
}

}  // namespace holdfast::ike
