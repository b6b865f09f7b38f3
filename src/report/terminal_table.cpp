// SPDX-License-Identifier: MIT
#include "report/terminal_table.h"

#include "report/html_text.h"
#include "report/utf8.h"

#include <algorithm>
#include <array>

namespace screenalytics {
namespace {

constexpr std::size_t kColumns = 7;
using Row = std::array<std::string, kColumns>;

/// A name that fits, with an ellipsis where it was cut.
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

Row row_of(const ScreenTime& person, const EpisodeScreenTime& time) {
  const bool seen = !person.appearances.empty();
  return {shortened(person.name, 40),
          length_text(person.total),
          "\u00b1 " + decimal(to_seconds(person.error_bound), 1) + " s",
          percent_of(person.total, time.episode.length()),
          seen ? clock_text(person.appearances.front().begin) : "-",
          seen ? clock_text(person.appearances.back().end) : "-",
          std::to_string(person.appearances.size())};
}

std::string line_of(const Row& row, const std::array<int, kColumns>& widths) {
  std::string line;
  for (std::size_t i = 0; i < kColumns; ++i) {
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

std::string screen_time_table(const EpisodeScreenTime& time) {
  std::vector<Row> rows{{"person", "on screen", "", "share", "first", "last", "times"}};
  for (const ScreenTime& person : time.people) rows.push_back(row_of(person, time));
  if (time.unknown.total > Duration{}) {
    rows.push_back(row_of(time.unknown, time));
    rows.back()[0] = "(unknown)";
  }
  std::array<int, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const Row& row : rows) text += line_of(row, widths);
  text += counted(static_cast<std::int64_t>(time.people.size()), "person", "people") +
          "; faces on screen " + length_text(time.faced) + " of " +
          length_text(time.episode.length()) + " (" +
          percent_of(time.faced, time.episode.length()) + "), two or more people " +
          length_text(time.several) + "\n";
  return text;
}

}  // namespace screenalytics
