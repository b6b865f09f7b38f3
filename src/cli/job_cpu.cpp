// SPDX-License-Identifier: MIT
#include "cli/job_cpu.h"

#include "budget/thread_care.h"
#include "cli/text.h"
#include "core/error.h"

namespace screenalytics {
namespace {

constexpr double kTolerance = 1;  // percent of one core

}  // namespace

JobCpu::JobCpu(const Settings& settings, const Surroundings& around)
    : settings_(settings),
      allowance_(read_allowance(around.slurm_cpus)),
      cap_(plan_cap(settings.cpu.limit, allowance_, settings.cpu.method)),
      budget_(cap_.permits),
      enforcement_(cap_,
                   allowance_,
                   budget_.computing(),
                   {.method = settings.cpu.method,
                    .enforce = around.enforce_cpu_limit,
                    .claims = around.runtime / "cpus"}) {
  if (settings.cpu.library_threads != LibraryThreads::one && around.enforce_cpu_limit) {
    throw Error(ErrorKind::bad_usage,
                "--library-threads default breaks the CPU cap: it is for comparison, with "
                "ENABLE_CPU_LIMIT=0");
  }
}

void JobCpu::begin(Progress& progress) {
  progress.announce(enforcement_.describe());
  for (const std::string& note : cap_.notes)
    progress.announce("CPU cap " + short_number(cap_.percent) + " %: " + note);
  for (const std::string& note : enforcement_.state().notes) progress.announce(note);
  step_back(settings_.cpu.nice, settings_.cpu.idle_io ? DiskPriority::idle : DiskPriority::normal);
}

void JobCpu::check(const CpuReport& report) const {
  const double busiest = busiest_second(report);
  if (!settings_.cpu.strict || busiest <= cap_.percent + kTolerance) return;
  throw Error(ErrorKind::over_cap,
              "CPU use went to " + fixed(busiest, 1) + " % in a second, above the cap of " +
                  short_number(cap_.percent) +
                  " % (--cpu-strict); what was written is complete, cpu.csv has the times");
}

}  // namespace screenalytics
