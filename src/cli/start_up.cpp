// SPDX-License-Identifier: MIT
// Loading the shared libraries takes some 20 ms of one core before `main` runs, most of it before
// the first constructor. Under a cap below one core that is a burst, and nobody is there yet to
// hold it back: so the very first function of ours, which runs before any constructor, waits until
// the cap would have allowed what was used up to there.
#include "cli/start_up.h"

#ifdef __linux__

#include <cstdlib>
#include <cstring>
#include <ctime>

namespace screenalytics {
namespace {

double asked = 0;  // percent, of a cap that is held; plain data: there is no constructor yet
double paid = 0;   // seconds of CPU time

/// The cap that will be in force, as far as words tell: the flag, else the variable; 0: not said.
double asked_percent(int count, char** words, char** variables) {
  double percent = 0;
  bool enforced = true;
  const auto value_of = [](const char* text, const char* name) -> const char* {
    const std::size_t length = std::strlen(name);
    return std::strncmp(text, name, length) == 0 && text[length] == '=' ? text + length + 1
                                                                        : nullptr;
  };
  for (; *variables != nullptr; ++variables) {
    if (const char* value = value_of(*variables, "SCREENALYTICS_CPU_LIMIT"))
      percent = std::strtod(value, nullptr);
    if (const char* value = value_of(*variables, "ENABLE_CPU_LIMIT"))
      enforced = std::strcmp(value, "0") != 0;
  }
  for (int i = 1; i < count && std::strcmp(words[i], "--") != 0; ++i) {
    const char* value = value_of(words[i], "--cpu-limit");
    if (value == nullptr && std::strcmp(words[i], "--cpu-limit") == 0 && i + 1 < count)
      value = words[i + 1];
    if (value != nullptr) percent = std::strtod(value, nullptr);
  }
  return enforced ? percent : 0;
}

void pay_for_loading(int count, char** words, char** variables) {
  asked = asked_percent(count, words, variables);
  pay_for_start_up();
}

using First = void (*)(int, char**, char**);
__attribute__((section(".preinit_array"), used)) const First kFirst = pay_for_loading;

}  // namespace

void pay_for_start_up() {
  if (!(asked >= 1 && asked < 100)) return;
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  const double seconds =
      static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
  const double pause = (seconds - paid) * (100 / asked - 1);
  paid = seconds;
  const auto whole = static_cast<time_t>(pause);
  const timespec left{whole, static_cast<long>((pause - static_cast<double>(whole)) * 1e9)};
  nanosleep(&left, nullptr);
}

}  // namespace screenalytics

#else

namespace screenalytics {
void pay_for_start_up() {}
}  // namespace screenalytics

#endif
