// SPDX-License-Identifier: MIT
#include "report/bench_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;
using testing::Not;

BenchReport two_rows() {
  BenchReport bench{.video = "a <b>.mp4",
                    .video_seconds = 60,
                    .width = 640,
                    .height = 360,
                    .sampling = "6 frames a second",
                    .cpus = 8,
                    .cap_percent = 150};
  bench.rows.push_back({.name = "baseline",
                        .what = "as it was",
                        .wall_seconds = 10,
                        .cpu_seconds = 40,
                        .mean_percent = 400,
                        .max_second = 612.34,
                        .frames = 360,
                        .detector_calls = 360,
                        .embedder_calls = 900,
                        .faces = 900,
                        .threads = 17,
                        .points = {{0.1, 300}, {10, 612}}});
  bench.rows.push_back({.name = "+ cap",
                        .what = "held",
                        .cap_percent = 150,
                        .wall_seconds = 20,
                        .cpu_seconds = 30,
                        .mean_percent = 150,
                        .max_tenth = 151.5,
                        .points = {{0.1, 150}, {20, 151}}});
  return bench;
}

TEST(BenchReport, TableHasARowForEachWayAndExtrapolatesInProportionToTheLength) {
  const std::string text = bench_markdown(two_rows());
  EXPECT_THAT(text,
              HasSubstr("| baseline | 612.3 % | - | 400.0 % | 36.0 | 10.00 | 40.00 | 360 + 900 | "
                        "900 | 17 | 7 min 00.0 s | 28 min 00.0 s |"));
  EXPECT_THAT(text, HasSubstr("| + cap | - | 151.5 % |"));
  EXPECT_THAT(text, HasSubstr("2520 s / 60.0 s"));
  EXPECT_THAT(text, HasSubstr("- **+ cap**: held."));
}

TEST(BenchReport, NothingIsExtrapolatedFromAVideoWithoutLength) {
  EXPECT_EQ(extrapolated(10, {}), 0);
  EXPECT_EQ(extrapolated(10, {.video_seconds = 420}), 60);
}

TEST(BenchReport, PlotDrawsEachRowAndTheCapWhereItLies) {
  const std::string svg = bench_plot(two_rows());
  EXPECT_THAT(svg, HasSubstr("a &lt;b&gt;.mp4"));
  EXPECT_THAT(svg, HasSubstr("(not held here)"));
  EXPECT_THAT(svg, HasSubstr("class=\"cap open\""));
  // 700 % is the top of the axis, a panel is 110 high and the first one begins at 64: 150 % lies at
  // 64 + 110 * (1 - 150 / 700).
  EXPECT_THAT(svg, HasSubstr("y1=\"150.4\""));
  EXPECT_THAT(svg, HasSubstr("M60.0 174.0L64.1 126.9L470.0 77.8L470.0 174.0z"));
}

TEST(BenchReport, PlotOfALongRunKeepsItsPeaks) {
  BenchReport bench = two_rows();
  bench.rows.resize(1);
  bench.rows[0].points.clear();
  for (int i = 0; i < 100000; ++i) bench.rows[0].points.push_back({0.1 * (i + 1), 50});
  bench.rows[0].points[77777].percent = 150;
  const std::string svg = bench_plot(bench);
  EXPECT_LT(svg.size(), 40000U);
  // 200 % is the top: 150 % lies at 64 + 110 / 4.
  EXPECT_THAT(svg, HasSubstr(" 91.5L"));
  bench.rows[0].points[77777].percent = 50;
  EXPECT_THAT(bench_plot(bench), Not(HasSubstr(" 91.5L")));
}

}  // namespace
}  // namespace screenalytics
