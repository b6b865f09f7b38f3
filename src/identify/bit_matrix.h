// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace screenalytics {

/// A symmetric relation between numbers below `size`, one bit a pair each way. A row takes memory
/// from its first pair on.
class BitMatrix {
 public:
  explicit BitMatrix(std::size_t size) : words_((size + kBits - 1) / kBits), rows_(size) {}

  bool test(std::size_t first, std::size_t second) const {
    const auto& row = rows_[first];
    return !row.empty() && ((row[second / kBits] >> (second % kBits)) & 1) != 0;
  }
  void set_both(std::size_t first, std::size_t second) {
    set(first, second);
    set(second, first);
  }
  /// All relations of `from` become relations of `to`; `from` and their own relation are gone.
  void move_row(std::size_t from, std::size_t to) {
    for_each(from, [&](std::size_t other) {
      clear(other, from);
      if (other != to) set_both(other, to);
    });
    rows_[from] = {};
  }
  template <typename Visit>
  void for_each(std::size_t of, Visit&& visit) const {
    for (std::size_t word = 0; word < rows_[of].size(); ++word)
      visit_bits(rows_[of][word], word, visit);
  }
  /// Rising numbers that are related to `of` here and not in `except`.
  template <typename Visit>
  void for_each_without(const BitMatrix& except, std::size_t of, Visit&& visit) const {
    const auto& out = except.rows_[of];
    for (std::size_t word = 0; word < rows_[of].size(); ++word)
      visit_bits(rows_[of][word] & ~(out.empty() ? 0 : out[word]), word, visit);
  }

 private:
  using Word = std::uint64_t;
  static constexpr std::size_t kBits = 64;

  void set(std::size_t first, std::size_t second) {
    auto& row = rows_[first];
    if (row.empty()) row.resize(words_, 0);
    row[second / kBits] |= Word{1} << (second % kBits);
  }
  void clear(std::size_t first, std::size_t second) {
    auto& row = rows_[first];
    if (!row.empty()) row[second / kBits] &= ~(Word{1} << (second % kBits));
  }
  template <typename Visit>
  static void visit_bits(Word bits, std::size_t word, Visit&& visit) {
    for (; bits != 0; bits &= bits - 1)
      visit(word * kBits + static_cast<std::size_t>(std::countr_zero(bits)));
  }

  std::size_t words_;
  std::vector<std::vector<Word>> rows_;
};

}  // namespace screenalytics
