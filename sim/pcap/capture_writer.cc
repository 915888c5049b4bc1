// SPDX-License-Identifier: Apache-2.0
#include "pcap/capture_writer.h"

#include <pcap.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace holdfast::pcap {
namespace {

constexpr int kSnapshotBytes = 262'144;  // libpcap's own maximum

}  // namespace

void CaptureWriter::Close::operator()(::pcap* handle) const { pcap_close(handle); }
void CaptureWriter::Close::operator()(::pcap_dumper* dumper) const { pcap_dump_close(dumper); }

CaptureWriter::CaptureWriter(std::string path, std::unique_ptr<::pcap, Close> handle,
                             std::unique_ptr<::pcap_dumper, Close> dumper)
    : path_(std::move(path)), handle_(std::move(handle)), dumper_(std::move(dumper)) {}

Result<CaptureWriter> CaptureWriter::create(const std::string& path, LinkType link_type) {
  std::unique_ptr<::pcap, Close> handle(pcap_open_dead_with_tstamp_precision(
      static_cast<int>(link_type), kSnapshotBytes, PCAP_TSTAMP_PRECISION_NANO));
  HOLDFAST_CHECK(handle != nullptr);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr)
    return fail(ErrorCode::kIo, path, "cannot be written: " + std::string(std::strerror(errno)));
  std::unique_ptr<::pcap_dumper, Close> dumper(pcap_dump_fopen(handle.get(), file));
  if (dumper == nullptr) {
    std::fclose(file);
    return fail(ErrorCode::kIo, path,
                "cannot be written: " + std::string(pcap_geterr(handle.get())));
  }
  return CaptureWriter(path, std::move(handle), std::move(dumper));
}

Status CaptureWriter::write(const Timestamp& time, std::span<const std::uint8_t> packet) {
  HOLDFAST_CHECK(packet.size() <= kSnapshotBytes);
  pcap_pkthdr header{};
  header.ts.tv_sec = time.seconds;
  header.ts.tv_usec = time.nanoseconds;  // nanoseconds, by the precision of the handle
  header.caplen = header.len = static_cast<bpf_u_int32>(packet.size());
  pcap_dump(reinterpret_cast<std::uint8_t*>(dumper_.get()), &header, packet.data());
  return check();
}

Status CaptureWriter::finish() {
  pcap_dump_flush(dumper_.get());
  return check();
}

Status CaptureWriter::check() const {
  if (std::ferror(pcap_dump_file(dumper_.get())))
    return fail(ErrorCode::kIo, path_, "cannot be written: is the disk full?");
  return {};
}

}  // namespace holdfast::pcap
