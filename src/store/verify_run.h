// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// One thing that is wrong with a run.
struct RunFault {
  std::string file;  ///< relative to the run's folder
  std::string what;  ///< in words, on one line
};

/// Checks what a run left behind: every artifact against the manifest (there, bytes, SHA-256),
/// files that nobody lists, and every artifact against its neighbours (rows, counts, references,
/// unit length), as docs/artifacts.md has it. A file that differs from the manifest is one fault;
/// its neighbours are not held against it. Empty = valid. A run without a manifest is one fault
/// that says what to do. Leftovers of a process that was killed (`*.part`, `segments/`) are no
/// faults: nobody reads them. Memory grows with tracks and faces, not with bytes. Hashes and
/// computes: hold a CPU permit. Throws Error{not_found} when there is no such folder, Error{io}.
std::vector<RunFault> verify_run(const std::filesystem::path& run_folder);

/// Stages of a run that are stale or never ended, with what to do about it; `file` is the stage's
/// main artifact. No damage: what the manifest lists is still what it says.
std::vector<RunFault> unfinished_stages(const std::filesystem::path& run_folder);

}  // namespace screenalytics
