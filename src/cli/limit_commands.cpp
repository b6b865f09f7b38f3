// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"
#include "cli/command_line.h"
#include "limit/limit_run.h"

#include <memory>
#include <string>

namespace screenalytics {
namespace {

struct LimitCommand {
  LimitOptions options;
  std::string method = "auto";
};

int run_limit(LimitCommand& asked, const Request& request, const Surroundings& around) {
  LimitOptions& options = asked.options;
  if (!options.command.empty() && options.command.front() == "--")
    options.command.erase(options.command.begin());
  options.limit.percent = request.settings.cpu.limit;
  options.limit.claims = around.runtime / "cpus";
  options.limit.method = around.enforce_cpu_limit ? limit_method(asked.method) : LimitMethod::off;
  return run_limited(options, read_allowance(around.slurm_cpus));
}

}  // namespace

void add_limit_commands(CommandLine& line) {
  const auto asked = std::make_shared<LimitCommand>();
  auto* limit = line.command(
      line.app(),
      "limit",
      "run any command, with all that it starts, under the CPU cap: limit [OPTIONS] -- COMMAND ...",
      [&line, asked] { return run_limit(*asked, line.request(), line.around()); });
  limit
      ->add_option("--cpu-limit",
                   line.request().settings.cpu.limit,
                   "percent of one core, for everything together")
      ->capture_default_str();
  limit
      ->add_option("--cpu-method",
                   asked->method,
                   "auto, affinity (whole cores), cgroup (a quota), governor (stops and continues "
                   "the processes) or off (only measured)")
      ->capture_default_str();
  limit->add_option("--report", asked->options.report, "write what it used to this JSON file");
  limit->add_flag("--quiet", asked->options.quiet, "no line at the end, no notes");
  limit->add_option("command", asked->options.command, "the command and its arguments")->required();
  limit->positionals_at_end();
  limit->footer(
      "Exit code: that of the command; 128 + N when signal N killed it, 127 not found, 126 cannot "
      "be run.");
}

}  // namespace screenalytics
