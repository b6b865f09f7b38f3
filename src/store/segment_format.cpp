// SPDX-License-Identifier: MIT
#include "store/segment_format.h"

#include "core/error.h"

namespace screenalytics {
namespace {

// Which optional parts of a face follow.
constexpr unsigned kHasLandmarks = 1;
constexpr unsigned kHasPose = 2;
constexpr unsigned kHasCrop = 4;
constexpr unsigned kHasThumbnail = 8;
constexpr unsigned kNotMeasured = 16;

constexpr std::size_t kSmallestFaceBytes = 1 + 9 * sizeof(float);
constexpr std::size_t kRefBytes = 12;

void put_ref(ByteWriter& out, const BlobRef& ref) {
  out.put(ref.offset);
  out.put(ref.bytes);
}

BlobRef get_ref(ByteReader& in) {
  BlobRef ref;
  ref.offset = in.get<std::uint64_t>();
  ref.bytes = in.get<std::uint32_t>();
  return ref;
}

void put_face(ByteWriter& out, const FaceRecord& face) {
  const auto& [detection, quality, measured, crop, thumbnail] = face;
  const unsigned parts = (detection.landmarks ? kHasLandmarks : 0) | (quality.pose ? kHasPose : 0) |
                         (crop ? kHasCrop : 0) | (thumbnail ? kHasThumbnail : 0) |
                         (measured ? 0 : kNotMeasured);
  out.put(static_cast<std::uint8_t>(parts));
  const Box& box = detection.box;
  for (const float value : {box.left, box.top, box.right, box.bottom, detection.score})
    out.put(value);
  for (const float value : {quality.contrast, quality.blur, quality.size, quality.total})
    out.put(value);
  for (const Point& point : detection.landmarks.value_or(Landmarks{})) {
    if (!detection.landmarks) break;
    out.put(point.x);
    out.put(point.y);
  }
  if (quality.pose) {
    for (const float angle : {quality.pose->yaw, quality.pose->pitch, quality.pose->roll})
      out.put(angle);
  }
  if (crop) put_ref(out, *crop);
  if (thumbnail) put_ref(out, *thumbnail);
}

Landmarks get_landmarks(ByteReader& in) {
  Landmarks points;
  for (Point& point : points) {
    point.x = in.get_float();
    point.y = in.get_float();
  }
  return points;
}

HeadPose get_pose(ByteReader& in) {
  HeadPose pose;
  pose.yaw = in.get_float();
  pose.pitch = in.get_float();
  pose.roll = in.get_float();
  return pose;
}

FaceRecord get_face(ByteReader& in) {
  FaceRecord face;
  const unsigned parts = in.get<std::uint8_t>();
  face.measured = (parts & kNotMeasured) == 0;
  Box& box = face.detection.box;
  for (float* value : {&box.left, &box.top, &box.right, &box.bottom, &face.detection.score}) {
    *value = in.get_float();
  }
  FaceQuality& quality = face.quality;
  for (float* value : {&quality.contrast, &quality.blur, &quality.size, &quality.total}) {
    *value = in.get_float();
  }
  if ((parts & kHasLandmarks) != 0) face.detection.landmarks = get_landmarks(in);
  if ((parts & kHasPose) != 0) quality.pose = get_pose(in);
  if ((parts & kHasCrop) != 0) face.crop = get_ref(in);
  if ((parts & kHasThumbnail) != 0) face.thumbnail = get_ref(in);
  return face;
}

}  // namespace

void put_frame(ByteWriter& out, const FrameRecord& frame) {
  out.put(frame.index.value);
  out.put(std::int64_t{frame.time.time_since_epoch().count()});
  out.put(static_cast<std::uint8_t>(frame.sampled ? 1 : 0));
  out.put(static_cast<std::uint32_t>(frame.signature.size()));
  out.put(frame.signature);
  out.put(static_cast<std::uint32_t>(frame.faces.size()));
  for (const auto& face : frame.faces) put_face(out, face);
}

FrameRecord get_frame(ByteReader& in) {
  FrameRecord frame;
  frame.index.value = in.get<std::int64_t>();
  frame.time = MediaTime(Duration(in.get<std::int64_t>()));
  frame.sampled = in.get<std::uint8_t>() != 0;
  const auto signature = in.take(in.get_count(1));
  frame.signature.assign(signature.begin(), signature.end());
  const std::size_t faces = in.get_count(kSmallestFaceBytes);
  frame.faces.reserve(faces);
  for (std::size_t i = 0; i < faces; ++i) frame.faces.push_back(get_face(in));
  if (!in.at_end()) throw Error(ErrorKind::bad_data, "a frame's record is too long");
  return frame;
}

void put_end(ByteWriter& out, const SegmentEnd& end) {
  const SegmentSummary& summary = end.summary;
  for (const std::int64_t count : {summary.frames_decoded,
                                   summary.packets_skipped,
                                   summary.packets_damaged,
                                   summary.frames_damaged,
                                   summary.retries,
                                   summary.detector_calls}) {
    out.put(count);
  }
  out.put(static_cast<std::uint32_t>(summary.missing.size()));
  for (const FrameIndex index : summary.missing) out.put(index.value);
  out.put(static_cast<std::uint32_t>(end.frames.size()));
  for (const auto& ref : end.frames) put_ref(out, ref);
}

SegmentEnd get_end(ByteReader& in) {
  SegmentEnd end;
  SegmentSummary& summary = end.summary;
  for (std::int64_t* count : {&summary.frames_decoded,
                              &summary.packets_skipped,
                              &summary.packets_damaged,
                              &summary.frames_damaged,
                              &summary.retries,
                              &summary.detector_calls}) {
    *count = in.get<std::int64_t>();
  }
  summary.missing.resize(in.get_count(sizeof(std::int64_t)));
  for (FrameIndex& index : summary.missing) index.value = in.get<std::int64_t>();
  end.frames.resize(in.get_count(kRefBytes));
  for (BlobRef& ref : end.frames) ref = get_ref(in);
  if (!in.at_end()) throw Error(ErrorKind::bad_data, "the end of a segment is too long");
  return end;
}

}  // namespace screenalytics
