// SPDX-License-Identifier: MIT
#include "limit/process_look.h"

#include "budget/process_tree.h"
#include "files/file_descriptor.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

namespace screenalytics {
namespace {

using std::chrono::nanoseconds;

// The file's beginning, as far as it fits.
template <std::size_t Size>
std::string_view read_small(const std::string& path, std::array<char, Size>& text) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return {};
  const ssize_t length = ::read(file.get(), text.data(), text.size());
  return {text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

std::string in_proc(pid_t process) { return "/proc/" + std::to_string(process); }

/// Takes the next word off the front.
std::string_view next_word(std::string_view& text) {
  const auto begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return text = {};
  text.remove_prefix(begin);
  const auto word = text.substr(0, text.find_first_of(" \n"));
  text.remove_prefix(word.size());
  return word;
}

template <typename Number>
Number number(std::string_view word) {
  Number value{};
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

nanoseconds from_ticks(std::int64_t ticks) {
  static const std::int64_t second = std::max(1L, sysconf(_SC_CLK_TCK));
  return nanoseconds(ticks * 1'000'000'000 / second);
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

bool kernel_lists_children() {
  static const bool lists = ::access("/proc/thread-self/children", R_OK) == 0;
  return lists;
}

void add_children(pid_t process, std::vector<pid_t>& found) {
  std::array<char, 16384> text;
  for (const pid_t thread : threads_of(process)) {
    auto rest =
        read_small(in_proc(process) + "/task/" + std::to_string(thread) + "/children", text);
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest))
      found.push_back(number<pid_t>(word));
  }
}

}  // namespace

std::optional<ProcessLook> look_at_process(pid_t process) {
  std::array<char, 1024> text;
  auto rest = read_small(in_proc(process) + "/stat", text);
  // The name may hold blanks and parentheses: the fields begin after the last one.
  const auto name_end = rest.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(name_end + 1);
  ProcessLook look;
  std::int64_t ticks = 0;
  for (int field = 3; field <= 22; ++field) {
    const auto word = next_word(rest);
    if (field == 3 && !word.empty()) look.state = word.front();
    if (field == 5) look.group = number<pid_t>(word);
    if (field == 16 || field == 17) ticks += number<std::int64_t>(word);
    if (field == 22) look.started = number<std::uint64_t>(word);
  }
  look.waited = from_ticks(ticks);
  return look;
}

nanoseconds cpu_of_process(pid_t process) {
  clockid_t clock = 0;
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

std::vector<pid_t> processes_below(pid_t process) {
  if (!kernel_lists_children()) {
    ProcessTree tree(process);
    (void)tree.read();
    auto members = tree.members();
    std::erase(members, process);
    return members;
  }
  std::vector<pid_t> found;
  add_children(process, found);
  for (std::size_t i = 0; i < found.size(); ++i) add_children(found[i], found);
  return found;
}

std::int64_t newest_process() {
  std::array<char, 128> text;
  auto rest = read_small("/proc/loadavg", text);
  for (int field = 0; field < 4; ++field) next_word(rest);
  const auto word = next_word(rest);
  return word.empty() ? -1 : number<std::int64_t>(word);
}

std::vector<pid_t> threads_of(pid_t process) {
  std::vector<pid_t> threads;
  const std::unique_ptr<DIR, CloseFolder> folder(opendir((in_proc(process) + "/task").c_str()));
  if (!folder) return threads;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] != '.') threads.push_back(number<pid_t>(entry->d_name));
  }
  return threads;
}

}  // namespace screenalytics
