// SPDX-License-Identifier: Apache-2.0
#include "core_model.h"

#include "Vcard_core_128.h"
#include "Vcard_core_64.h"

namespace holdfast::sim {

std::unique_ptr<CoreModel> make_core_model(unsigned data_width_bits) {
  HOLDFAST_CHECK(data_width_bits == 64 || data_width_bits == 128);
  if (data_width_bits == 64) return std::make_unique<VerilatedCore<Vcard_core_64, 64>>();
  return std::make_unique<VerilatedCore<Vcard_core_128, 128>>();
}

}  // namespace holdfast::sim
