// SPDX-License-Identifier: Apache-2.0
#include "model/soft_card.h"
#include "unit/driver/card_suite.h"

namespace holdfast::test {

std::vector<std::string> suite_cards() { return {"soft:", "soft:sas=1024,paths=16,window=256"}; }
void register_suite_cards() { register_card_io("soft", model::SoftCard::make); }

}  // namespace holdfast::test
