// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <sys/types.h>

namespace screenalytics {

/// CPUs that the calling thread may run on; empty when the system does not say.
std::vector<int> own_cpus();

/// The calling thread, and what it starts from now on, runs on these CPUs only. 0, or errno.
int run_on(const std::vector<int>& cpus);

/// The same for every thread that the process has. 0, or errno of the first refusal.
int run_all_on(const std::vector<int>& cpus);

/// True when the thread, of any process, was allowed other CPUs than these; it is not any more.
bool keep_on(pid_t thread, const std::vector<int>& cpus);

}  // namespace screenalytics
