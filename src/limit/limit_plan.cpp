// SPDX-License-Identifier: MIT
#include "limit/limit_plan.h"

#include "budget/choose_cpus.h"
#include "budget/cpu_mask.h"
#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <system_error>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::array<std::pair<LimitMethod, std::string_view>, 5> kNames{
    {{LimitMethod::automatic, "auto"},
     {LimitMethod::affinity, "affinity"},
     {LimitMethod::cgroup, "cgroup"},
     {LimitMethod::governor, "governor"},
     {LimitMethod::off, "off"}}};

// The wrapper itself is outside the group, so that signals and progress do not wait for the quota.
// What it takes, and what a quota overshoots, comes off: 1 % of the cap and a bit.
double quota_of(double percent) { return std::max(0.99 * percent - 0.4, 0.5 * percent); }

// For fractions: short, so that windows of 0.1 s hold many periods. For whole cores, which the CPUs
// hold: long, so that it takes nothing from who keeps to them.
constexpr auto kPeriod = std::chrono::milliseconds(5);
constexpr auto kLongPeriod = std::chrono::milliseconds(100);

bool whole_cores(double percent) { return std::abs(std::remainder(percent, 100)) < 1e-4; }

void pin(LimitPlan& plan,
         const CpuAllowance& allowance,
         int count,
         const std::filesystem::path& folder) {
  const auto cores = read_cores("/", allowance.affinity);
  const auto preferred =
      choose_cpus(allowance.affinity, cores, static_cast<int>(allowance.affinity.size()));
  plan.claims = std::make_unique<CpuClaims>(folder, preferred, count);
  const auto& chosen = plan.claims->cpus();
  const int refused = chosen.empty() ? ENOTSUP : run_on(chosen);
  if (refused == 0) {
    plan.cpus = chosen;
    return;
  }
  plan.notes.push_back("not pinned to CPUs (" + std::generic_category().message(refused) + ")");
}

// Whether the plan has a group now; why not goes into its notes unless it was asked for by name.
bool take_leaf(LimitPlan& plan, const LimitRequest& request) {
  try {
    plan.leaf = make_leaf(request.root, plan);
    plan.method = LimitMethod::cgroup;
    return true;
  } catch (const Error& error) {
    if (request.method == LimitMethod::cgroup) {
      throw Error(ErrorKind::unavailable,
                  std::string("no control group with a quota: ") + error.what() +
                      "; use --cpu-method governor");
    }
    plan.notes.push_back(std::string("no control group (") + error.what() +
                         "): the command is stopped and continued instead");
    return false;
  }
}

}  // namespace

std::string_view name_of(LimitMethod method) {
  const auto* const found =
      std::ranges::find(kNames, method, &std::pair<LimitMethod, std::string_view>::first);
  return found == kNames.end() ? "auto" : found->second;
}

LimitMethod limit_method(const std::string& name) {
  const auto* const found =
      std::ranges::find(kNames, name, &std::pair<LimitMethod, std::string_view>::second);
  if (found != kNames.end()) return found->first;
  throw Error(ErrorKind::bad_usage,
              "--cpu-method is '" + name + "': it must be auto, affinity, cgroup, governor or off");
}

std::unique_ptr<CgroupLeaf> make_leaf(const std::filesystem::path& root, const LimitPlan& plan) {
  const bool backs_up = plan.method == LimitMethod::affinity;
  const LeafQuota quota = backs_up
                              ? LeafQuota{.percent = plan.percent, .period = kLongPeriod}
                              : LeafQuota{.percent = quota_of(plan.percent), .period = kPeriod};
  return std::make_unique<CgroupLeaf>(root, quota);
}

namespace {

// CPUs hold the cap; where there can be a group, it holds programs that choose other CPUs, too.
void plan_affinity(LimitPlan& plan, const LimitRequest& request) {
  plan.method = LimitMethod::affinity;
  try {
    plan.leaf = make_leaf(request.root, plan);
  } catch (const Error&) {
    plan.leaf.reset();
  }
}

}  // namespace

LimitPlan plan_limit(const LimitRequest& request, const CpuAllowance& allowance) {
  const CpuCap cap = plan_cap(request.percent, allowance, CpuMethod::automatic);
  LimitPlan plan{.asked_percent = cap.asked_percent, .percent = cap.percent, .notes = cap.notes};
  if (request.method == LimitMethod::off) return plan;
  const bool whole = whole_cores(cap.percent);
  if (request.method == LimitMethod::affinity && !whole) {
    throw Error(ErrorKind::bad_usage,
                "--cpu-method affinity holds whole cores only: ask for a multiple of 100, or for "
                "another method");
  }
  pin(plan, allowance, cap.permits, request.claims);
  const bool by_affinity = request.method == LimitMethod::affinity ||
                           (request.method == LimitMethod::automatic && whole);
  if (by_affinity && !plan.cpus.empty()) {
    plan_affinity(plan, request);
    return plan;
  }
  if (request.method == LimitMethod::affinity)
    throw Error(ErrorKind::unavailable, "the command cannot be pinned to CPUs here");
  plan.method = LimitMethod::governor;
  if (request.method != LimitMethod::governor) (void)take_leaf(plan, request);
  return plan;
}

}  // namespace screenalytics
