// SPDX-License-Identifier: MIT
#include "store/jpeg.h"

#include "core/error.h"

#include <memory>
#include <string>

#include <turbojpeg.h>

namespace screenalytics {
namespace {

struct DestroyCompressor {
  void operator()(void* handle) const { tjDestroy(handle); }
};

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
  const Size size = image.size();
  if (image.empty() || quality < 1 || quality > 100) {
    throw Error(ErrorKind::internal,
                "cannot write a JPEG of " + std::to_string(size.width) + "x" +
                    std::to_string(size.height) + " pixels at quality " + std::to_string(quality));
  }
  const std::unique_ptr<void, DestroyCompressor> compressor(tjInitCompress());
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

}  // namespace screenalytics
