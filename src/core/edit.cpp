// SPDX-License-Identifier: MIT
#include "core/edit.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::size_t kLongestName = 200;
constexpr std::array<std::pair<EditOp, const char*>, 6> kOps{{{EditOp::merge, "merge"},
                                                              {EditOp::split, "split"},
                                                              {EditOp::rename, "rename"},
                                                              {EditOp::assign, "assign"},
                                                              {EditOp::ignore, "ignore"},
                                                              {EditOp::undo, "undo"}}};

/// The code point at the front of `text` and its length in bytes; length 0: not UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;
};

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest.at(length) || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

/// Controls, and marks that change lines or the direction of the text around a name.
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

bool is_blank(char32_t c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0xA0 || c == 0x3000 ||
         (c >= 0x2000 && c <= 0x200B);
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::bad_usage, "this name cannot be used: " + why);
}

}  // namespace

std::string to_text(EditId id) {
  const std::string digits = std::to_string(id.value);
  return "e" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

std::optional<EditId> read_edit_id(const std::string& text) {
  EditId id;
  const char* const begin = text.data() + (text.starts_with("e") ? 1 : 0);
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(begin, end, id.value);
  if (read.ec != std::errc() || read.ptr != end || id.value < 1) return std::nullopt;
  return id;
}

const char* name_of(EditOp op) {
  return std::ranges::find(kOps, op, &std::pair<EditOp, const char*>::first)->second;
}

std::optional<EditOp> read_edit_op(const std::string& text) {
  const auto* const found =
      std::ranges::find_if(kOps, [&](const auto& op) { return text == op.second; });
  if (found == kOps.end()) return std::nullopt;
  return found->first;
}

std::map<EditId, EditId> edits_undone(const std::vector<Edit>& log) {
  std::map<EditId, EditId> undone;
  for (auto edit = log.rbegin(); edit != log.rend(); ++edit) {
    if (edit->undoes && !undone.contains(edit->id)) undone.emplace(*edit->undoes, edit->id);
  }
  return undone;
}

std::vector<Edit> edits_in_force(const std::vector<Edit>& log) {
  const auto undone = edits_undone(log);
  std::vector<Edit> held;
  for (const Edit& edit : log) {
    if (edit.op != EditOp::undo && !undone.contains(edit.id)) held.push_back(edit);
  }
  return held;
}

std::string checked_person_name(const std::string& text) {
  std::size_t begin = text.size();
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(std::string_view(text).substr(at));
    if (point.length == 0) refuse("it is not UTF-8");
    if (!is_blank(point.value)) {
      if (is_control(point.value)) refuse("it has control characters");
      begin = std::min(begin, at);
      end = at + point.length;
    }
    at += point.length;
  }
  if (end == 0) refuse("it is empty");
  const std::string name = text.substr(begin, end - begin);
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    refuse("it has control characters");
  if (name.size() > kLongestName) refuse("it is longer than 200 bytes");
  if (name.starts_with("id_")) refuse("it looks like an identity id ('id_...')");
  return name;
}

}  // namespace screenalytics
