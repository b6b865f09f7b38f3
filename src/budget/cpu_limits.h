// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// What the machine lets this process use.
struct CpuAllowance {
  int online = 0;             ///< CPUs of the machine
  std::vector<int> affinity;  ///< CPUs this process may run on
  std::optional<double>
      cgroup_percent;             ///< quota of the process's cgroup (v1 or v2, tightest ancestor)
  std::string cgroup_version;     ///< "v1", "v2", "hybrid" or "none"
  std::optional<int> slurm_cpus;  ///< SLURM_CPUS_PER_TASK
  double percent() const;         ///< tightest of all, in percent of one core
};

/// `slurm_cpus_per_task`: the variable's value, nullptr when unset.
CpuAllowance read_allowance(const char* slurm_cpus_per_task);

/// What holds the cap besides the permits.
enum class CpuMethod {
  automatic,  ///< affinity for whole cores, the governor for fractions
  affinity,   ///< whole cores only
  cgroup,     ///< a control group with a quota
  governor,   ///< computing threads are parked while the process is ahead of its allowance
};

/// What was decided at start-up.
struct CpuCap {
  double asked_percent = 0;        ///< by the user or the default
  double percent = 0;              ///< in force: the smaller of asked and allowed
  int permits = 1;                 ///< ceil(percent / 100)
  std::vector<std::string> notes;  ///< why the cap is lower than asked, in words
  bool is_whole() const;           ///< a whole number of cores
};

/// Throws Error{bad_usage} for less than 1 %, and for less than a core with CpuMethod::affinity,
/// which otherwise rounds down to whole cores.
CpuCap plan_cap(double asked_percent, const CpuAllowance& allowance, CpuMethod method);

/// "150" or "37.5".
std::string short_number(double value);

/// Sets OMP_, MKL_, OPENBLAS_, VECLIB_MAXIMUM_, NUMEXPR_NUM_THREADS and OPENCV_FOR_THREADS_NUM to 1
/// where the user has not set them, for ourselves and for children. Call before any thread starts.
void limit_library_threads();

}  // namespace screenalytics
