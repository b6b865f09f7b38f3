// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/job_context.h"
#include "cli/text.h"
#include "run/cluster_run.h"

#include <cstdio>
#include <string>

namespace screenalytics {
namespace {

void print(const ClusterResult& result) {
  const Json& stats = result.json.at("stats");
  std::printf("%zu people in %lld tracks, %zu tracks unknown\n",
              result.identities.identities.size(),
              stats.at("tracks").get<long long>(),
              result.identities.unknown.size());
  for (const Identity& one : result.identities.identities) {
    std::printf("  %s  %-24s %5zu tracks %6lld faces  cohesion %s%s\n",
                to_text(one.id).c_str(),
                one.name.c_str(),
                one.tracks.size(),
                static_cast<long long>(one.faces),
                fixed(one.cohesion, 3).c_str(),
                one.low_cohesion ? "  low" : "");
  }
  for (const IdentityConflict& conflict : result.identities.conflicts)
    std::fprintf(stderr, "conflict (%s): %s\n", conflict.kind.c_str(), conflict.text.c_str());
  for (const std::string& warning : result.identities.warnings)
    std::fprintf(stderr, "note: %s\n", warning.c_str());
  std::printf("%s\n", result.run.file("identities.json").c_str());
}

template <typename Value>
void offer(CLI::App& command, const std::string& name, Value& value, const char* help) {
  command.add_option("--" + name, value, help)->capture_default_str()->group("Tuning");
}

}  // namespace

int run_cluster(const Request& request, const Surroundings& around, const std::stop_token& stop) {
  const auto result = with_context(request, around, stop, [&](const RunContext& context) {
    return cluster_run(request.settings, request.clustering, context);
  });
  print(result);
  return 0;
}

void add_cluster_tuning(CLI::App& command, Request& request) {
  command
      .add_option(
          "--group.max-distance",
          request.clustering.group.max_distance,
          "average cosine distance of single faces up to which groups join; tracks of several "
          "faces must be nearer (default: the embedder's own)")
      ->check(CLI::Range(0.0, 2.0))
      ->group("Tuning");
  describe_clustering(request.clustering, [&](const char* name, auto& value, const char* help) {
    offer(command, name, value, help);
  });
}

void add_cluster_flags(CLI::App& command, Request& request) {
  MatchOptions& match = request.settings.match;
  command.add_option("--show", request.settings.show, "name people after the seeds of this show");
  add_cluster_tuning(command, request);
  offer(command, "match.min-similarity", match.min_similarity, "cosine to the best seed");
  offer(command, "match.min-lead", match.min_lead, "above the best seed of anybody else");
}

ClusterWishes cluster_wishes(const CLI::App& command, const Request& request) {
  ClusterWishes wishes{.clustering = request.clustering};
  const auto note = [&](const std::string& name) {
    const CLI::Option* option = command.get_option_no_throw("--" + name);
    if (option != nullptr && option->count() > 0) wishes.given.insert(name);
  };
  for (const char* name : {"show", "group.max-distance", "match.min-similarity", "match.min-lead"})
    note(name);
  describe_clustering(wishes.clustering, [&](const char* name, auto&, const char*) { note(name); });
  return wishes;
}

void add_cluster_commands(CommandLine& line) {
  auto* cluster = line.job(
      line.app(), "cluster", "tracks -> people: who is who in a run", FlagSet::analysis, [&line] {
        return run_cluster(line.request(), line.around(), line.stop());
      });
  add_cluster_flags(*cluster, line.request());
}

}  // namespace screenalytics
