// SPDX-License-Identifier: MIT
#include "core/memory_watch.h"

#include <cstdint>
#include <cstdlib>
#include <new>
#include <thread>

#include <gtest/gtest.h>
#include <malloc.h>

namespace screenalytics {
namespace {

constexpr std::size_t kTooMuch = PTRDIFF_MAX;

void ask_aligned(std::size_t bytes) {
  void* block = nullptr;
  if (::posix_memalign(&block, 64, bytes) == 0) std::free(block);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void ask_aligned_the_old_way(std::size_t bytes) { std::free(::memalign(64, bytes)); }

void ask_for_more(std::size_t bytes) {
  void* block = std::malloc(16);
  void* larger = std::realloc(block, bytes);
  std::free(larger != nullptr ? larger : block);
}

TEST(MemoryWatch, SeesWhatALibraryDidNotGet) {
  for (const auto ask : {ask_aligned, ask_aligned_the_old_way, ask_for_more}) {
    const MemoryWatch memory;
    ask(64);
    EXPECT_FALSE(memory.failed());
    EXPECT_NO_THROW(memory.check());
    ask(kTooMuch);
    EXPECT_TRUE(memory.failed());
    EXPECT_THROW(memory.check(), std::bad_alloc);
    EXPECT_FALSE(MemoryWatch().failed());  // begun afterwards
    EXPECT_TRUE(MemoryWatch::ever_failed());
  }
}

TEST(MemoryWatch, SeesANewThatALibraryCaught) {
  const MemoryWatch memory;
  try {
    ::operator delete(::operator new(kTooMuch));
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): as if nothing had happened
  }
  EXPECT_TRUE(memory.failed());
}

TEST(MemoryWatch, SeesEveryThread) {
  const MemoryWatch memory;
  std::thread(ask_aligned, kTooMuch).join();
  EXPECT_TRUE(memory.failed());
}

TEST(MemoryWatch, PutsNoMemoryInThePlaceOfAResultOrAnError) {
  EXPECT_THROW(MemoryWatch().over([] {
    ask_aligned(kTooMuch);
    return 1;
  }),
               std::bad_alloc);
  EXPECT_THROW(MemoryWatch().over([] {
    ask_aligned(kTooMuch);
    throw Error(ErrorKind::bad_media, "the file is damaged");
  }),
               std::bad_alloc);
}

#endif

TEST(MemoryWatch, LeavesResultsAndErrorsAsTheyAre) {
  EXPECT_EQ(MemoryWatch().over([] {
    ask_aligned(64);
    return 1;
  }),
            1);
  EXPECT_THROW(MemoryWatch().over([] { throw Error(ErrorKind::bad_media, "damaged"); }), Error);
}

}  // namespace
}  // namespace screenalytics
