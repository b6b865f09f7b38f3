// SPDX-License-Identifier: MIT
#include "infer/tensor.h"

#include "core/error.h"

#include <algorithm>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace screenalytics {
namespace {

/// One channel of a row of BGR pixels as floats.
struct Channel {
  std::size_t place;  ///< of the byte in the pixel
  float mean;
  float scale;
};

void convert_from(std::size_t first,
                  std::span<const std::uint8_t> row,
                  const Channel& channel,
                  std::span<float> out) {
  for (std::size_t x = first; x < out.size(); ++x) {
    out[x] = (static_cast<float>(row[3 * x + channel.place]) - channel.mean) * channel.scale;
  }
}

#if defined(__x86_64__) && defined(__GNUC__)

/// Where the 16 bytes of a channel lie in one of the three 16-byte parts of 16 pixels; -1
/// elsewhere.
__m128i bytes_to_pick(std::size_t place, int part) {
  alignas(16) std::int8_t picks[16];
  for (int i = 0; i < 16; ++i) {
    const int byte = 3 * i + static_cast<int>(place) - 16 * part;
    picks[i] = static_cast<std::int8_t>(byte >= 0 && byte < 16 ? byte : -1);
  }
  return _mm_load_si128(reinterpret_cast<const __m128i*>(picks));
}

__attribute__((target("avx2"))) std::size_t convert_avx2(std::span<const std::uint8_t> row,
                                                         const Channel& channel,
                                                         std::span<float> out) {
  const __m128i pick[3] = {bytes_to_pick(channel.place, 0),
                           bytes_to_pick(channel.place, 1),
                           bytes_to_pick(channel.place, 2)};
  const __m256 mean = _mm256_set1_ps(channel.mean);
  const __m256 scale = _mm256_set1_ps(channel.scale);
  std::size_t x = 0;
  for (; x + 16 <= out.size(); x += 16) {
    const auto* from = reinterpret_cast<const __m128i*>(row.data() + 3 * x);
    const __m128i bytes =
        _mm_or_si128(_mm_or_si128(_mm_shuffle_epi8(_mm_loadu_si128(from), pick[0]),
                                  _mm_shuffle_epi8(_mm_loadu_si128(from + 1), pick[1])),
                     _mm_shuffle_epi8(_mm_loadu_si128(from + 2), pick[2]));
    const __m256 low = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
    const __m256 high = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)));
    _mm256_storeu_ps(&out[x], _mm256_mul_ps(_mm256_sub_ps(low, mean), scale));
    _mm256_storeu_ps(&out[x + 8], _mm256_mul_ps(_mm256_sub_ps(high, mean), scale));
  }
  return x;
}

std::size_t convert_fast(std::span<const std::uint8_t> row,
                         const Channel& channel,
                         std::span<float> out) {
  return __builtin_cpu_supports("avx2") ? convert_avx2(row, channel, out) : 0;
}

#else

std::size_t convert_fast(std::span<const std::uint8_t>, const Channel&, std::span<float>) {
  return 0;
}

#endif

void append_plane(const Image& image,
                  const Channel& channel,
                  std::vector<float>& line,
                  std::vector<float>& values) {
  for (int y = 0; y < image.size().height; ++y) {
    const std::span<const std::uint8_t> row = image.row(y);
    convert_from(convert_fast(row, channel, line), row, channel, line);
    // Appending leaves out the pass that would first fill the whole tensor with zeros.
    values.insert(values.end(), line.begin(), line.end());
  }
}

}  // namespace

Tensor to_tensor(std::span<const Image> images, const PixelFormat& format) {
  if (images.empty() || images.front().empty()) {
    throw Error(ErrorKind::internal, "to_tensor: no picture, or an empty one");
  }
  const Size size = images.front().size();
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  Tensor tensor{{static_cast<std::int64_t>(images.size()), 3, size.height, size.width}, {}};
  tensor.values.reserve(images.size() * 3 * width * height);
  std::vector<float> line(width);
  for (const Image& image : images) {
    if (image.size().width != size.width || image.size().height != size.height) {
      throw Error(ErrorKind::internal, "to_tensor: pictures of one batch differ in size");
    }
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t place = format.order == ChannelOrder::bgr ? c : 2 - c;
      append_plane(image, {place, format.mean[c], format.scale[c]}, line, tensor.values);
    }
  }
  return tensor;
}

}  // namespace screenalytics
