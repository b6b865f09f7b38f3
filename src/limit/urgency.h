// SPDX-License-Identifier: MIT
#pragma once

namespace screenalytics {

/// The calling process runs as soon as it has something to do, also on busy CPUs: in real time
/// where that is allowed, else with a short time slice. Its children do not inherit it. For a
/// process that sleeps nearly always.
void become_urgent();

/// While one lives, the calling process is not in real time. To take in an ended child, the kernel
/// waits, spinning, for whoever looks at it in /proc; when that one is to run on the same CPU, a
/// process in real time spins until the kernel's own guard stops it, 0.95 s later.
class [[nodiscard]] Patience {
 public:
  Patience();
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

 private:
  bool was_real_time_ = false;
};

/// What its children leave behind when they end becomes a child of the calling process.
void adopt_orphans();

}  // namespace screenalytics
