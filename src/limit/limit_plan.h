// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cgroup_leaf.h"
#include "budget/cpu_claims.h"
#include "budget/cpu_limits.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// What holds a command to its cap.
enum class LimitMethod {
  automatic,  ///< affinity for whole cores; for fractions a quota where possible, else the governor
  affinity,   ///< as many CPUs as the cap has cores
  cgroup,     ///< these CPUs, and a control group with a quota
  governor,   ///< these CPUs, and stopping and continuing the processes
  off,        ///< nothing: it is only measured
};
std::string_view name_of(LimitMethod method);
/// Throws Error{bad_usage} for a name that is none.
LimitMethod limit_method(const std::string& name);

struct LimitRequest {
  double percent = 300;  ///< of one core
  LimitMethod method = LimitMethod::automatic;
  std::filesystem::path claims;      ///< folder that runs of this user share, see CpuClaims
  std::filesystem::path root = "/";  ///< where /proc and /sys are; "/" outside tests
};

/// What was decided, and for `cgroup` the group itself.
struct LimitPlan {
  double asked_percent = 0;
  double percent = 0;  ///< in force
  LimitMethod method = LimitMethod::off;
  std::vector<int> cpus;           ///< of which the command may use these; empty: not pinned
  std::vector<std::string> notes;  ///< why it is not what was asked for, in words
  std::unique_ptr<CgroupLeaf> leaf;
  std::unique_ptr<CpuClaims> claims;  ///< other runs take other CPUs while it lives
};

/// Chooses, makes the group and pins the calling process, which the command inherits. Throws
/// Error{unavailable} when a method was asked for by name that does not work here, and
/// Error{bad_usage} for a cap that it cannot hold.
LimitPlan plan_limit(const LimitRequest& request, const CpuAllowance& allowance);

/// The group for a plan whose group was taken away. Throws Error{unavailable}.
std::unique_ptr<CgroupLeaf> make_leaf(const std::filesystem::path& root, const LimitPlan& plan);

}  // namespace screenalytics
