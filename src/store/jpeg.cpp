// SPDX-License-Identifier: MIT
#include "store/jpeg.h"

#include "core/error.h"

#include <algorithm>
#include <memory>
#include <string>

#include <turbojpeg.h>

namespace screenalytics {
namespace {

struct DestroyHandle {
  void operator()(void* handle) const { tjDestroy(handle); }
};

/// The largest eighth of `size` that fits; an empty size when none does.
Size shrunk(Size size, int longest_side) {
  for (int eighths = 8; eighths >= 1; --eighths) {
    const tjscalingfactor factor{eighths, 8};
    const Size smaller{TJSCALED(size.width, factor), TJSCALED(size.height, factor)};
    if (std::max(smaller.width, smaller.height) <= longest_side) return smaller;
  }
  return {};
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
  const Size size = image.size();
  if (image.empty() || quality < 1 || quality > 100) {
    throw Error(ErrorKind::internal,
                "cannot write a JPEG of " + std::to_string(size.width) + "x" +
                    std::to_string(size.height) + " pixels at quality " + std::to_string(quality));
  }
  const std::unique_ptr<void, DestroyHandle> compressor(tjInitCompress());
  if (!compressor) throw Error(ErrorKind::internal, "the JPEG encoder cannot start: out of memory");
  std::vector<std::uint8_t> bytes(tjBufSize(size.width, size.height, TJSAMP_420));
  unsigned char* target = bytes.data();
  unsigned long filled = bytes.size();
  // The accurate transform gives the same bytes with and without SIMD.
  const int failed = tjCompress2(compressor.get(),
                                 image.data(),
                                 size.width,
                                 0,
                                 size.height,
                                 TJPF_BGR,
                                 &target,
                                 &filled,
                                 TJSAMP_420,
                                 quality,
                                 TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT);
  if (failed != 0) {
    throw Error(ErrorKind::internal,
                std::string("the JPEG encoder failed: ") + tjGetErrorStr2(compressor.get()));
  }
  bytes.resize(filled);
  return bytes;
}

std::optional<Image> decode_jpeg(std::span<const std::uint8_t> bytes, int longest_side) {
  const std::unique_ptr<void, DestroyHandle> reader(tjInitDecompress());
  if (!reader) throw Error(ErrorKind::internal, "the JPEG decoder cannot start: out of memory");
  Size whole;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(reader.get(),
                          bytes.data(),
                          bytes.size(),
                          &whole.width,
                          &whole.height,
                          &subsampling,
                          &colours) != 0)
    return std::nullopt;
  const Size size = shrunk(whole, longest_side);
  if (size.width <= 0 || size.height <= 0) return std::nullopt;
  bool read = false;
  Image image = Image::make(size, [&](std::uint8_t* pixels) {
    read = tjDecompress2(reader.get(),
                         bytes.data(),
                         bytes.size(),
                         pixels,
                         size.width,
                         0,
                         size.height,
                         TJPF_BGR,
                         TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING) == 0;
  });
  if (!read) return std::nullopt;
  return image;
}

}  // namespace screenalytics
