// SPDX-License-Identifier: MIT
#include "video/planes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include <libyuv/planar_functions.h>
#include <libyuv/scale.h>

namespace screenalytics {
namespace {

/// How the samples of one line (a row or a column) are mixed from those of another.
struct Mix {
  struct Term {
    int first = 0;
    int count = 0;
    std::size_t weight = 0;  ///< where its weights begin
  };
  std::vector<Term> terms;
  std::vector<float> weights;  ///< of one term: 1 in sum
};

Mix area_mix(int from, int to) {
  Mix mix;
  mix.terms.reserve(static_cast<std::size_t>(to));
  const double ratio = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    const double begin = i * ratio;
    const double end = std::min<double>(begin + ratio, from);
    const int first = std::min(static_cast<int>(begin), from - 1);
    const int last = std::clamp(static_cast<int>(std::ceil(end)) - 1, first, from - 1);
    mix.terms.push_back({first, last - first + 1, mix.weights.size()});
    for (int k = first; k <= last; ++k) {
      const double covered = std::min<double>(end, k + 1) - std::max<double>(begin, k);
      mix.weights.push_back(static_cast<float>(std::max(covered, 0.0) / (end - begin)));
    }
  }
  return mix;
}

Mix linear_mix(int from, int to) {
  Mix mix;
  mix.terms.reserve(static_cast<std::size_t>(to));
  const double ratio = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    const double at = std::clamp((i + 0.5) * ratio - 0.5, 0.0, from - 1.0);
    const int first = std::min(static_cast<int>(at), std::max(from - 2, 0));
    const auto second = static_cast<float>(at - first);
    mix.terms.push_back({first, from > 1 ? 2 : 1, mix.weights.size()});
    mix.weights.push_back(from > 1 ? 1 - second : 1);
    if (from > 1) mix.weights.push_back(second);
  }
  return mix;
}

Mix line_mix(int from, int to) { return from > to ? area_mix(from, to) : linear_mix(from, to); }

template <typename T>
const T* samples(const PlaneView& plane, int y) {
  return reinterpret_cast<const T*>(plane.row(y));
}

template <typename T>
void mix_rows(const PlaneView& source,
              const Mix& mix,
              const Mix::Term& term,
              std::span<float> out) {
  std::ranges::fill(out, 0.0F);
  for (int k = 0; k < term.count; ++k) {
    const float weight = mix.weights[term.weight + static_cast<std::size_t>(k)];
    const T* row = samples<T>(source, term.first + k);
    float* sum = out.data();
    const std::size_t width = out.size();
    for (std::size_t x = 0; x < width; ++x) sum[x] += weight * static_cast<float>(row[x]);
  }
}

template <typename Out>
void mix_columns(std::span<const float> line, const Mix& mix, float scale, Out* out) {
  const float most = sizeof(Out) == 1 ? 255.0F : 65535.0F;
  for (std::size_t x = 0; x < mix.terms.size(); ++x) {
    const Mix::Term& term = mix.terms[x];
    const float* weight = mix.weights.data() + term.weight;
    const float* from = line.data() + term.first;
    float sum = 0;
    for (int k = 0; k < term.count; ++k) sum += weight[k] * from[k];
    out[x] = static_cast<Out>(std::min(sum * scale + 0.5F, most));
  }
}

template <typename In, typename Out>
void resample_into(const PlaneView& source, Plane& out) {
  const Mix rows = line_mix(source.size.height, out.view.size.height);
  const Mix columns = line_mix(source.size.width, out.view.size.width);
  const float scale = std::ldexp(1.0F, out.view.bits - source.bits);
  std::vector<float> line(static_cast<std::size_t>(source.size.width));
  for (int y = 0; y < out.view.size.height; ++y) {
    mix_rows<In>(source, rows, rows.terms[static_cast<std::size_t>(y)], line);
    mix_columns<Out>(line, columns, scale, reinterpret_cast<Out*>(out.row(y)));
  }
}

template <typename In, typename Out>
void convert_depth(const PlaneView& source, Plane& out) {
  const int up = std::max(out.view.bits - source.bits, 0);
  const int down = std::max(source.bits - out.view.bits, 0);
  const int width = source.size.width;
  for (int y = 0; y < source.size.height; ++y) {
    const In* from = samples<In>(source, y);
    Out* to = reinterpret_cast<Out*>(out.row(y));
    if (down == 0) {
      for (int x = 0; x < width; ++x) to[x] = static_cast<Out>(from[x] << up);
      continue;
    }
    // Rounded in 16 bits; the largest values would round up to 256.
    const int half = 1 << (down - 1);
    for (int x = 0; x < width; ++x) {
      const auto value = static_cast<std::uint16_t>(((from[x] >> 1) + (half >> 1)) >> (down - 1));
      to[x] = static_cast<Out>(value - (value >> 8));
    }
  }
}

/// Calls `work.operator()<In, Out>()` for the two sample types.
template <typename Work>
void with_types(int in_bits, int out_bits, Work&& work) {
  using Byte = std::uint8_t;
  using Wide = std::uint16_t;
  if (in_bits <= 8) {
    if (out_bits <= 8) {
      work.template operator()<Byte, Byte>();
    } else {
      work.template operator()<Byte, Wide>();
    }
  } else if (out_bits <= 8) {
    work.template operator()<Wide, Byte>();
  } else {
    work.template operator()<Wide, Wide>();
  }
}

/// libyuv's filters do the same as ours, faster, where both directions shrink in the same way: a
/// box beyond 2, two by two samples up to about 2; and for doubling. Elsewhere they skip samples
/// when shrinking, or move the edges by more than a sixth of a sample when enlarging.
bool libyuv_fits(Size from, Size to) {
  const bool box = to.width * 2 < from.width && to.height * 2 < from.height;
  const auto pairs = [](int source, int target) {
    return source * 4 <= target * 9 && target * 2 <= source * 3;
  };
  const auto doubled = [](int source, int target) { return (target + 1) / 2 == source; };
  return box || (pairs(from.width, to.width) && pairs(from.height, to.height)) ||
         (doubled(from.width, to.width) &&
          (doubled(from.height, to.height) || from.height == to.height));
}

template <typename T>
void blend_rows(const PlaneView& source, Plane& out) {
  const int last = source.size.height - 1;
  const int width = source.size.width;
  for (int y = 0; y <= last; ++y) {
    const T* above = samples<T>(source, y > 0 ? y - 1 : std::min(1, last));
    const T* here = samples<T>(source, y);
    const T* below = samples<T>(source, y < last ? y + 1 : std::max(last - 1, 0));
    T* to = reinterpret_cast<T*>(out.row(y));
    for (int x = 0; x < width; ++x) {
      to[x] = static_cast<T>((above[x] + 2 * here[x] + below[x] + 2) >> 2);
    }
  }
}

template <typename T>
void merge_rows(const PlaneView& source, Plane& out) {
  const int width = source.size.width;
  for (int y = 0; y < out.view.size.height; ++y) {
    const T* top = samples<T>(source, 2 * y);
    const T* bottom = samples<T>(source, std::min(2 * y + 1, source.size.height - 1));
    T* to = reinterpret_cast<T*>(out.row(y));
    for (int x = 0; x < width; ++x) to[x] = static_cast<T>((top[x] + bottom[x] + 1) >> 1);
  }
}

}  // namespace

PlaneView PlaneView::part(const Rect& part) const {
  return {row(part.top) + static_cast<std::ptrdiff_t>(part.left) * sample_bytes(),
          stride,
          {part.width(), part.height()},
          bits};
}

PlaneView PlaneView::every_row(int n) const {
  if (n <= 1) return *this;
  return {row(n / 2), stride * n, {size.width, size.height / n}, bits};
}

Plane Plane::make(Size size, int bits) {
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(size.width) * (bits > 8 ? 2 : 1);
  Plane plane;
  plane.pixels = std::make_unique_for_overwrite<std::uint8_t[]>(
      static_cast<std::size_t>(stride) * static_cast<std::size_t>(size.height));
  plane.view = {plane.pixels.get(), stride, size, bits};
  return plane;
}

Plane Plane::even(Size size, int bits, int value) {
  Plane plane = make(size, bits);
  const auto count = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  if (bits > 8) {
    std::fill_n(reinterpret_cast<std::uint16_t*>(plane.pixels.get()),
                count,
                static_cast<std::uint16_t>(value));
  } else {
    std::fill_n(plane.pixels.get(), count, static_cast<std::uint8_t>(value));
  }
  return plane;
}

Plane resampled(Plane from, Size size, int bits) {
  const PlaneView& source = from.view;
  if (source.size == size && source.bits == bits) return from;
  if (source.bits > 8 && bits == 8 && size.width >= source.size.width) {
    Plane narrow = Plane::make(source.size, bits);
    convert_depth<std::uint16_t, std::uint8_t>(source, narrow);
    return resampled(std::move(narrow), size, bits);
  }
  Plane out = Plane::make(size, bits);
  if (source.size == size) {
    with_types(
        source.bits, bits, [&]<typename In, typename Out> { convert_depth<In, Out>(source, out); });
  } else if (source.bits == 8 && bits == 8 && libyuv_fits(source.size, size)) {
    libyuv::ScalePlane(source.data,
                       static_cast<int>(source.stride),
                       source.size.width,
                       source.size.height,
                       out.pixels.get(),
                       static_cast<int>(out.view.stride),
                       size.width,
                       size.height,
                       libyuv::kFilterBox);
  } else {
    with_types(
        source.bits, bits, [&]<typename In, typename Out> { resample_into<In, Out>(source, out); });
  }
  return out;
}

Plane fields_blended(const PlaneView& source) {
  Plane out = Plane::make(source.size, source.bits);
  source.bits > 8 ? blend_rows<std::uint16_t>(source, out) : blend_rows<std::uint8_t>(source, out);
  return out;
}

Plane fields_merged(const PlaneView& source) {
  Plane out = Plane::make({source.size.width, (source.size.height + 1) / 2}, source.bits);
  source.bits > 8 ? merge_rows<std::uint16_t>(source, out) : merge_rows<std::uint8_t>(source, out);
  return out;
}

std::pair<Plane, Plane> split(const PlaneView& interleaved) {
  std::pair<Plane, Plane> out{Plane::make(interleaved.size, interleaved.bits),
                              Plane::make(interleaved.size, interleaved.bits)};
  for (int y = 0; y < interleaved.size.height; ++y) {
    if (interleaved.bits <= 8) {
      libyuv::SplitUVPlane(interleaved.row(y),
                           0,
                           out.first.row(y),
                           0,
                           out.second.row(y),
                           0,
                           interleaved.size.width,
                           1);
      continue;
    }
    const auto* from = samples<std::uint16_t>(interleaved, y);
    auto* first = reinterpret_cast<std::uint16_t*>(out.first.row(y));
    auto* second = reinterpret_cast<std::uint16_t*>(out.second.row(y));
    for (int x = 0; x < interleaved.size.width; ++x) {
      first[x] = from[2 * x];
      second[x] = from[2 * x + 1];
    }
  }
  return out;
}

}  // namespace screenalytics
