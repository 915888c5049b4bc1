// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "Vcrypto_gcm_model.h"
#include "reference.h"
#include "support/sim.h"
#include "support/stream.h"

namespace holdfast::test {

/// One packet for the engine.
struct GcmPacket {
  bool is_encrypt = true;
  Bytes key;    // 16, 24 or 32 bytes
  Bytes nonce;  // salt, IV: 12 bytes
  Bytes aad;    // 8 or 12 bytes
  Bytes data;   // plaintext or ciphertext
};

inline GcmPacket random_gcm_packet(std::mt19937_64& random, std::size_t length_bytes) {
  return {.is_encrypt = random() % 2 == 0,
          .key = random_key(random),
          .nonce = random_bytes(random, 12),
          .aad = random_bytes(random, random() % 2 ? 8 : 12),
          .data = random_bytes(random, length_bytes)};
}

/// What the engine must answer. CTR decrypts as it encrypts; the ICV is always over ciphertext.
inline GcmResult gcm_expected(const GcmPacket& packet) {
  GcmResult sealed = gcm_seal(packet.key, packet.nonce, packet.aad, packet.data);
  if (packet.is_encrypt) return sealed;
  // The plaintext of this ciphertext, and the ICV of sealing that plaintext.
  sealed.icv = gcm_seal(packet.key, packet.nonce, packet.aad, sealed.data).icv;
  return sealed;
}

/// Builds the packed struct gcm_request_t from its last member to its first.
class BitPacker {
 public:
  /// Appends `bits` bits of a value whose first byte is its top one.
  void add(const Bytes& top_first, std::size_t bits) {
    for (std::size_t i = 0; i < bits; ++i, ++used_) {
      const std::size_t from_end = i / 8;
      const int bit = top_first[top_first.size() - 1 - from_end] >> (i % 8) & 1;
      bytes_[used_ / 8] = static_cast<std::uint8_t>(bytes_[used_ / 8] | bit << (used_ % 8));
    }
  }
  const std::uint8_t* data() const { return bytes_; }

 private:
  std::uint8_t bytes_[80] = {};
  std::size_t used_ = 0;
};

inline Bytes slice(const Bytes& bytes, std::size_t from, std::size_t count) {
  Bytes part(count, 0);
  for (std::size_t i = 0; i < count && from + i < bytes.size(); ++i) part[i] = bytes[from + i];
  return part;
}

template <typename Port>
void put_gcm_request(Port& port, const GcmPacket& packet) {
  BitPacker packer;
  packer.add({static_cast<std::uint8_t>(packet.aad.size() == 12)}, 1);
  packer.add(slice(packet.aad, 0, 12), 96);
  packer.add(slice(packet.nonce, 4, 8), 64);
  packer.add(slice(packet.nonce, 0, 4), 32);
  packer.add(gcm_subkey(packet.key), 128);
  packer.add(slice(packet.key, 0, 32), 256);
  packer.add({key_size_code(packet.key.size())}, 2);
  packer.add({static_cast<std::uint8_t>(packet.is_encrypt)}, 1);
  put_bytes(port, packer.data(), sizeof(port));
}

/// How often the four sides pause, in percent of the cycles.
struct GcmPauses {
  Pauses data;
  unsigned request_percent = 0;
  unsigned icv_percent = 0;
};

/// crypto_gcm with its sources and sinks, out of reset. Records results and when they came.
class GcmBench {
 public:
  using Model = Vcrypto_gcm_model;

  explicit GcmBench(GcmPauses pauses = {}, std::uint64_t seed = 1)
      : pauses_(pauses), random_(seed) {
    Model& top = sim.top();
    input_ = std::make_unique<Source>(
        Source::Pins{&top.data_i, &top.keep_i, &top.last_i, &top.valid_i, &top.ready_o},
        pauses.data.source_percent, seed + 1);
    output_ = std::make_unique<Sink>(
        Sink::Pins{&top.data_o, &top.keep_o, &top.last_o, &top.valid_o, &top.ready_i},
        pauses.data.sink_percent, seed + 2);
    output_->stream.on_packet = [this](const Bytes&) { output_cycles.push_back(sim.cycle()); };
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset(kResetCycles);
  }

  /// Cycles of reset that sweep everything.
  static constexpr unsigned kResetCycles = 32;

  void send(const GcmPacket& packet) {
    input_->stream.send(packet.data);
    requests_.push_back(packet);
    expected.push_back(gcm_expected(packet));
  }

  bool done() const {
    return icvs.size() >= expected.size() && outputs().size() >= expected.size();
  }
  const std::vector<Bytes>& outputs() const { return output_->stream.packets; }

  /// Runs until every packet is out and compares all with OpenSSL.
  void run_and_check(std::uint64_t limit_cycles) {
    ASSERT_TRUE(sim.run_until([this] { return done(); }, limit_cycles))
        << outputs().size() << " packets and " << icvs.size() << " ICVs of " << expected.size();
    sim.step(40);  // nothing may follow
    ASSERT_EQ(outputs().size(), expected.size());
    ASSERT_EQ(icvs.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(outputs()[i], expected[i].data) << "packet " << i;
      ASSERT_EQ(icvs[i], expected[i].icv) << "packet " << i;
    }
  }

  Sim<Model> sim;
  std::vector<GcmResult> expected;
  std::vector<Bytes> icvs;
  /// Cycle in which the last beat of each packet, and its ICV, were taken.
  std::vector<std::uint64_t> output_cycles, icv_cycles;
  /// The sinks take nothing while set.
  bool hold_output = false, hold_icv = false;

 private:
  using Data = decltype(Model::data_i);
  struct Source {
    using Pins = StreamPins<std::remove_reference_t<Data>, std::uint16_t>;
    Source(Pins pins, unsigned percent, std::uint64_t seed) : stream(pins, 16, percent, seed) {}
    StreamSource<std::remove_reference_t<Data>, std::uint16_t> stream;
  };
  struct Sink {
    using Pins = StreamPins<std::remove_reference_t<Data>, std::uint16_t>;
    Sink(Pins pins, unsigned percent, std::uint64_t seed) : stream(pins, 16, percent, seed) {}
    StreamSink<std::remove_reference_t<Data>, std::uint16_t> stream;
  };

  bool go(unsigned pause_percent) { return random_() % 100 >= pause_percent; }

  void drive() {
    Model& top = sim.top();
    input_->stream.drive();
    output_->stream.drive();
    if (hold_output) top.ready_i = 0;
    if (!offering_ && !requests_.empty() && go(pauses_.request_percent)) {
      offering_ = true;
      put_gcm_request(top.request_i, requests_.front());
    }
    top.request_valid_i = offering_;
    top.icv_ready_i = !hold_icv && go(pauses_.icv_percent);
  }

  void sample() {
    Model& top = sim.top();
    input_->stream.sample();
    output_->stream.sample();
    if (offering_ && top.request_ready_o) {
      offering_ = false;
      requests_.pop_front();
    }
    if (top.icv_valid_o && top.icv_ready_i) {
      Bytes icv(16);
      get_bytes(top.icv_o, icv.data(), 16);
      icvs.push_back(icv);
      icv_cycles.push_back(sim.cycle());
    }
  }

  GcmPauses pauses_;
  std::mt19937_64 random_;
  std::unique_ptr<Source> input_;
  std::unique_ptr<Sink> output_;
  std::deque<GcmPacket> requests_;
  bool offering_ = false;
};

}  // namespace holdfast::test
