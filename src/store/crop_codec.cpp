// SPDX-License-Identifier: MIT
#include "store/crop_codec.h"

#include "core/error.h"

#include <string>

#include <zstd.h>

namespace screenalytics {
namespace {

constexpr std::size_t kHeaderBytes = 4;
constexpr int kLongestSide = 4096;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

std::uint8_t byte(int value) { return static_cast<std::uint8_t>(value); }

// One row of BGR as three planes next to each other: blue - green, green, red - green.
void separate(std::span<const std::uint8_t> row, std::span<std::uint8_t> planes) {
  const std::size_t width = row.size() / 3;
  for (std::size_t x = 0; x < width; ++x) {
    const int green = row[3 * x + 1];
    planes[x] = byte(row[3 * x] - green);
    planes[width + x] = byte(green);
    planes[2 * width + x] = byte(row[3 * x + 2] - green);
  }
}

void join(std::span<const std::uint8_t> planes, std::uint8_t* row) {
  const std::size_t width = planes.size() / 3;
  for (std::size_t x = 0; x < width; ++x) {
    const int green = planes[width + x];
    row[3 * x] = byte(planes[x] + green);
    row[3 * x + 1] = byte(green);
    row[3 * x + 2] = byte(planes[2 * width + x] + green);
  }
}

// Differences to left + up - upper left, of one plane's row.
void to_differences(std::span<const std::uint8_t> row,
                    std::span<const std::uint8_t> above,
                    std::uint8_t* out) {
  out[0] = byte(row[0] - above[0]);
  for (std::size_t x = 1; x < row.size(); ++x) {
    out[x] = byte(row[x] - above[x] - row[x - 1] + above[x - 1]);
  }
}

void from_differences(std::span<const std::uint8_t> differences,
                      std::span<const std::uint8_t> above,
                      std::uint8_t* row) {
  int left = 0;
  for (std::size_t x = 0; x < differences.size(); ++x) {
    left = byte(left + differences[x]);
    row[x] = byte(left + above[x]);
  }
}

void filter(const Image& crop, std::vector<std::uint8_t>& out) {
  const auto width = static_cast<std::size_t>(crop.size().width);
  const auto height = static_cast<std::size_t>(crop.size().height);
  out.resize(3 * width * height);
  std::vector<std::uint8_t> above(3 * width, 0);
  std::vector<std::uint8_t> now(3 * width);
  for (std::size_t y = 0; y < height; ++y) {
    separate(crop.row(static_cast<int>(y)), now);
    for (std::size_t plane = 0; plane < 3; ++plane) {
      to_differences(std::span(now).subspan(plane * width, width),
                     std::span(above).subspan(plane * width, width),
                     out.data() + plane * width * height + y * width);
    }
    now.swap(above);
  }
}

void unfilter(std::span<const std::uint8_t> packed, Size size, std::uint8_t* pixels) {
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  std::vector<std::uint8_t> above(3 * width, 0);
  std::vector<std::uint8_t> now(3 * width);
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t plane = 0; plane < 3; ++plane) {
      from_differences(packed.subspan(plane * width * height + y * width, width),
                       std::span(above).subspan(plane * width, width),
                       now.data() + plane * width);
    }
    join(now, pixels + 3 * width * y);
    now.swap(above);
  }
}

void set(ZSTD_CCtx* context, ZSTD_cParameter parameter, int value) {
  const std::size_t code = ZSTD_CCtx_setParameter(context, parameter, value);
  if (ZSTD_isError(code) != 0) {
    throw Error(ErrorKind::internal,
                std::string("zstd refuses a setting: ") + ZSTD_getErrorName(code));
  }
}

}  // namespace

struct CropPacker::State {
  std::unique_ptr<ZSTD_CCtx, FreeContext> context{ZSTD_createCCtx()};
  std::vector<std::uint8_t> filtered;
};

CropPacker::CropPacker() : state_(std::make_unique<State>()) {
  if (!state_->context) throw Error(ErrorKind::internal, "zstd cannot start: out of memory");
  set(state_->context.get(), ZSTD_c_compressionLevel, 1);
  set(state_->context.get(), ZSTD_c_hashLog, 6);
  set(state_->context.get(), ZSTD_c_minMatch, 7);
  set(state_->context.get(), ZSTD_c_checksumFlag, 1);
}

CropPacker::~CropPacker() = default;

std::vector<std::uint8_t> CropPacker::pack(const Image& crop) {
  const Size size = crop.size();
  if (crop.empty() || size.width > kLongestSide || size.height > kLongestSide) {
    throw Error(ErrorKind::internal,
                "cannot pack a crop of " + std::to_string(size.width) + "x" +
                    std::to_string(size.height) + " pixels");
  }
  filter(crop, state_->filtered);
  std::vector<std::uint8_t> packed(kHeaderBytes + ZSTD_compressBound(state_->filtered.size()));
  packed[0] = byte(size.width & 0xFF);
  packed[1] = byte(size.width >> 8);
  packed[2] = byte(size.height & 0xFF);
  packed[3] = byte(size.height >> 8);
  const std::size_t bytes = ZSTD_compress2(state_->context.get(),
                                           packed.data() + kHeaderBytes,
                                           packed.size() - kHeaderBytes,
                                           state_->filtered.data(),
                                           state_->filtered.size());
  if (ZSTD_isError(bytes) != 0) {
    throw Error(ErrorKind::internal,
                std::string("zstd cannot pack a crop: ") + ZSTD_getErrorName(bytes));
  }
  packed.resize(kHeaderBytes + bytes);
  return packed;
}

std::optional<Image> unpack_crop(std::span<const std::uint8_t> packed) {
  if (packed.size() < kHeaderBytes) return std::nullopt;
  const Size size{packed[0] | packed[1] << 8, packed[2] | packed[3] << 8};
  if (size.width < 1 || size.height < 1) return std::nullopt;
  if (size.width > kLongestSide || size.height > kLongestSide) return std::nullopt;
  const auto frame = packed.subspan(kHeaderBytes);
  const auto bytes =
      3 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != bytes) return std::nullopt;
  std::vector<std::uint8_t> filtered(bytes);
  if (ZSTD_decompress(filtered.data(), bytes, frame.data(), frame.size()) != bytes) {
    return std::nullopt;
  }
  return Image::make(size, [&](std::uint8_t* pixels) { unfilter(filtered, size, pixels); });
}

}  // namespace screenalytics
