// SPDX-License-Identifier: MIT
#include "cli/job_context.h"

namespace screenalytics {

void check(const Settings& settings) {
  const auto faults = problems(settings);
  if (faults.empty()) return;
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "; ") + fault;
  throw Error(ErrorKind::bad_usage, text);
}

Request quiet(Request request) {
  request.progress = "none";
  return request;
}

}  // namespace screenalytics
