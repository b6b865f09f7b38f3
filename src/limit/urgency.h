// SPDX-License-Identifier: MIT
#pragma once

namespace screenalytics {

/// The calling process runs as soon as it has something to do, also on busy CPUs: in real time
/// where that is allowed, else with a short time slice. Its children do not inherit it. For a
/// process that sleeps nearly always.
void become_urgent();

/// What its children leave behind when they end becomes a child of the calling process.
void adopt_orphans();

}  // namespace screenalytics
