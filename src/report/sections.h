// SPDX-License-Identifier: MIT
#pragma once

#include "report/episode_report.h"

#include <string>

namespace screenalytics {

/// The parts of the page, each a whole <section>. Private to this folder.
std::string people_section(const EpisodeReport& report);
std::string timeline_section(const EpisodeReport& report);
std::string together_section(const EpisodeReport& report);
std::string unknown_section(const EpisodeReport& report);
std::string distributions_section(const EpisodeReport& report);
std::string cpu_section(const EpisodeReport& report);
std::string warnings_section(const EpisodeReport& report);
std::string facts_section(const EpisodeReport& report);

/// Beyond these the page would grow without end; what is left out is said, and stands in the
/// artifacts.
inline constexpr std::size_t kMostPeople = 300;
inline constexpr std::size_t kMostPeopleTogether = 40;
inline constexpr std::size_t kMostMarks = 6000;
inline constexpr std::size_t kMostListed = 200;

/// A note on what was left out, empty when nothing was.
std::string left_out(std::size_t all, std::size_t shown, const std::string& where);

/// A bar in a table's cell, 0..1; only for the eye: the number stands beside it.
std::string share_bar(double share);

}  // namespace screenalytics
