// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"

#include "budget/cgroup.h"
#include "budget/cpu_mask.h"
#include "core/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include <stdlib.h>  // setenv
#include <unistd.h>

namespace screenalytics {
namespace {

// A hair above whole cores is rounding, not a wish for one more core.
constexpr double kHair = 1e-4;

std::optional<int> positive(const char* text) {
  if (text == nullptr) return std::nullopt;
  const std::string_view view(text);
  int value = 0;
  const auto [end, code] = std::from_chars(view.data(), view.data() + view.size(), value);
  if (code != std::errc() || end != view.data() + view.size() || value < 1) return std::nullopt;
  return value;
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

void round_down(CpuCap& cap) {
  const double whole = 100 * std::floor((cap.percent + kHair) / 100);
  if (whole < 100) {
    throw Error(ErrorKind::bad_usage,
                "--cpu-method affinity holds whole cores only: a CPU limit of " +
                    short_number(cap.percent) + " % needs another method (auto)");
  }
  if (whole < cap.percent - kHair) cap.notes.emplace_back("affinity holds whole cores only");
  cap.percent = whole;
}

}  // namespace

std::string short_number(double value) {
  std::array<char, 64> text{};
  const double tenths = std::round(value * 10) / 10;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), tenths).ptr;
  return {text.data(), end};
}

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

bool CpuCap::is_whole() const { return percent > 100.0 * permits - kHair; }

CpuCap plan_cap(double asked_percent, const CpuAllowance& allowance, CpuMethod method) {
  if (!std::isfinite(asked_percent) || asked_percent < 1) {
    throw Error(ErrorKind::bad_usage,
                "a CPU limit of " + short_number(asked_percent) +
                    " % cannot be held: give percent of one core, 1 or more (300 is three cores)");
  }
  CpuCap cap;
  cap.asked_percent = asked_percent;
  cap.percent = std::min(asked_percent, allowance.percent());
  cap.notes = reasons(asked_percent, allowance);
  if (method == CpuMethod::affinity) round_down(cap);
  cap.permits = std::max(1, static_cast<int>(std::ceil((cap.percent - kHair) / 100)));
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
