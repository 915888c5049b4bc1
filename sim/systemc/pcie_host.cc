// SPDX-License-Identifier: Apache-2.0
#include "pcie_host.h"

#include <bit>
#include <cstring>

#include "holdfast/csr.h"
#include "verilated/root_complex.h"

namespace holdfast::sim {

namespace {

// How often the completer looks for reads that became due; only while there are any.
const sc_core::sc_time kLook(4, sc_core::SC_NS);

/// Turns the byte enables of a payload into those of a request. False if they are not one run.
bool set_enables(const tlm::tlm_generic_payload& payload, MemoryRequest& request) {
  const unsigned length = payload.get_data_length();
  const unsigned char* enables = payload.get_byte_enable_ptr();
  const unsigned enables_length = payload.get_byte_enable_length();
  unsigned first = length, last = 0, enabled = 0;
  for (unsigned i = 0; i < length; ++i) {
    if (enables != nullptr && enables[i % enables_length] == TLM_BYTE_DISABLED) continue;
    if (enabled++ == 0) first = i;
    last = i;
  }
  if (enabled == 0 || enabled != last - first + 1) return false;
  const MemoryRequest run =
      make_request(request.is_write, payload.get_address() + first, last - first + 1);
  request = run;
  return true;
}

}  // namespace

PcieHost::PcieHost(const sc_core::sc_module_name& name, const PcieConfig& pins,
                   const LinkConfig& link)
    : sc_module(name),
      pins_(pins),
      link_config_(link),
      rules_(pins_, [this](const std::string& text) { violation(text); }),
      requests_(pins_, [this](const std::string& text) { violation(text); }),
      completer_(pins_, link_config_, *this) {
  bar0.register_b_transport(this, &PcieHost::b_transport);
  SC_HAS_PROCESS(PcieHost);
  SC_THREAD(run_upstream);
  SC_THREAD(run_completions);
}

void PcieHost::bind(LinkDirection& downstream, LinkDirection& upstream) {
  downstream_ = &downstream;
  upstream_ = &upstream;
}

void PcieHost::deliver(TlpKind kind, Tlp&& tlp) {
  arrived_.push_back({kind, std::move(tlp)});
  arrived_event_.notify(sc_core::SC_ZERO_TIME);
}

std::uint64_t PcieHost::now_ns() {
  return sc_core::sc_time_stamp().value() / sc_core::sc_time(1, sc_core::SC_NS).value();
}

// ---------------------------------------------------------------- the platform's accesses

void PcieHost::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  const unsigned length = payload.get_data_length();
  if (length == 0 || length % 4 != 0 || length > 4 * kMaxAccessDwords ||
      payload.get_streaming_width() < length) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  const std::uint64_t address = payload.get_address();
  const bool is_inside = address <= csr::kBar0Bytes && csr::kBar0Bytes - address >= length;
  if (!is_inside || address % 4 != 0 || address % kPageBytes + length > kPageBytes) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  MemoryRequest request;
  request.is_write = payload.is_write();
  if (!set_enables(payload, request)) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (payload.is_write()) {
    write_register(payload, request);
  } else if (payload.is_read()) {
    read_register(payload, request);
  } else {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
  }
}

void PcieHost::write_register(tlm::tlm_generic_payload& payload, MemoryRequest request) {
  const std::uint64_t skipped = request.address - payload.get_address();
  Tlp tlp;
  tlp.payload.resize(request.dwords);
  std::memcpy(tlp.payload.data(), payload.get_data_ptr() + skipped, 4 * request.dwords);
  request.address += RootComplex::kBar0;
  request.requester_id = HostRequests::kRequesterId;
  tlp.hdr = pack(request);
  send_down(std::move(tlp));
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void PcieHost::read_register(tlm::tlm_generic_payload& payload, MemoryRequest request) {
  while (requests_.full()) wait(completed_event_);
  const std::uint64_t skipped = request.address - payload.get_address();
  request.address += RootComplex::kBar0;
  const std::uint8_t tag = requests_.start_read(request);
  Tlp tlp;
  tlp.hdr = pack(request);
  send_down(std::move(tlp));
  while (!requests_.is_done(tag)) wait(completed_event_);
  std::vector<std::uint32_t> data;
  if (requests_.finish(tag, data) != CompletionStatus::kSuccess) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const auto lead = static_cast<unsigned>(request.first_byte() % 4);
  std::memcpy(payload.get_data_ptr() + skipped + lead,
              reinterpret_cast<const std::uint8_t*>(data.data()) + lead, request.byte_count());
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void PcieHost::send_down(Tlp tlp) {
  const TlpKind kind = kind_of(tlp.hdr);
  while (!downstream_->may_send(kind)) wait(downstream_->sent_event());
  downstream_->send(std::move(tlp));
}

// ---------------------------------------------------------------- what the card sends

// One TLP after the other, so that a completion finds the writes before it in memory.
void PcieHost::run_upstream() {
  for (;;) {
    while (arrived_.empty()) wait(arrived_event_);
    const Arrived next = std::move(arrived_.front());
    arrived_.pop_front();
    switch (next.kind) {
      case TlpKind::kPosted:
        on_write(next.tlp);
        break;
      case TlpKind::kNonPosted:
        on_read(next.tlp);
        break;
      case TlpKind::kCompletion:
        requests_.take(next.tlp);
        completed_event_.notify(sc_core::SC_ZERO_TIME);
        break;
    }
    upstream_->release(next.kind, credits_of(next.tlp));
  }
}

void PcieHost::on_write(const Tlp& tlp) {
  if (!rules_.check_write(tlp)) return;
  const MemoryRequest request = parse_memory_request(tlp.hdr);
  const auto lead = static_cast<unsigned>(request.first_byte() % 4);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(tlp.payload.data()) + lead;
  if (!write(request.first_byte(), std::span(bytes, request.byte_count()))) {
    violation("DMA write that the platform refused");
  }
}

void PcieHost::on_read(const Tlp& tlp) {
  if (!rules_.check_read(tlp.hdr)) return;
  const MemoryRequest request = parse_memory_request(tlp.hdr);
  if (!completer_.take(request, now_ns())) return;
  rules_.take_tag(request.tag);
  read_event_.notify(sc_core::SC_ZERO_TIME);
}

void PcieHost::run_completions() {
  for (;;) {
    while (completer_.empty()) wait(read_event_);
    if (!downstream_->may_send(TlpKind::kCompletion)) {
      wait(downstream_->sent_event());
      continue;
    }
    Tlp tlp;
    const auto sent = completer_.next(now_ns(), tlp);
    if (!sent) {
      wait(kLook);
      continue;
    }
    if (sent->was_unmapped && link_config_.unmapped_is_violation) {
      violation("DMA read that the platform refused");
    }
    // The tag is free for the card when the completion has arrived; that is not before now.
    if (sent->is_last) rules_.free_tag(sent->tag);
    downstream_->send(std::move(tlp));
  }
}

// ---------------------------------------------------------------- host memory

bool PcieHost::read(std::uint64_t address, std::span<std::uint8_t> bytes) {
  return transport(tlm::TLM_READ_COMMAND, address, bytes.data(), bytes.size());
}

bool PcieHost::write(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  // TLM has one pointer for both commands; a target does not write through it on a write.
  return transport(tlm::TLM_WRITE_COMMAND, address, const_cast<std::uint8_t*>(bytes.data()),
                   bytes.size());
}

bool PcieHost::transport(tlm::tlm_command command, std::uint64_t address, std::uint8_t* bytes,
                         std::size_t count) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(bytes);
  payload.set_data_length(static_cast<unsigned>(count));
  payload.set_streaming_width(static_cast<unsigned>(count));
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  dma->b_transport(payload, delay);
  wait(delay);
  return payload.is_response_ok();
}

}  // namespace holdfast::sim
