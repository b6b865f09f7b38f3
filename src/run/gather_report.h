// SPDX-License-Identifier: MIT
#pragma once

#include "core/screen_time.h"
#include "report/episode_report.h"
#include "report/html_report.h"
#include "store/run_folder.h"

#include <filesystem>

namespace screenalytics {

/// Everything that a report shows, from the artifacts of a run: people, tracks, manifest,
/// thumbnails (scaled down, the longest on screen first), cpu.csv. What is not there is left out
/// and said on the page. Throws Error{not_found, io, bad_data}.
EpisodeReport gather_report(const RunFolder& run,
                            const Json& manifest,
                            Identities identities,
                            EpisodeScreenTime time);

/// cpu.csv as the harvest left it; no points where there is none. Rows that are no numbers are
/// passed over: the page shows what was measured.
CpuStory read_cpu_story(const std::filesystem::path& file);

/// What the page's policy knows its own style and script by.
InlineChecksums inline_checksums();

}  // namespace screenalytics
