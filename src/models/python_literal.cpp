// SPDX-License-Identifier: MIT
#include "models/python_literal.h"

#include "core/error.h"

#include <optional>
#include <string_view>

namespace screenalytics {
namespace {

/// Python reference, 2.4.1: \a \b \f \n \r \t \v \\ \' \" each stand for one byte.
std::optional<std::uint8_t> simple_escape(char letter) {
  constexpr std::string_view kLetters = "abfnrtv\\'\"";
  constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\'\"";
  const std::size_t at = kLetters.find(letter);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(kBytes[at]);
}

std::optional<unsigned> digit(char letter, unsigned base) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const char lower =
      letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
  const std::size_t value = kDigits.find(lower);
  if (value == std::string_view::npos || value >= base) return std::nullopt;
  return static_cast<unsigned>(value);
}

/// Reads one literal from just behind its opening quote.
class Literal {
 public:
  Literal(std::string_view text, char quote, std::string name)
      : text_(text), quote_(quote), name_(std::move(name)) {}

  std::vector<std::uint8_t> read() {
    bytes_.reserve(text_.size() / 2);
    for (char letter = take(); letter != quote_; letter = take()) {
      if (letter == '\\') {
        escape();
      } else if (letter == '\n' || static_cast<unsigned char>(letter) > 127) {
        refuse("holds a character that no bytes literal may hold");
      } else {
        bytes_.push_back(static_cast<std::uint8_t>(letter));
      }
    }
    return std::move(bytes_);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(
        ErrorKind::bad_model,
        "the Python literal " + name_ + " " + why + " (character " + std::to_string(at_) + ")");
  }

  char take() {
    if (at_ >= text_.size()) refuse("has no end");
    return text_[at_++];
  }

  void escape() {
    const char letter = take();
    if (letter == '\n') return;
    if (letter == 'x') {
      hexadecimal();
    } else if (digit(letter, 8)) {
      octal(*digit(letter, 8));
    } else if (const auto byte = simple_escape(letter)) {
      bytes_.push_back(*byte);
    } else {
      // Unknown escapes stay as they are, backslash included.
      bytes_.push_back('\\');
      bytes_.push_back(static_cast<std::uint8_t>(letter));
    }
  }

  void hexadecimal() {
    const auto high = digit(take(), 16);
    const auto low = digit(take(), 16);
    if (!high || !low) refuse("has \\x without two hexadecimal digits");
    bytes_.push_back(static_cast<std::uint8_t>(*high * 16 + *low));
  }

  /// Up to three digits; values over 255 wrap, as in Python.
  void octal(unsigned value) {
    for (int i = 0; i < 2 && at_ < text_.size(); ++i) {
      const auto next = digit(text_[at_], 8);
      if (!next) break;
      value = value * 8 + *next;
      ++at_;
    }
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }

  std::string_view text_;
  char quote_;
  std::string name_;
  std::size_t at_ = 0;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::vector<std::uint8_t> python_bytes(std::span<const std::uint8_t> source,
                                       const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(source.data()), source.size());
  for (const char quote : {'\'', '"'}) {
    const std::string start = name + " = b" + quote;
    const std::size_t at = text.find(start);
    const bool begins_a_line = at == 0 || (at != std::string_view::npos && text[at - 1] == '\n');
    if (begins_a_line) return Literal(text.substr(at + start.size()), quote, name).read();
  }
  throw Error(ErrorKind::bad_model, "the Python source has no bytes literal " + name + " = b'...'");
}

}  // namespace screenalytics
