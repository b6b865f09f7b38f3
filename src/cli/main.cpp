// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "cli/start_up.h"
#include "cli/stop_signals.h"
#include "core/error.h"
#include "core/memory_watch.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <stop_token>
#include <string_view>
#include <system_error>

#include <malloc.h>
#include <unistd.h>

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

constexpr std::string_view kNoMemory =
    "screenalytics: out of memory: close other programs or use fewer --workers; what was finished "
    "is kept, the same command goes on\n";

/// Takes no memory, so it can be said when there is none.
void say(std::string_view text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

[[noreturn]] void leave_without_memory() {
  say(kNoMemory);
  ::_exit(kOutOfMemory);
}

/// Libraries turn exceptions into their own: the words tell where it came from.
bool is_no_memory(const std::exception& error) {
  return std::string_view(error.what()).find("bad_alloc") != std::string_view::npos;
}

/// For what no catch block sees: an exception on its way out of a thread or of a destructor. Files
/// are whole or not there at every instant, so leaving at once loses nothing.
[[noreturn]] void leave_at_once() {
  if (MemoryWatch::ever_failed()) leave_without_memory();
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    if (is_no_memory(error)) leave_without_memory();
    say("screenalytics: unexpected: ");
    say(error.what());
    say("\n");
    ::_exit(exit_code(ErrorKind::internal));
  } catch (...) {  // NOLINT(bugprone-empty-catch): said below
  }
  say("screenalytics: unexpected end\n");
  ::_exit(exit_code(ErrorKind::internal));
}

/// A trap (int3) is how GLib, which comes with FFmpeg, ends a program after it said "failed to
/// allocate"; nothing else here makes one. Elsewhere compilers use the signal for other ends.
constexpr bool is_glib_without_memory([[maybe_unused]] int signal) {
#ifdef __x86_64__
  return signal == SIGTRAP;
#else
  return false;
#endif
}

/// Some libraries fall over an allocation that failed (x264) or end the program (GLib): then that
/// is what there is to say. Everything else dies as it would.
void die_of(int signal) {
  // errno is that of the code that crashed.
  if (MemoryWatch::ever_failed() || errno == ENOMEM || is_glib_without_memory(signal)) {
    leave_without_memory();
  }
  ::raise(signal);
}

void tell_crashes_without_memory() {
  struct sigaction action{};
  action.sa_handler = die_of;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGTRAP})
    ::sigaction(signal, &action, nullptr);
}

/// What the operating system refused and no layer put into words.
int system_exit_code(const std::error_code& code) {
  if (code == std::errc::not_enough_memory) return kOutOfMemory;
  if (code == std::errc::no_space_on_device || code.value() == EDQUOT)
    return exit_code(ErrorKind::no_space);
  if (code == std::errc::resource_unavailable_try_again) return exit_code(ErrorKind::unavailable);
  return exit_code(ErrorKind::io);
}

int guarded(int count, const char* const* arguments) {
  std::set_terminate(leave_at_once);
  tell_crashes_without_memory();
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
    add_prune_commands(line);
    add_determinism_commands(line);
    pay_for_start_up();
    return line.run(count, arguments);
  } catch (const Error& error) {
    // Whatever a library made of it: it had no memory.
    if (MemoryWatch::ever_failed()) {
      say(kNoMemory);
      return kOutOfMemory;
    }
    std::fprintf(stderr, "screenalytics: %s\n", error.what());
    return exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    say(kNoMemory);
    return kOutOfMemory;
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "screenalytics: the operating system refused: %s\n", error.what());
    return system_exit_code(error.code());
  } catch (const std::exception& error) {
    if (is_no_memory(error)) {
      say(kNoMemory);
      return kOutOfMemory;
    }
    std::fprintf(stderr, "screenalytics: unexpected: %s\n", error.what());
    return exit_code(ErrorKind::internal);
  }
}

}  // namespace
}  // namespace screenalytics

int main(int count, char** arguments) { return screenalytics::guarded(count, arguments); }
