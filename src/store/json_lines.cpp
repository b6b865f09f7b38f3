// SPDX-License-Identifier: MIT
#include "store/json_lines.h"

#include "core/error.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

namespace screenalytics {
namespace {

// Above this a double has no decimals left to round.
constexpr double kLargestRounded = 1e15;
constexpr int kMostDecimals = 15;

}  // namespace

double rounded(double value, int decimals) {
  if (!std::isfinite(value) || std::abs(value) >= kLargestRounded) return value;
  // Text, not a factor: the nearest double to the decimal number, so that it is written short.
  std::array<char, 64> text{};
  const int places = std::min(std::max(decimals, 0), kMostDecimals);
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, places)
          .ptr;
  double result = 0;
  std::from_chars(text.data(), end, result);
  return result == 0 ? 0 : result;  // no "-0.0"
}

double shortest(float value) {
  if (!std::isfinite(value)) return value;
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  double result = 0;
  std::from_chars(text.data(), end, result);
  return result;
}

JsonLinesWriter::JsonLinesWriter(const std::filesystem::path& path) : file_(path) {}

void JsonLinesWriter::write(const Json& row) {
  // File names need not be UTF-8: what is not is replaced, never a reason to fail.
  std::string line = row.dump(-1, ' ', false, Json::error_handler_t::replace);
  line += '\n';
  file_.write(line);
  ++rows_;
}

void JsonLinesWriter::commit() { file_.commit(); }

JsonLinesReader::JsonLinesReader(const std::filesystem::path& path) : path_(path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    throw Error(ErrorKind::not_found, "there is no file '" + path.string() + "'");
  }
  stream_.open(path, std::ios::binary);
  if (!stream_ || std::filesystem::is_directory(path, ignored)) {
    throw Error(ErrorKind::io,
                "cannot read '" + path.string() + "': check that it is a readable file");
  }
}

std::optional<Json> JsonLinesReader::next() {
  std::string text;
  while (std::getline(stream_, text)) {
    ++line_;
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    Json row = Json::parse(text, nullptr, false);
    if (row.is_object()) return row;
    throw Error(ErrorKind::bad_data,
                "line " + std::to_string(line_) + " of '" + path_.string() +
                    "' is damaged: it is not a JSON object; run the stage that writes it again");
  }
  if (stream_.bad()) {
    throw Error(
        ErrorKind::io,
        "cannot read on after line " + std::to_string(line_) + " of '" + path_.string() + "'");
  }
  return std::nullopt;
}

}  // namespace screenalytics
