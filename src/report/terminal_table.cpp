// SPDX-License-Identifier: MIT
#include "report/terminal_table.h"

#include "report/html_text.h"
#include "report/utf8.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace screenalytics {
namespace {

using Row = std::vector<std::string>;

Row row_of(const ScreenTime& person, const EpisodeScreenTime& time) {
  const bool seen = !person.appearances.empty();
  return {shortened(person.name, 40),
          hours_text(person.total),
          "\u00b1 " + decimal(to_seconds(person.error_bound), 1) + " s",
          percent_of(person.total, time.episode.length()),
          seen ? clock_text(person.appearances.front().begin) : "-",
          seen ? clock_text(person.appearances.back().end) : "-",
          std::to_string(person.appearances.size())};
}

std::string line_of(const Row& row, const std::vector<int>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto gap = static_cast<std::size_t>(std::max(0, widths[i] - width_of(row[i])));
    if (i > 0) line += "  ";
    if (i == 0) line += row[i] + std::string(gap, ' ');
    if (i > 0) line += std::string(gap, ' ') + row[i];
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Character next = first_character(text);
    const bool control = next.code < 0x20 || (next.code >= 0x7F && next.code < 0xA0) ||
                         (next.code >= 0x202A && next.code <= 0x202E) ||
                         (next.code >= 0x2066 && next.code <= 0x2069);
    const bool broken = next.code == kReplacement;
    out += control || broken ? std::string_view("\xEF\xBF\xBD") : text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
  return out;
}

int width_of(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Utf8Character next = first_character(text);
    width += columns_of(next.code);
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string shortened(std::string_view name, int columns) {
  std::string text = printable(name);
  if (width_of(text) <= columns) return text;
  std::string out;
  int used = 1;
  std::string_view left = text;
  while (!left.empty()) {
    const Utf8Character next = first_character(left);
    used += columns_of(next.code);
    if (used > columns) break;
    out += left.substr(0, next.bytes);
    left.remove_prefix(next.bytes);
  }
  return out + "\u2026";
}

std::string hours_text(Duration length) {
  const auto tenths = std::llround(to_seconds(length) * 10);
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "%lld:%02lld:%02lld.%lld",
                tenths / 36000,
                tenths / 600 % 60,
                tenths / 10 % 60,
                tenths % 10);
  return text.data();
}

std::string aligned_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<int> widths(rows.empty() ? 0 : rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const Row& row : rows) text += line_of(row, widths);
  return text;
}

std::string screen_time_table(const EpisodeScreenTime& time) {
  std::vector<Row> rows{{"person", "on screen", "", "share", "first", "last", "times"}};
  for (const ScreenTime& person : time.people) rows.push_back(row_of(person, time));
  if (time.unknown.total > Duration{}) {
    rows.push_back(row_of(time.unknown, time));
    rows.back()[0] = "(unknown)";
  }
  std::string text = aligned_table(rows);
  text += counted(static_cast<std::int64_t>(time.people.size()), "person", "people") +
          "; faces on screen " + length_text(time.faced) + " of " +
          length_text(time.episode.length()) + " (" +
          percent_of(time.faced, time.episode.length()) + "), two or more people " +
          length_text(time.several) + "\n";
  return text;
}

}  // namespace screenalytics
