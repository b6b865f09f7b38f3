// SPDX-License-Identifier: MIT
#include "cli/command_line.h"

#include "cli/exit_codes.h"
#include "core/error.h"

#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>

namespace screenalytics {
namespace {

int fail(const CLI::ParseError& error) {
  std::fprintf(stderr, "screenalytics: %s (see --help)\n", error.what());
  return exit_code(ErrorKind::bad_usage);
}

/// The longest wait of all, and what `--wait` without a number means: a year.
constexpr double kForever = 365.0 * 24 * 3600;

double read_wait(const std::string& text) {
  if (text.empty()) return kForever;
  double seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault == std::errc() && end == text.data() + text.size() && seconds >= 0 &&
      seconds <= kForever)
    return seconds;
  throw CLI::ValidationError("--wait", "'" + text + "' is no number of seconds");
}

}  // namespace

CommandLine::CommandLine(const Surroundings& around, std::stop_token stop)
    : around_(around), stop_(std::move(stop)) {
  app_.require_subcommand(1);
  app_.set_version_flag("--version", "screenalytics " SCREENALYTICS_VERSION);
  app_.footer(
      "Exit codes: 0 done, 2 usage, 3 not found, 4 bad media, 5 bad model, 6 bad data, 7 I/O, 8 "
      "disk full,\n"
      "9 not available here, 10 busy, 11 above the CPU cap (--cpu-strict), 12 some files not "
      "transferred,\n13 out of memory, 70 our mistake, 130 stopped "
      "(the same command goes on).");
  request_.settings.models = around.models;
  if (around.cpu_limit) request_.settings.cpu.limit = *around.cpu_limit;
}

CLI::App* CommandLine::command(CLI::App& parent,
                               const std::string& name,
                               const std::string& help,
                               std::function<int()> action) {
  auto* added = parent.add_subcommand(name, help);
  added->callback([this, action = std::move(action)] { action_ = action; });
  return added;
}

CLI::App* CommandLine::job(CLI::App& parent,
                           const std::string& name,
                           const std::string& help,
                           FlagSet flags,
                           std::function<int()> action) {
  auto* added = command(parent, name, help, std::move(action));
  add_flags(*added, flags, request_.settings);
  added->add_option("--progress", request_.progress, "auto, plain, json or none")
      ->capture_default_str();
  added
      ->add_option_function<std::string>(
          "--wait",
          [this](const std::string& text) { request_.wait_seconds = read_wait(text); },
          "wait for another process that works on the run (seconds; without a number: until it is "
          "done)")
      ->expected(0, 1)
      ->type_name("[SECONDS]");
  return added;
}

int CommandLine::run(int count, const char* const* arguments) {
  for (int i = 0; i < count; ++i)
    request_.command += (i == 0 ? "" : " ") + std::string(arguments[i]);
  try {
    app_.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app_.exit(error) : fail(error);
  }
  return action_();
}

}  // namespace screenalytics
