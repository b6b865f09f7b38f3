// SPDX-License-Identifier: MIT
#include "report/html_text.h"
#include "report/sections.h"

#include <algorithm>
#include <cmath>

namespace screenalytics {
namespace {

/// 0..9: how strongly a cell is tinted.
int tint(Duration together, Duration most) {
  if (together <= Duration{} || most <= Duration{}) return 0;
  return std::clamp(
      static_cast<int>(std::ceil(9 * std::sqrt(to_seconds(together) / to_seconds(most)))), 1, 9);
}

Duration longest(const EpisodeScreenTime& time, std::size_t count) {
  Duration most{};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      if (i != j) most = std::max(most, time.together[i][j]);
    }
  }
  return most;
}

std::string row_of(const EpisodeScreenTime& time, std::size_t i, std::size_t count) {
  const Duration most = longest(time, count);
  std::string row = "<tr><th scope=\"row\">" + std::to_string(i + 1) + ". " +
                    isolated(time.people[i].name) + "</th>";
  for (std::size_t j = 0; j < count; ++j) {
    const Duration both = time.together[i][j];
    const std::string kind = i == j ? "self" : "h" + std::to_string(tint(both, most));
    row += "<td class=\"" + kind + "\">" +
           (both > Duration{} ? decimal(to_seconds(both), 1) : "·") + "</td>";
  }
  return row + "</tr>\n";
}

}  // namespace

std::string together_section(const EpisodeReport& report) {
  const EpisodeScreenTime& time = report.time;
  const std::size_t count =
      std::min({time.people.size(), time.together.size(), kMostPeopleTogether});
  if (count < 2)
    return section("together", "Together", "<p>Fewer than two people: nobody to be with.</p>\n");
  std::string out =
      "<p>Two or more people are on screen for " + length_text(time.several) + " (" +
      percent_of(time.several, time.episode.length()) +
      " of the episode). Seconds that two people share; on the diagonal, their own total.</p>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Seconds on screen together, scrolls "
      "sideways\" tabindex=\"0\"><table "
      "class=\"matrix\"><caption>Seconds on screen together</caption>\n<thead><tr><td></td>";
  for (std::size_t i = 0; i < count; ++i) {
    out += "<th scope=\"col\"><abbr title=\"" + escaped(time.people[i].name) + "\">" +
           std::to_string(i + 1) + "</abbr></th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < count; ++i) out += row_of(time, i, count);
  out += "</tbody></table></div>\n" + left_out(time.people.size(), count, "screentime.json");
  return section("together", "Together", out);
}

}  // namespace screenalytics
