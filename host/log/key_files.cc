// SPDX-License-Identifier: Apache-2.0
#include "log/key_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/hex.h"

namespace holdfast::log {
namespace {

Error system_error(const std::string& path) {
  return {ErrorCode::kIo, path, std::string("cannot write keys: ") + std::strerror(errno)};
}

void wipe(std::string& text) {
  secure_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

Result<std::unique_ptr<KeyFiles>> KeyFiles::open(const Paths& paths, Complain complain) {
  std::unique_ptr<KeyFiles> files(new KeyFiles);
  files->complain_ = std::move(complain);
  if (Status status = open_file(paths.isakmp, files->isakmp_); !status)
    return tl::unexpected(status.error());
  if (Status status = open_file(paths.esp, files->esp_); !status)
    return tl::unexpected(status.error());
  return files;
}

/// Whoever may write the directory could have put a link or a file of his own there.
Status KeyFiles::open_file(const std::string& path, File& file) {
  if (path.empty()) return {};
  OwnedFd fd(::open(path.c_str(),
                    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                    S_IRUSR | S_IWUSR));
  if (!fd.is_open()) return tl::unexpected(system_error(path));
  struct stat facts = {};
  if (::fstat(fd.get(), &facts) != 0) return tl::unexpected(system_error(path));
  if (!S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid())
    return fail(ErrorCode::kRefused, path, "is not a regular file of this user: no keys into it");
  if (::fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0) return tl::unexpected(system_error(path));
  file = {path, std::move(fd)};
  return {};
}

void KeyFiles::append(const File& file, std::string line) const {
  const ssize_t written = ::write(file.fd.get(), line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) && complain_) complain_(system_error(file.path));
  wipe(line);
}

void KeyFiles::on_isakmp_keys(const isakmp::Cookie& initiator, ByteView cipher_key) {
  if (!isakmp_.fd.is_open()) return;
  std::string key = hex(cipher_key);
  append(isakmp_, hex(initiator) + "," + key + "\n");
  wipe(key);
}

/// Any address, because the SA outlives its addresses and a NAT shows others. Wireshark takes the
/// salt as the end of the key (RFC 4106, 8.1).
void KeyFiles::on_esp_keys(const SaConfig& sa, bool is_outer_ipv6) {
  if (!esp_.fd.is_open()) return;
  std::string key = hex(sa.key.view()) + hex(sa.salt.view());
  append(esp_, fmt::format(R"("{}","*","*","0x{:08x}","AES-GCM with 16 octet ICV [RFC4106]",)"
                           R"("0x{}","NULL",""{})",
                           is_outer_ipv6 ? "IPv6" : "IPv4", to_number(sa.spi), key, '\n'));
  wipe(key);
}

}  // namespace holdfast::log
