// SPDX-License-Identifier: MIT
#pragma once

#include "run/progress.h"

#include <memory>
#include <string>

namespace screenalytics {

/// "auto" (a bar on a terminal, a line now and then elsewhere), "plain", "json" (one object a line)
/// or "none" (warnings only), all on standard error. Throws Error{bad_usage} for another name.
std::unique_ptr<ProgressSink> make_progress_sink(const std::string& name);

}  // namespace screenalytics
