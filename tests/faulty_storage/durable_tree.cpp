// SPDX-License-Identifier: MIT
#include "durable_tree.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace faulty_storage {
namespace {

namespace fs = std::filesystem;

// Past the interposed functions: what the layer does itself is not counted.
int open_quietly(const fs::path& path, int flags, mode_t mode = 0666) {
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(), flags | O_CLOEXEC, mode));
}

void close_quietly(int descriptor) { ::syscall(SYS_close, descriptor); }

[[noreturn]] void give_up(const fs::path& path) {
  std::fprintf(stderr, "faulty_storage: cannot keep '%s'\n", path.c_str());
  ::_exit(99);
}

struct Status {
  bool there = false;
  ino_t number = 0;
  bool folder = false;
  off_t bytes = 0;
};

Status status_of(const fs::path& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return {};
  return {true, facts.st_ino, S_ISDIR(facts.st_mode), facts.st_size};
}

/// Copies at most `limit` bytes.
void copy(int from, int to, off_t limit) {
  std::array<char, 65536> block{};
  for (off_t at = 0; at < limit;) {
    const auto want = std::min<off_t>(limit - at, static_cast<off_t>(block.size()));
    const ssize_t count = ::pread(from, block.data(), static_cast<std::size_t>(want), at);
    if (count <= 0) return;
    ::syscall(SYS_write, to, block.data(), count);
    at += count;
  }
}

void copy_file(const fs::path& from, const fs::path& to, off_t limit) {
  const int in = open_quietly(from, O_RDONLY);
  const int out = open_quietly(to, O_WRONLY | O_CREAT | O_TRUNC);
  if (out < 0) give_up(to);
  if (in >= 0) copy(in, out, limit);
  if (in >= 0) close_quietly(in);
  close_quietly(out);
}

void make_folder(const fs::path& path) { ::syscall(SYS_mkdirat, AT_FDCWD, path.c_str(), 0777); }

}  // namespace

DurableTree::DurableTree(fs::path root, fs::path store)
    : root_(std::move(root)), store_(std::move(store)) {
  make_folder(store_);
  sync_everything();
}

DurableTree::Entries DurableTree::read_entries(const fs::path& folder) {
  Entries entries;
  DIR* const open = ::opendir(folder.c_str());
  if (open == nullptr) return entries;
  while (const dirent* entry = ::readdir(open)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const Status status = status_of(folder / name);
    if (status.there) entries[name] = {status.number, status.folder};
  }
  ::closedir(open);
  return entries;
}

void DurableTree::copy_bytes(int from, ino_t number) const {
  const fs::path kept = bytes_of(number);
  const int out = open_quietly(kept, O_WRONLY | O_CREAT | O_TRUNC);
  if (out < 0) give_up(kept);
  struct stat facts{};
  ::fstat(from, &facts);
  copy(from, out, facts.st_size);
  close_quietly(out);
}

void DurableTree::sync_file(ino_t number, int descriptor) {
  // The descriptor may be open for writing only.
  const int readable = open_quietly("/proc/self/fd/" + std::to_string(descriptor), O_RDONLY);
  if (readable < 0) give_up(std::to_string(descriptor));
  copy_bytes(readable, number);
  close_quietly(readable);
}

void DurableTree::sync_folder(const fs::path& folder) {
  const Status status = status_of(folder);
  if (status.folder) folders_[status.number] = read_entries(folder);
}

void DurableTree::sync_everything() {
  std::vector<fs::path> left{root_};
  while (!left.empty()) {
    const fs::path folder = left.back();
    left.pop_back();
    sync_folder(folder);
    for (const auto& [name, entry] : read_entries(folder)) {
      if (entry.folder) {
        left.push_back(folder / name);
        continue;
      }
      const int file = open_quietly(folder / name, O_RDONLY);
      if (file < 0) continue;
      copy_bytes(file, entry.number);
      close_quietly(file);
    }
  }
}

void DurableTree::keep_number(const fs::path& path) {
  const int held = open_quietly(path, O_PATH | O_NOFOLLOW);
  if (held < 0) return;
  // Far away from the numbers that the program gets.
  const int far = ::fcntl(held, F_DUPFD_CLOEXEC, 512);
  close_quietly(held);
  kept_.push_back(far);
}

void DurableTree::rebuild_folder(ino_t number, const fs::path& target) const {
  make_folder(target);
  const auto found = folders_.find(number);
  if (found == folders_.end()) return;  // its name was synced, never what it holds
  for (const auto& [name, entry] : found->second) {
    if (entry.folder) {
      rebuild_folder(entry.number, target / name);
    } else {
      const Status kept = status_of(bytes_of(entry.number));
      copy_file(bytes_of(entry.number), target / name, kept.bytes);
    }
  }
}

void DurableTree::tear(const fs::path& folder, const fs::path& target) const {
  make_folder(target);
  for (const auto& [name, entry] : read_entries(folder)) {
    if (entry.folder) {
      tear(folder / name, target / name);
      continue;
    }
    const Status now = status_of(folder / name);
    const Status kept = status_of(bytes_of(entry.number));
    // Whoever only appends loses nothing that was synced.
    if (kept.there && kept.bytes == now.bytes) {
      copy_file(bytes_of(entry.number), target / name, kept.bytes);
    } else {
      const off_t synced = kept.there ? std::min(kept.bytes, now.bytes) : 0;
      copy_file(folder / name, target / name, std::max(synced, now.bytes / 2));
    }
  }
}

void DurableTree::rebuild(const fs::path& target, Unsynced unsynced) const {
  if (unsynced == Unsynced::torn) {
    tear(root_, target);
  } else {
    rebuild_folder(status_of(root_).number, target);
  }
}

}  // namespace faulty_storage
