// SPDX-License-Identifier: Apache-2.0
#include "app/replay_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

struct Named {
  std::string what;  ///< "the input", "the file of --sa"
  std::string option, path;
};

/// The file that opening `path` for writing would make: symbolic links are followed even if
/// nothing is there yet.
fs::path target_of(const fs::path& path) {
  constexpr int kMaxLinks = 40;  // as many as Linux follows
  std::error_code error;
  fs::path target = fs::absolute(path, error);
  for (int i = 0; i < kMaxLinks && fs::is_symlink(fs::symlink_status(target, error)); ++i) {
    const fs::path link = fs::read_symlink(target, error);
    if (error) break;
    target = target.parent_path() / link;  // an absolute link replaces all of it
  }
  const fs::path whole = fs::weakly_canonical(target, error);
  return error ? target : whole;
}

bool is_same_file(const std::string& one, const std::string& other) {
  std::error_code error;
  if (fs::is_character_file(one, error)) return false;
  return fs::equivalent(one, other, error) || target_of(one) == target_of(other);
}

Status check_keys(const ReplayOptions& options) {
  std::error_code error;
  const fs::file_status folder = fs::status(options.keys_folder, error);
  if (fs::exists(folder) && !fs::is_directory(folder))
    return fail(ErrorCode::kIo, options.keys_folder, "is not a folder; give --keys-out another");
  const std::string path = keys_file(options);
  if (fs::exists(fs::symlink_status(path, error)))
    return fail(ErrorCode::kInUse, path, "exists already and is not replaced; remove it first");
  return {};
}

}  // namespace

std::string keys_file(const ReplayOptions& options) {
  return options.keys_folder.empty() ? "" : options.keys_folder + "/esp_sa";
}

Status check_files(const ReplayOptions& options) {
  std::vector<Named> taken = {{"the input", "", options.input},
                              {"the file of --sa", "", options.sa_file},
                              {"the file of --esp-sa", "", options.esp_sa_file}};
  const Named outputs[] = {{"the file of --out", "--out", options.output},
                           {"the file of --report", "--report", options.report},
                           {"the file of --keys-out", "--keys-out", keys_file(options)}};
  for (const Named& output : outputs) {
    if (output.path.empty()) continue;
    for (const Named& other : taken)
      if (!other.path.empty() && is_same_file(output.path, other.path))
        return fail(ErrorCode::kBadValue, output.path,
                    fmt::format("is {}; give {} another file", other.what, output.option));
    taken.push_back(output);
  }
  return options.keys_folder.empty() ? Status{} : check_keys(options);
}

}  // namespace holdfast::app
