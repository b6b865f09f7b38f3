// SPDX-License-Identifier: MIT
#pragma once

namespace screenalytics {

/// Under a cap below one core: waits until the cap allows the CPU time that this process has used
/// so far. Called by itself before the first constructor, and by `main` when the commands are set
/// up; from there on the governor looks after it. Only for a process with one thread.
void pay_for_start_up();

}  // namespace screenalytics
