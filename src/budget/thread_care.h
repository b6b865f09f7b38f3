// SPDX-License-Identifier: MIT
#pragma once

namespace screenalytics {

/// Asks the kernel to wake the calling thread close to the time it asked for, also beside busy
/// threads: little timer slack, and a short time slice, which is served sooner. Needs no privilege;
/// a system that knows neither leaves things as they are.
void wake_on_time();

}  // namespace screenalytics
