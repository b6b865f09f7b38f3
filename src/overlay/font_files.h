// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

namespace screenalytics {

/// A font in a file that may hold several.
struct FontFile {
  std::filesystem::path path;
  int number = 0;
};

/// The outline fonts of the machine, best for bold sans-serif first (fontconfig).
class FontFiles {
 public:
  FontFiles();
  ~FontFiles();
  FontFiles(const FontFiles&) = delete;
  FontFiles& operator=(const FontFiles&) = delete;
  /// The best font that has this character (Unicode); empty when none has.
  std::optional<FontFile> with(char32_t character) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace screenalytics
