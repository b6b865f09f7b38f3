// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"

namespace screenalytics {

/// Some objects did not get through; the next sync or pull goes on.
inline constexpr int kIncompleteTransfer = 12;

/// Memory ran out (std::bad_alloc, wherever it came from).
inline constexpr int kOutOfMemory = 13;

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

/// The other way round, of a child that is this program; internal for a code that is none of ours.
inline ErrorKind kind_of_exit(int code) {
  for (const ErrorKind kind : {ErrorKind::bad_usage,
                               ErrorKind::not_found,
                               ErrorKind::bad_media,
                               ErrorKind::bad_model,
                               ErrorKind::bad_data,
                               ErrorKind::io,
                               ErrorKind::no_space,
                               ErrorKind::unavailable,
                               ErrorKind::busy,
                               ErrorKind::over_cap,
                               ErrorKind::cancelled}) {
    if (exit_code(kind) == code) return kind;
  }
  return ErrorKind::internal;
}

}  // namespace screenalytics
