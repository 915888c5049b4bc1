// SPDX-License-Identifier: Apache-2.0
// Walking ones from what the driver's caller sets (SaConfig, Binding), through card_command.cc and
// the registers, to the named fields of sad_pkg::command_t.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "csr_operands_bench.h"

namespace holdfast::test {
namespace {

struct Request {
  SaIndex sa{};
  PathIndex path{};
  SaConfig config;
  Binding binding{};
};
/// How the caller of the driver sets one bit of a field of the command.
struct Setting {
  const char* field;
  unsigned width;
  std::function<void(Request&, unsigned bit)> set;
};

std::uint16_t bit16(unsigned bit) { return static_cast<std::uint16_t>(1u << bit); }
std::uint8_t bit8(unsigned bit) { return static_cast<std::uint8_t>(1u << bit); }
std::uint64_t bit64(unsigned bit) { return std::uint64_t{1} << bit; }
/// One bit of a number whose first byte stands in its top bits.
template <std::size_t Size>
std::array<std::uint8_t, Size> byte_string(unsigned bit) {
  std::array<std::uint8_t, Size> bytes{};
  bytes.at(Size - 1 - bit / 8) = bit8(bit % 8);
  return bytes;
}

/// A request that is as much 0 as the driver lets through.
Request blank() {
  Request request;
  request.config.suite = Suite::kAes256gcm16;
  request.config.key = SecretBytes(std::array<std::uint8_t, 32>{});
  request.config.salt = SecretBytes(std::array<std::uint8_t, 4>{});
  request.config.replay_window = 0;
  request.config.first_sequence = 0;
  request.config.df = DfMode::kClear;
  request.config.copy_dscp = request.config.has_ecn = false;
  return request;
}

const Setting kSaSettings[] = {
    {"sa_index", 16, [](Request& r, unsigned bit) { r.sa = SaIndex{bit16(bit)}; }},
    {"path_index", 16, [](Request& r, unsigned bit) { r.path = PathIndex{bit16(bit)}; }},
    {"row_spi", 32, [](Request& r, unsigned bit) { r.config.spi = Spi{1u << bit}; }},
    {"row_is_outbound", 1, [](Request& r, unsigned) { r.config.direction = Direction::kOutbound; }},
    {"row_has_esn", 1, [](Request& r, unsigned) { r.config.has_esn = true; }},
    {"row_replay_window", 16,
     [](Request& r, unsigned bit) { r.config.replay_window = bit16(bit); }},
    {"row_df", 2, [](Request& r, unsigned bit) { r.config.df = static_cast<DfMode>(bit8(bit)); }},
    {"row_copy_dscp", 1, [](Request& r, unsigned) { r.config.copy_dscp = true; }},
    {"row_dscp", 6, [](Request& r, unsigned bit) { r.config.dscp = bit8(bit); }},
    {"row_has_ecn", 1, [](Request& r, unsigned) { r.config.has_ecn = true; }},
    {"selector_is_ipv6", 1,
     [](Request& r, unsigned) {
       r.config.selector.source.address.is_ipv6 = true;
       r.config.selector.destination.address.is_ipv6 = true;
     }},
    {"selector_source", 128,
     [](Request& r, unsigned bit) {
       r.config.selector.source.address.bytes = byte_string<16>(bit);
     }},
    {"selector_destination", 128,
     [](Request& r, unsigned bit) {
       r.config.selector.destination.address.bytes = byte_string<16>(bit);
     }},
    {"selector_source_bits", 8,
     [](Request& r, unsigned bit) { r.config.selector.source.length = bit8(bit); }},
    {"selector_destination_bits", 8,
     [](Request& r, unsigned bit) { r.config.selector.destination.length = bit8(bit); }},
    {"soft_bytes", 64, [](Request& r, unsigned bit) { r.config.lifetime.soft_bytes = bit64(bit); }},
    {"hard_bytes", 64, [](Request& r, unsigned bit) { r.config.lifetime.hard_bytes = bit64(bit); }},
    {"soft_packets", 64,
     [](Request& r, unsigned bit) { r.config.lifetime.soft_packets = bit64(bit); }},
    {"hard_packets", 64,
     [](Request& r, unsigned bit) { r.config.lifetime.hard_packets = bit64(bit); }},
    {"key", 256,
     [](Request& r, unsigned bit) { r.config.key = SecretBytes(byte_string<32>(bit)); }},
    {"salt", 32,
     [](Request& r, unsigned bit) { r.config.salt = SecretBytes(byte_string<4>(bit)); }},
    {"first_seq", 64, [](Request& r, unsigned bit) { r.config.first_sequence = bit64(bit); }},
};

const Setting kBindingSettings[] = {
    {"path_index", 16, [](Request& r, unsigned bit) { r.path = PathIndex{bit16(bit)}; }},
    {"path_is_ipv6", 1,
     [](Request& r, unsigned) {
       r.binding.own.address.is_ipv6 = r.binding.peer.address.is_ipv6 = true;
     }},
    {"path_has_udp", 1, [](Request& r, unsigned) { r.binding.encap = Encap::kUdp; }},
    {"path_own_address", 128,
     [](Request& r, unsigned bit) { r.binding.own.address.bytes = byte_string<16>(bit); }},
    {"path_peer_address", 128,
     [](Request& r, unsigned bit) { r.binding.peer.address.bytes = byte_string<16>(bit); }},
    {"path_own_port", 16, [](Request& r, unsigned bit) { r.binding.own.port = bit16(bit); }},
    {"path_peer_port", 16, [](Request& r, unsigned bit) { r.binding.peer.port = bit16(bit); }},
};

/// The driver on the registers.
struct Bench {
  Bench() : card(Card::open(io).value()) {}
  /// What becomes of a request.
  Bits add_sa(const Request& request) {
    EXPECT_TRUE(card->add_sa(request.sa, request.config, request.path));
    return io.command;
  }
  Bits rebind(const Request& request) {
    EXPECT_TRUE(card->rebind(request.path, request.binding));
    return io.command;
  }
  /// Each setting changes the one bit that it names, against the blank request.
  void walk(std::span<const Setting> settings, Bits (Bench::*call)(const Request&)) {
    const Bits before = (this->*call)(blank());
    for (const Setting& setting : settings) {
      for (unsigned bit = 0; bit < setting.width; ++bit) {
        Request request = blank();
        setting.set(request, bit);
        const Bits after = (this->*call)(request);
        Bits changed;
        std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                      std::inserter(changed, changed.end()));
        EXPECT_EQ(changed, (Bits{{setting.field, bit}})) << setting.field << " bit " << bit;
      }
    }
  }

  OperandsIo io;
  std::unique_ptr<Card> card;
};

TEST(CsrOperandsDriver, EachBitOfTheDriversSaArrivesInItsField) {
  Bench().walk(kSaSettings, &Bench::add_sa);
}

TEST(CsrOperandsDriver, EachBitOfTheDriversBindingArrivesInItsField) {
  Bench().walk(kBindingSettings, &Bench::rebind);
}

// A field that the driver learns to set must be added above.
TEST(CsrOperandsDriver, TheDriversSettingsAreAllOfTheCommand) {
  // Of the suite no single bit can be set, the others the driver leaves 0.
  std::map<std::string, unsigned> widths = {
      {"op", 4}, {"row_suite", 4}, {"path_is_limited", 1}, {"credit", 32}};
  for (const Setting& setting : kSaSettings) widths[setting.field] = setting.width;
  for (const Setting& setting : kBindingSettings) widths[setting.field] = setting.width;
  for (const PortField& field : OperandsIo().command_fields)
    EXPECT_EQ(widths[field.name], is_ignored(field.name) ? 0 : field.width) << field.name;
}

std::uint32_t number_in(const Bits& command, const std::string& field) {
  std::uint32_t value = 0;
  for (const auto& [name, bit] : command)
    if (name == field) value |= 1u << bit;
  return value;
}

TEST(CsrOperandsDriver, SuitesArriveWithTheirKeysInTheTopBits) {
  Bench b;
  std::size_t key_bytes = 16;
  for (const EnumText& suite : kSuiteTexts) {
    Request request = blank();
    request.config.suite = static_cast<Suite>(suite.value);
    request.config.key = SecretBytes(std::vector<std::uint8_t>(key_bytes, 0xFF));
    const Bits command = b.add_sa(request);
    EXPECT_EQ(number_in(command, "row_suite"), suite.value);
    for (unsigned bit = 0; bit < 256; ++bit)
      EXPECT_EQ(command.count({"key", bit}), bit >= 256 - 8 * key_bytes ? 1u : 0u) << bit;
    key_bytes += 8;
  }
}

TEST(CsrOperandsDriver, EachCallOfTheDriverIsItsOperation) {
  Bench b;
  const auto op = [&] { return static_cast<CommandOp>(number_in(b.io.command, "op")); };
  b.add_sa(blank());
  EXPECT_EQ(op(), CommandOp::kAddSa);
  b.rebind(blank());
  EXPECT_EQ(op(), CommandOp::kWritePath);
  EXPECT_TRUE(b.card->remove_sa(SaIndex{0x55}));
  EXPECT_EQ(op(), CommandOp::kDeleteSa);
  EXPECT_EQ(number_in(b.io.command, "sa_index"), 0x55u);
  EXPECT_TRUE(b.card->query_sa(SaIndex{0xAA}));
  EXPECT_EQ(op(), CommandOp::kReadSa);
  EXPECT_EQ(number_in(b.io.command, "sa_index"), 0xAAu);
  EXPECT_TRUE(b.card->move_sa(SaIndex{0x12}, PathIndex{0x34}));
  EXPECT_EQ(op(), CommandOp::kMoveSa);
  EXPECT_EQ(number_in(b.io.command, "sa_index"), 0x12u);
  EXPECT_EQ(number_in(b.io.command, "path_index"), 0x34u);
  EXPECT_EQ(b.io.num_commands, 5u);
}

}  // namespace
}  // namespace holdfast::test
