// SPDX-License-Identifier: MIT
#include "store/mapped_npy.h"

#include "core/error.h"
#include "files/system_error.h"
#include "store/npy.h"

#include <cerrno>
#include <cstddef>
#include <string_view>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace screenalytics {

MappedNpy::MappedNpy(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!file_.is_open()) throw read_error(path, errno);
  struct stat facts{};
  if (::fstat(file_.get(), &facts) != 0) throw read_error(path, errno);
  bytes_ = static_cast<std::size_t>(facts.st_size);
  if (bytes_ == 0) npy_shape({}, path);  // refuses
  void* const mapped = ::mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, file_.get(), 0);
  if (mapped == MAP_FAILED) throw read_error(path, errno);
  const char* const start = static_cast<const char*>(mapped);
  try {
    const NpyShape shape = npy_shape(std::string_view(start, bytes_), path);
    if (shape.start % alignof(float) != 0)
      throw Error(ErrorKind::bad_data, "'" + path.string() + "' is not aligned as NumPy aligns");
    rows_ = shape.rows;
    columns_ = shape.columns;
    values_ = {reinterpret_cast<const float*>(start + shape.start),
               static_cast<std::size_t>(rows_ * columns_)};
    mapped_ = mapped;
  } catch (...) {
    ::munmap(mapped, bytes_);
    throw;
  }
}

MappedNpy::~MappedNpy() {
  if (mapped_ != nullptr) ::munmap(mapped_, bytes_);
}

}  // namespace screenalytics
