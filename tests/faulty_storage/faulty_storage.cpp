// SPDX-License-Identifier: MIT
// The calls that layer.h counts and fails, in the place of libc's.
#include "layer.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

using namespace faulty_storage;

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// Runs `call` unless it is the one that fails; `before` sees it when it goes ahead.
template <typename Result, typename Call, typename Before>
Result guarded(unsigned kind,
               const char* name,
               const std::string& path,
               Result failure,
               Before before,
               Call call) {
  const std::lock_guard lock(layer->mutex);
  {
    const Inside mark_inside;
    if (fails(kind, name, path)) return failure;
    before();
  }
  return call();
}

int open_below(const char* name, int folder, const char* path, int flags, mode_t mode) {
  const auto really = [&] {
    return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
  };
  if (layer == nullptr || inside) return really();
  std::string whole;
  {
    const Inside mark_inside;
    whole = whole_path(folder, path);
  }
  if (!is_below(whole)) {
    const int opened = really();
    mark(opened, false);
    return opened;
  }
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  const int opened = guarded(writes ? kCreate : kRead, name, whole, -1, [] {}, really);
  mark(opened, true);
  return opened;
}

template <typename Call>
int change(unsigned kind, const char* name, int folder, const char* path, Call call) {
  if (layer == nullptr || inside) return call();
  std::string whole;
  {
    const Inside mark_inside;
    whole = whole_path(folder, path);
  }
  if (!is_below(whole)) return call();
  const auto keep = [&] {
    if (layer->tree && kind == kReplace) layer->tree->keep_number(whole);
  };
  return guarded(kind, name, whole, -1, keep, call);
}

int synced(const char* name, int descriptor, long number, bool everything) {
  const auto really = [&] { return static_cast<int>(::syscall(number, descriptor)); };
  if (!is_ours(descriptor)) return really();
  std::string path;
  {
    const Inside mark_inside;
    path = folder_path(descriptor);
  }
  return guarded(
      kSync,
      name,
      path,
      -1,
      [&] {
        if (!layer->tree) return;
        struct stat facts{};
        ::fstat(descriptor, &facts);
        if (everything) {
          layer->tree->sync_everything();
        } else if (S_ISDIR(facts.st_mode)) {
          layer->tree->sync_folder(path);
        } else {
          layer->tree->sync_file(facts.st_ino, descriptor);
        }
      },
      [&] { return layer->tree ? 0 : really(); });
}

template <typename Call>
ssize_t written(const char* name, int descriptor, Call call) {
  if (!is_ours(descriptor)) return call();
  std::string path;
  {
    const Inside mark_inside;
    path = folder_path(descriptor);
  }
  return guarded<ssize_t>(kWrite, name, path, -1, [] {}, call);
}

int replaced(const char* name,
             int from_folder,
             const char* from,
             int to_folder,
             const char* to,
             unsigned flags) {
  const auto really = [&] {
    return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
  };
  if (layer != nullptr && !inside && layer->tree) {
    const Inside mark_inside;
    const std::string whole = whole_path(to_folder, to);
    const std::lock_guard lock(layer->mutex);
    if (is_below(whole)) layer->tree->keep_number(whole);
  }
  return change(kReplace, name, from_folder, from, really);
}

void* no_memory() {
  errno = ENOMEM;
  return nullptr;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  return open_below("open", AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  return open_below("open", AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  return open_below("openat", folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  return open_below("openat", folder, path, flags, mode);
}

int creat(const char* path, mode_t mode) {
  return open_below("creat", AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

std::FILE* fopen(const char* path, const char* mode) {
  static const auto really = next<std::FILE* (*)(const char*, const char*)>("fopen");
  if (layer == nullptr || inside) return really(path, mode);
  std::string whole;
  {
    const Inside mark_inside;
    whole = whole_path(AT_FDCWD, path);
  }
  const auto open_file = [&]() -> std::FILE* {
    const Inside mark_inside;
    return really(path, mode);
  };
  std::FILE* const file = !is_below(whole)
                              ? open_file()
                              : guarded<std::FILE*>(
                                    std::strpbrk(mode, "wa+") != nullptr ? kCreate : kRead,
                                    "fopen",
                                    whole,
                                    nullptr,
                                    [] {},
                                    open_file);
  if (file != nullptr) mark(::fileno(file), is_below(whole));
  return file;
}

std::FILE* fopen64(const char* path, const char* mode) { return fopen(path, mode); }

int fclose(std::FILE* file) {
  static const auto really = next<int (*)(std::FILE*)>("fclose");
  mark(::fileno(file), false);
  return really(file);
}

int close(int descriptor) {
  mark(descriptor, false);
  return static_cast<int>(::syscall(SYS_close, descriptor));
}

ssize_t write(int descriptor, const void* bytes, std::size_t count) {
  return written(
      "write", descriptor, [&] { return ::syscall(SYS_write, descriptor, bytes, count); });
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  return written(
      "writev", descriptor, [&] { return ::syscall(SYS_writev, descriptor, parts, count); });
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t count, off_t at) {
  return written(
      "pwrite", descriptor, [&] { return ::syscall(SYS_pwrite64, descriptor, bytes, count, at); });
}

ssize_t pwrite64(int descriptor, const void* bytes, std::size_t count, off_t at) {
  return pwrite(descriptor, bytes, count, at);
}

int fsync(int descriptor) { return synced("fsync", descriptor, SYS_fsync, false); }
int fdatasync(int descriptor) { return synced("fdatasync", descriptor, SYS_fdatasync, false); }
int syncfs(int descriptor) { return synced("syncfs", descriptor, SYS_syncfs, true); }

int rename(const char* from, const char* to) noexcept {
  return replaced("rename", AT_FDCWD, from, AT_FDCWD, to, 0);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  return replaced("renameat", from_folder, from, to_folder, to, 0);
}
int renameat2(
    int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  return replaced("renameat2", from_folder, from, to_folder, to, flags);
}

int mkdir(const char* path, mode_t mode) noexcept {
  return change(kCreate, "mkdir", AT_FDCWD, path, [&] {
    return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
  });
}
int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  return change(kCreate, "mkdirat", folder, path, [&] {
    return static_cast<int>(::syscall(SYS_mkdirat, folder, path, mode));
  });
}

int unlink(const char* path) noexcept {
  return change(kReplace, "unlink", AT_FDCWD, path, [&] {
    return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
  });
}
int unlinkat(int folder, const char* path, int flags) noexcept {
  return change(kReplace, "unlinkat", folder, path, [&] {
    return static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
  });
}
int rmdir(const char* path) noexcept {
  return change(kReplace, "rmdir", AT_FDCWD, path, [&] {
    return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
  });
}
int remove(const char* path) noexcept {
  return change(kReplace, "remove", AT_FDCWD, path, [&] {
    const auto done = static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
    if (done == 0 || errno != EISDIR) return done;
    return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
  });
}
int truncate(const char* path, off_t length) noexcept {
  return change(kWrite, "truncate", AT_FDCWD, path, [&] {
    return static_cast<int>(::syscall(SYS_truncate, path, length));
  });
}
int truncate64(const char* path, off_t length) noexcept { return truncate(path, length); }

int statvfs(const char* path, struct statvfs* facts) noexcept {
  static const auto really = next<int (*)(const char*, struct statvfs*)>("statvfs");
  const int done = really(path, facts);
  if (done != 0 || layer == nullptr || layer->free < 0) return done;
  const Inside mark_inside;
  const std::string whole = whole_path(AT_FDCWD, path);
  if (!is_below(whole) && !layer->root.starts_with(whole)) return done;
  facts->f_frsize = 1;
  facts->f_bfree = facts->f_bavail = static_cast<fsblkcnt_t>(layer->free);
  return done;
}
int statvfs64(const char* path, struct statvfs64* facts) noexcept {
  return statvfs(path, reinterpret_cast<struct statvfs*>(facts));
}

void* malloc(std::size_t size) noexcept {
  return allocation_fails(Asked::plain) ? no_memory() : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  return allocation_fails(Asked::plain) ? no_memory() : __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) noexcept {
  return allocation_fails(Asked::media) ? no_memory() : __libc_realloc(block, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return allocation_fails(Asked::media) ? no_memory() : __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return memalign(alignment, size);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
  void* const got = memalign(alignment, size);
  if (got == nullptr) return ENOMEM;
  *block = got;
  return 0;
}

}  // extern "C"
