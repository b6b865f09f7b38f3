// SPDX-License-Identifier: MIT
#include "overlay/visual_order.h"

#include <cstddef>

#include <fribidi.h>

namespace screenalytics {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Decoded {
  char32_t character = kReplacement;
  std::size_t bytes = 1;
};

/// RFC 3629; anything else is one damaged byte.
Decoded decode(const std::string& utf8, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) return {first, 1};
  std::size_t bytes = 0;
  if (first >= 0xC2 && first < 0xE0) bytes = 2;
  if (first >= 0xE0 && first < 0xF0) bytes = 3;
  if (first >= 0xF0 && first < 0xF5) bytes = 4;
  if (bytes == 0 || at + bytes > utf8.size()) return {};
  char32_t character = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = at + 1; i < at + bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    character = character << 6U | (byte(i) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character < 0xE000;
  if (character < kSmallest[bytes] || surrogate || character > 0x10FFFF) return {};
  return {character, bytes};
}

bool is_control(char32_t character) { return character < 0x20 || character == 0x7F; }

/// Directs the order of letters and is not seen itself.
bool is_invisible(char32_t character) {
  return (character >= 0x200B && character <= 0x200F) ||
         (character >= 0x202A && character <= 0x202E) ||
         (character >= 0x2060 && character <= 0x206F) || character == 0xFEFF ||
         (character >= 0xFE00 && character <= 0xFE0F) || character == FRIBIDI_CHAR_FILL;
}

}  // namespace

std::vector<char32_t> visual_order(const std::string& utf8) {
  std::vector<FriBidiChar> logical;
  for (std::size_t at = 0; at < utf8.size();) {
    const Decoded decoded = decode(utf8, at);
    logical.push_back(is_control(decoded.character) ? U' ' : decoded.character);
    at += decoded.bytes;
  }
  std::vector<FriBidiChar> visual(logical.size() + 1);
  FriBidiParType direction = FRIBIDI_PAR_ON;
  const auto count = static_cast<FriBidiStrIndex>(logical.size());
  const bool ordered =
      count > 0 &&
      fribidi_log2vis(
          logical.data(), count, &direction, visual.data(), nullptr, nullptr, nullptr) != 0;
  visual.resize(logical.size());
  std::vector<char32_t> seen;
  for (const FriBidiChar character : ordered ? visual : logical) {
    if (!is_invisible(character)) seen.push_back(character);
  }
  return seen;
}

}  // namespace screenalytics
