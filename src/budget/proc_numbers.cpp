// SPDX-License-Identifier: MIT
#include "budget/proc_numbers.h"

#include <charconv>
#include <memory>
#include <string_view>

#include <dirent.h>

namespace screenalytics {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

std::vector<pid_t> numbers_in(const char* path) {
  std::vector<pid_t> numbers;
  const std::unique_ptr<DIR, CloseFolder> folder(opendir(path));
  if (!folder) return numbers;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name(entry->d_name);
    pid_t number = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (code == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace screenalytics
