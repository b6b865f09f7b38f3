// SPDX-License-Identifier: MIT
#include "budget/choose_cpus.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>

namespace screenalytics {
namespace {

constexpr int kHighestCpu = 1 << 16;

}  // namespace

std::vector<int> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at != end) {
    int first = 0;
    auto read = std::from_chars(at, end, first);
    if (read.ec != std::errc()) break;
    int last = first;
    if (read.ptr != end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
    if (read.ec != std::errc() || first < 0 || last > kHighestCpu) break;
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    at = read.ptr;
    if (at == end || *at != ',') break;
    ++at;
  }
  return cpus;
}

CoreOfCpu read_cores(const std::filesystem::path& root, const std::vector<int>& cpus) {
  CoreOfCpu cores;
  for (const int cpu : cpus) {
    std::ifstream file(root / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu)) /
                       "topology/thread_siblings_list");
    std::string line;
    if (!std::getline(file, line)) continue;
    const auto siblings = parse_cpu_list(line);
    if (!siblings.empty()) cores[cpu] = std::ranges::min(siblings);
  }
  return cores;
}

std::vector<int> choose_cpus(const std::vector<int>& cpus, const CoreOfCpu& cores, int count) {
  std::map<int, std::vector<int>> threads_of_core;
  for (const int cpu : cpus) {
    const auto core = cores.find(cpu);
    threads_of_core[core == cores.end() ? cpu : core->second].push_back(cpu);
  }
  std::vector<int> chosen;
  const auto wanted = std::min(cpus.size(), static_cast<std::size_t>(std::max(count, 0)));
  for (std::size_t round = 0; chosen.size() < wanted; ++round) {
    for (const auto& [core, threads] : threads_of_core) {
      if (round < threads.size() && chosen.size() < wanted) chosen.push_back(threads[round]);
    }
  }
  return chosen;
}

}  // namespace screenalytics
