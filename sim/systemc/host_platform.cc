// SPDX-License-Identifier: Apache-2.0
#include "host_platform.h"

#include <array>
#include <cstring>

namespace holdfast::sim {

HostPlatform::HostPlatform(const sc_core::sc_module_name& name) : sc_module(name) {
  memory_bus.register_b_transport(this, &HostPlatform::b_transport);
}

// ---------------------------------------------------------------- what the card does

void HostPlatform::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  const std::span bytes(payload.get_data_ptr(), payload.get_data_length());
  const std::uint64_t address = payload.get_address();
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  if (payload.is_read()) {
    if (memory_.read(address, bytes)) payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  const Interrupts::Taken taken = interrupts_.take_write(address, bytes);
  if (taken == Interrupts::Taken::kMessage) {
    interrupt_event_.notify(sc_core::SC_ZERO_TIME);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  } else if (taken == Interrupts::Taken::kNotAMessage && memory_.write(address, bytes)) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
}

// ---------------------------------------------------------------- what the host does

tlm::tlm_response_status HostPlatform::access(tlm::tlm_command command, std::uint64_t offset,
                                              std::span<std::uint8_t> bytes,
                                              std::span<std::uint8_t> enables) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(offset);
  payload.set_data_ptr(bytes.data());
  payload.set_data_length(static_cast<unsigned>(bytes.size()));
  payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
  payload.set_byte_enable_ptr(enables.empty() ? nullptr : enables.data());
  payload.set_byte_enable_length(static_cast<unsigned>(enables.size()));
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  mmio->b_transport(payload, delay);
  wait(delay);
  return payload.get_response_status();
}

std::uint32_t HostPlatform::read_csr(CsrOffset offset) {
  std::array<std::uint8_t, 4> bytes{};
  if (access(tlm::TLM_READ_COMMAND, static_cast<std::uint32_t>(offset), bytes) !=
      tlm::TLM_OK_RESPONSE) {
    return ~0u;
  }
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

void HostPlatform::write_csr(CsrOffset offset, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, sizeof(value));
  access(tlm::TLM_WRITE_COMMAND, static_cast<std::uint32_t>(offset), bytes);
}

bool HostPlatform::wait_irq(unsigned vector, std::chrono::nanoseconds timeout) {
  const sc_core::sc_time end =
      sc_core::sc_time_stamp() +
      sc_core::sc_time(static_cast<double>(timeout.count()), sc_core::SC_NS);
  while (!interrupts_.take(vector)) {
    if (sc_core::sc_time_stamp() >= end) return false;
    wait(end - sc_core::sc_time_stamp(), interrupt_event_);
  }
  return true;
}

void HostPlatform::reset() {
  write_csr(csr::kControlControl, csr::kControlControlSoftReset.set(1));
  interrupts_.clear();
}

}  // namespace holdfast::sim
