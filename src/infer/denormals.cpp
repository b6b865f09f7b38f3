// SPDX-License-Identifier: MIT
#include "infer/denormals.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace screenalytics {

#if defined(__x86_64__)

namespace {
constexpr unsigned kFlushToZeroAndDenormalsAreZero = 0x8040;
}

DenormalsAsZero::DenormalsAsZero() : before_(_mm_getcsr()) {
  _mm_setcsr(static_cast<unsigned>(before_) | kFlushToZeroAndDenormalsAreZero);
}

DenormalsAsZero::~DenormalsAsZero() { _mm_setcsr(static_cast<unsigned>(before_)); }

#elif defined(__aarch64__)

namespace {
constexpr std::uint64_t kFlushToZero = std::uint64_t{1} << 24;
}

DenormalsAsZero::DenormalsAsZero() {
  asm volatile("mrs %0, fpcr" : "=r"(before_));
  asm volatile("msr fpcr, %0" : : "r"(before_ | kFlushToZero));
}

DenormalsAsZero::~DenormalsAsZero() { asm volatile("msr fpcr, %0" : : "r"(before_)); }

#else

DenormalsAsZero::DenormalsAsZero() = default;
DenormalsAsZero::~DenormalsAsZero() = default;

#endif

}  // namespace screenalytics
