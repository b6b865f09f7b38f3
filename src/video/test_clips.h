// SPDX-License-Identifier: MIT
#pragma once

#include "video/segment_reader.h"
#include "video/video_index.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// Small clips for tests, made by the ffmpeg program, and what ffmpeg itself says about them.

namespace screenalytics {

/// A folder of its own for one test, removed with everything in it.
class ClipFolder {
 public:
  ClipFolder();
  ~ClipFolder();
  ClipFolder(const ClipFolder&) = delete;
  ClipFolder& operator=(const ClipFolder&) = delete;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  /// `ffmpeg ARGUMENTS NAME`, run in the folder. Throws std::runtime_error when it fails.
  std::filesystem::path make(const std::string& name, const std::string& arguments) const;
  /// 160x120 test pictures with something moving, 25 a second.
  std::filesystem::path make_moving(const std::string& name,
                                    const std::string& encoding,
                                    double seconds = 3) const;
  std::filesystem::path write(const std::string& name, const std::string& content) const;
  /// What the command writes to its standard output, by lines; run in the folder.
  std::vector<std::string> run(const std::string& command) const;

 private:
  std::filesystem::path folder_;
};

std::string read_file(const std::filesystem::path& path);

/// Presentation times of all frames, in seconds, as ffprobe decodes them; NaN for those without
/// one.
std::vector<double> probe_times(const ClipFolder& folder, const std::filesystem::path& clip);

/// A frame that was read, with a number that stands for its pixels.
struct SeenFrame {
  std::int64_t index = 0;
  std::uint64_t pixels = 0;
  friend bool operator==(const SeenFrame&, const SeenFrame&) = default;
};

std::uint64_t hash_of(const Picture& picture);

struct SeenVideo {
  std::vector<SeenFrame> frames;
  std::vector<FrameIndex> missing;
  DecodeStats stats;
};

/// Everything that segments of this length give, one after the other.
SeenVideo see(const VideoIndex& index, Duration segment, const std::vector<bool>& decode);
/// The same from a video that stays open, its segments read in another order and put back in
/// theirs.
SeenVideo see_kept_open(OpenVideos& videos, Duration segment, const std::vector<bool>& decode);
SeenVideo see_all(const VideoIndex& index, Duration segment);

}  // namespace screenalytics
