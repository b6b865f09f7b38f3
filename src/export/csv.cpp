// SPDX-License-Identifier: MIT
#include "export/csv.h"

#include "core/identity.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace screenalytics {
namespace {

std::string short_number(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.4f", value);
  std::string number = text.data();
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number == "-0" ? "0" : number;
}

std::string csv_row(const ScreenTime& one, const EpisodeScreenTime& all) {
  const auto& spans = one.appearances;
  const auto seconds_of = [&](MediaTime time) { return csv_seconds(time.time_since_epoch()); };
  const auto longest = std::ranges::max_element(spans, {}, &TimeSpan::length);
  return csv_line({one.identity.value == 0 ? "" : to_text(one.identity),
                   one.name,
                   one.cast_id.value_or(""),
                   one.named ? "true" : "false",
                   csv_seconds(one.total),
                   csv_seconds(one.bridged),
                   csv_share(one.total, all.episode.length()),
                   csv_share(one.total, all.faced),
                   csv_seconds(one.error_bound),
                   spans.empty() ? "" : seconds_of(spans.front().begin),
                   spans.empty() ? "" : seconds_of(spans.back().end),
                   std::to_string(spans.size()),
                   spans.empty() ? "0" : csv_seconds(longest->length()),
                   csv_seconds(one.alone),
                   std::to_string(one.tracks),
                   std::to_string(one.faces),
                   std::to_string(one.shots),
                   std::to_string(one.dropped)});
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i)
    line += (i == 0 ? "" : ",") + csv_field(fields[i]);
  return line + "\r\n";
}

std::string csv_seconds(Duration duration) { return short_number(to_seconds(duration)); }

std::string csv_share(Duration part, Duration whole) {
  return short_number(whole > Duration::zero() ? to_seconds(part) / to_seconds(whole) : 0);
}

std::string screen_time_csv(const EpisodeScreenTime& time) {
  std::string text = csv_line({"identity_id",
                               "name",
                               "cast_id",
                               "named",
                               "face_visible_seconds",
                               "gap_bridged_seconds",
                               "share_of_episode",
                               "share_of_faced",
                               "error_bound_seconds",
                               "first_ts",
                               "last_ts",
                               "appearances",
                               "longest_seconds",
                               "alone_seconds",
                               "tracks_count",
                               "faces_count",
                               "shots_count",
                               "dropped_stretches"});
  for (const ScreenTime& one : time.people) text += csv_row(one, time);
  ScreenTime unknown = time.unknown;
  unknown.name = "unknown";
  return text + csv_row(unknown, time);
}

}  // namespace screenalytics
