// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "core/face.h"
#include "core/frame.h"
#include "core/ids.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

/// Where a blob lies in a segment file.
struct BlobRef {
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
};

/// One face of a sampled frame, as pass 1 leaves it.
struct FaceRecord {
  Detection detection;               ///< source pixels
  FaceQuality quality;               ///< zero when no crop was cut
  bool measured = true;              ///< false: detected only, never to be chosen as a sample
  std::optional<BlobRef> crop;       ///< aligned 112x112 crop, lossless
  std::optional<BlobRef> thumbnail;  ///< finished JPEG
};

/// One decoded frame, as pass 1 leaves it.
struct FrameRecord {
  FrameIndex index;
  MediaTime time;
  bool sampled = false;
  std::vector<std::uint8_t> signature;  ///< for shot detection
  std::vector<FaceRecord> faces;        ///< of a sampled frame, best score first
};

/// What pass 1 did for the segment.
struct SegmentSummary {
  std::int64_t frames_decoded = 0;
  std::int64_t packets_skipped = 0;
  std::int64_t packets_damaged = 0;
  std::int64_t frames_damaged = 0;
  std::int64_t retries = 0;
  std::int64_t detector_calls = 0;
  std::vector<FrameIndex> missing;  ///< sampled frames that could not be decoded
};

/// Writes one segment's record as it is made (crops do not pile up in memory); the format is in
/// segment_format.h. The file appears whole at `commit`. `key` names the settings and input it was
/// made with: a reader with another key refuses it.
class SegmentWriter {
 public:
  SegmentWriter(const std::filesystem::path& path, const std::string& key);
  ~SegmentWriter();
  /// Losslessly compressed.
  BlobRef add_crop(const Image& crop);
  BlobRef add_blob(std::span<const std::uint8_t> bytes);
  /// In presentation order, each frame once, after its blobs.
  void add_frame(const FrameRecord& frame);
  void commit(const SegmentSummary& summary);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a finished record, frame by frame.
class SegmentFile {
 public:
  /// Empty when there is none, or it is damaged (checksum) or was made with another key.
  static std::optional<SegmentFile> open(const std::filesystem::path& path, const std::string& key);
  SegmentFile(SegmentFile&&) noexcept;
  ~SegmentFile();
  const SegmentSummary& summary() const;
  /// The next frame in presentation order; empty at the end.
  std::optional<FrameRecord> next();
  void rewind();
  /// By position: may be called from several threads. Throw Error{bad_data} when `ref` is not one
  /// of this file's.
  Image read_crop(const BlobRef& ref) const;
  std::vector<std::uint8_t> read_blob(const BlobRef& ref) const;

 private:
  struct State;
  explicit SegmentFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace screenalytics
