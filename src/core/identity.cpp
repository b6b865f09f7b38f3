// SPDX-License-Identifier: MIT
#include "core/identity.h"

#include <charconv>

namespace screenalytics {

std::string to_text(IdentityId id) {
  const std::string digits = std::to_string(id.value);
  return "id_" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

std::optional<IdentityId> read_identity_id(const std::string& text) {
  if (!text.starts_with("id_")) return std::nullopt;
  IdentityId id;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + 3, end, id.value);
  if (read.ec != std::errc() || read.ptr != end || id.value < 1 || to_text(id) != text)
    return std::nullopt;
  return id;
}

}  // namespace screenalytics
