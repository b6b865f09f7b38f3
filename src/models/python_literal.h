// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

/// The bytes of `NAME = b'...'` in Python source, evaluated by Python's own rules for bytes
/// literals without running any of it. One literal in single or double quotes. Throws
/// Error{bad_model} when there is none or it breaks the rules.
std::vector<std::uint8_t> python_bytes(std::span<const std::uint8_t> source,
                                       const std::string& name);

}  // namespace screenalytics
