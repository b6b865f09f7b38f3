// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/job_context.h"
#include "cli/text.h"
#include "files/atomic_file.h"
#include "run/eval_run.h"

#include <cstdio>
#include <memory>

namespace screenalytics {
namespace {

struct EvalRequest {
  std::filesystem::path truth;
  std::filesystem::path json;
};

std::string percent(const Json& share) { return fixed(100 * share.get<double>(), 2) + " %"; }

void print_tracking(const char* what, const Json& scores) {
  std::printf("%-11s %4lld   IDF1 %s  HOTA %s  DetA %s  AssA %s  %lld id switch(es)\n",
              what,
              static_cast<long long>(scores.at("count").get<std::int64_t>()),
              percent(scores.at("idf1")).c_str(),
              percent(scores.at("hota")).c_str(),
              percent(scores.at("det_a")).c_str(),
              percent(scores.at("ass_a")).c_str(),
              static_cast<long long>(scores.at("id_switches").get<std::int64_t>()));
}

void print_people(const Json& time) {
  std::printf("\n%-20s %-24s %10s %10s %8s\n", "person", "measured as", "true s", "found s", "off");
  for (const Json& one : time.at("people")) {
    const Json& name = one.at("measured_as");
    std::printf("%-20s %-24s %10s %10s %8s\n",
                one.at("person").get<std::string>().c_str(),
                name.is_null() ? "-" : name.get<std::string>().c_str(),
                fixed(one.at("truth_seconds").get<double>(), 2).c_str(),
                fixed(one.at("measured_seconds").get<double>(), 2).c_str(),
                percent(one.at("difference_share")).c_str());
  }
  std::printf("character-time error %s: missed %s s, extra %s s, wrong person %s s of %s s\n",
              percent(time.at("error")).c_str(),
              fixed(time.at("missed_seconds").get<double>(), 2).c_str(),
              fixed(time.at("extra_seconds").get<double>(), 2).c_str(),
              fixed(time.at("wrong_seconds").get<double>(), 2).c_str(),
              fixed(time.at("truth_seconds").get<double>(), 2).c_str());
}

void print(const Json& result) {
  const Json& detections = result.at("detections");
  std::printf("detections  recall %s, precision %s on %lld sampled frames\n",
              percent(detections.at("recall")).c_str(),
              percent(detections.at("precision")).c_str(),
              static_cast<long long>(result.at("frames").get<std::int64_t>()));
  print_tracking("tracks", result.at("tracks"));
  if (result.contains("identities")) {
    print_tracking("identities", result.at("identities"));
    const Json& clusters = result.at("clusters");
    std::printf("clusters    purity %s  completeness %s  B-cubed F1 %s  NMI %s  pair F1 %s\n",
                percent(clusters.at("purity")).c_str(),
                percent(clusters.at("completeness")).c_str(),
                percent(clusters.at("bcubed_f1")).c_str(),
                percent(clusters.at("nmi")).c_str(),
                percent(clusters.at("pair_f1")).c_str());
  }
  if (result.contains("character_time")) print_people(result.at("character_time"));
  for (const Json& note : result.at("notes"))
    std::fprintf(stderr, "note: %s\n", note.get<std::string>().c_str());
}

int run_eval(CommandLine& line, const EvalRequest& eval) {
  const Request& request = line.request();
  const Json result =
      with_context(request, line.around(), line.stop(), [&](const RunContext& context) {
        return evaluate_run(request.settings, eval.truth, context);
      });
  print(result);
  if (!eval.json.empty()) write_atomically(eval.json, result.dump(1) + "\n");
  return 0;
}

}  // namespace

void add_eval_commands(CommandLine& line) {
  auto eval = std::make_shared<EvalRequest>();
  auto* added = line.job(line.app(),
                         "eval",
                         "compare a finished run with the truth",
                         FlagSet::analysis,
                         [&line, eval] { return run_eval(line, *eval); });
  added->add_option("--truth", eval->truth, "who is really on screen (docs/artifacts.md)")
      ->required();
  added->add_option("--json", eval->json, "write the scores here too");
}

}  // namespace screenalytics
