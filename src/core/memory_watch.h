// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"

#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace screenalytics {

/// Tells whether memory ran out while it lived, in any thread. Libraries written in C may go on
/// without the memory that they did not get: a decoder shows another picture, a demuxer skips a
/// packet, and no code says why. What was made meanwhile may be wrong and must not be kept.
///
/// Seen is every `new` that failed (a library may have caught the exception), and the calls with
/// which FFmpeg, x264 and OpenCV ask for memory (posix_memalign, memalign, realloc), these only
/// where the program can stand before the C library (glibc, no sanitizer).
class MemoryWatch {
 public:
  /// Whether memory ran out since the program began. May be asked in a signal handler.
  static bool ever_failed() { return failed_allocations() != 0; }

  bool failed() const { return failed_allocations() != before_; }

  /// Throws std::bad_alloc when memory ran out.
  void check() const {
    if (failed()) throw std::bad_alloc();
  }

  /// The result of `work`; std::bad_alloc instead of it, or of the Error that it threw, when memory
  /// ran out.
  template <typename Work>
  auto over(Work&& work) const {
    try {
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        check();
      } else {
        auto result = work();
        check();
        return result;
      }
    } catch (const Error&) {
      check();
      throw;
    }
  }

 private:
  static std::uint64_t failed_allocations();

  std::uint64_t before_ = failed_allocations();
};

}  // namespace screenalytics
