// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "cli/stop_signals.h"
#include "core/error.h"

#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <stop_token>
#include <string_view>

#include <malloc.h>

namespace screenalytics {
namespace {

/// Decoded pictures and tensors come and go by the megabyte. glibc would hand each back to the
/// kernel, and faulting the pages in again costs as much as scaling a 1080p frame.
void keep_freed_memory() {
  constexpr int kKeep = 64 << 20;
  mallopt(M_MMAP_THRESHOLD, kKeep);
  mallopt(M_TRIM_THRESHOLD, 2 * kKeep);
}

/// `limit` hands signals on to the command instead of stopping at them, and starts no thread.
bool passes_signals_on(int count, const char* const* arguments) {
  return count > 1 && std::string_view(arguments[1]) == "limit";
}

int guarded(int count, const char* const* arguments) {
  try {
    keep_freed_memory();
    limit_library_threads();
    const Surroundings around = read_surroundings();
    std::optional<StopSignals> signals;
    if (!passes_signals_on(count, arguments)) signals.emplace();
    CommandLine line(around, signals ? signals->token() : std::stop_token());
    add_limit_commands(line);
    add_run_commands(line);
    add_cluster_commands(line);
    add_facebank_commands(line);
    add_model_commands(line);
    add_screentime_commands(line);
    add_report_commands(line);
    add_people_commands(line);
    add_bench_commands(line);
    add_eval_commands(line);
    add_overlay_commands(line);
    add_verify_commands(line);
    add_sync_commands(line);
    return line.run(count, arguments);
  } catch (const Error& error) {
    std::fprintf(stderr, "screenalytics: %s\n", error.what());
    return exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr,
                 "screenalytics: out of memory: close other programs or use fewer --workers; "
                 "finished segments are kept\n");
    return exit_code(ErrorKind::unavailable);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "screenalytics: unexpected: %s\n", error.what());
    return exit_code(ErrorKind::internal);
  }
}

}  // namespace
}  // namespace screenalytics

int main(int count, char** arguments) { return screenalytics::guarded(count, arguments); }
