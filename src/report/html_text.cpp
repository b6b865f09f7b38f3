// SPDX-License-Identifier: MIT
#include "report/html_text.h"

#include "report/utf8.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace screenalytics {
namespace {

/// Characters that an HTML document may hold.
bool allowed(char32_t code) {
  const bool control =
      (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7f && code < 0xa0);
  const bool noncharacter = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
  return !control && !noncharacter;
}

std::string_view entity(char32_t code) {
  switch (code) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character next = first_character(text);
    if (const auto name = entity(next.code); !name.empty()) {
      out += name;
    } else if (allowed(next.code)) {
      out +=
          next.code == kReplacement ? std::string_view("\xEF\xBF\xBD") : text.substr(0, next.bytes);
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::string isolated(std::string_view name) { return "<bdi>" + escaped(name) + "</bdi>"; }

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    std::uint32_t group = std::uint32_t{bytes[i]} << 16;
    if (left > 1) group |= std::uint32_t{bytes[i + 1]} << 8;
    if (left > 2) group |= bytes[i + 2];
    out += kDigits[group >> 18 & 63];
    out += kDigits[group >> 12 & 63];
    out += left > 1 ? kDigits[group >> 6 & 63] : '=';
    out += left > 2 ? kDigits[group & 63] : '=';
  }
  return out;
}

std::string decimal(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string percent_of(Duration part, Duration whole) {
  const double share = whole > Duration{} ? to_seconds(part) / to_seconds(whole) : 0.0;
  return decimal(100 * share, 1) + " %";
}

std::string clock_text(MediaTime time) {
  const bool negative = time.time_since_epoch() < Duration{};
  const auto tenths = std::llround(std::abs(to_seconds(time)) * 10);
  const long long hours = tenths / 36000;
  const long long minutes = tenths / 600 % 60;
  std::array<char, 64> text{};
  if (hours > 0) {
    std::snprintf(text.data(),
                  text.size(),
                  "%lld:%02lld:%04.1f",
                  hours,
                  minutes,
                  static_cast<double>(tenths % 600) / 10);
  } else {
    std::snprintf(
        text.data(), text.size(), "%lld:%04.1f", minutes, static_cast<double>(tenths % 600) / 10);
  }
  return (negative && tenths > 0 ? "-" : "") + std::string(text.data());
}

std::string length_text(Duration length) {
  const auto tenths = std::llround(to_seconds(length) * 10);
  if (tenths < 600) return decimal(static_cast<double>(tenths) / 10, 1) + " s";
  std::array<char, 64> text{};
  if (tenths < 36000) {
    std::snprintf(text.data(),
                  text.size(),
                  "%lld min %04.1f s",
                  tenths / 600,
                  static_cast<double>(tenths % 600) / 10);
    return text.data();
  }
  const auto seconds = std::llround(to_seconds(length));
  std::snprintf(text.data(),
                text.size(),
                "%lld h %02lld min %02lld s",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60);
  return text.data();
}

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string section(const std::string& id, const std::string& heading, const std::string& content) {
  return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-h\">\n<h2 id=\"" + id + "-h\">" +
         escaped(heading) + "</h2>\n" + content + "</section>\n";
}

}  // namespace screenalytics
