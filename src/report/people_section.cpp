// SPDX-License-Identifier: MIT
#include "report/html_text.h"
#include "report/sections.h"

#include <algorithm>

namespace screenalytics {
namespace {

const Identity* find_identity(const EpisodeReport& report, IdentityId id) {
  const auto& all = report.identities.identities;
  const auto found = std::ranges::find(all, id, &Identity::id);
  return found == all.end() ? nullptr : &*found;
}

std::string face_of(const EpisodeReport& report, const ScreenTime& person) {
  const auto found = report.pictures.find(person.identity);
  if (found == report.pictures.end())
    return "<span class=\"face none\" aria-hidden=\"true\">?</span>";
  const FacePicture& picture = found->second;
  return "<img class=\"face\" width=\"" + std::to_string(picture.width) + "\" height=\"" +
         std::to_string(picture.height) + "\" alt=\"Face of " + escaped(person.name) +
         "\" src=\"data:image/jpeg;base64," + base64(picture.jpeg) + "\">";
}

/// What a reader should know before they trust the row.
std::string notes_of(const EpisodeReport& report, const ScreenTime& person) {
  std::string notes = to_text(person.identity);
  if (person.cast_id) notes += " · cast " + isolated(*person.cast_id);
  const Identity* identity = find_identity(report, person.identity);
  if (identity == nullptr) return notes;
  if (identity->edited) notes += " · edited by hand";
  if (identity->low_cohesion) notes += " · <strong>faces differ: look at it</strong>";
  return notes;
}

struct Cell {
  std::string label;
  std::string text;
  std::string sort_by;
};

std::string cell(const Cell& cell) {
  return "<td data-l=\"" + cell.label + "\" data-v=\"" + cell.sort_by + "\">" + cell.text + "</td>";
}

std::string milliseconds(Duration duration) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(duration).count());
}

std::string cells_of(const ScreenTime& person, const EpisodeScreenTime& time) {
  const bool seen = !person.appearances.empty();
  const Duration whole = time.episode.length();
  const double share = whole > Duration{} ? to_seconds(person.total) / to_seconds(whole) : 0;
  const auto position = [&](MediaTime at) { return milliseconds(at.time_since_epoch()); };
  const MediaTime first = seen ? person.appearances.front().begin : MediaTime{};
  const MediaTime last = seen ? person.appearances.back().end : MediaTime{};
  return cell({"On screen",
               "<b>" + length_text(person.total) + "</b>",
               milliseconds(person.total)}) +
         cell({"Error", "± " + length_text(person.error_bound), milliseconds(person.error_bound)}) +
         cell({"Share",
               share_bar(share) + percent_of(person.total, whole),
               milliseconds(person.total)}) +
         cell({"First", seen ? clock_text(first) : "–", position(first)}) +
         cell({"Last", seen ? clock_text(last) : "–", position(last)}) +
         cell({"Appearances",
               std::to_string(person.appearances.size()),
               std::to_string(person.appearances.size())}) +
         cell({"Alone", length_text(person.alone), milliseconds(person.alone)}) +
         cell({"Tracks", std::to_string(person.tracks), std::to_string(person.tracks)});
}

std::string row_of(const EpisodeReport& report, const ScreenTime& person) {
  return "<tr><th scope=\"row\" data-v=\"" + escaped(person.name) + "\"><span class=\"who\">" +
         face_of(report, person) + "<span>" + isolated(person.name) + "<small>" +
         notes_of(report, person) + "</small></span></span></th>" + cells_of(person, report.time) +
         "</tr>\n";
}

std::string head() {
  constexpr const char* kColumns[] = {"Person",
                                      "On screen",
                                      "Error at most",
                                      "Share",
                                      "First",
                                      "Last",
                                      "Appearances",
                                      "Alone",
                                      "Tracks"};
  std::string row = "<thead><tr>";
  for (const char* column : kColumns) {
    const bool sorted = std::string(column) == "On screen";
    row += std::string("<th scope=\"col\"") + (sorted ? " aria-sort=\"descending\"" : "") + ">" +
           column + "</th>";
  }
  return row + "</tr></thead>\n";
}

}  // namespace

std::string share_bar(double share) {
  const std::string width = decimal(100 * std::clamp(share, 0.0, 1.0), 1);
  return "<svg class=\"bar\" aria-hidden=\"true\"><rect width=\"" + width +
         "%\" height=\"100%\"/></svg>";
}

std::string left_out(std::size_t all, std::size_t shown, const std::string& where) {
  if (all <= shown) return {};
  return "<p class=\"note\">" + std::to_string(all - shown) + " more are not shown here: see " +
         where + ".</p>\n";
}

std::string people_section(const EpisodeReport& report) {
  const auto& people = report.time.people;
  if (people.empty()) {
    return section("people", "People", "<p>No person was found in this episode.</p>\n");
  }
  std::string out =
      "<p>Longest on screen first. “Error at most” is what looking at samples only leaves open, "
      "both ways. “Alone” is "
      "time with no other face on screen.</p>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Screen time of each person, scrolls "
      "sideways\" tabindex=\"0\">\n<table "
      "class=\"people\" data-sort><caption>Screen time of each person</caption>\n" +
      head() + "<tbody>\n";
  const std::size_t shown = std::min(people.size(), kMostPeople);
  for (std::size_t i = 0; i < shown; ++i) out += row_of(report, people[i]);
  out += "</tbody></table></div>\n" + left_out(people.size(), shown, "screentime.json");
  return section("people", "People", out);
}

}  // namespace screenalytics
