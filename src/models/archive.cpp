// SPDX-License-Identifier: MIT
#include "models/archive.h"

#include "core/error.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include <archive.h>
#include <archive_entry.h>

namespace screenalytics {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 16U;
constexpr std::size_t kStepBytes = std::size_t{1} << 20U;

struct FreeArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeArchive>;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorKind::bad_model, "the archive '" + path.string() + "' " + why);
}

std::string words_of(archive* reader) {
  const char* words = archive_error_string(reader);
  return words == nullptr ? "no reason given" : words;
}

Reader open_archive(const std::filesystem::path& path) {
  Reader reader(archive_read_new());
  if (!reader) throw Error(ErrorKind::internal, "libarchive gave no reader");
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_zip(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), kBlockBytes) != ARCHIVE_OK) {
    refuse(path, "cannot be opened: " + words_of(reader.get()));
  }
  return reader;
}

bool leaves_the_archive(std::string_view name) {
  if (name.empty() || name.front() == '/') return true;
  for (const auto& part : std::filesystem::path(name)) {
    if (part == "..") return true;
  }
  return false;
}

std::vector<std::uint8_t> read_entry(archive* reader,
                                     const std::filesystem::path& path,
                                     const std::string& name,
                                     std::uint64_t most) {
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const std::size_t filled = bytes.size();
    bytes.resize(filled + kStepBytes);
    const la_ssize_t count = archive_read_data(reader, bytes.data() + filled, kStepBytes);
    if (count < 0) refuse(path, "is damaged at '" + name + "': " + words_of(reader));
    bytes.resize(filled + static_cast<std::size_t>(count));
    if (count == 0) return bytes;
    if (bytes.size() > most) {
      refuse(path, "holds '" + name + "' with more than " + std::to_string(most) + " bytes");
    }
  }
}

/// The next entry, null at the end.
archive_entry* next_entry(archive* reader, const std::filesystem::path& path) {
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(reader, &entry);
  if (status == ARCHIVE_EOF) return nullptr;
  if (status < ARCHIVE_WARN) refuse(path, "is damaged: " + words_of(reader));
  return entry;
}

}  // namespace

ArchiveFiles read_archive(const std::filesystem::path& archive,
                          const std::vector<std::string>& wanted,
                          const ArchiveLimits& limits) {
  const Reader reader = open_archive(archive);
  ArchiveFiles files;
  std::uint64_t total = 0;
  while (archive_entry* entry = next_entry(reader.get(), archive)) {
    const char* text = archive_entry_pathname_utf8(entry);
    const std::string name = text == nullptr ? "" : text;
    if (leaves_the_archive(name)) refuse(archive, "holds the unsafe path '" + name + "'");
    total += static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
    if (total > limits.archive_bytes) {
      refuse(archive, "unpacks to more than " + std::to_string(limits.archive_bytes) + " bytes");
    }
    if (archive_entry_filetype(entry) != AE_IFREG || std::ranges::count(wanted, name) == 0)
      continue;
    files[name] = read_entry(reader.get(), archive, name, limits.file_bytes);
  }
  for (const std::string& name : wanted) {
    if (!files.contains(name)) refuse(archive, "has no '" + name + "'");
  }
  return files;
}

}  // namespace screenalytics
