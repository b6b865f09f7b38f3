// SPDX-License-Identifier: MIT
#include "video/test_clips.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>
#include <unistd.h>

namespace screenalytics {

namespace fs = std::filesystem;

ClipFolder::ClipFolder() {
  static std::atomic<int> count{0};
  const std::string name =
      "screenalytics_video_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
  folder_ = fs::temp_directory_path() / name;
  fs::create_directories(folder_);
}

ClipFolder::~ClipFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path ClipFolder::make(const std::string& name, const std::string& arguments) const {
  run("ffmpeg -nostdin -v error -y " + arguments + " " + name);
  return path(name);
}

fs::path ClipFolder::make_moving(const std::string& name,
                                 const std::string& encoding,
                                 double seconds) const {
  return make(name,
              "-f lavfi -i testsrc2=size=160x120:rate=25:duration=" + std::to_string(seconds) +
                  " -threads 1 " + encoding);
}

fs::path ClipFolder::write(const std::string& name, const std::string& content) const {
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

std::vector<std::string> ClipFolder::run(const std::string& command) const {
  const fs::path out = folder_ / ".out";
  const std::string line = "cd '" + folder_.string() + "' && " + command + " > .out 2> .err";
  const int code =
      std::system(line.c_str());  // NOLINT(concurrency-mt-unsafe): tests run one at a time
  if (code != 0) throw std::runtime_error(command + " failed: " + read_file(folder_ / ".err"));
  std::ifstream file(out);
  std::vector<std::string> lines;
  for (std::string text; std::getline(file, text);) lines.push_back(text);
  return lines;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<double> probe_times(const ClipFolder& folder, const fs::path& clip) {
  std::vector<double> times;
  for (const std::string& line : folder.run("ffprobe -v error -threads 1 -select_streams v:0 "
                                            "-show_entries frame=pts_time -of csv=p=0 " +
                                            clip.filename().string())) {
    if (line.empty()) continue;
    times.push_back(line.starts_with("N/A") ? std::numeric_limits<double>::quiet_NaN()
                                            : std::stod(line));
  }
  return times;
}

std::uint64_t hash_of(const Picture& picture) {
  const Size size = picture.size();
  const Window whole = picture.window({0, 0, size.width, size.height});
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const std::uint8_t byte : whole.image.bytes()) hash = (hash ^ byte) * 1099511628211U;
  return hash;
}

namespace {

SeenVideo see(SegmentReader reader, const VideoIndex& index, const Segment& part) {
  SeenVideo video;
  while (const auto frame = reader.next()) {
    EXPECT_EQ(frame->time, index.at(frame->index).time);
    EXPECT_GE(frame->index, part.first);
    EXPECT_LT(frame->index, part.end);
    video.frames.push_back({frame->index.value, hash_of(*frame->picture)});
  }
  video.missing = reader.missing();
  video.stats = reader.stats();
  return video;
}

SeenVideo joined(const std::vector<SeenVideo>& parts) {
  SeenVideo video;
  for (const SeenVideo& part : parts) {
    video.frames.insert(video.frames.end(), part.frames.begin(), part.frames.end());
    video.missing.insert(video.missing.end(), part.missing.begin(), part.missing.end());
    video.stats = video.stats + part.stats;
  }
  return video;
}

}  // namespace

SeenVideo see(const VideoIndex& index, Duration segment, const std::vector<bool>& decode) {
  std::vector<SeenVideo> parts;
  for (const Segment& part : plan_segments(index, segment))
    parts.push_back(see(SegmentReader(index, part, decode), index, part));
  return joined(parts);
}

SeenVideo see_kept_open(OpenVideos& videos, Duration segment, const std::vector<bool>& decode) {
  const VideoIndex& index = videos.index();
  const auto plan = plan_segments(index, segment);
  std::vector<SeenVideo> parts(plan.size());
  // Outward from the middle: seeks go forward and backward, near and far.
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const std::size_t middle = plan.size() / 2;
    const std::size_t step = (i + 1) / 2;
    const std::size_t number = i % 2 == 0 ? middle + step : middle - step;
    parts[number] = see(SegmentReader(videos, plan[number], decode), index, plan[number]);
  }
  return joined(parts);
}

SeenVideo see_all(const VideoIndex& index, Duration segment) {
  return see(index, segment, std::vector<bool>(index.frames.size(), true));
}

}  // namespace screenalytics
