// SPDX-License-Identifier: MIT
#include "run/write_samples.h"

#include "run/test_fakes.h"
#include "store/json_lines.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class WriteSamples : public TestFolder {
 protected:
  /// Five frames from 5 s on; the third stays for 200 ms, the others for 40 ms.
  static VideoIndex made_index() {
    VideoIndex index;
    MediaTime time = at_seconds(5);
    for (const auto shown : {40ms, 40ms, 200ms, 40ms, 40ms}) {
      index.frames.push_back({.time = time, .duration = shown});
      time += shown;
    }
    index.info.start = at_seconds(5);
    index.info.end = time;
    return index;
  }

  std::vector<Json> written(std::vector<FrameIndex> samples, std::vector<FrameIndex> missing = {}) {
    const VideoIndex index = made_index();
    const MediaTime cut = index.at({2}).time;
    const std::vector<Shot> shots{
        {.id = {0}, .first = {0}, .span = {index.info.start, cut}},
        {.id = {1}, .first = {2}, .span = {cut, index.info.end}},
    };
    write_samples(in("samples.jsonl"), index, samples, std::move(missing), shots);
    std::vector<Json> rows;
    JsonLinesReader reader(in("samples.jsonl"));
    while (auto row = reader.next()) rows.push_back(std::move(*row));
    return rows;
  }

  static Json row(std::int64_t frame, double begin, double end, int shot) {
    return {{"frame_idx", frame}, {"ts", begin}, {"end_ts", end}, {"shot", shot}};
  }
};

TEST_F(WriteSamples, AFrameEndsWhereTheNextOfTheVideoBeginsAndTheLastWithTheVideo) {
  EXPECT_THAT(written({{0}, {2}, {4}}),
              ElementsAre(row(0, 5, 5.04, 0), row(2, 5.08, 5.28, 1), row(4, 5.32, 5.36, 1)));
}

TEST_F(WriteSamples, AFrameThatCouldNotBeDecodedWasNotLookedAt) {
  EXPECT_THAT(written({{0}, {1}, {2}, {3}}, {{3}, {1}}),
              ElementsAre(row(0, 5, 5.04, 0), row(2, 5.08, 5.28, 1)));
}

}  // namespace
}  // namespace screenalytics
