// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace screenalytics {

/// What went wrong, in the terms a caller can act on. The command line maps each to its own exit
/// code.
enum class ErrorKind {
  bad_usage,    ///< a setting or argument is wrong
  not_found,    ///< a file, pack, run or person that was named does not exist
  bad_media,    ///< a video or photo that cannot be used
  bad_model,    ///< a model file or pack that is damaged, unknown or does not fit
  bad_data,     ///< an artifact of ours that is damaged or stale
  io,           ///< the operating system refused to read or write
  no_space,     ///< the disk is full
  unavailable,  ///< something this machine lacks: an accelerator, a program, the network
  busy,         ///< another process works on the same run
  over_cap,     ///< more CPU was used than allowed, and the user asked for that to be a failure
  cancelled,    ///< stopped on request; what was finished is kept
  internal,     ///< our own mistake
};

/// The one exception that leaves a layer. `what()` is one line: what, where and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace screenalytics
