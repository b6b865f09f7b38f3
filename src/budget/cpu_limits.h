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

/// What was decided at start-up.
struct CpuCap {
  double asked_percent = 0;  ///< by the user or the default
  double percent = 0;        ///< in force: the smaller of asked and allowed
  int permits = 1;           ///< ceil(percent / 100)
  std::string method;        ///< "affinity" or "permits" (what holds the cap besides the permits)
  std::vector<int> cpus;     ///< pinned to these, empty when not pinned
  std::vector<std::string> notes;  ///< why the cap is lower than asked, in words
};

/// Pins the process to ceil(percent/100) CPUs of its mask (call before any library starts a thread)
/// unless `enforce` is false; then only the permits hold it.
CpuCap apply_cap(double asked_percent, const CpuAllowance& allowance, bool enforce);

/// Sets OMP_, MKL_, OPENBLAS_, VECLIB_MAXIMUM_, NUMEXPR_NUM_THREADS and OPENCV_FOR_THREADS_NUM to 1
/// where the user has not set them, for ourselves and for children. Call before any thread starts.
void limit_library_threads();

}  // namespace screenalytics
