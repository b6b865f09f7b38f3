// SPDX-License-Identifier: MIT
#include "budget/cpu_mask.h"

#include "budget/proc_numbers.h"

#include <cerrno>

#ifdef __linux__
#include <memory>

#include <sched.h>
#endif

namespace screenalytics {

#ifdef __linux__

namespace {

// The kernel refuses a mask shorter than its own; no machine has more CPUs than this.
constexpr int kMaskCpus = 1 << 16;

struct FreeMask {
  void operator()(cpu_set_t* mask) const { CPU_FREE(mask); }
};

class CpuMask {
 public:
  CpuMask() : mask_(CPU_ALLOC(kMaskCpus)) { CPU_ZERO_S(bytes(), mask_.get()); }
  static std::size_t bytes() { return CPU_ALLOC_SIZE(kMaskCpus); }
  cpu_set_t* get() { return mask_.get(); }
  bool has(int cpu) const {
    return CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes(), mask_.get());
  }
  /// Whether every CPU of this mask is in the other one.
  bool lies_in(const CpuMask& other) const {
    const CpuMask both;
    CPU_AND_S(bytes(), both.mask_.get(), mask_.get(), other.mask_.get());
    return CPU_EQUAL_S(bytes(), both.mask_.get(), mask_.get());
  }
  void add(int cpu) { CPU_SET_S(static_cast<std::size_t>(cpu), bytes(), mask_.get()); }

 private:
  std::unique_ptr<cpu_set_t, FreeMask> mask_;
};

CpuMask mask_of(const std::vector<int>& cpus) {
  CpuMask mask;
  for (const int cpu : cpus) mask.add(cpu);
  return mask;
}

int move_thread(pid_t thread, const std::vector<int>& cpus) {
  CpuMask mask = mask_of(cpus);
  return sched_setaffinity(thread, CpuMask::bytes(), mask.get()) == 0 ? 0 : errno;
}

}  // namespace

std::vector<int> own_cpus() {
  CpuMask mask;
  std::vector<int> cpus;
  if (sched_getaffinity(0, CpuMask::bytes(), mask.get()) != 0) return cpus;
  for (int cpu = 0; cpu < kMaskCpus; ++cpu) {
    if (mask.has(cpu)) cpus.push_back(cpu);
  }
  return cpus;
}

int run_on(const std::vector<int>& cpus) { return move_thread(0, cpus); }

int run_all_on(const std::vector<int>& cpus) {
  const int refused = run_on(cpus);
  if (refused != 0) return refused;
  for (const pid_t thread : numbers_in("/proc/self/task")) {
    const int result = move_thread(thread, cpus);
    if (result != 0 && result != ESRCH) return result;
  }
  return 0;
}

bool keep_on(pid_t thread, const std::vector<int>& cpus) {
  CpuMask now;
  if (sched_getaffinity(thread, CpuMask::bytes(), now.get()) != 0) return false;
  return !now.lies_in(mask_of(cpus)) && move_thread(thread, cpus) == 0;
}

#else

std::vector<int> own_cpus() { return {}; }
int run_on(const std::vector<int>&) { return ENOTSUP; }
int run_all_on(const std::vector<int>&) { return ENOTSUP; }
bool keep_on(pid_t, const std::vector<int>&) { return false; }

#endif

}  // namespace screenalytics
