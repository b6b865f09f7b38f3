// SPDX-License-Identifier: MIT
#include "budget/cpu_enforcement.h"

#include "budget/choose_cpus.h"
#include "budget/cpu_mask.h"
#include "core/error.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace screenalytics {
namespace {

std::string list_of(const std::vector<int>& cpus) {
  std::string text = cpus.size() == 1 ? "CPU " : "CPUs ";
  for (std::size_t i = 0; i < cpus.size(); ++i)
    text += (i == 0 ? "" : ",") + std::to_string(cpus[i]);
  return text;
}

}  // namespace

CpuEnforcement::CpuEnforcement(const CpuCap& cap,
                               const CpuAllowance& allowance,
                               ComputingThreads& threads,
                               const EnforcementOptions& options)
    : cap_(cap), options_(options), threads_(threads) {
  const std::lock_guard lock(mutex_);
  if (options.enforce) {
    pin(allowance, options.claims);
    const bool pinned = !state_.cpus.empty();
    if (options.method == CpuMethod::cgroup) join_group();
    const bool governed = options.method == CpuMethod::governor || !pinned || !cap.is_whole();
    if (!group_ && governed) govern();
  }
  name_method();
}

void CpuEnforcement::pin(const CpuAllowance& allowance, const std::filesystem::path& claims) {
  const auto cores = read_cores(options_.root, allowance.affinity);
  const int all = static_cast<int>(allowance.affinity.size());
  claims_.emplace(claims, choose_cpus(allowance.affinity, cores, all), cap_.permits);
  const auto& chosen = claims_->cpus();
  const int refused = chosen.empty() ? 0 : run_all_on(chosen);
  if (chosen.empty() || refused != 0) {
    state_.notes.push_back("not pinned to CPUs (" +
                           (chosen.empty() ? std::string("the affinity mask cannot be read")
                                           : std::generic_category().message(refused)) +
                           "): the governor holds the cap");
    claims_.reset();
    return;
  }
  state_.cpus = chosen;
  const bool choice = cap_.permits < all;
  if (!choice) return;
  state_.shared_cpus = claims_->shared();
  if (!claims_->trouble().empty()) {
    state_.notes.push_back("CPUs were chosen by process number, other runs may use the same: " +
                           claims_->trouble());
  }
  if (state_.shared_cpus > 0) {
    state_.notes.push_back(std::to_string(state_.shared_cpus) + " of " + list_of(chosen) +
                           " also used by another run: no CPU was free");
  }
  if (std::cmp_less(cores.size(), all))
    state_.notes.emplace_back("no core topology in /sys; CPUs were taken in order");
}

void CpuEnforcement::join_group() {
  try {
    group_.emplace(options_.root, LeafQuota{.percent = cap_.percent});
    group_->add(0);
    state_.group = group_->path().string();
    state_.quota_percent = group_->quota().percent;
    state_.period = group_->quota().period;
  } catch (const Error& error) {
    group_.reset();
    state_.notes.push_back(std::string("no control group (") + error.what() +
                           "): the governor holds the cap");
    govern();
  }
}

void CpuEnforcement::govern() {
  if (!governor_) governor_.emplace(threads_, cap_.percent);
}

void CpuEnforcement::name_method() {
  std::string method = state_.cpus.empty() ? "" : "affinity";
  const auto also = [&](const char* name) {
    method += (method.empty() ? "" : "+") + std::string(name);
  };
  if (group_) also("cgroup");
  if (governor_) also("governor");
  state_.method = method.empty() ? "off" : method;
}

EnforcementState CpuEnforcement::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::string CpuEnforcement::describe() const {
  const EnforcementState now = state();
  std::string text = "CPU cap " + short_number(cap_.percent) + " %: ";
  if (now.method == "off") return text + "not enforced, only measured (ENABLE_CPU_LIMIT=0)";
  text += "held by " + now.method;
  if (!now.cpus.empty()) text += " on " + list_of(now.cpus);
  if (!now.group.empty()) text += ", group " + now.group;
  return text;
}

std::optional<std::string> CpuEnforcement::look_after() {
  const ComputingThreads::Shield shield;
  const std::lock_guard lock(mutex_);
  const auto fault = group_ ? group_->fault() : std::nullopt;
  if (!fault) return std::nullopt;
  throttled_before_ += group_->throttled();
  group_.reset();
  state_.group.clear();
  govern();
  name_method();
  state_.notes.push_back(*fault + ": from here on the governor holds the cap");
  return state_.notes.back();
}

std::chrono::nanoseconds CpuEnforcement::throttled() const {
  const std::lock_guard lock(mutex_);
  auto total = throttled_before_;
  if (group_) total += group_->throttled();
  if (governor_) total += governor_->held_back();
  return total;
}

}  // namespace screenalytics
