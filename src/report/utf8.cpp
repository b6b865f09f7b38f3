// SPDX-License-Identifier: MIT
#include "report/utf8.h"

#include <algorithm>
#include <array>
#include <utility>

namespace screenalytics {
namespace {

using Range = std::pair<char32_t, char32_t>;

/// Combining marks, joiners and marks of direction: drawn over or between others.
constexpr std::array kNarrow{Range{0x0300, 0x036F},
                             Range{0x0483, 0x0489},
                             Range{0x0591, 0x05BD},
                             Range{0x0610, 0x061A},
                             Range{0x064B, 0x065F},
                             Range{0x0E31, 0x0E31},
                             Range{0x0E34, 0x0E3A},
                             Range{0x1AB0, 0x1AFF},
                             Range{0x1DC0, 0x1DFF},
                             Range{0x200B, 0x200F},
                             Range{0x202A, 0x202E},
                             Range{0x2060, 0x2069},
                             Range{0x20D0, 0x20FF},
                             Range{0xFE00, 0xFE0F}};
/// East Asian wide characters and pictographs.
constexpr std::array kWide{Range{0x1100, 0x115F},
                           Range{0x2E80, 0x303E},
                           Range{0x3041, 0xA4CF},
                           Range{0xAC00, 0xD7A3},
                           Range{0xF900, 0xFAFF},
                           Range{0xFE30, 0xFE6F},
                           Range{0xFF00, 0xFF60},
                           Range{0xFFE0, 0xFFE6},
                           Range{0x1F300, 0x1FAFF},
                           Range{0x20000, 0x3FFFD}};

template <typename Ranges>
bool in(const Ranges& ranges, char32_t code) {
  return std::ranges::any_of(
      ranges, [code](const Range& range) { return range.first <= code && code <= range.second; });
}

/// Bytes of the sequence that `lead` begins; 0 when nothing begins so.
std::size_t length_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

}  // namespace

Utf8Character first_character(std::string_view text) {
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = length_of(lead);
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {lead, 1};
  char32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0u) != 0x80u) return {};
    code = code << 6 | (next & 0x3Fu);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[length] || code > 0x10FFFF || surrogate) return {};
  return {code, length};
}

int columns_of(char32_t code) {
  if (in(kNarrow, code)) return 0;
  return in(kWide, code) ? 2 : 1;
}

}  // namespace screenalytics
