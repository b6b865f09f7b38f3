// SPDX-License-Identifier: MIT
#pragma once

#include "core/time.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace screenalytics {

/// Safe as text and inside quoted attributes. Bytes that are no UTF-8, and control characters that
/// HTML does not allow, become U+FFFD.
std::string escaped(std::string_view text);

/// A name of unknown writing direction, escaped, kept apart from the text around it.
std::string isolated(std::string_view name);

std::string base64(std::span<const std::uint8_t> bytes);

/// "12.3".
std::string decimal(double value, int decimals);
/// "4.2 %" of a share 0..1; "0.0 %" when `whole` is nothing.
std::string percent_of(Duration part, Duration whole);
/// A position: "0:04.9", "1:02:03.4".
std::string clock_text(MediaTime time);
/// A length: "4.9 s", "2 min 03.4 s", "1 h 02 min 03 s".
std::string length_text(Duration length);
/// "1 person", "3 people".
std::string counted(std::int64_t count, const std::string& one, const std::string& many);

/// A section with its heading; `id` is what the table of contents links to.
std::string section(const std::string& id, const std::string& heading, const std::string& content);

}  // namespace screenalytics
