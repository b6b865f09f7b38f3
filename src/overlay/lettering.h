// SPDX-License-Identifier: MIT
#pragma once

#include "overlay/paint.h"

#include <filesystem>
#include <memory>
#include <string>

namespace screenalytics {

struct LetteringOptions {
  std::filesystem::path font;  ///< empty: the machine's sans-serif, bold
  int height = 20;             ///< of the letters, from the top of 'd' to the bottom of 'p', pixels
  double pixel_aspect = 1;     ///< letters are drawn so that they look right on such pixels
};

/// Lines of text as masks: UTF-8, right-to-left scripts included; letters that the font lacks come
/// from other fonts of the machine. Not for several threads at once.
class Lettering {
 public:
  /// Throws Error{unavailable} when the machine has no font, Error{not_found or bad_data} for a
  /// font file that cannot be used.
  explicit Lettering(const LetteringOptions& options);
  ~Lettering();
  Lettering(const Lettering&) = delete;
  Lettering& operator=(const Lettering&) = delete;

  /// As high as every other line; a longer one than `max_width` pixels ends in "...".
  Mask line(const std::string& text, int max_width);
  int line_height() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace screenalytics
