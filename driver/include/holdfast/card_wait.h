// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace holdfast {

/// Told, on the thread that waits, when a card lets its driver wait for so long that a person
/// should know what for. An empty one ends it.
using CardWaitListener = std::function<void(const std::string& sentence)>;

/// There is one listener in a program, as there is one list of kinds of cards.
void on_card_wait(CardWaitListener listener);
/// For kinds of cards: once for each wait.
void tell_card_wait(const std::string& sentence);

}  // namespace holdfast
