// SPDX-License-Identifier: MIT
#include "run/cut_face.h"

#include "faces/face_quality.h"
#include "store/jpeg.h"

namespace screenalytics {

CutFace cut_face(const Picture& picture, const Detection& face, const Settings& settings) {
  CutFace cut;
  if (!is_valid(face.box)) return cut;
  const double aspect = picture.pixel_aspect();
  const Window window = picture.window(alignment_window(face, aspect, settings.align));
  if (window.image.empty()) return cut;
  cut.crop = align_face(window, face, aspect, settings.align);
  if (cut.crop) cut.quality = measure_quality(*cut.crop, face, aspect);
  return cut;
}

std::vector<std::uint8_t> thumbnail_jpeg(const Picture& picture,
                                         const Detection& face,
                                         const Settings& settings) {
  const Rect wanted = thumbnail_window(face.box, picture.pixel_aspect(), settings.thumbnails);
  const Image thumbnail = make_thumbnail(picture.window(wanted), wanted, settings.thumbnails);
  return encode_jpeg(thumbnail, settings.output.jpeg_quality);
}

}  // namespace screenalytics
