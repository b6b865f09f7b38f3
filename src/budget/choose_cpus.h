// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

namespace screenalytics {

/// CPU number to the lowest CPU number of its physical core.
using CoreOfCpu = std::map<int, int>;

/// "0-2,5" as the kernel writes lists of CPUs; stops at what it does not understand.
std::vector<int> parse_cpu_list(std::string_view text);

/// Reads `<root>/sys/devices/system/cpu/cpuN/topology/thread_siblings_list`; CPUs without one are
/// left out.
CoreOfCpu read_cores(const std::filesystem::path& root, const std::vector<int>& cpus);

/// `count` of `cpus`, one of each physical core before a second of any.
std::vector<int> choose_cpus(const std::vector<int>& cpus, const CoreOfCpu& cores, int count);

}  // namespace screenalytics
