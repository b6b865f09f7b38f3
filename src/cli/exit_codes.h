// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"

namespace screenalytics {

/// One number a kind of failure, documented in README.md.
inline int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_usage:
      return 2;
    case ErrorKind::not_found:
      return 3;
    case ErrorKind::bad_media:
      return 4;
    case ErrorKind::bad_model:
      return 5;
    case ErrorKind::bad_data:
      return 6;
    case ErrorKind::io:
      return 7;
    case ErrorKind::no_space:
      return 8;
    case ErrorKind::unavailable:
      return 9;
    case ErrorKind::busy:
      return 10;
    case ErrorKind::over_cap:
      return 11;
    case ErrorKind::internal:
      return 70;
    case ErrorKind::cancelled:
      return 130;
  }
  return 70;
}

}  // namespace screenalytics
