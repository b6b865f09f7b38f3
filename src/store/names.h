// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace screenalytics {

/// 1 to 128 letters, digits, '.', '_' or '-', not starting with '.' or '-': safe as one part of a
/// path and as an argument.
bool is_valid_name(std::string_view name);

/// Throws Error{bad_usage} that says what `what` (e.g. "episode id") may contain.
void check_name(const std::string& what, const std::string& name);

}  // namespace screenalytics
