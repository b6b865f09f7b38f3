// SPDX-License-Identifier: MIT
#include "core/memory_watch.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SCREENALYTICS_SEES_ALLOCATIONS
#include <dlfcn.h>
#include <malloc.h>
#endif

namespace screenalytics {
namespace {

constinit std::atomic<std::uint64_t> failures{0};

/// What `new` calls when there is no memory, in every library.
[[noreturn]] void count_and_throw() {
  failures.fetch_add(1, std::memory_order_relaxed);
  throw std::bad_alloc();
}

[[maybe_unused]] const auto before = std::set_new_handler(count_and_throw);

}  // namespace

std::uint64_t MemoryWatch::failed_allocations() { return failures.load(std::memory_order_relaxed); }

#ifdef SCREENALYTICS_SEES_ALLOCATIONS
namespace {

using PosixMemalign = int (*)(void**, std::size_t, std::size_t);
using Memalign = void* (*)(std::size_t, std::size_t);
using Realloc = void* (*)(void*, std::size_t);

/// Whoever comes after the program: the C library, or what was preloaded. No static with a guard:
/// the first call may come before any constructor.
template <typename Function>
Function next(std::atomic<Function>& known, const char* name) {
  Function function = known.load(std::memory_order_relaxed);
  if (function == nullptr) {
    function = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
    known.store(function, std::memory_order_relaxed);
  }
  return function;
}

constinit std::atomic<PosixMemalign> next_posix_memalign{nullptr};
constinit std::atomic<Memalign> next_memalign{nullptr};
constinit std::atomic<Realloc> next_realloc{nullptr};

void* counted(void* block, std::size_t size) {
  if (block == nullptr && size > 0) failures.fetch_add(1, std::memory_order_relaxed);
  return block;
}

}  // namespace
#endif

}  // namespace screenalytics

#ifdef SCREENALYTICS_SEES_ALLOCATIONS
// The dynamic linker takes a program's own definition before that of any library.
#define SCREENALYTICS_EXPORTED __attribute__((visibility("default")))

extern "C" {

SCREENALYTICS_EXPORTED int posix_memalign(void** block,
                                          std::size_t alignment,
                                          std::size_t size) noexcept {
  const int code = screenalytics::next(screenalytics::next_posix_memalign, "posix_memalign")(
      block, alignment, size);
  if (code == ENOMEM) screenalytics::failures.fetch_add(1, std::memory_order_relaxed);
  return code;
}

SCREENALYTICS_EXPORTED void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return screenalytics::counted(
      screenalytics::next(screenalytics::next_memalign, "memalign")(alignment, size), size);
}

SCREENALYTICS_EXPORTED void* realloc(void* block, std::size_t size) noexcept {
  return screenalytics::counted(
      screenalytics::next(screenalytics::next_realloc, "realloc")(block, size), size);
}

}  // extern "C"
#endif
