// SPDX-License-Identifier: MIT
#include "overlay/lettering.h"

#include "core/error.h"
#include "overlay/visual_order.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

int inked(const Mask& mask) {
  return static_cast<int>(std::ranges::count_if(mask.coverage, [](int c) { return c > 127; }));
}

TEST(Lettering, LinesAreEquallyHighAndAsWideAsTheirText) {
  Lettering lettering({.height = 20});
  const Mask little = lettering.line("i", 500);
  const Mask much = lettering.line("Anna Andersson", 500);
  EXPECT_EQ(little.size.height, much.size.height);
  EXPECT_EQ(little.size.height, lettering.line_height());
  EXPECT_NEAR(lettering.line_height(), 20, 3);
  EXPECT_GT(much.size.width, 5 * little.size.width);
  EXPECT_GT(inked(much), 200);
}

TEST(Lettering, LettersOfManyLanguagesAreDrawnDifferently) {
  Lettering lettering({.height = 24});
  std::vector<std::vector<std::uint8_t>> seen;
  for (const char* text : {"Å", "ø", "Ж", "Ω", "ç", "ł", "ש", "ع"}) {
    const Mask mask = lettering.line(text, 500);
    EXPECT_GT(inked(mask), 10) << text;
    EXPECT_EQ(std::ranges::count(seen, mask.coverage), 0) << text;
    seen.push_back(mask.coverage);
  }
}

TEST(Lettering, TooLongALineEndsInDots) {
  Lettering lettering({.height = 20});
  const std::string name(200, 'W');
  EXPECT_LE(lettering.line(name, 100).size.width, 100);
  EXPECT_GT(lettering.line(name, 100).size.width, 60);
}

TEST(Lettering, OnWidePixelsLettersTakeFewerOfThem) {
  Lettering square({.height = 30});
  Lettering wide({.height = 30, .pixel_aspect = 2});
  const int on_square = square.line("Screenalytics", 2000).size.width;
  const int on_wide = wide.line("Screenalytics", 2000).size.width;
  EXPECT_NEAR(2.0 * on_wide / on_square, 1, 0.1);
}

TEST(Lettering, EmptyAndDamagedTextDoNoHarm) {
  Lettering lettering({.height = 20});
  EXPECT_EQ(lettering.line("", 100).size.width, 0);
  EXPECT_GT(lettering.line("\xFF\xC0 broken \xE2\x82", 500).size.width, 0);
  EXPECT_GT(lettering.line("\U0001F600 \U00010FFF", 500).size.width, 0);
}

TEST(Lettering, AFontThatCannotBeUsedIsSaid) {
  const auto kind_for = [](const std::filesystem::path& font) {
    try {
      const Lettering lettering({.font = font});
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(font.string()), std::string::npos);
      return error.kind();
    }
    return ErrorKind::internal;
  };
  EXPECT_EQ(kind_for("/no/such/font.ttf"), ErrorKind::not_found);
  const auto path = std::filesystem::path(testing::TempDir()) / "no_font.ttf";
  std::ofstream(path) << "these are no letters";
  EXPECT_EQ(kind_for(path), ErrorKind::bad_data);
}

TEST(VisualOrder, ReadsUtf8AndReplacesDamage) {
  EXPECT_EQ(visual_order("aé€\U0001F600"),
            (std::vector<char32_t>{U'a', U'é', U'€', U'\U0001F600'}));
  EXPECT_EQ(visual_order("a\xC3(b"), (std::vector<char32_t>{U'a', 0xFFFD, U'(', U'b'}));
  EXPECT_EQ(visual_order("\xED\xA0\x80"), (std::vector<char32_t>{0xFFFD, 0xFFFD, 0xFFFD}));
  EXPECT_EQ(visual_order("a\nb\tc"), (std::vector<char32_t>{U'a', U' ', U'b', U' ', U'c'}));
}

TEST(VisualOrder, TurnsRightToLeftScriptsAndJoinsArabic) {
  EXPECT_EQ(visual_order("אבג"), (std::vector<char32_t>{U'ג', U'ב', U'א'}));
  const auto arabic = visual_order("علي");
  ASSERT_EQ(arabic.size(), 3U);
  EXPECT_EQ(arabic[2], 0xFECBU);  // the first letter, in its initial form, at the right
}

}  // namespace
}  // namespace screenalytics
