// SPDX-License-Identifier: MIT
#include "run/disk_need.h"

#include "core/error.h"
#include "video/shot_cuts.h"

#include <algorithm>
#include <system_error>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

// Bytes, measured: docs/measurements.md.
constexpr std::uint64_t kSampleRow = 50;         // samples.jsonl, the shortest there is
constexpr std::uint64_t kFaceInRecord = 25'000;  // packed crop and thumbnail in the segment record
constexpr std::uint64_t kDetectionRows = 500;    // detections.jsonl and tracks.jsonl
constexpr std::uint64_t kPictures = 12'000;      // thumbnail, crop and rows of a kept face
constexpr std::uint64_t kKeptEvery = 30;         // samples of a track for each kept face
constexpr double kFrameBytesPerPixel = 0.25;     // JPEG

constexpr std::uint64_t kMega = 1'000'000;

/// Rounded up: what is needed.
std::string needed(std::uint64_t bytes) {
  return std::to_string((bytes + kMega - 1) / kMega) + " MB";
}

/// Rounded down: what is there.
std::string at_hand(std::uint64_t bytes) { return std::to_string(bytes / kMega) + " MB"; }

}  // namespace

DiskNeed disk_need(const ScanPlan& plan, const Settings& settings) {
  const auto decoded = static_cast<std::uint64_t>(std::ranges::count(plan.decode, true));
  const std::uint64_t samples = plan.samples.size();
  const auto full_every = static_cast<std::uint64_t>(std::max(settings.detect.full_every, 1));
  const bool all = settings.pick.samples == SampleChoice::all;
  const std::uint64_t kept = all ? samples : samples / kKeptEvery;
  const std::uint64_t certain = decoded * sizeof(ShotSignature::bgr) + samples * kSampleRow;
  std::uint64_t likely = certain + samples / (all ? 1 : full_every) * kFaceInRecord +
                         samples * kDetectionRows + kept * kPictures;
  if (settings.output.save_frames) {
    const Size size = plan.index.info.size;
    likely += kept * static_cast<std::uint64_t>(kFrameBytesPerPixel * size.width * size.height);
  }
  return {.certain = certain, .likely = likely};
}

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

std::optional<std::uint64_t> free_bytes(const fs::path& folder) {
  fs::path there = fs::absolute(folder);
  std::error_code error;
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  const auto space = fs::space(there, error);
  if (error) return std::nullopt;
  return space.available;
}

std::optional<std::string> check_disk(const DiskNeed& need,
                                      std::uint64_t there,
                                      std::optional<std::uint64_t> free,
                                      const fs::path& folder) {
  if (!free) return std::nullopt;
  const std::uint64_t has = *free + there;
  if (has < need.certain) {
    throw Error(ErrorKind::no_space,
                "not enough room for '" + folder.string() + "': this run needs at least " +
                    needed(need.certain - there) + ", " + at_hand(*free) +
                    " are free; free some space (screenalytics prune), or choose another --data");
  }
  if (has >= need.likely) return std::nullopt;
  return "the disk may become full: a run like this takes about " + needed(need.likely) + ", " +
         at_hand(*free) + " are free; if it does, free some space and the same command goes on";
}

}  // namespace screenalytics
