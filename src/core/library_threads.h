// SPDX-License-Identifier: MIT
#pragma once

namespace screenalytics {

/// Threads of one library for one caller. `one` keeps the CPU promise; `library_default` is what
/// the library takes when nobody says otherwise, for comparison (`screenalytics bench`).
enum class LibraryThreads { one, library_default };

}  // namespace screenalytics
