// SPDX-License-Identifier: Apache-2.0
#include "app/replay_sa_toml.h"

#include <gmock/gmock.h>

#include <map>

#include "app/replay_sa.h"
#include "app/toml_reader.h"

namespace holdfast::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kKey = "000102030405060708090a0b0c0d0e0f10111213";

/// The smallest right SA, as lines by key, so that a case can change one.
std::map<std::string, std::string> smallest() {
  return {{"direction", "\"inbound\""}, {"key", "\"" + std::string(kKey) + "\""},
          {"local", "\"192.0.2.1\""},   {"peer", "\"198.51.100.7\""},
          {"spi", "0xc0ffee01"},        {"suite", "\"aes128gcm16\""}};
}

std::string toml(const std::map<std::string, std::string>& lines) {
  std::string text = "[[sa]]\n";
  for (const auto& [key, value] : lines) text += key + " = " + value + "\n";
  return text;
}

/// Changes separated by newlines: "key = value", or "-key" to leave it out.
std::string with(std::string_view changes) {
  auto lines = smallest();
  while (!changes.empty()) {
    const std::size_t end = std::min(changes.find('\n'), changes.size());
    const std::string change(changes.substr(0, end));
    changes.remove_prefix(std::min(end + 1, changes.size()));
    if (change.starts_with('-'))
      lines.erase(change.substr(1));
    else
      lines[change.substr(0, change.find(" = "))] = change.substr(change.find(" = ") + 3);
  }
  return toml(lines);
}

ReplaySa read(std::string_view changes) {
  auto sas = parse_sa_toml(with(changes), "sas.toml");
  EXPECT_TRUE(sas) << (sas ? "" : sas.error().text());
  return sas ? std::move(sas->front()) : ReplaySa{};
}

TEST(ReplaySaToml, SmallestInboundSa) {
  const ReplaySa sa = read("");
  EXPECT_EQ(sa.place, "sas.toml:1, sa[0]");
  EXPECT_EQ(sa.config.direction, Direction::kInbound);
  EXPECT_EQ(sa.config.spi, Spi{0xc0ffee01});
  EXPECT_EQ(sa.config.suite, Suite::kAes128gcm16);
  EXPECT_EQ(sa.config.key.size(), 16u);
  EXPECT_EQ(sa.config.key.view()[15], 0x0F);
  EXPECT_EQ(sa.config.salt.size(), 4u);
  EXPECT_EQ(sa.config.salt.view()[0], 0x10);
  EXPECT_FALSE(sa.config.has_esn);
  EXPECT_EQ(sa.config.replay_window, 64);
  EXPECT_EQ(sa.config.first_sequence, 1u);
  EXPECT_EQ(sa.config.selector.source.text(), "0.0.0.0/0");
  EXPECT_FALSE(sa.has_selector);
  EXPECT_EQ(sa.binding.encap, Encap::kNone);
  EXPECT_EQ(sa.binding.own.address.text(), "192.0.2.1");
  EXPECT_EQ(sa.binding.own.port, 0);
  EXPECT_TRUE(sa.config.has_ecn);
}

TEST(ReplaySaToml, EverythingOfAnOutboundSa) {
  const ReplaySa sa = read(
      "direction = \"outbound\"\nmode = \"tunnel\"\nencap = \"udp\"\n"
      "local = \"[2001:db8::1]:4501\"\npeer = \"2001:db8::2\"\npeer_port = 40000\n"
      "esn = true\nfirst_sequence = 0x100000001\ndf = \"set\"\ndscp = 46\necn = false\n"
      "selector = { source = \"10.1.0.0/16\", destination = \"10.2.0.0/24\" }\n"
      "lifetime = { soft_bytes = 1, hard_bytes = 2, soft_packets = 3, hard_packets = 4 }");
  EXPECT_EQ(sa.config.direction, Direction::kOutbound);
  EXPECT_EQ(sa.binding.encap, Encap::kUdp);
  EXPECT_EQ(sa.binding.own.address.text(), "2001:db8::1");
  EXPECT_EQ(sa.binding.own.port, 4501);
  EXPECT_EQ(sa.binding.peer.port, 40000);
  EXPECT_TRUE(sa.config.has_esn);
  EXPECT_EQ(sa.config.first_sequence, 0x100000001u);
  EXPECT_EQ(sa.config.df, DfMode::kSet);
  EXPECT_FALSE(sa.config.copy_dscp);
  EXPECT_EQ(sa.config.dscp, 46);
  EXPECT_FALSE(sa.config.has_ecn);
  EXPECT_TRUE(sa.has_selector);
  EXPECT_EQ(sa.config.selector.source.text(), "10.1.0.0/16");
  EXPECT_EQ(sa.config.selector.destination.text(), "10.2.0.0/24");
  EXPECT_EQ(sa.config.lifetime.soft_bytes, 1u);
  EXPECT_EQ(sa.config.lifetime.hard_bytes, 2u);
  EXPECT_EQ(sa.config.lifetime.soft_packets, 3u);
  EXPECT_EQ(sa.config.lifetime.hard_packets, 4u);
}

TEST(ReplaySaToml, UdpPortsAre4500UnlessSaid) {
  const ReplaySa sa = read("encap = \"udp\"\npeer = \"198.51.100.7:1024\"");
  EXPECT_EQ(sa.binding.own.port, 4500);
  EXPECT_EQ(sa.binding.peer.port, 1024);
}

TEST(ReplaySaToml, TheSelectorSaysTheFamilyInside) {
  const ReplaySa sa = read("selector = { destination = \"fd00::/8\" }");
  EXPECT_EQ(sa.config.selector.source.text(), "::/0");
  EXPECT_EQ(sa.config.selector.destination.text(), "fd00::/8");
}

TEST(ReplaySaToml, KeySizesOfTheSuites) {
  const std::string zeros(72, '0');
  for (const auto& [suite, bytes] :
       {std::pair{"aes128gcm16", 20u}, {"aes192gcm16", 28u}, {"aes256gcm16", 36u}}) {
    const ReplaySa sa = read("suite = \"" + std::string(suite) + "\"\nkey = \"0x" +
                             zeros.substr(0, std::size_t{2} * bytes) + "\"");
    EXPECT_EQ(sa.config.key.size() + 4, bytes);
  }
}

/// One line a mistake: what is changed, and the whole of what the user reads.
struct Mistake {
  const char* changes;
  const char* text;
};

const Mistake kMistakes[] = {
    // What is missing. The smallest SA has its keys in alphabetical order, from line 2.
    {"-direction", "sas.toml:1, sa[0].direction: is missing"},
    {"-spi", "sas.toml:1, sa[0].spi: is missing"},
    {"-suite", "sas.toml:1, sa[0].suite: is missing"},
    {"-key", "sas.toml:1, sa[0].key: is missing"},
    {"-local", "sas.toml:1, sa[0].local: is missing"},
    {"-peer", "sas.toml:1, sa[0].peer: is missing"},
    // Types and values.
    {"direction = \"in\"", "sas.toml:2, sa[0].direction: 'in' is not one of inbound, outbound"},
    {"direction = 1", "sas.toml:2, sa[0].direction: must be text in quotes, and is a number"},
    {"spi = \"0xc0ffee01\"", "sas.toml:6, sa[0].spi: must be a number without quotes, and is text"},
    {"spi = 255", "sas.toml:6, sa[0].spi: must be from 256 to 4294967295, and is 255"},
    {"spi = 0x100000000",
     "sas.toml:6, sa[0].spi: must be from 256 to 4294967295, and is 4294967296"},
    {"spi = 1.5",
     "sas.toml:6, sa[0].spi: must be a number without quotes, and is a number with a "
     "fraction"},
    {"suite = \"aes128-sha256\"",
     "sas.toml:7, sa[0].suite: 'aes128-sha256' is not a suite of this card, which has aes128gcm16, "
     "aes192gcm16, aes256gcm16; others may come with a later release"},
    {"mode = \"transport\"", "sas.toml:5, sa[0].mode: the card does tunnel mode only"},
    {"mode = \"beet\"", "sas.toml:5, sa[0].mode: 'beet' is not one of tunnel"},
    // Keys.
    {"key = \"00\"",
     "sas.toml:3, sa[0].key: aes128gcm16 wants 20 bytes, 16 of key and 4 of salt, and there are 1"},
    {"key = \"00000000000000000000000000000000\"",
     "sas.toml:3, sa[0].key: aes128gcm16 wants 20 bytes, 16 of key and 4 of salt, and there are "
     "16; the salt is missing"},
    {"key = \"000\"", "sas.toml:3, sa[0].key: hexadecimal text has an odd number of digits"},
    {"key = \"00zz\"", "sas.toml:3, sa[0].key: character 3 is not a hexadecimal digit"},
    {"key = 12", "sas.toml:3, sa[0].key: must be text in quotes, and is a number"},
    {"integrity_key = \"00\"",
     "sas.toml:3, sa[0].integrity_key: AES-GCM has none: the ICV is made with `key`"},
    {"integrity_key = \"\"",
     "sas.toml:3, sa[0].integrity_key: AES-GCM has none: the ICV is made with `key`"},
    // Addresses.
    {"local = \"gateway\"", "sas.toml:4, sa[0].local: 'gateway' is not an IPv4 or IPv6 address"},
    {"local = \"2001:db8::1\"", "sas.toml:5, sa[0].peer: must be of the address family of `local`"},
    {"local = \"192.0.2.1:4500\"",
     "sas.toml:4, sa[0].local: there are ports only with encap = \"udp\""},
    {"local_port = 4500",
     "sas.toml:5, sa[0].local_port: there are ports only with encap = \"udp\""},
    {"encap = \"udp\"\nlocal = \"192.0.2.1:4500\"\nlocal_port = 4500",
     "sas.toml:6, sa[0].local_port: `local` has a port already"},
    {"encap = \"udp\"\nlocal = \"192.0.2.1:0\"",
     "sas.toml:5, sa[0].local: the port of '192.0.2.1:0' is not a number from 1 to 65535"},
    {"encap = \"udp\"\nlocal = \"192.0.2.1:\"",
     "sas.toml:5, sa[0].local: the port of '192.0.2.1:' is not a number from 1 to 65535"},
    {"encap = \"udp\"\nlocal = \"[2001:db8::1\"",
     "sas.toml:5, sa[0].local: '[2001:db8::1' has no closing bracket"},
    {"encap = \"udp\"\nlocal = \"[2001:db8::1]4500\"",
     "sas.toml:5, sa[0].local: '[2001:db8::1]4500' has something behind its bracket that is no "
     "port"},
    {"encap = \"udp\"\nlocal_port = 65536",
     "sas.toml:6, sa[0].local_port: must be from 1 to 65535, and is 65536"},
    {"encap = \"gre\"", "sas.toml:3, sa[0].encap: 'gre' is not one of none, udp"},
    // Selectors.
    {"selector = \"10.0.0.0/8\"",
     "sas.toml:6, sa[0].selector: must be a table in braces, and is text"},
    {"selector = { source = \"10.0.0.0/33\" }",
     "sas.toml:6, sa[0].selector.source: '10.0.0.0/33' has a prefix length over 32"},
    {"selector = { source = \"10.0.0.1/8\" }",
     "sas.toml:6, sa[0].selector.source: '10.0.0.1/8' has bits set beyond its prefix length"},
    {"selector = { source = \"10.0.0.0/8\", destination = \"fd00::/8\" }",
     "sas.toml:6, sa[0].selector.destination: must be of the address family of `source`"},
    {"selector = { src = \"10.0.0.0/8\" }",
     "sas.toml:6, sa[0].selector.src: is not known here; known are destination, source"},
    // Sequence numbers, lifetimes, outer header.
    {"esn = 1", "sas.toml:3, sa[0].esn: must be true or false without quotes, and is a number"},
    {"first_sequence = 0",
     "sas.toml:3, sa[0].first_sequence: must be from 1 to 4294967295, and is 0"},
    {"first_sequence = 0x100000000",
     "sas.toml:3, sa[0].first_sequence: must be from 1 to 4294967295, and is 4294967296"},
    {"first_sequence = \"0x100000000\"",
     "sas.toml:3, sa[0].first_sequence: must be from 1 to 4294967295, and is 4294967296"},
    {"first_sequence = \"0x1g\"",
     "sas.toml:3, sa[0].first_sequence: '0x1g' is not a number of 64 bits, decimal or with 0x"},
    {"esn = true\nfirst_sequence = \"18446744073709551616\"",
     "sas.toml:4, sa[0].first_sequence: '18446744073709551616' is not a number of 64 bits, decimal "
     "or with 0x"},
    {"first_sequence = true",
     "sas.toml:3, sa[0].first_sequence: must be a number without quotes, and is true or false"},
    {"replay_window = 16", "sas.toml:6, sa[0].replay_window: must be from 32 to 65535, and is 16"},
    {"direction = \"outbound\"\nreplay_window = 64",
     "sas.toml:6, sa[0].replay_window: only inbound SAs have it"},
    {"lifetime = { hard_bytes = -1 }",
     "sas.toml:4, sa[0].lifetime.hard_bytes: must be from 0 to 9223372036854775807, and is -1"},
    {"lifetime = { bytes = 1 }",
     "sas.toml:4, sa[0].lifetime.bytes: is not known here; known are hard_bytes, hard_packets, "
     "soft_bytes, soft_packets"},
    {"df = \"copy\"", "sas.toml:2, sa[0].df: only outbound SAs have it"},
    {"dscp = 0", "sas.toml:3, sa[0].dscp: only outbound SAs have it"},
    {"direction = \"outbound\"\ndf = \"never\"",
     "sas.toml:2, sa[0].df: 'never' is not one of clear, set, copy"},
    {"direction = \"outbound\"\ndscp = 64",
     "sas.toml:3, sa[0].dscp: must be from 0 to 63, and is 64"},
};

TEST(ReplaySaToml, TheFirstSequenceMayStandInQuotes) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {"0x7fffffffffffffff", (std::uint64_t{1} << 63) - 1},  // the largest number of TOML
      {"\"0x8000000000000000\"", std::uint64_t{1} << 63},
      {"\"18446744073709551615\"", ~std::uint64_t{0}},
      {"\"0xFFFFFFFFFFFFFFFF\"", ~std::uint64_t{0}},
      {"\"1\"", 1},
  };
  for (const auto& [text, value] : cases) {
    const auto sas =
        parse_sa_toml(with(std::string("esn = true\nfirst_sequence = ") + text), "sas.toml");
    ASSERT_TRUE(sas) << text << ": " << sas.error().text();
    EXPECT_EQ(sas->at(0).config.first_sequence, value) << text;
  }
}

TEST(ReplaySaToml, EachMistakeHasItsPlaceAndSentence) {
  for (const Mistake& mistake : kMistakes) {
    const auto sas = parse_sa_toml(with(mistake.changes), "sas.toml");
    ASSERT_FALSE(sas) << mistake.changes;
    EXPECT_EQ(sas.error().text(), mistake.text) << mistake.changes;
  }
}

TEST(ReplaySaToml, UnknownKeysAreErrors) {
  const auto sas = parse_sa_toml(with("colour = \"red\""), "sas.toml");
  ASSERT_FALSE(sas);
  EXPECT_THAT(sas.error().text(), HasSubstr("sas.toml:2, sa[0].colour: is not known here; known "
                                            "are "));
  EXPECT_THAT(sas.error().text(), HasSubstr("direction"));
}

TEST(ReplaySaToml, MistakesOfTheWholeFile) {
  const Mistake mistakes[] = {
      {"", "sas.toml:1, sa: is missing"},
      {"[sa]\nspi = 1\n", "sas.toml:1, sa: must be written [[sa]], with two brackets"},
      {"sa = []\n", "sas.toml:1, sa: there is no SA in it; write a [[sa]] for each direction"},
      {"sa = [1]\n", "sas.toml: `sa` must be written [[sa]], one table an SA"},
      {"[[sa]\n",
       "sas.toml:1: this is not TOML, at column 6: Error while parsing table header: "
       "expected"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto sas = parse_sa_toml(mistake.changes, "sas.toml");
    ASSERT_FALSE(sas) << mistake.changes;
    EXPECT_THAT(sas.error().text(), testing::StartsWith(mistake.text)) << mistake.changes;
  }
  const auto unknown = parse_sa_toml("card = 1\n" + with(""), "sas.toml");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().text(), "sas.toml:1, card: is not known here; known are sa");
}

TEST(ReplaySaToml, TheSecondSaIsNamed) {
  const auto sas = parse_sa_toml(with("") + with("spi = 1"), "sas.toml");
  ASSERT_FALSE(sas);
  EXPECT_THAT(sas.error().text(), HasSubstr("sas.toml:13, sa[1].spi: must be from 256"));
}

TEST(ReplaySaToml, WhatTwoSasMustNotShare) {
  const auto same_spi = parse_sa_toml(with("") + with(""), "sas.toml");
  ASSERT_FALSE(same_spi);
  EXPECT_EQ(same_spi.error().text(),
            "sas.toml:8, sa[1]: SPI 0xc0ffee01 is already that of another inbound SA (sas.toml:1, "
            "sa[0])");
  const std::string outbound = with("direction = \"outbound\"");
  const auto same_key = parse_sa_toml(outbound + outbound, "sas.toml");
  ASSERT_FALSE(same_key);
  EXPECT_THAT(same_key.error().text(), HasSubstr("has the key of another outbound SA"));
  EXPECT_TRUE(parse_sa_toml(with("") + outbound, "sas.toml")) << "one of each way is fine";
}

TEST(ReplaySaToml, AFileCutAnywhereIsReadOrRefused) {
  const std::string whole = with("selector = { source = \"10.0.0.0/8\" }\nesn = true");
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto sas = parse_sa_toml(whole.substr(0, length), "sas.toml");
    if (sas) continue;
    EXPECT_THAT(sas.error().text(), Not(HasSubstr("0405060708")));
  }
}

TEST(ReplaySaToml, SaysThatThereIsNoFile) {
  const auto sas = read_sa_toml("/nowhere/sas.toml");
  ASSERT_FALSE(sas);
  EXPECT_EQ(sas.error().text(), "/nowhere/sas.toml: cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace holdfast::app
