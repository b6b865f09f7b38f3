// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace faulty_storage {

/// What of a folder tree would be there after a power cut: each file's bytes as they were when the
/// file was last synced, each folder's entries as they were when the folder was last synced (POSIX
/// promises no more). What was there at the beginning is durable. Not safe from several threads.
class DurableTree {
 public:
  enum class Unsynced {
    dropped,  ///< names and bytes that were not synced are gone: files are as they were, or empty
    torn,     ///< every name got through, of bytes that were not synced only the first half
  };

  /// `store` keeps the synced bytes; both folders lie on one file system, none inside the other.
  DurableTree(std::filesystem::path root, std::filesystem::path store);

  void sync_file(ino_t number, int descriptor);
  void sync_folder(const std::filesystem::path& folder);
  void sync_everything();
  /// Before a name goes away: its number must not be given to another file while we remember it.
  void keep_number(const std::filesystem::path& path);
  /// Makes `target` the tree as it would be after the cut.
  void rebuild(const std::filesystem::path& target, Unsynced unsynced) const;

 private:
  struct Entry {
    ino_t number = 0;
    bool folder = false;
  };
  using Entries = std::map<std::string, Entry>;

  static Entries read_entries(const std::filesystem::path& folder);
  void copy_bytes(int from, ino_t number) const;
  void rebuild_folder(ino_t number, const std::filesystem::path& target) const;
  void tear(const std::filesystem::path& folder, const std::filesystem::path& target) const;
  std::filesystem::path bytes_of(ino_t number) const { return store_ / std::to_string(number); }

  std::filesystem::path root_;
  std::filesystem::path store_;
  std::map<ino_t, Entries> folders_;
  std::vector<int> kept_;
};

}  // namespace faulty_storage
