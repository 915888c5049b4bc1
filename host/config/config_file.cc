// SPDX-License-Identifier: Apache-2.0
#include <glob.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "config/raw_section.h"

namespace holdfast {
namespace {

constexpr std::uintmax_t kMaxFileBytes = 4 << 20;

class DiskFiles : public FileSource {
 public:
  Result<std::string> read(const std::string& path) const override {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0)
      return fail(ErrorCode::kNotFound, path, "cannot be opened: no such file, or no permission");
    // A pipe or a device could keep us waiting for ever.
    if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kBadValue, path, "is no regular file");
    if (static_cast<std::uintmax_t>(status.st_size) > kMaxFileBytes)
      return fail(ErrorCode::kBadValue, path, "is larger than 4 MiB");
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || (status.st_size > 0 && !(text << file.rdbuf())))
      return fail(ErrorCode::kNotFound, path, "cannot be opened or read");
    return std::move(text).str();
  }

  std::vector<std::string> match(const std::string& pattern) const override {
    glob_t found{};
    std::vector<std::string> paths;
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
      paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
    return paths;
  }
};

}  // namespace

const FileSource& disk_files() {
  static const DiskFiles files;
  return files;
}

Result<Section> parse_config(std::string_view text, const std::string& place,
                             const FileSource& files, std::vector<Error>* warnings) {
  RawSection root;
  if (Status status = parse_raw(text, place, files, warnings, root); !status)
    return tl::unexpected(status.error());
  return resolve_references(root);
}

Result<Section> parse_config_file(const std::string& path, std::vector<Error>* warnings) {
  const auto text = disk_files().read(path);
  if (!text) return tl::unexpected(text.error());
  return parse_config(*text, path, disk_files(), warnings);
}

}  // namespace holdfast
