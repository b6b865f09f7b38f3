// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace screenalytics {

/// While it lives, this thread reads and writes denormal floats as zero: each one costs a CPU more
/// than a hundred cycles, and a network's dead channels are full of them. Restores the thread's
/// own mode at the end, so that code outside the models computes as ever.
class DenormalsAsZero {
 public:
  DenormalsAsZero();
  ~DenormalsAsZero();
  DenormalsAsZero(const DenormalsAsZero&) = delete;
  DenormalsAsZero& operator=(const DenormalsAsZero&) = delete;

 private:
  std::uint64_t before_ = 0;
};

}  // namespace screenalytics
