// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cgroup_leaf.h"
#include "budget/computing_threads.h"
#include "budget/cpu_claims.h"
#include "budget/cpu_limits.h"
#include "budget/governor.h"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

struct EnforcementOptions {
  CpuMethod method = CpuMethod::automatic;
  bool enforce = true;           ///< false: measured, not held
  std::filesystem::path claims;  ///< folder that runs of this user share, see CpuClaims
  std::filesystem::path root = "/";
};

/// What is in force.
struct EnforcementState {
  std::string method;     ///< "affinity", "affinity+governor", "governor", "affinity+cgroup", "off"
  std::vector<int> cpus;  ///< pinned to these
  int shared_cpus = 0;    ///< of them, claimed by another run as well
  std::string group;      ///< control group, empty without one
  double quota_percent = 0;
  std::chrono::microseconds period{};
  std::vector<std::string> notes;  ///< what could not be had, and what took its place
};

/// Holds the cap: by pinning to ceil(percent / 100) CPUs, which is exact for whole cores; a
/// fraction by the governor, or by a control group where that was asked for. What cannot be had is
/// replaced by the governor and said in the notes. Make it before any library starts a thread.
/// Thread-safe.
class CpuEnforcement {
 public:
  /// `threads` must outlive it.
  CpuEnforcement(const CpuCap& cap,
                 const CpuAllowance& allowance,
                 ComputingThreads& threads,
                 const EnforcementOptions& options);
  CpuEnforcement(const CpuEnforcement&) = delete;
  CpuEnforcement& operator=(const CpuEnforcement&) = delete;

  EnforcementState state() const;
  /// One line for people.
  std::string describe() const;
  /// Looks whether it is still in force; a control group that is gone is replaced by the governor.
  /// What happened, if anything.
  std::optional<std::string> look_after();
  /// How long the group or the governor kept threads waiting so far.
  std::chrono::nanoseconds throttled() const;

 private:
  void pin(const CpuAllowance& allowance, const std::filesystem::path& claims);
  void join_group();
  void govern();
  void name_method();

  const CpuCap cap_;
  const EnforcementOptions options_;
  ComputingThreads& threads_;
  mutable std::mutex mutex_;  // guards what follows
  EnforcementState state_;
  std::optional<CpuClaims> claims_;
  std::optional<CgroupLeaf> group_;
  std::chrono::nanoseconds throttled_before_{};
  std::optional<Governor> governor_;
};

}  // namespace screenalytics
