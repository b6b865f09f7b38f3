// SPDX-License-Identifier: MIT
#include "run/remove_run.h"

#include "core/error.h"
#include "files/folders.h"

#include <algorithm>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// Not durable: without its manifest the run is none.
void drop(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error)
    throw Error(ErrorKind::io, "cannot remove '" + path.string() + "': " + error.message());
}

/// Deepest first.
std::vector<fs::path> folders_below(const fs::path& top) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::recursive_directory_iterator(top))
    if (entry.is_directory() && !entry.is_symlink()) folders.push_back(entry.path());
  std::ranges::sort(folders, std::greater<>());
  return folders;
}

}  // namespace

std::vector<std::string> remove_run_files(const RunFolder& run, const std::vector<RunFile>& files) {
  remove_file(run.file("manifest.json"));
  for (const RunFile& file : files) drop(run.file(file.name));
  for (const char* own : {"progress.json", "cpu.csv"}) drop(run.file(own));
  remove_folder(run.segments());
  std::error_code not_empty;
  for (const fs::path& folder : folders_below(run.path())) fs::remove(folder, not_empty);
  std::vector<std::string> left;
  for (const auto& entry : fs::recursive_directory_iterator(run.path())) {
    const std::string name = entry.path().lexically_relative(run.path()).generic_string();
    if (!entry.is_directory() && name != ".lock") left.push_back(name);
  }
  std::ranges::sort(left);
  if (left.empty()) {
    drop(run.file(".lock"));
    fs::remove(run.path(), not_empty);
  }
  return left;
}

}  // namespace screenalytics
