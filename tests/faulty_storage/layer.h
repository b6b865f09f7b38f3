// SPDX-License-Identifier: MIT
#pragma once

#include "durable_tree.h"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace faulty_storage {

enum Kind : unsigned {
  kRead = 1,      // opens to read
  kCreate = 2,    // opens to write, new folders
  kWrite = 4,     // bytes
  kSync = 8,      // fsync, fdatasync, syncfs
  kReplace = 16,  // rename, unlink, rmdir, truncate
};

constexpr int kDescriptors = 4096;

/// What is to fail, and what was counted so far.
struct Layer {
  std::string root;
  std::string report;
  std::string store;
  long free = -1;
  long at = 0;
  bool sticky = false;
  int error = 0;
  bool memory = false;
  unsigned kinds = 0;
  std::unique_ptr<DurableTree> tree;
  DurableTree::Unsynced unsynced = DurableTree::Unsynced::dropped;
  std::atomic<long> count{0};
  std::array<std::atomic<bool>, kDescriptors> below{};
  std::recursive_mutex mutex;
};

// Made before main and never destroyed: other threads may still call when the program ends.
extern Layer* layer;
/// What the layer itself asks of the storage is not counted.
extern thread_local bool inside;

struct Inside {
  Inside() { inside = true; }
  ~Inside() { inside = false; }
};

/// True when this call is the one that fails; errno is set then.
bool fails(unsigned kind, const char* call, const std::string& path);

/// How a block of memory is asked for: `media` are the calls of FFmpeg and OpenCV.
enum class Asked { plain, media };

/// True when this allocation is the one that fails.
bool allocation_fails(Asked how);

/// Where a folder's descriptor leads, or any other's.
std::string folder_path(int folder);
std::string whole_path(int folder, const char* path);
bool is_below(const std::string& path);
bool is_ours(int descriptor);
void mark(int descriptor, bool below);

}  // namespace faulty_storage
