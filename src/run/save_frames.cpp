// SPDX-License-Identifier: MIT
#include "run/save_frames.h"

#include "files/atomic_file.h"
#include "store/jpeg.h"
#include "video/frame_decoder.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace screenalytics {

void save_frames(const VideoIndex& index,
                 const std::vector<FrameIndex>& frames,
                 const RunFolder& run,
                 int jpeg_quality) {
  FrameDecoder decoder(index, 1);
  for (const FrameIndex number : frames) {
    const auto frame = decoder.frame(number);
    if (!frame) continue;
    const Size size = frame->picture->size();
    const Window whole = frame->picture->window({0, 0, size.width, size.height});
    std::array<char, 48> name{};
    std::snprintf(
        name.data(), name.size(), "frames/frame_%06lld.jpg", static_cast<long long>(number.value));
    write_atomically(
        run.file(name.data()), encode_jpeg(whole.image, jpeg_quality), Durability::with_next_sync);
  }
}

void add_files(const RunFolder& run, const std::string& folder, std::vector<std::string>& names) {
  if (!std::filesystem::exists(run.file(folder))) return;
  const auto before = static_cast<std::ptrdiff_t>(names.size());
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run.file(folder))) {
    if (entry.is_regular_file())
      names.push_back(entry.path().lexically_relative(run.path()).generic_string());
  }
  std::sort(names.begin() + before, names.end());
}

}  // namespace screenalytics
