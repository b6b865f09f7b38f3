// SPDX-License-Identifier: MIT
#include "cli/command_line.h"

#include "cli/exit_codes.h"
#include "core/error.h"

#include <cstdio>
#include <utility>

namespace screenalytics {
namespace {

int fail(const CLI::ParseError& error) {
  std::fprintf(stderr, "screenalytics: %s (see --help)\n", error.what());
  return exit_code(ErrorKind::bad_usage);
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
      "transferred,\n70 our mistake, 130 stopped "
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
