// SPDX-License-Identifier: MIT
#pragma once

#include "report/episode_report.h"

#include <string>
#include <string_view>

namespace screenalytics {

/// The page's own style sheet and script. A strict content security policy lets a browser run these
/// two and nothing else, and knows them by their checksums.
std::string_view report_style();
std::string_view report_script();

/// SHA-256 of the two above, raw bytes in base64.
struct InlineChecksums {
  std::string style;
  std::string script;
};

/// One HTML file that needs nothing else: no network, no script to be read, no font. The same bytes
/// for the same report.
std::string html_report(const EpisodeReport& report, const InlineChecksums& checksums);

/// How many people get a picture of which side in pixels; pictures beyond that are not shown.
int picture_side(std::size_t rank);

}  // namespace screenalytics
