// SPDX-License-Identifier: MIT
#include "store/npy.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/folders.h"
#include "files/system_error.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <system_error>

namespace screenalytics {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;        // NEP 1: magic, version, length and header together
constexpr std::size_t kLongestHeader = 4096;  // ours has 118 bytes
constexpr std::size_t kCopyBytes = std::size_t{1} << 18;

std::string header_of(std::int64_t rows, int columns) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                       std::to_string(rows) + ", " + std::to_string(columns) + "), }";
  const std::size_t before = kMagic.size() + 4;
  const std::size_t total = (before + header.size() + kAlignment) / kAlignment * kAlignment;
  header.append(total - before - header.size() - 1, ' ');
  header += '\n';
  std::string start(kMagic);
  start += '\x01';
  start += '\x00';
  start += static_cast<char>(header.size() & 0xFF);
  start += static_cast<char>(header.size() >> 8);
  return start + header;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorKind::bad_data,
              "'" + path.string() + "' is not a matrix we can read: " + why +
                  "; run the stage that writes it again");
}

// What the file says about itself, and where its values begin.
struct Layout {
  std::string header;
  std::size_t start = 0;
};

std::optional<Layout> layout_of(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + 4) return std::nullopt;
  const auto at = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = at(6);
  if (version < 1 || version > 3) return std::nullopt;
  const std::size_t before = version == 1 ? 10 : 12;
  if (bytes.size() < before) return std::nullopt;
  std::size_t length = at(8) | at(9) << 8;
  if (version > 1) length |= at(10) << 16 | at(11) << 24;
  if (length > kLongestHeader || length > bytes.size() - before) return std::nullopt;
  return Layout{std::string(bytes.substr(before, length)), before + length};
}

}  // namespace

NpyWriter::NpyWriter(std::filesystem::path path, int columns)
    : path_(std::move(path)), spool_(path_.string() + ".rows.part"), columns_(columns) {
  if (columns < 1) throw Error(ErrorKind::internal, "a matrix needs at least one column");
  make_folders(path_.parent_path());
  errno = 0;
  rows_file_.open(spool_, std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc);
  check("open");
}

NpyWriter::~NpyWriter() {
  rows_file_.close();
  std::error_code ignored;
  std::filesystem::remove(spool_, ignored);
}

void NpyWriter::check(const char* action) {
  if (!rows_file_) throw write_error(action, spool_, errno != 0 ? errno : EIO);
}

void NpyWriter::write(std::span<const float> row) {
  if (row.size() != static_cast<std::size_t>(columns_)) {
    throw Error(ErrorKind::internal,
                "a row of " + std::to_string(row.size()) + " numbers does not fit the " +
                    std::to_string(columns_) + " columns of '" + path_.string() + "'");
  }
  errno = 0;
  rows_file_.write(reinterpret_cast<const char*>(row.data()),
                   static_cast<std::streamsize>(row.size_bytes()));
  check("write");
  ++rows_;
}

void NpyWriter::commit() {
  errno = 0;
  rows_file_.flush();
  rows_file_.seekg(0);
  check("write");
  AtomicFile file(path_);
  file.write(header_of(rows_, columns_));
  std::vector<char> block(kCopyBytes);
  auto left = static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns_) * sizeof(float);
  while (left > 0) {
    const std::size_t count = std::min(left, block.size());
    rows_file_.read(block.data(), static_cast<std::streamsize>(count));
    check("read back");
    file.write(std::string_view(block.data(), count));
    left -= count;
  }
  file.commit();
}

NpyShape npy_shape(std::string_view bytes, const std::filesystem::path& path) {
  const auto layout = layout_of(bytes);
  if (!layout) refuse(path, "it has no NumPy header");
  static const std::regex shape(R"('shape'\s*:\s*\(\s*(\d{1,12})\s*,\s*(\d{1,9})\s*,?\s*\))");
  static const std::regex kind(R"('descr'\s*:\s*'<f4')");
  static const std::regex order(R"('fortran_order'\s*:\s*False)");
  std::smatch found;
  if (!std::regex_search(layout->header, kind)) refuse(path, "its numbers are not float32");
  if (!std::regex_search(layout->header, order)) refuse(path, "its order is not C");
  if (!std::regex_search(layout->header, found, shape)) refuse(path, "it has not two dimensions");
  const NpyShape read{
      .rows = std::stoll(found[1]), .columns = std::stoll(found[2]), .start = layout->start};
  const std::size_t there = bytes.size() - layout->start;
  // 12 and 9 digits: the product fits 64 bits.
  const auto wanted =
      static_cast<std::uint64_t>(read.rows) * static_cast<std::uint64_t>(read.columns);
  if (there % sizeof(float) != 0 || wanted != there / sizeof(float)) {
    refuse(path,
           "it holds " + std::to_string(there) + " bytes where " +
               std::to_string(wanted * sizeof(float)) + " belong");
  }
  return read;
}

NpyMatrix read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_text(path);
  const NpyShape shape = npy_shape(bytes, path);
  NpyMatrix matrix{.rows = shape.rows, .columns = shape.columns, .values = {}};
  const std::size_t there = bytes.size() - shape.start;
  matrix.values.resize(there / sizeof(float));
  if (there > 0) std::memcpy(matrix.values.data(), bytes.data() + shape.start, there);
  return matrix;
}

}  // namespace screenalytics
