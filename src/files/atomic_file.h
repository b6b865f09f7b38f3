// SPDX-License-Identifier: MIT
#pragma once

#include "files/sha256.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace screenalytics {

/// When a file that was written must survive a power cut.
enum class Durability {
  now,             ///< from here on
  with_next_sync,  ///< from the next `sync_file_system` on: for many small files before a manifest
};

/// A file that is seen whole or not at all: bytes go to `<path>.part`, which `commit` syncs,
/// renames and makes durable (directory sync). Without `commit` the destructor removes the part.
/// Parent folders are made. Throws Error{io or no_space} naming the path.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::uint8_t> bytes);
  void write(std::string_view text);
  /// Bytes written so far.
  std::uint64_t size() const { return size_; }
  /// Returns the SHA-256 (hex) of what was written.
  std::string commit(Durability durability = Durability::now);

 private:
  void flush();
  std::filesystem::path path_;
  std::filesystem::path part_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::vector<std::uint8_t> buffer_;
  Sha256 hash_;
};

void write_atomically(const std::filesystem::path& path,
                      std::string_view text,
                      Durability durability = Durability::now);
void write_atomically(const std::filesystem::path& path,
                      std::span<const std::uint8_t> bytes,
                      Durability durability = Durability::now);

/// Makes durable which files this folder holds: a rename survives only when its folder does.
void sync_folder(const std::filesystem::path& folder);

/// Makes everything durable that was written to the file system of this folder.
void sync_file_system(const std::filesystem::path& folder);

/// Throw Error{not_found or io} naming the path.
std::string read_text(const std::filesystem::path& path);
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path);

}  // namespace screenalytics
