// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <sys/types.h>

namespace screenalytics {

/// The entries of a folder whose names are numbers: processes in /proc, threads in /proc/self/task.
/// Empty when the folder cannot be read.
std::vector<pid_t> numbers_in(const char* path);

}  // namespace screenalytics
