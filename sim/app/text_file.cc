// SPDX-License-Identifier: Apache-2.0
#include "app/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace holdfast::app {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

std::string system_error() { return std::strerror(errno); }

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (!file)
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, path,
                "cannot be opened: " + system_error());
  std::string text;
  std::array<char, 4096> part;
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), file.get())) {
    text.append(part.data(), count);
    if (text.size() > kMaxBytes)
      return fail(ErrorCode::kBadValue, path, "is over 16 MiB; is it the right file?");
  }
  if (std::ferror(file.get()))
    return fail(ErrorCode::kIo, path, "cannot be read: " + system_error());
  return text;
}

Status write_secret_file(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST)
    return fail(ErrorCode::kInUse, path, "exists already and is not replaced; remove it first");
  if (fd < 0) return fail(ErrorCode::kIo, path, "cannot be written: " + system_error());
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(fd, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    written += static_cast<std::size_t>(count);
  }
  if (close(fd) != 0 || written < text.size())
    return fail(ErrorCode::kIo, path, "cannot be written: " + system_error());
  return {};
}

}  // namespace holdfast::app
