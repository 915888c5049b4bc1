// SPDX-License-Identifier: Apache-2.0
#include "stream_model.h"

#include "Vcard_stream_128.h"
#include "Vcard_stream_64.h"

namespace holdfast::sim {

std::unique_ptr<StreamModel> make_stream_model(unsigned data_width_bits) {
  HOLDFAST_CHECK(data_width_bits == 64 || data_width_bits == 128);
  if (data_width_bits == 64) return std::make_unique<VerilatedStream<Vcard_stream_64>>();
  return std::make_unique<VerilatedStream<Vcard_stream_128>>();
}

}  // namespace holdfast::sim
