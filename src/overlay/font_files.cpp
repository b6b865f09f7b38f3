// SPDX-License-Identifier: MIT
#include "overlay/font_files.h"

#include <fontconfig/fontconfig.h>

namespace screenalytics {
namespace {

struct Destroys {
  void operator()(FcConfig* config) const { FcConfigDestroy(config); }
  void operator()(FcPattern* pattern) const { FcPatternDestroy(pattern); }
  void operator()(FcFontSet* fonts) const { FcFontSetSortDestroy(fonts); }
};

const FcChar8* text(const char* characters) { return reinterpret_cast<const FcChar8*>(characters); }

bool has(FcPattern* font, char32_t character) {
  FcCharSet* characters = nullptr;
  return FcPatternGetCharSet(font, FC_CHARSET, 0, &characters) == FcResultMatch &&
         FcCharSetHasChar(characters, character) == FcTrue;
}

bool is_outline(FcPattern* font) {
  FcBool outline = FcFalse;
  return FcPatternGetBool(font, FC_OUTLINE, 0, &outline) == FcResultMatch && outline == FcTrue;
}

std::optional<FontFile> file_of(FcPattern* font) {
  FcChar8* path = nullptr;
  if (FcPatternGetString(font, FC_FILE, 0, &path) != FcResultMatch) return std::nullopt;
  int number = 0;
  FcPatternGetInteger(font, FC_INDEX, 0, &number);
  return FontFile{reinterpret_cast<const char*>(path), number};
}

}  // namespace

struct FontFiles::State {
  std::unique_ptr<FcConfig, Destroys> config{FcInitLoadConfigAndFonts()};
  std::unique_ptr<FcFontSet, Destroys> fonts;
};

FontFiles::FontFiles() : state_(std::make_unique<State>()) {
  FcConfig* config = state_->config.get();
  const std::unique_ptr<FcPattern, Destroys> wanted(FcPatternCreate());
  FcPatternAddString(wanted.get(), FC_FAMILY, text("sans-serif"));
  FcPatternAddInteger(wanted.get(), FC_WEIGHT, FC_WEIGHT_BOLD);
  FcConfigSubstitute(config, wanted.get(), FcMatchPattern);
  FcDefaultSubstitute(wanted.get());
  FcResult result = FcResultNoMatch;
  state_->fonts.reset(FcFontSort(config, wanted.get(), FcFalse, nullptr, &result));
}

FontFiles::~FontFiles() = default;

std::optional<FontFile> FontFiles::with(char32_t character) const {
  const FcFontSet* fonts = state_->fonts.get();
  for (int i = 0; fonts != nullptr && i < fonts->nfont; ++i) {
    if (is_outline(fonts->fonts[i]) && has(fonts->fonts[i], character))
      return file_of(fonts->fonts[i]);
  }
  return std::nullopt;
}

}  // namespace screenalytics
