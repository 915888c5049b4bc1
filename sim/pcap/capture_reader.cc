// SPDX-License-Identifier: Apache-2.0
#include "pcap/capture_reader.h"

#include <pcap.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace holdfast::pcap {
namespace {

constexpr std::array kLinkTypes = {
    LinkType::kNull,   LinkType::kEthernet, LinkType::kRaw,  LinkType::kLoop,
    LinkType::kCooked, LinkType::kIpv4,     LinkType::kIpv6, LinkType::kCooked2,
};

/// Name of a link type that we do not read.
std::string name_of_link(int type) {
  const char* name = pcap_datalink_val_to_name(type);
  return name ? name : std::to_string(type);
}

}  // namespace

std::string Timestamp::text() const {
  std::array<char, 48> buffer;
  std::snprintf(buffer.data(), buffer.size(), "%lld.%09u", static_cast<long long>(seconds),
                nanoseconds);
  return buffer.data();
}

void CaptureReader::Close::operator()(::pcap* handle) const { pcap_close(handle); }

Result<CaptureReader> CaptureReader::open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr)
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, path,
                "cannot be opened: " + std::string(std::strerror(errno)));
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    std::fclose(file);
    return fail(ErrorCode::kBadFormat, path, "is a folder, not a capture");
  }
  const std::uintmax_t file_bytes = std::filesystem::file_size(path, error);
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  ::pcap* handle =
      pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, text.data());
  if (handle == nullptr) {
    std::fclose(file);
    return fail(ErrorCode::kBadFormat, path,
                "is neither pcap nor pcapng: " + std::string(text.data()));
  }
  const int type = pcap_datalink(handle);
  CaptureReader reader(path, handle, static_cast<LinkType>(type), error ? 0 : file_bytes);
  if (std::ranges::find(kLinkTypes, static_cast<LinkType>(type)) == kLinkTypes.end())
    return fail(ErrorCode::kUnsupported, path,
                "has link type " + name_of_link(type) +
                    "; known are Ethernet, raw IP, IPv4, IPv6, Linux cooked and BSD loopback");
  return reader;
}

Result<std::optional<CapturedPacket>> CaptureReader::next() {
  if (has_ended_) return std::nullopt;
  pcap_pkthdr* header = nullptr;
  const std::uint8_t* bytes = nullptr;
  const int result = pcap_next_ex(handle_.get(), &header, &bytes);
  if (result == 1) {
    CapturedPacket packet;
    packet.number = ++num_packets_;
    packet.time.seconds = header->ts.tv_sec;
    packet.time.nanoseconds = static_cast<std::uint32_t>(header->ts.tv_usec);  // precision above
    packet.bytes.assign(bytes, bytes + header->caplen);
    packet.wire_length = header->len;
    return packet;
  }
  has_ended_ = true;
  if (result == PCAP_ERROR_BREAK) return std::nullopt;  // the end of the file
  return fail(ErrorCode::kBadFormat, path_ + ", packet " + std::to_string(num_packets_ + 1),
              "cannot be read: " + std::string(pcap_geterr(handle_.get())));
}

double CaptureReader::progress() const {
  const long position = std::ftell(pcap_file(handle_.get()));
  if (file_bytes_ == 0 || position < 0) return 0;
  return std::min(1.0, static_cast<double>(position) / static_cast<double>(file_bytes_));
}

}  // namespace holdfast::pcap
