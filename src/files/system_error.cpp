// SPDX-License-Identifier: MIT
#include "files/system_error.h"

#include <cerrno>
#include <system_error>

namespace screenalytics {

std::string system_text(int error_number) { return std::generic_category().message(error_number); }

Error read_error(const std::filesystem::path& path, int error_number) {
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  return {missing ? ErrorKind::not_found : ErrorKind::io,
          "cannot read '" + path.string() + "': " + system_text(error_number)};
}

Error write_error(const std::string& action, const std::filesystem::path& path, int error_number) {
  std::string message =
      "cannot " + action + " '" + path.string() + "': " + system_text(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return {ErrorKind::no_space, message + "; free some space and run again"};
  }
  if (error_number == EROFS || error_number == EACCES || error_number == EPERM) {
    message += "; choose a folder that may be written, or change its permissions";
  }
  return {ErrorKind::io, message};
}

}  // namespace screenalytics
