// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

#include "holdfast/sa.h"
#include "root_complex.h"
#include "tlp_pins.h"

namespace holdfast::sim {

/// One beat of a packet stream: byte 0 on the wire in bytes[0].
struct PacketBeat {
  std::array<std::uint8_t, 16> bytes{};
  unsigned count = 0;  ///< Bytes that are there; the first ones.
  bool last = false;
};

/// Side-band of a packet that enters.
struct PacketFlags {
  bool has_ethernet = false;
  bool checksum_not_valid = false;  ///< Inbound only.
  std::uint16_t sa_index = 0xFFFF;  ///< Outbound only.
  /// The source gives the packet up: `error` comes with its last beat.
  bool gives_up = false;
};

/// Side-band of a packet that leaves.
struct PacketVerdict {
  std::uint8_t reason = 0;  ///< DropReason
  std::uint16_t length = 0;
  std::uint16_t sa_index = 0;
  std::uint32_t generation = 0;

  bool operator==(const PacketVerdict&) const = default;
};

/// What is put on the packet streams of one direction in one cycle, and what they show.
struct PacketInputs {
  PacketBeat beat;
  PacketFlags flags;
  bool valid = false;
  bool ready = false;  ///< For the stream that leaves.
};
struct PacketOutputs {
  PacketBeat beat;
  PacketVerdict verdict;
  bool valid = false;
  bool keep_is_legal = true;  ///< Contiguous from bit 0, the bytes beyond are 0.
  bool ready = false;         ///< Of the stream that enters.
};
/// Index by Direction.
using AllPacketInputs = std::array<PacketInputs, 2>;
using AllPacketOutputs = std::array<PacketOutputs, 2>;

/// card_stream of any width as something with a clock; see CoreModel.
class StreamModel {
 public:
  virtual ~StreamModel() = default;
  virtual void settle(const CardInputs& in, const PcieConfig& config,
                      const AllPacketInputs& packets, CardOutputs& out,
                      AllPacketOutputs& packets_out) = 0;
  virtual void clock() = 0;
  virtual void set_reset(bool asserted) = 0;
};

template <typename Port>
void put_packet_data(Port& port, const PacketBeat& beat) {
  std::memcpy(&port, beat.bytes.data(), sizeof(Port));
}

/// Takes data and keep of an output; false if they break the rules of a stream.
template <typename Port, typename Keep>
bool get_packet_data(const Port& port, Keep keep, PacketBeat& beat) {
  const unsigned bits = keep;
  beat.bytes.fill(0);
  std::memcpy(beat.bytes.data(), &port, sizeof(Port));
  beat.count = static_cast<unsigned>(__builtin_popcount(bits));
  bool legal = (bits & (bits + 1)) == 0 && (beat.last || beat.count == sizeof(Port));
  for (std::size_t i = beat.count; i < sizeof(Port); ++i) legal = legal && beat.bytes[i] == 0;
  return legal;
}

template <typename Top>
class VerilatedStream final : public StreamModel {
 public:
  VerilatedStream()
      : context_(std::make_unique<VerilatedContext>()),
        top_(std::make_unique<Top>(context_.get(), "card_stream")) {
    top_->clk_i = 0;
    top_->rst_ni = 0;
  }
  // The model unregisters itself from the context of the thread, which another model may have set.
  ~VerilatedStream() override {
    Verilated::threadContextp(context_.get());
    top_->final();
  }
  VerilatedStream(const VerilatedStream&) = delete;
  VerilatedStream& operator=(const VerilatedStream&) = delete;

  void settle(const CardInputs& in, const PcieConfig& config, const AllPacketInputs& packets,
              CardOutputs& out, AllPacketOutputs& packets_out) override {
    drive_request_pins(*top_, in);
    top_->cfg_completer_id_i = config.completer_id;
    drive_packets(packets);
    top_->clk_i = 0;
    top_->eval();
    sample_request_pins(*top_, out);
    sample_packets(packets_out);
  }
  void clock() override {
    top_->clk_i = 1;
    top_->eval();
    context_->timeInc(1);
  }
  void set_reset(bool asserted) override { top_->rst_ni = !asserted; }

 private:
  using Keep = std::remove_reference_t<decltype(Top::wire_keep_i)>;

  static Keep keep_of(const PacketBeat& beat) { return static_cast<Keep>((1u << beat.count) - 1); }
  void drive_packets(const AllPacketInputs& packets) {
    Top& top = *top_;
    const PacketInputs& wire = packets[static_cast<std::size_t>(Direction::kInbound)];
    top.wire_valid_i = wire.valid;
    top.plain_ready_i = wire.ready;
    if (wire.valid) {
      put_packet_data(top.wire_data_i, wire.beat);
      top.wire_keep_i = keep_of(wire.beat);
      top.wire_last_i = wire.beat.last;
      top.wire_error_i = wire.beat.last && wire.flags.gives_up;
      top.wire_has_ethernet_i = wire.flags.has_ethernet;
      top.wire_checksum_not_valid_i = wire.flags.checksum_not_valid;
    }
    const PacketInputs& plain = packets[static_cast<std::size_t>(Direction::kOutbound)];
    top.plain_valid_i = plain.valid;
    top.wire_ready_i = plain.ready;
    if (plain.valid) {
      put_packet_data(top.plain_data_i, plain.beat);
      top.plain_keep_i = keep_of(plain.beat);
      top.plain_last_i = plain.beat.last;
      top.plain_error_i = plain.beat.last && plain.flags.gives_up;
      top.plain_has_ethernet_i = plain.flags.has_ethernet;
      top.plain_sa_index_i = plain.flags.sa_index;
    }
  }
  void sample_packets(AllPacketOutputs& packets) {
    const Top& top = *top_;
    PacketOutputs& plain = packets[static_cast<std::size_t>(Direction::kInbound)];
    plain.ready = top.wire_ready_o != 0;
    plain.valid = top.plain_valid_o != 0;
    if (plain.valid) {
      plain.beat.last = top.plain_last_o != 0;
      plain.keep_is_legal = get_packet_data(top.plain_data_o, top.plain_keep_o, plain.beat);
      plain.verdict = {top.plain_reason_o, top.plain_length_o, top.plain_sa_index_o,
                       top.plain_generation_o};
    }
    PacketOutputs& wire = packets[static_cast<std::size_t>(Direction::kOutbound)];
    wire.ready = top.plain_ready_o != 0;
    wire.valid = top.wire_valid_o != 0;
    if (wire.valid) {
      wire.beat.last = top.wire_last_o != 0;
      wire.keep_is_legal = get_packet_data(top.wire_data_o, top.wire_keep_o, wire.beat);
      wire.verdict = {top.wire_reason_o, top.wire_length_o, top.wire_sa_index_o,
                      top.wire_generation_o};
    }
  }

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Top> top_;
};

/// card_stream with 64 or 128 bits, in reset.
std::unique_ptr<StreamModel> make_stream_model(unsigned data_width_bits);

}  // namespace holdfast::sim
