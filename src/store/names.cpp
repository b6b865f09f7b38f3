// SPDX-License-Identifier: MIT
#include "store/names.h"

#include "core/error.h"

#include <algorithm>

namespace screenalytics {
namespace {

constexpr std::size_t kLongestName = 128;

// Not std::isalnum: that one depends on the locale.
bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool may_follow(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

bool is_valid_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' &&
         name.front() != '-' && std::ranges::all_of(name, may_follow);
}

void check_name(const std::string& what, const std::string& name) {
  if (is_valid_name(name)) return;
  std::string shown = name.substr(0, kLongestName);
  std::ranges::replace_if(shown, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  throw Error(ErrorKind::bad_usage,
              "the " + what + " '" + shown +
                  "' cannot be used: give 1 to 128 letters, digits, '.', '_' or '-', the first one "
                  "not '.' or '-'");
}

}  // namespace screenalytics
