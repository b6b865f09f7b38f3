// SPDX-License-Identifier: MIT
#pragma once

namespace screenalytics {

/// Loads FFmpeg: libavutil, libswscale, libavcodec and libavformat of the versions that this was
/// built with. They bring some 90 other libraries along, 25 to 40 ms of one core, which only those
/// pay who read or write video (docs/decisions/0012-ffmpeg-loaded-late.md). Call before anything
/// else of FFmpeg; safe from any thread, and nothing after the first time. Throws
/// Error{unavailable} naming the library that is missing. Hold a CPU permit: it is work. Where the
/// program is linked to FFmpeg (not Linux on x86-64 or arm64) does nothing.
void load_ffmpeg();

}  // namespace screenalytics
