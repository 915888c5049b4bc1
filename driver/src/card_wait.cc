// SPDX-License-Identifier: Apache-2.0
#include "holdfast/card_wait.h"

#include <utility>

namespace holdfast {
namespace {

CardWaitListener& the_listener() {
  static CardWaitListener listener;
  return listener;
}

}  // namespace

void on_card_wait(CardWaitListener listener) { the_listener() = std::move(listener); }

void tell_card_wait(const std::string& sentence) {
  if (the_listener()) the_listener()(sentence);
}

}  // namespace holdfast
