// SPDX-License-Identifier: Apache-2.0
// TLPs as C++ values: building requests, reading completions, putting split completions together,
// and driving and collecting TLP streams with pauses (PCIe 3.0, 2.2).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/bits.h"

namespace holdfast::test {

/// First header byte: fmt in bits 7:5, type in 4:0 (PCIe 3.0, table 2-3).
enum class TlpKind : std::uint8_t {
  kMemRead32 = 0x00,
  kMemRead64 = 0x20,
  kMemReadLocked32 = 0x01,
  kMemReadLocked64 = 0x21,
  kMemWrite32 = 0x40,
  kMemWrite64 = 0x60,
  kIoRead = 0x02,
  kIoWrite = 0x42,
  kConfigRead0 = 0x04,
  kConfigWrite0 = 0x44,
  kConfigRead1 = 0x05,
  kConfigWrite1 = 0x45,
  kMessage = 0x34,  // routed to the receiver
  kMessageData = 0x74,
  kCompletion = 0x0A,
  kCompletionLocked = 0x0B,
  kCompletionData = 0x4A,
  kFetchAdd32 = 0x4C,
  kFetchAdd64 = 0x6C,
  kSwap32 = 0x4D,
  kSwap64 = 0x6D,
  kCas32 = 0x4E,
  kCas64 = 0x6E,
};
constexpr bool has_data(TlpKind kind) { return static_cast<unsigned>(kind) & 0x40; }
constexpr bool has_4dw(TlpKind kind) { return static_cast<unsigned>(kind) & 0x20; }

/// A whole TLP. Header DW n as on the wire, its first byte in bits 31:24; the fourth is 0 for 3-DW
/// headers. Payload DW n has its first byte on the wire in bits 7:0.
struct Tlp {
  std::array<std::uint32_t, 4> header{};
  std::vector<std::uint32_t> payload;
  std::uint8_t bar_id = 0;
  std::uint8_t func_num = 0;

  TlpKind kind() const { return static_cast<TlpKind>(header[0] >> 24); }
  unsigned length_dw() const { return (header[0] & 0x3FF) == 0 ? 1024 : header[0] & 0x3FF; }
  bool is_poisoned() const { return (header[0] >> 14) & 1; }
  std::uint64_t address() const {
    return has_4dw(kind()) ? (std::uint64_t{header[2]} << 32) | (header[3] & ~3u) : header[2] & ~3u;
  }
  std::uint16_t requester_id() const { return static_cast<std::uint16_t>(header[1] >> 16); }
  std::uint8_t tag() const { return static_cast<std::uint8_t>(header[1] >> 8); }
  unsigned first_be() const { return header[1] & 0xF; }
  unsigned last_be() const { return (header[1] >> 4) & 0xF; }
};

/// The fields of a request. Nothing is checked: wrong requests can be built too.
struct Request {
  TlpKind kind = TlpKind::kMemRead32;
  std::uint64_t address = 0;  // bits 1:0 are ignored
  unsigned length_dw = 1;     // 1 to 1024
  unsigned first_be = 0xF;
  unsigned last_be = 0;
  std::uint16_t requester_id = 0x0100;
  std::uint8_t tag = 0;
  unsigned tc = 0;    // traffic class
  unsigned attr = 0;  // bit 0 no snoop, 1 relaxed ordering, 2 ID ordering
  bool is_poisoned = false;
  bool has_digest = false;  // TD; the caller appends the digest to the payload or not
};

inline Tlp make_tlp(const Request& r, std::vector<std::uint32_t> payload = {}) {
  Tlp tlp;
  tlp.header[0] = (static_cast<std::uint32_t>(r.kind) << 24) | (r.tc << 20) |
                  ((r.attr >> 2) << 18) | (std::uint32_t{r.has_digest} << 15) |
                  (std::uint32_t{r.is_poisoned} << 14) | ((r.attr & 3) << 12) |
                  (r.length_dw & 0x3FF);
  tlp.header[1] = (std::uint32_t{r.requester_id} << 16) | (std::uint32_t{r.tag} << 8) |
                  (r.last_be << 4) | r.first_be;
  const auto low = static_cast<std::uint32_t>(r.address) & ~3u;
  tlp.header[2] = has_4dw(r.kind) ? static_cast<std::uint32_t>(r.address >> 32) : low;
  tlp.header[3] = has_4dw(r.kind) ? low : 0;
  tlp.payload = std::move(payload);
  return tlp;
}

/// Memory read of `bytes` bytes at any byte address; must not cross 4 KiB. `kind` is one of the
/// memory reads.
inline Tlp mem_read(std::uint64_t address, unsigned bytes, std::uint8_t tag,
                    TlpKind kind = TlpKind::kMemRead32) {
  Request r;
  r.kind = kind;
  r.address = address;
  r.tag = tag;
  const unsigned first = static_cast<unsigned>(address & 3), end = first + bytes;
  r.length_dw = bytes == 0 ? 1 : (end + 3) / 4;
  const unsigned first_mask = (0xFu << first) & 0xF, last_mask = 0xFu >> ((4 - end % 4) % 4);
  r.first_be = bytes == 0 ? 0 : r.length_dw == 1 ? first_mask & last_mask : first_mask;
  r.last_be = r.length_dw == 1 ? 0 : last_mask;
  return make_tlp(r);
}

/// Memory write of whole DWs.
inline Tlp mem_write(std::uint64_t address, std::vector<std::uint32_t> dws, unsigned first_be = 0xF,
                     unsigned last_be = 0xF, TlpKind kind = TlpKind::kMemWrite32) {
  Request r;
  r.kind = kind;
  r.address = address;
  r.length_dw = static_cast<unsigned>(dws.size());
  r.first_be = first_be;
  r.last_be = dws.size() == 1 ? 0 : last_be;
  return make_tlp(r, std::move(dws));
}

/// The fields of a completion (PCIe 3.0, 2.2.9).
struct Completion {
  TlpKind kind;
  unsigned length_dw;   // 0 without data
  unsigned status;      // 0 success, 1 unsupported request, 4 completer abort
  unsigned byte_count;  // 1 to 4096
  unsigned lower_address;
  std::uint16_t completer_id, requester_id;
  std::uint8_t tag;
  unsigned tc, attr;
  std::vector<std::uint32_t> payload;
};

inline Completion parse_completion(const Tlp& tlp) {
  const auto& h = tlp.header;
  Completion c{};
  c.kind = tlp.kind();
  c.length_dw = has_data(c.kind) ? tlp.length_dw() : 0;
  c.completer_id = static_cast<std::uint16_t>(h[1] >> 16);
  c.status = (h[1] >> 13) & 7;
  c.byte_count = (h[1] & 0xFFF) == 0 ? 4096 : h[1] & 0xFFF;
  c.requester_id = static_cast<std::uint16_t>(h[2] >> 16);
  c.tag = static_cast<std::uint8_t>(h[2] >> 8);
  c.lower_address = h[2] & 0x7F;
  c.tc = (h[0] >> 20) & 7;
  c.attr = ((h[0] >> 12) & 3) | (((h[0] >> 18) & 1) << 2);
  c.payload = tlp.payload;
  return c;
}

/// Completion with data, as a host answers a DMA read (also for its pieces).
inline Tlp make_completion(const Tlp& request, std::vector<std::uint32_t> dws, unsigned byte_count,
                           unsigned lower_address, unsigned status = 0) {
  Tlp tlp;
  const auto kind = dws.empty() ? TlpKind::kCompletion : TlpKind::kCompletionData;
  tlp.header[0] = (static_cast<std::uint32_t>(kind) << 24) | (dws.size() & 0x3FF);
  tlp.header[1] = (status << 13) | (byte_count & 0xFFF);
  tlp.header[2] = (std::uint32_t{request.requester_id()} << 16) |
                  (std::uint32_t{request.tag()} << 8) | (lower_address & 0x7F);
  tlp.payload = std::move(dws);
  return tlp;
}

/// Puts the completions of one memory read together and checks each against the rules for split
/// completions (PCIe 3.0, 2.3.1.1).
class ReadAssembler {
 public:
  /// Pieces end on multiples of `boundary` and carry at most `max_bytes`.
  explicit ReadAssembler(const Tlp& request, unsigned boundary = 128, unsigned max_bytes = 128)
      : request_(request), boundary_(boundary), max_bytes_(max_bytes) {
    const unsigned first = request.first_be(), length = request.length_dw();
    const unsigned last = length == 1 ? first : request.last_be();
    const unsigned skip = first ? static_cast<unsigned>(std::countr_zero(first)) : 0;
    const unsigned cut = last ? static_cast<unsigned>(std::countl_zero(last << 28)) : 3 - skip;
    next_ = request.address() + skip;
    left_ = 4 * length - skip - cut;
  }

  /// Empty text if `c` is what may come next, else what is wrong with it.
  std::string add(const Completion& c) {
    if (is_done()) return "completion after the last one";
    if (c.tag != request_.tag() || c.requester_id != request_.requester_id())
      return "tag or requester is not the request's";
    if (c.tc != ((request_.header[0] >> 20) & 7)) return "traffic class is not the request's";
    if ((c.attr & 3) != ((request_.header[0] >> 12) & 3)) return "attributes are not the request's";
    if (c.attr & 4) return "ID ordering is set";
    if (c.byte_count != left_)
      return "byte count " + std::to_string(c.byte_count) + ", expected " + std::to_string(left_);
    status_ = c.status;
    if (c.status != 0) {
      left_ = 0;
      return c.length_dw == 0 ? "" : "data with a bad status";
    }
    if (c.kind != TlpKind::kCompletionData) return "not a completion with data";
    if (c.lower_address != (next_ & 0x7F)) return "lower address";
    if (c.length_dw != c.payload.size()) return "payload does not fit the length";
    if (4 * c.length_dw > max_bytes_) return "payload is too long";
    const unsigned bytes = std::min(left_, 4 * c.length_dw - static_cast<unsigned>(next_ & 3));
    if (4 * c.length_dw != ((next_ & 3) + bytes + 3) / 4 * 4)
      return "length goes beyond the request";
    if (bytes < left_ && (next_ + bytes) % boundary_ != 0) return "split off the boundary";
    data_.insert(data_.end(), c.payload.begin(), c.payload.end());
    next_ += bytes;
    left_ -= bytes;
    return "";
  }

  bool is_done() const { return left_ == 0; }
  unsigned status() const { return status_; }
  /// Whole DWs of the request, in order.
  const std::vector<std::uint32_t>& data() const { return data_; }

 private:
  Tlp request_;
  unsigned boundary_, max_bytes_, left_ = 0, status_ = 0;
  std::uint64_t next_ = 0;
  std::vector<std::uint32_t> data_;
};

/// One beat of a TLP stream of 2 or 4 DWs.
struct TlpBeat {
  std::array<std::uint32_t, 4> header{};
  std::array<std::uint32_t, 4> data{};
  unsigned strb = 0;
  bool sop = false, eop = false;
  std::uint8_t bar_id = 0, func_num = 0;
};

/// How a test reaches the pins of a stream. Of a source: `put(valid, beat)` drives them and
/// `is_ready()` looks at ready. Of a sink: `get()` is the beat while valid, `set_ready` drives
/// ready.
struct TlpSourcePins {
  std::function<void(bool, const TlpBeat&)> put;
  std::function<bool()> is_ready;
};
struct TlpSinkPins {
  std::function<std::optional<TlpBeat>()> get;
  std::function<void(bool)> set_ready;
};

/// Drives TLPs into a stream, pausing in `pause_percent` of the cycles.
class TlpSource {
 public:
  TlpSource(TlpSourcePins pins, unsigned dws_per_beat, unsigned pause_percent = 0,
            std::uint64_t seed = 1)
      : pins_(std::move(pins)), dws_(dws_per_beat), pause_percent_(pause_percent), random_(seed) {}

  void send(const Tlp& tlp) {
    for (auto& beat : cut(tlp)) beats_.push_back(beat);
  }
  /// Beats as they are, for streams that no well-behaved core makes.
  void send_raw(const TlpBeat& beat) { beats_.push_back(beat); }
  std::vector<TlpBeat> cut(const Tlp& tlp) const {
    std::vector<TlpBeat> beats;
    std::size_t done = 0;
    do {
      TlpBeat beat;
      beat.header = tlp.header;
      beat.bar_id = tlp.bar_id;
      beat.func_num = tlp.func_num;
      beat.sop = done == 0;
      for (unsigned i = 0; i < dws_ && done < tlp.payload.size(); ++i, ++done) {
        beat.data[i] = tlp.payload[done];
        beat.strb |= 1u << i;
      }
      beat.eop = done == tlp.payload.size();
      beats.push_back(beat);
    } while (done < tlp.payload.size());
    return beats;
  }
  bool idle() const { return beats_.empty(); }

  void drive() {
    if (!offering_ && !beats_.empty() && random_() % 100 >= pause_percent_) offering_ = true;
    pins_.put(offering_, offering_ ? beats_.front() : TlpBeat{});
  }
  void sample() {
    if (!(offering_ && pins_.is_ready())) return;
    offering_ = false;
    beats_.pop_front();
  }

 private:
  TlpSourcePins pins_;
  unsigned dws_, pause_percent_;
  std::mt19937_64 random_;
  std::deque<TlpBeat> beats_;
  bool offering_ = false;
};

/// Collects TLPs from a stream, stalling in `pause_percent` of the cycles. `error` is not empty
/// when the framing was wrong.
class TlpSink {
 public:
  TlpSink(TlpSinkPins pins, unsigned dws_per_beat, unsigned pause_percent = 0,
          std::uint64_t seed = 1)
      : pins_(std::move(pins)), dws_(dws_per_beat), pause_percent_(pause_percent), random_(seed) {}

  std::deque<Tlp> tlps;
  std::string error;
  /// Takes nothing while set.
  bool is_stalled = false;

  void drive() {
    ready_ = !is_stalled && random_() % 100 >= pause_percent_;
    pins_.set_ready(ready_);
  }
  void sample() {
    const auto beat = pins_.get();
    if (!beat || !ready_) return;
    if (beat->sop != !begun_) error = "sop at the wrong place";
    if (!begun_) {
      current_ = Tlp{};
      current_.header = beat->header;
      current_.bar_id = beat->bar_id;
      current_.func_num = beat->func_num;
    } else if (current_.header != beat->header) {
      error = "header changes within a TLP";
    }
    const auto full = static_cast<unsigned>((1u << dws_) - 1);
    if (!beat->eop && beat->strb != full) error = "gap in the payload";
    if ((beat->strb & (beat->strb + 1)) != 0) error = "strb is not contiguous";
    for (unsigned i = 0; i < dws_; ++i) {
      if ((beat->strb >> i) & 1)
        current_.payload.push_back(beat->data[i]);
      else if (beat->data[i] != 0)
        error = "data beyond strb is not 0";
    }
    begun_ = !beat->eop;
    if (beat->eop) tlps.push_back(std::move(current_));
  }

 private:
  TlpSinkPins pins_;
  unsigned dws_, pause_percent_;
  std::mt19937_64 random_;
  Tlp current_;
  bool begun_ = false, ready_ = false;
};

/// Header DWs to a 128-bit port and back: DW 0 stands in its top bits.
template <typename Port>
void put_header(Port& port, const std::array<std::uint32_t, 4>& header) {
  for (unsigned i = 0; i < 4; ++i) port[3 - i] = header[i];
}
template <typename Port>
std::array<std::uint32_t, 4> get_header(const Port& port) {
  return {port[3], port[2], port[1], port[0]};
}

/// pcie_pkg::tlp_beat_t, a port of 262 bits, and back.
template <typename Port>
void put_beat(Port& port, const TlpBeat& beat) {
  for (unsigned i = 0; i < 4; ++i) {
    set_bits(port, 134 + 32 * (3 - i), 32, beat.header[i]);
    set_bits(port, 6 + 32 * i, 32, beat.data[i]);
  }
  set_bits(port, 2, 4, beat.strb);
  set_bits(port, 1, 1, beat.sop);
  set_bits(port, 0, 1, beat.eop);
}
template <typename Port>
TlpBeat get_beat(const Port& port) {
  TlpBeat beat;
  for (unsigned i = 0; i < 4; ++i) {
    beat.header[i] = static_cast<std::uint32_t>(get_bits(port, 134 + 32 * (3 - i), 32));
    beat.data[i] = static_cast<std::uint32_t>(get_bits(port, 6 + 32 * i, 32));
  }
  beat.strb = static_cast<unsigned>(get_bits(port, 2, 4));
  beat.sop = get_bits(port, 1, 1) != 0;
  beat.eop = get_bits(port, 0, 1) != 0;
  return beat;
}

/// Pins of the two streams that each card top has: requests of the host and their completions.
template <typename Model>
TlpSourcePins request_pins(Model& top) {
  return {[&top](bool valid, const TlpBeat& beat) {
            top.rx_req_tlp_valid_i = valid;
            put_header(top.rx_req_tlp_hdr_i, beat.header);
            std::memcpy(&top.rx_req_tlp_data_i, beat.data.data(), sizeof(top.rx_req_tlp_data_i));
            top.rx_req_tlp_strb_i = static_cast<std::uint8_t>(beat.strb);
            top.rx_req_tlp_sop_i = beat.sop;
            top.rx_req_tlp_eop_i = beat.eop;
            top.rx_req_tlp_bar_id_i = beat.bar_id;
            top.rx_req_tlp_func_num_i = beat.func_num;
          },
          [&top] { return top.rx_req_tlp_ready_o != 0; }};
}
template <typename Model>
TlpSinkPins completion_pins(Model& top) {
  return {[&top]() -> std::optional<TlpBeat> {
            if (!top.tx_cpl_tlp_valid_o) return std::nullopt;
            TlpBeat beat;
            beat.header = get_header(top.tx_cpl_tlp_hdr_o);
            std::memcpy(beat.data.data(), &top.tx_cpl_tlp_data_o, sizeof(top.tx_cpl_tlp_data_o));
            beat.strb = top.tx_cpl_tlp_strb_o;
            beat.sop = top.tx_cpl_tlp_sop_o;
            beat.eop = top.tx_cpl_tlp_eop_o;
            return beat;
          },
          [&top](bool ready) { top.tx_cpl_tlp_ready_i = ready; }};
}

}  // namespace holdfast::test
