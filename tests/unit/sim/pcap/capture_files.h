// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

/// Capture files written byte by byte, so that they can be wrong.
namespace holdfast::pcap::test {

/// A file that ends with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::vector<std::uint8_t>& bytes = {}) {
    static int count = 0;
    path_ = testing::TempDir() + "holdfast_" + std::to_string(getpid()) + "_" +
            std::to_string(count++) + ".pcap";
    std::ofstream file(path_, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Bytes of a file, little-endian unless said otherwise.
class Bytes {
 public:
  explicit Bytes(bool is_big_endian = false) : is_big_endian_(is_big_endian) {}
  Bytes& u32(std::uint32_t value) { return put(value, 4); }
  Bytes& u16(std::uint16_t value) { return put(value, 2); }
  Bytes& raw(const std::vector<std::uint8_t>& more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
    return *this;
  }
  const std::vector<std::uint8_t>& get() const { return bytes_; }

 private:
  Bytes& put(std::uint32_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i)
      bytes_.push_back(
          static_cast<std::uint8_t>(value >> 8 * (is_big_endian_ ? count - 1 - i : i)));
    return *this;
  }

  bool is_big_endian_;
  std::vector<std::uint8_t> bytes_;
};

constexpr std::uint32_t kMagicMicroseconds = 0xA1B2C3D4, kMagicNanoseconds = 0xA1B23C4D;

/// A pcap file of one packet of 5 bytes, 9 on the wire, at 1,700,000,000 s and `fraction`.
inline std::vector<std::uint8_t> pcap_file(std::uint32_t magic, std::uint32_t fraction,
                                           std::uint32_t link_type, bool is_big_endian = false) {
  Bytes file(is_big_endian);
  file.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link_type);
  file.u32(1'700'000'000).u32(fraction).u32(5).u32(9).raw({0x45, 1, 2, 3, 4});
  return file.get();
}

/// A pcapng file: section, interface with `resolution` (if_tsresol), one enhanced packet.
inline std::vector<std::uint8_t> pcapng_file(std::uint8_t resolution, std::uint64_t stamp,
                                             std::uint16_t link_type) {
  Bytes file;
  file.u32(0x0A0D0D0A).u32(28).u32(0x1A2B3C4D).u16(1).u16(0).u32(~0u).u32(~0u).u32(28);
  file.u32(1).u32(32).u16(link_type).u16(0).u32(65535);
  file.u16(9).u16(1).raw({resolution, 0, 0, 0}).u16(0).u16(0).u32(32);
  file.u32(6).u32(40).u32(0).u32(static_cast<std::uint32_t>(stamp >> 32));
  file.u32(static_cast<std::uint32_t>(stamp)).u32(5).u32(9).raw({0x45, 1, 2, 3, 4, 0, 0, 0});
  file.u32(40);
  return file.get();
}

}  // namespace holdfast::pcap::test
