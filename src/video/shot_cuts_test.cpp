// SPDX-License-Identifier: MIT
#include "video/shot_cuts.h"

#include "video/shot_content.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

constexpr int kWidth = ShotSignature::kWidth;
constexpr int kHeight = ShotSignature::kHeight;

/// A place with its own shapes and colours, seen by a camera that looks at (x, y).
ShotSignature scene(int place, double x = 0, double y = 0) {
  ShotSignature signature;
  for (int row = 0; row < kHeight; ++row) {
    for (int column = 0; column < kWidth; ++column) {
      for (int channel = 0; channel < 3; ++channel) {
        const double u = (column + x) * (0.21 + 0.05 * (place % 3)) + place * 1.7 + channel * 0.4;
        const double v = (row + y) * (0.3 + 0.04 * (place % 4)) + place * 2.3;
        const double value = 120 + 50 * std::sin(u) * std::cos(v) + 30 * std::sin(2.3 * u + v) +
                             15 * std::cos(place * 3.1 + channel);
        signature.bgr[static_cast<std::size_t>((row * kWidth + column) * 3 + channel)] =
            static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return signature;
}

ShotSignature mixed(const ShotSignature& a, const ShotSignature& b, double share) {
  ShotSignature result;
  std::ranges::transform(a.bgr, b.bgr, result.bgr.begin(), [share](std::uint8_t x, std::uint8_t y) {
    return static_cast<std::uint8_t>(std::lround(x + share * (y - x)));
  });
  return result;
}

ShotSignature plain(std::uint8_t blue, std::uint8_t green, std::uint8_t red) {
  ShotSignature signature;
  for (std::size_t i = 0; i < signature.bgr.size(); i += 3) {
    signature.bgr[i] = blue;
    signature.bgr[i + 1] = green;
    signature.bgr[i + 2] = red;
  }
  return signature;
}

ShotSignature dimmed(const ShotSignature& picture, double light) {
  return mixed(plain(0, 0, 0), picture, light);
}

struct Cut {
  std::int64_t last;
  std::int64_t first;
  friend bool operator==(const Cut&, const Cut&) = default;
};

using Film = std::function<ShotSignature(int frame)>;

std::vector<Cut> cuts_of(
    const Film& film,
    int frames,
    const std::function<bool(int)>& decoded = [](int) { return true; },
    const ShotOptions& options = {}) {
  ShotCutFinder finder(options);
  std::vector<Cut> cuts;
  const auto take = [&](const std::vector<ShotCut>& found) {
    for (const ShotCut& cut : found) cuts.push_back({cut.last.value, cut.first.value});
  };
  for (int i = 0; i < frames; ++i) {
    if (decoded(i)) take(finder.push(FrameIndex{i}, MediaTime{} + i * 40ms, film(i)));
  }
  take(finder.finish());
  return cuts;
}

TEST(ShotCuts, FindsEveryHardCutOnItsFrame) {
  const auto film = [](int i) { return scene(i / 30, i * 0.05); };
  EXPECT_EQ(cuts_of(film, 120), (std::vector<Cut>{{29, 30}, {59, 60}, {89, 90}}));
}

TEST(ShotCuts, NamesTheDecodedFramesAroundACut) {
  const auto film = [](int i) { return scene(i / 31, i * 0.05); };
  EXPECT_EQ(cuts_of(film, 93, [](int i) { return i % 3 == 0; }),
            (std::vector<Cut>{{30, 33}, {60, 63}}));
  const auto uneven = [](int i) { return i % 7 == 0 || i % 7 == 2; };
  EXPECT_EQ(cuts_of(film, 93, uneven), (std::vector<Cut>{{30, 35}, {58, 63}}));
}

TEST(ShotCuts, FindsCutsBetweenDarkPictures) {
  const auto film = [](int i) { return dimmed(scene(i / 30, i * 0.05), 0.12); };
  EXPECT_EQ(cuts_of(film, 90), (std::vector<Cut>{{29, 30}, {59, 60}}));
}

TEST(ShotCuts, FindsCutsBetweenPlainColours) {
  const auto film = [](int i) {
    return i < 20 ? plain(0, 0, 255) : i < 40 ? plain(0, 255, 0) : plain(255, 0, 0);
  };
  EXPECT_EQ(cuts_of(film, 60), (std::vector<Cut>{{19, 20}, {39, 40}}));
}

TEST(ShotCuts, FindsShortShotsButNoneUnderTheShortest) {
  const auto film = [](int i) { return scene(i < 30 ? 0 : i < 40 ? 1 : 2); };
  EXPECT_EQ(cuts_of(film, 80), (std::vector<Cut>{{29, 30}, {39, 40}}));
  const auto splice = [](int i) { return scene(i < 30 ? 0 : i < 32 ? 1 : 2); };
  EXPECT_EQ(cuts_of(splice, 80), (std::vector<Cut>{{29, 30}}));
}

TEST(ShotCuts, IgnoresFlashes) {
  for (const int length : {1, 2, 4}) {
    const auto film = [length](int i) {
      const ShotSignature picture = scene(0, i * 0.05);
      const bool flash = (i >= 30 && i < 30 + length) || (i >= 36 && i < 36 + length);
      return flash ? mixed(scene(5), plain(255, 255, 255), 0.5) : picture;
    };
    EXPECT_TRUE(cuts_of(film, 90).empty()) << length;
  }
}

TEST(ShotCuts, TakesALongerChangeForTwoCuts) {
  const auto film = [](int i) { return scene(i >= 30 && i < 50 ? 1 : 0); };
  EXPECT_EQ(cuts_of(film, 90), (std::vector<Cut>{{29, 30}, {49, 50}}));
  EXPECT_TRUE(cuts_of(film, 90, [](int) { return true; }, {.flash = 1s}).empty());
}

TEST(ShotCuts, IgnoresPansAndShakes) {
  const auto pan = [](int i) { return scene(0, i < 30 ? 0 : std::min((i - 30) * 2.5, 60.0)); };
  EXPECT_TRUE(cuts_of(pan, 100).empty());
  const auto shake = [](int i) { return scene(1, 5 * std::sin(i * 0.9), 4 * std::sin(i * 1.3)); };
  EXPECT_TRUE(cuts_of(shake, 100).empty());
}

TEST(ShotCuts, FindsACutInMotion) {
  const auto film = [](int i) { return scene(i < 40 ? 0 : 3, i * 0.3); };
  EXPECT_EQ(cuts_of(film, 80), (std::vector<Cut>{{39, 40}}));
}

TEST(ShotCuts, PutsOneCutIntoTheMiddleOfADissolve) {
  for (const int length : {8, 15, 25, 37}) {
    const auto film = [length](int i) {
      const double share = std::clamp((i - 50.0) / length, 0.0, 1.0);
      return mixed(scene(0, i * 0.02), scene(4, i * 0.02), share);
    };
    for (const int step : {1, 2}) {
      const auto cuts = cuts_of(film, 150, [step](int i) { return i % step == 0; });
      ASSERT_EQ(cuts.size(), 1U) << length << " " << step;
      EXPECT_NEAR(static_cast<double>(cuts[0].first), 50 + length / 2.0, 3) << length;
    }
  }
}

TEST(ShotCuts, PutsOneCutIntoAFadeThroughBlack) {
  for (const int black : {0, 5, 60}) {
    const auto film = [black](int i) {
      if (i < 40) return scene(0);
      if (i < 60) return dimmed(scene(0), 1 - (i - 40) / 20.0);
      if (i < 60 + black) return plain(16, 16, 16);
      return dimmed(scene(4), std::min((i - 59 - black) / 20.0, 1.0));
    };
    const auto cuts = cuts_of(film, 180);
    ASSERT_EQ(cuts.size(), 1U) << black;
    EXPECT_GE(cuts[0].first, 58) << black;
    EXPECT_LE(cuts[0].first, 64 + black) << black;
  }
}

TEST(ShotCuts, IgnoresFadesOfOnePicture) {
  const auto dip = [](int i) {
    return dimmed(scene(0, i * 0.02), std::clamp(std::abs(i - 60) / 20.0, 0.0, 1.0));
  };
  EXPECT_TRUE(cuts_of(dip, 120).empty());
  const auto out = [](int i) { return dimmed(scene(1), std::clamp((80 - i) / 25.0, 0.0, 1.0)); };
  EXPECT_TRUE(cuts_of(out, 120).empty());
  const auto in = [](int i) { return dimmed(scene(2), std::clamp(i / 25.0, 0.0, 1.0)); };
  EXPECT_TRUE(cuts_of(in, 80).empty());
}

TEST(ShotCuts, IsMoreOrLessSensitiveAsAsked) {
  // The new view shares most of its content with the old one.
  const auto film = [](int i) { return i < 40 ? scene(0) : mixed(scene(0), scene(4), 0.15); };
  const auto every = [](int) { return true; };
  EXPECT_EQ(cuts_of(film, 80, every, {.sensitivity = 1}).size(), 1U);
  EXPECT_TRUE(cuts_of(film, 80, every, {.sensitivity = 0}).empty());
}

TEST(ShotCuts, DecidesWithAShortLookAhead) {
  ShotCutFinder finder({});
  int found_at = 0;
  for (int i = 0; i < 100 && found_at == 0; ++i) {
    if (!finder.push(FrameIndex{i}, MediaTime{} + i * 40ms, scene(i / 30)).empty()) found_at = i;
  }
  EXPECT_GT(found_at, 30);
  EXPECT_LE(found_at, 30 + 38);  // a second and a half
}

TEST(ShotCuts, DoesNotMindHighFrameRatesOrEmptyFilms) {
  ShotCutFinder finder({});
  std::size_t cuts = 0;
  for (int i = 0; i < 4000; ++i) {  // 1000 frames a second
    cuts += finder.push(FrameIndex{i}, MediaTime{} + i * 1ms, scene(i / 2000)).size();
  }
  cuts += finder.finish().size();
  EXPECT_EQ(cuts, 1U);
  EXPECT_TRUE(ShotCutFinder({}).finish().empty());
}

TEST(PlaceCut, FindsTheLargestChange) {
  for (std::size_t first = 1; first < 6; ++first) {
    std::vector<ShotSignature> neighbours;
    for (std::size_t i = 0; i < 6; ++i) {
      neighbours.push_back(scene(i < first ? 0 : 1, static_cast<double>(i)));
    }
    EXPECT_EQ(place_cut(neighbours), first);
  }
}

TEST(PlaceCut, IsNotTakenInByAFlash) {
  const ShotSignature flash = mixed(scene(5), plain(255, 255, 255), 0.6);
  EXPECT_EQ(place_cut({scene(0), flash, scene(0), scene(0), scene(4), scene(4)}), 4U);
}

TEST(ShotContent, LooksBeyondLightAndMovement) {
  const ShotContent content(scene(0));
  EXPECT_LT(difference(content, ShotContent(dimmed(scene(0), 0.5))), 0.05);
  EXPECT_LT(difference(content, ShotContent(scene(0, 3, 2))), 0.25);
  EXPECT_GT(unmoved_difference(content, ShotContent(scene(0, 3, 2))), 0.5);
  EXPECT_GT(difference(content, ShotContent(scene(4))), 0.45);
  EXPECT_DOUBLE_EQ(difference(content, ShotContent(scene(4))),
                   difference(ShotContent(scene(4)), content));
  EXPECT_TRUE(ShotContent(plain(16, 16, 16)).blank());
  EXPECT_FALSE(ShotContent(plain(200, 16, 16)).blank());
}

class OneColour : public Picture {
 public:
  Size size() const override { return {640, 360}; }
  double pixel_aspect() const override { return 1; }
  Image scaled(Size wanted) const override {
    return Image::make(wanted, [&](std::uint8_t* data) {
      std::fill_n(data, wanted.width * wanted.height * 3, std::uint8_t{77});
    });
  }
  Window window(const Rect&) const override { return {}; }
};

TEST(Sign, TakesAnyPicture) { EXPECT_EQ(sign(OneColour()).bgr, plain(77, 77, 77).bgr); }

ShotSignature even_signature(std::uint8_t level) {
  ShotSignature signature;
  signature.bgr.fill(level);
  return signature;
}

TEST(ChangedShare, IsThePartOfTheScreenThatIsAnother) {
  const ShotSignature view = even_signature(60);
  ShotSignature with_insert = view;
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3 * 8; ++x) with_insert.bgr[static_cast<std::size_t>(y * 96 + x)] = 250;
  }
  EXPECT_DOUBLE_EQ(changed_share(view, view, 40), 0);
  EXPECT_DOUBLE_EQ(changed_share(view, with_insert, 40), 2.0 / 48);
  EXPECT_DOUBLE_EQ(changed_share(view, even_signature(200), 40), 1);
}

TEST(ChangedShare, SeesSmallChangesInFlatViews) {
  EXPECT_DOUBLE_EQ(changed_share(even_signature(20), even_signature(26), 5), 1);
  EXPECT_DOUBLE_EQ(changed_share(even_signature(20), even_signature(26), 60), 0);
}

}  // namespace
}  // namespace screenalytics
