// SPDX-License-Identifier: MIT
#include "run/write_samples.h"

#include "store/json_lines.h"

#include <algorithm>

namespace screenalytics {
namespace {

MediaTime end_of(const VideoIndex& index, FrameIndex frame) {
  const auto next = static_cast<std::size_t>(frame.value) + 1;
  return next < index.frames.size() ? index.frames[next].time : index.info.end;
}

}  // namespace

void write_samples(const std::filesystem::path& path,
                   const VideoIndex& index,
                   std::span<const FrameIndex> samples,
                   std::vector<FrameIndex> missing,
                   std::span<const Shot> shots) {
  std::ranges::sort(missing);
  JsonLinesWriter rows(path);
  std::size_t shot = 0;
  for (const FrameIndex frame : samples) {
    while (shot + 1 < shots.size() && frame >= shots[shot + 1].first) ++shot;
    if (std::ranges::binary_search(missing, frame)) continue;
    rows.write({{"frame_idx", frame.value},
                {"ts", rounded(to_seconds(index.at(frame).time), 4)},
                {"end_ts", rounded(to_seconds(end_of(index, frame)), 4)},
                {"shot", shots[shot].id.value}});
  }
  rows.commit();
}

}  // namespace screenalytics
