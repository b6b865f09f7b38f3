// SPDX-License-Identifier: MIT
#include "video/open_videos.h"

#include "video/idle_demuxers.h"

namespace screenalytics {

OpenVideos::OpenVideos(const VideoIndex& index)
    : index_(index), idle_(std::make_unique<IdleDemuxers>()) {}

OpenVideos::~OpenVideos() = default;

void OpenVideos::close_idle() { idle_->close(); }

std::int64_t OpenVideos::opened() const { return idle_->opened(); }

}  // namespace screenalytics
