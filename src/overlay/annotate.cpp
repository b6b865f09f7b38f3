// SPDX-License-Identifier: MIT
#include "overlay/annotate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

namespace screenalytics {
namespace {

constexpr Rgb kBlack{0, 0, 0};
constexpr Rgb kWhite{255, 255, 255};

float line_of(Size picture) {
  return std::max(2.0F,
                  std::round(static_cast<float>(std::min(picture.width, picture.height)) / 300));
}

Box grown(const Box& box, float across, float down) {
  return {box.left - across, box.top - down, box.right + across, box.bottom + down};
}

bool touch(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

void draw_frame(const Canvas& canvas, const NamedBox& one, float line) {
  const float thickness = one.strong ? line : std::max(1.0F, line / 2);
  const auto across = static_cast<float>(1 / canvas.pixel_aspect);
  outline(canvas, grown(one.box, across, 1), thickness + 2, kBlack);
  outline(canvas, one.box, thickness, one.colour);
}

/// Where a tab of this size can lie beside a box, best place first.
std::array<Point, 4> places_for(const Box& box, float height, float gap) {
  return {Point{box.left, box.top - height - gap},
          Point{box.left, box.bottom + gap},
          Point{box.left, box.top + gap},
          Point{box.left, box.bottom - height - gap}};
}

Box tab_at(Point at, Size tab, Size picture) {
  const auto width = static_cast<float>(tab.width);
  const auto height = static_cast<float>(tab.height);
  const float left =
      std::clamp(std::round(at.x), 0.0F, std::max(0.0F, static_cast<float>(picture.width) - width));
  const float top = std::round(at.y);
  return {left, top, left + width, top + height};
}

bool inside(const Box& box, Size picture) {
  return box.top >= 0 && box.bottom <= static_cast<float>(picture.height);
}

Box place_tab(const Box& box, Size tab, Size picture, std::span<const Box> taken) {
  const auto free = [&](const Box& place) {
    return inside(place, picture) &&
           std::ranges::none_of(taken, [&](const Box& other) { return touch(place, other); });
  };
  const auto places = places_for(box, static_cast<float>(tab.height), 1);
  for (const Point& at : places) {
    const Box place = tab_at(at, tab, picture);
    if (free(place)) return place;
  }
  const Box first = tab_at(places[0], tab, picture);
  return inside(first, picture) ? first : tab_at({box.left, std::max(0.0F, box.top)}, tab, picture);
}

bool is_on_picture(const Box& box, Size picture) { return clipped(box, picture).has_value(); }

struct Tab {
  Box place;
  Mask letters;
  Rgb colour;
};

void draw_tab(const Canvas& canvas, const Tab& tab, int padding) {
  fill(canvas, grown(tab.place, 1, 1), kBlack, 0.55F);
  fill(canvas, tab.place, tab.colour, 1);
  stamp(canvas,
        tab.letters,
        {static_cast<int>(tab.place.left) + padding, static_cast<int>(tab.place.top)},
        kBlack);
}

}  // namespace

int letter_height(Size picture) {
  return std::max(14, std::min(picture.width, picture.height) / 26);
}

void draw_boxes(const Canvas& canvas, std::span<const NamedBox> boxes, Lettering& lettering) {
  const Size picture = canvas.size();
  const float line = line_of(picture);
  const int padding = std::max(2, lettering.line_height() / 5);
  std::vector<Tab> tabs;
  std::vector<Box> taken;
  for (const NamedBox& one : boxes) {
    if (!is_on_picture(one.box, picture)) continue;
    draw_frame(canvas, one, line);
    if (one.name.empty()) continue;
    Mask letters = lettering.line(one.name, picture.width * 2 / 5);
    const Size size{letters.size.width + 2 * padding, letters.size.height};
    taken.push_back(place_tab(one.box, size, picture, taken));
    tabs.push_back({taken.back(), std::move(letters), one.colour});
  }
  for (const Tab& tab : tabs) draw_tab(canvas, tab, padding);
}

void draw_clock(const Canvas& canvas, MediaTime time, FrameIndex frame, Lettering& lettering) {
  const int padding = std::max(2, lettering.line_height() / 4);
  const Mask letters = lettering.line(running_clock(time) + "   frame " + std::to_string(frame.value),
                                      canvas.size().width - 2 * padding);
  const auto width = static_cast<float>(letters.size.width + 2 * padding);
  const auto height = static_cast<float>(letters.size.height + padding);
  fill(canvas, {0, 0, width, height}, kBlack, 0.65F);
  stamp(canvas, letters, {padding, padding / 2}, kWhite);
}

std::string running_clock(MediaTime time) {
  using std::chrono::milliseconds;
  const auto all = std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
  const long long value = all < 0 ? -all : all;
  std::array<char, 48> text{};
  std::snprintf(text.data(),
                text.size(),
                "%s%lld:%02lld:%02lld.%03lld",
                all < 0 ? "-" : "",
                value / 3600000,
                value / 60000 % 60,
                value / 1000 % 60,
                value % 1000);
  return text.data();
}

}  // namespace screenalytics
