// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace screenalytics {

/// A symmetric relation between numbers below `size`, one bit a pair each way. A row takes memory
/// from its first pair on.
class BitMatrix {
 public:
  explicit BitMatrix(std::size_t size)
      : words_((size + kBits - 1) / kBits), gone_(words_, 0), rows_(size) {}

  bool test(std::size_t first, std::size_t second) const {
    const auto& row = rows_[first];
    return !row.empty() && ((row[second / kBits] >> (second % kBits)) & 1) != 0;
  }
  void set_both(std::size_t first, std::size_t second) {
    set(first, second);
    set(second, first);
  }
  /// All relations of `from` become relations of `to`. `from` is gone, and so is what others had
  /// with it: `for_each_without` leaves it out, `test` must not be asked.
  void move_row(std::size_t from, std::size_t to) {
    gone_[from / kBits] |= Word{1} << (from % kBits);
    const std::vector<Word> moved = std::exchange(rows_[from], {});
    for (std::size_t word = 0; word < moved.size(); ++word) {
      const Word known = rows_[to].empty() ? 0 : rows_[to][word];
      visit_bits(moved[word] & ~known & ~gone_[word], word, [&](std::size_t other) {
        if (other != to) set_both(other, to);
      });
    }
  }
  /// Rising numbers that are related to `of` here and not in `except`.
  template <typename Visit>
  void for_each_without(const BitMatrix& except, std::size_t of, Visit&& visit) const {
    const auto& out = except.rows_[of];
    for (std::size_t word = 0; word < rows_[of].size(); ++word)
      visit_bits(rows_[of][word] & ~(out.empty() ? 0 : out[word]) & ~gone_[word], word, visit);
  }

 private:
  using Word = std::uint64_t;
  static constexpr std::size_t kBits = 64;

  void set(std::size_t first, std::size_t second) {
    auto& row = rows_[first];
    if (row.empty()) row.resize(words_, 0);
    row[second / kBits] |= Word{1} << (second % kBits);
  }
  template <typename Visit>
  static void visit_bits(Word bits, std::size_t word, Visit&& visit) {
    for (; bits != 0; bits &= bits - 1)
      visit(word * kBits + static_cast<std::size_t>(std::countr_zero(bits)));
  }

  std::size_t words_;
  std::vector<Word> gone_;
  std::vector<std::vector<Word>> rows_;
};

}  // namespace screenalytics
