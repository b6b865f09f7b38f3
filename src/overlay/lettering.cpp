// SPDX-License-Identifier: MIT
#include "overlay/lettering.h"

#include "core/error.h"
#include "overlay/font_files.h"
#include "overlay/visual_order.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <ft2build.h>
#include FT_FREETYPE_H

namespace screenalytics {
namespace {

struct Closes {
  void operator()(FT_Library library) const { FT_Done_FreeType(library); }
  void operator()(FT_Face face) const { FT_Done_Face(face); }
};
using LibraryPtr = std::unique_ptr<std::remove_pointer_t<FT_Library>, Closes>;
using FacePtr = std::unique_ptr<std::remove_pointer_t<FT_Face>, Closes>;

LibraryPtr start_library() {
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0)
    throw Error(ErrorKind::unavailable, "the font library FreeType does not start");
  return LibraryPtr(library);
}

/// A letter's coverage and its place from the pen on the base line.
struct Glyph {
  Mask mask;
  int left = 0;
  int above = 0;
  int advance = 0;
};

Glyph drawn(FT_Face face, char32_t character) {
  if (FT_Load_Char(face, character, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT) != 0) return {};
  const FT_GlyphSlot slot = face->glyph;
  const FT_Bitmap& bitmap = slot->bitmap;
  Glyph glyph{.left = slot->bitmap_left,
              .above = slot->bitmap_top,
              .advance = static_cast<int>((slot->advance.x + 32) >> 6)};
  if (bitmap.pixel_mode != FT_PIXEL_MODE_GRAY) return glyph;
  glyph.mask.size = {static_cast<int>(bitmap.width), static_cast<int>(bitmap.rows)};
  for (unsigned y = 0; y < bitmap.rows; ++y) {
    const unsigned char* row = bitmap.buffer + static_cast<std::ptrdiff_t>(y) * bitmap.pitch;
    glyph.mask.coverage.insert(glyph.mask.coverage.end(), row, row + bitmap.width);
  }
  return glyph;
}

std::size_t place(const Mask& mask, int x, int y) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.size.width) +
         static_cast<std::size_t>(x);
}

/// Glyphs may overlap a little: the stronger one wins.
void add(Mask& line, const Glyph& glyph, int pen, int base) {
  for (int y = 0; y < glyph.mask.size.height; ++y) {
    const int to_y = base - glyph.above + y;
    if (to_y < 0 || to_y >= line.size.height) continue;
    for (int x = 0; x < glyph.mask.size.width; ++x) {
      const int to_x = pen + glyph.left + x;
      if (to_x < 0 || to_x >= line.size.width) continue;
      std::uint8_t& out = line.coverage[place(line, to_x, to_y)];
      out = std::max(out, glyph.mask.coverage[place(glyph.mask, x, y)]);
    }
  }
}

int width_of(const std::vector<const Glyph*>& glyphs) {
  int width = 0;
  for (const Glyph* glyph : glyphs) width += glyph->advance;
  return width;
}

}  // namespace

struct Lettering::State {
  explicit State(const LetteringOptions& options_in) : options(options_in) {
    open_first();
    const FT_Size_Metrics& size = fonts.front()->size->metrics;
    ascent = static_cast<int>((size.ascender + 63) >> 6);
    height = ascent + static_cast<int>((63 - size.descender) >> 6);
  }

  void open_first() {
    if (!options.font.empty()) {
      if (!std::filesystem::exists(options.font))
        throw Error(ErrorKind::not_found, "no such font file: '" + options.font.string() + "'");
      if (!open({options.font, 0}))
        throw Error(ErrorKind::bad_data,
                    "'" + options.font.string() + "' is no font that can be drawn with");
      return;
    }
    const auto found = files.with(U'A');
    if (found && open(*found)) return;
    throw Error(ErrorKind::unavailable,
                "this machine has no font to write names with: install one (on Debian: apt-get "
                "install fonts-dejavu-core), or name a font file with --font");
  }

  bool open(const FontFile& file) {
    FT_Face face = nullptr;
    if (FT_New_Face(library.get(), file.path.c_str(), file.number, &face) != 0) return false;
    FacePtr font(face);
    const long letters = face->ascender - face->descender;
    if (FT_IS_SCALABLE(face) == 0 || letters <= 0) return false;
    // The em square that makes ascender plus descender as high as asked for.
    const double em =
        options.height * static_cast<double>(face->units_per_EM) / static_cast<double>(letters);
    const auto down = static_cast<FT_UInt>(std::max(1L, std::lround(em)));
    const auto across = static_cast<FT_UInt>(std::max(1L, std::lround(em / options.pixel_aspect)));
    if (FT_Set_Pixel_Sizes(face, across, down) != 0) return false;
    fonts.push_back(std::move(font));
    return true;
  }

  /// The first opened font that has the character; else another of the machine's; else the first
  /// one, which draws a box for it.
  FT_Face font_for(char32_t character) {
    for (const FacePtr& font : fonts) {
      if (FT_Get_Char_Index(font.get(), character) != 0) return font.get();
    }
    const auto found = files.with(character);
    if (found && open(*found)) return fonts.back().get();
    return fonts.front().get();
  }

  const Glyph& glyph(char32_t character) {
    const auto known = glyphs.find(character);
    if (known != glyphs.end()) return known->second;
    return glyphs.emplace(character, drawn(font_for(character), character)).first->second;
  }

  std::vector<const Glyph*> glyphs_of(const std::string& text, int max_width) {
    std::vector<const Glyph*> line;
    for (const char32_t character : visual_order(text)) line.push_back(&glyph(character));
    if (width_of(line) <= max_width) return line;
    const std::vector<const Glyph*> dots(3, &glyph(U'.'));
    while (!line.empty() && width_of(line) + width_of(dots) > max_width) line.pop_back();
    line.insert(line.end(), dots.begin(), dots.end());
    return line;
  }

  LetteringOptions options;
  FontFiles files;
  LibraryPtr library = start_library();
  std::vector<FacePtr> fonts;  // after the library: closed before it
  std::map<char32_t, Glyph> glyphs;
  int ascent = 0;
  int height = 0;
};

Lettering::Lettering(const LetteringOptions& options) : state_(std::make_unique<State>(options)) {}

Lettering::~Lettering() = default;

int Lettering::line_height() const { return state_->height; }

Mask Lettering::line(const std::string& text, int max_width) {
  const auto glyphs = state_->glyphs_of(text, max_width);
  Mask mask{.size = {width_of(glyphs), state_->height}};
  mask.coverage.resize(static_cast<std::size_t>(mask.size.width) *
                       static_cast<std::size_t>(mask.size.height));
  int pen = 0;
  for (const Glyph* glyph : glyphs) {
    add(mask, *glyph, pen, state_->ascent);
    pen += glyph->advance;
  }
  return mask;
}

}  // namespace screenalytics
