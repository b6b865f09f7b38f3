// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"

#include "budget/cgroup.h"
#include "budget/choose_cpus.h"
#include "budget/cpu_mask.h"
#include "core/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>
#include <utility>

#include <stdlib.h>  // setenv
#include <unistd.h>

namespace screenalytics {
namespace {

std::optional<int> positive(const char* text) {
  if (text == nullptr) return std::nullopt;
  const std::string_view view(text);
  int value = 0;
  const auto [end, code] = std::from_chars(view.data(), view.data() + view.size(), value);
  if (code != std::errc() || end != view.data() + view.size() || value < 1) return std::nullopt;
  return value;
}

// "150" or "37.5".
std::string short_number(double value) {
  std::array<char, 64> text{};
  const double tenths = std::round(value * 10) / 10;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), tenths).ptr;
  return {text.data(), end};
}

std::string cpu_count(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " CPU" : " CPUs");
}

// Why less than asked is allowed: every limit below what was asked.
std::vector<std::string> reasons(double asked, const CpuAllowance& allowance) {
  std::vector<std::string> notes;
  const std::size_t usable = allowance.affinity.size();
  if (usable > 0 && asked > 100.0 * static_cast<double>(usable)) {
    const bool whole_machine = std::cmp_greater_equal(usable, allowance.online);
    notes.push_back((whole_machine ? "the machine has " : "the affinity mask has ") +
                    cpu_count(usable));
  }
  if (allowance.cgroup_percent && asked > *allowance.cgroup_percent) {
    notes.push_back("cgroup quota " + short_number(*allowance.cgroup_percent) + " %");
  }
  if (allowance.slurm_cpus && asked > 100.0 * *allowance.slurm_cpus) {
    notes.push_back("SLURM_CPUS_PER_TASK=" + std::to_string(*allowance.slurm_cpus));
  }
  return notes;
}

void pin(CpuCap& cap, const CpuAllowance& allowance) {
  const auto cores = read_cores("/", allowance.affinity);
  const auto chosen =
      choose_cpus(allowance.affinity, cores, cap.permits, static_cast<std::size_t>(getpid()));
  const int refused = chosen.empty() ? 0 : run_on(chosen);
  if (chosen.empty() || refused != 0) {
    const auto reason = chosen.empty() ? std::string("the affinity mask cannot be read")
                                       : std::generic_category().message(refused);
    cap.notes.push_back("not pinned to CPUs (" + reason + "); the permits alone hold the cap");
    return;
  }
  if (cores.size() < allowance.affinity.size() && chosen.size() < allowance.affinity.size()) {
    cap.notes.emplace_back("no core topology in /sys; CPUs were taken in order");
  }
  cap.cpus = chosen;
  cap.method = "affinity";
}

}  // namespace

double CpuAllowance::percent() const {
  const auto cpus =
      affinity.empty() ? static_cast<std::size_t>(std::max(online, 1)) : affinity.size();
  double tightest = 100.0 * static_cast<double>(cpus);
  if (cgroup_percent) tightest = std::min(tightest, *cgroup_percent);
  if (slurm_cpus) tightest = std::min(tightest, 100.0 * *slurm_cpus);
  return tightest;
}

CpuAllowance read_allowance(const char* slurm_cpus_per_task) {
  CpuAllowance allowance;
  allowance.affinity = own_cpus();
  allowance.online = static_cast<int>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  const auto quota = read_cgroup_quota("/");
  allowance.cgroup_percent = quota.percent;
  allowance.cgroup_version = quota.version;
  allowance.slurm_cpus = positive(slurm_cpus_per_task);
  return allowance;
}

CpuCap apply_cap(double asked_percent, const CpuAllowance& allowance, bool enforce) {
  if (!std::isfinite(asked_percent) || asked_percent < 1) {
    throw Error(ErrorKind::bad_usage,
                "a CPU limit of " + short_number(asked_percent) +
                    " % cannot be held: give percent of one core, 1 or more (300 is three cores)");
  }
  CpuCap cap;
  cap.asked_percent = asked_percent;
  cap.percent = std::min(asked_percent, allowance.percent());
  // A hair above whole cores is rounding, not a wish for one more core.
  cap.permits = std::max(1, static_cast<int>(std::ceil(cap.percent / 100 - 1e-6)));
  cap.notes = reasons(asked_percent, allowance);
  cap.method = enforce ? "permits" : "off";
  if (!enforce) return cap;
  pin(cap, allowance);
  if (cap.percent < 100.0 * cap.permits - 1e-4) {
    const bool by_quota = allowance.cgroup_percent && cap.percent >= *allowance.cgroup_percent;
    if (cap.method == "affinity") cap.method = "affinity+permits";
    cap.notes.push_back(
        short_number(cap.percent) + " % is not a whole number of cores: held to " +
        cpu_count(static_cast<std::size_t>(cap.permits)) +
        (by_quota ? ", the cgroup quota holds the fraction" : ", the fraction is not enforced"));
  }
  return cap;
}

void limit_library_threads() {
  for (const char* name : {"OMP_NUM_THREADS",
                           "MKL_NUM_THREADS",
                           "OPENBLAS_NUM_THREADS",
                           "VECLIB_MAXIMUM_THREADS",
                           "NUMEXPR_NUM_THREADS",
                           "OPENCV_FOR_THREADS_NUM"}) {
    setenv(name, "1", 0);  // NOLINT(concurrency-mt-unsafe): called before any thread starts
  }
}

}  // namespace screenalytics
