// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace screenalytics {

using Digest = std::array<std::uint8_t, 32>;

enum class Slash { kept, encoded };

/// RFC 3986: everything but letters, digits, '-', '.', '_' and '~' as %XX, upper case.
std::string uri_encode(std::string_view text, Slash slash);
/// The other way; a '%' that no two hexadecimal digits follow stays as it is.
std::string uri_decode(std::string_view text);

/// Lower case.
std::string hex(std::span<const std::uint8_t> bytes);
/// Empty when `text` is not 64 hexadecimal digits.
std::optional<Digest> digest_from_hex(std::string_view text);
std::string base64_text(std::span<const std::uint8_t> bytes);

/// FIPS 180-4.
Digest sha256_digest(std::string_view text);
/// RFC 2104 with SHA-256.
Digest hmac_sha256(std::span<const std::uint8_t> key, std::string_view text);

}  // namespace screenalytics
