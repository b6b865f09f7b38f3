// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/job_context.h"
#include "cli/text.h"
#include "run/artifact_stage.h"
#include "run/cluster_run.h"
#include "run/people_run.h"
#include "run/promote_run.h"
#include "run/search_run.h"
#include "store/facebank.h"

#include <algorithm>
#include <cstdio>
#include <memory>

namespace screenalytics {
namespace {

struct SearchFlags {
  SearchRequest search;
  bool json = false;
};

std::string numbers(const std::vector<TrackId>& tracks) {
  std::string text;
  for (const TrackId track : tracks)
    text += (text.empty() ? "" : ",") + std::to_string(track.value);
  return text;
}

/// The cast member's name, where the show's facebank knows it.
std::string cast_name(const Settings& settings, const std::string& cast_id) {
  if (settings.show.empty()) return {};
  for (const CastMember& member : Facebank(settings.data, settings.show).members()) {
    if (member.cast_id == cast_id) return member.name;
  }
  return {};
}

int decide(CommandLine& line, PeopleRequest asked) {
  const Request& request = line.request();
  if (!asked.cast_id.empty()) asked.name = cast_name(request.settings, asked.cast_id);
  const Edit edit =
      with_context(request, line.around(), line.stop(), [&](const RunContext& context) {
        const Edit made = record_decision(request.settings, asked, context);
        const ClusterRequest again = as_clustered_before(request.settings);
        cluster_run(again.settings, again.clustering, context);
        return made;
      });
  std::printf("%s %s%s\n",
              to_text(edit.id).c_str(),
              name_of(edit.op),
              edit.undoes ? (" of " + to_text(*edit.undoes)).c_str() : "");
  std::fprintf(stderr,
               "kept for all runs of the episode and applied to the newest; 'screenalytics report "
               "--ep-id %s' brings times and pages up to date\n",
               request.settings.ep_id.c_str());
  return 0;
}

int promote(CommandLine& line, const PromoteRequest& asked) {
  const Request& request = line.request();
  const Edit edit =
      with_context(request, line.around(), line.stop(), [&](const RunContext& context) {
        Settings settings = request.settings;
        settings.show = as_clustered_before(settings).settings.show;
        Edit made = promote_person(settings, asked, context);
        const ClusterRequest again = as_clustered_before(settings);
        cluster_run(again.settings, again.clustering, context);
        return made;
      });
  std::printf("%s '%s' is '%s' of show '%s' now, with %zu new seed(s)\n",
              to_text(edit.id).c_str(),
              edit.name.c_str(),
              edit.cast_id.c_str(),
              edit.show.c_str(),
              edit.seeds.size());
  std::fprintf(stderr,
               "'screenalytics cluster --ep-id OTHER --show %s' finds them in other episodes; "
               "'people undo' takes it back\n",
               edit.show.c_str());
  return 0;
}

std::string what(const Edit& edit) {
  std::string text = edit.undoes ? to_text(*edit.undoes) : edit.name;
  if (!edit.cast_id.empty()) text += " [" + edit.cast_id + "]";
  if (!edit.show.empty())
    text += " promoted to show " + edit.show + ", " + std::to_string(edit.seeds.size()) + " seeds";
  std::vector<TrackId> tracks;
  for (const EditAnchor& anchor : edit.anchors) {
    const bool known = std::ranges::find(tracks, anchor.track) != tracks.end();
    if (!known && (edit.whole || anchor.group == 0)) tracks.push_back(anchor.track);
  }
  if (tracks.empty()) return text;
  return text + (text.empty() ? "" : "  ") + "tracks " + numbers(tracks) + " of run " +
         edit.anchors.front().run;
}

int print_log(CommandLine& line) {
  const Request& request = line.request();
  const auto log =
      with_context(request, line.around(), line.stop(), [&](const RunContext& context) {
        return read_decisions(request.settings, context.progress);
      });
  if (log.empty()) std::printf("no decisions\n");
  for (const LoggedEdit& one : log) {
    std::printf("%s  %s  %-6s  %-6s  %-6s  %s\n",
                to_text(one.edit.id).c_str(),
                one.edit.at.c_str(),
                name_of(one.edit.op),
                one.undone ? "undone" : "holds",
                one.found.c_str(),
                what(one.edit).c_str());
  }
  return 0;
}

int print_people(CommandLine& line) {
  const auto people = list_people(read_people_view(find_finished_run(line.request().settings)));
  for (const ListedPerson& one : people.people) {
    std::printf("%s  %-24s  %8s s  %s - %s s  tracks %s%s\n",
                to_text(one.identity.id).c_str(),
                one.identity.name.c_str(),
                fixed(to_seconds(one.seen), 2).c_str(),
                fixed(to_seconds(one.span.begin), 2).c_str(),
                fixed(to_seconds(one.span.end), 2).c_str(),
                numbers(one.identity.tracks).c_str(),
                one.identity.edited ? "  (edited)" : "");
  }
  if (!people.unknown.empty()) std::printf("unknown  tracks %s\n", numbers(people.unknown).c_str());
  if (!people.ignored.empty()) std::printf("ignored  tracks %s\n", numbers(people.ignored).c_str());
  return 0;
}

void print_found(const Json& found) {
  const auto text = [](const Json& value) {
    return value.is_null() ? std::string("-") : value.get<std::string>();
  };
  if (found.at("tracks").empty()) std::printf("nobody like this was found\n");
  for (const Json& hit : found.at("tracks")) {
    std::printf("%s  %-20s  %-24s  track %-5lld  %9s - %s s  %s\n",
                fixed(hit.at("similarity").get<double>(), 3).c_str(),
                text(hit.at("ep_id")).c_str(),
                text(hit.at("name")).c_str(),
                static_cast<long long>(hit.at("track_id").get<std::int64_t>()),
                fixed(hit.at("first_ts").get<double>(), 2).c_str(),
                fixed(hit.at("last_ts").get<double>(), 2).c_str(),
                text(hit.at("thumb")).c_str());
  }
}

int run_search(CommandLine& line, const SearchFlags& flags) {
  const Request& request = line.request();
  const Json found =
      with_context(request, line.around(), line.stop(), [&](const RunContext& context) {
        return search_photo(request.settings, flags.search, context);
      });
  if (flags.json) {
    std::printf("%s\n", found.dump(1).c_str());
  } else {
    print_found(found);
  }
  return 0;
}

void add_search(CommandLine& line) {
  const auto flags = std::make_shared<SearchFlags>();
  auto* search = line.job(line.app(),
                          "search",
                          "find the person of a photo in all harvested episodes",
                          FlagSet::facebank,
                          [&line, flags] { return run_search(line, *flags); });
  search->add_option("photo", flags->search.photo, "photo with one face")->required();
  search->add_option(
      "--show", line.request().settings.show, "only episodes clustered with this show");
  search->add_option("--face", flags->search.face, "which of several faces, from 1, left to right")
      ->check(CLI::PositiveNumber);
  search->add_option("--top", flags->search.top, "tracks to show")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  search->add_flag("--json", flags->json, "as JSON, with the best per episode and person");
}

void add_promote(CommandLine& line, CLI::App& people) {
  const auto asked = std::make_shared<PromoteRequest>();
  auto* command = line.job(people,
                           "promote",
                           "a confirmed person joins a show's cast: other episodes know them",
                           FlagSet::analysis,
                           [&line, asked] { return promote(line, *asked); });
  command->add_option("person", asked->person, "id or name")->required();
  command->add_option("--show",
                      line.request().settings.show,
                      "whose cast (default: the show that the run was clustered with)");
  command->add_option("--cast-id", asked->cast_id, "short name for files (default: from the name)");
  command->add_option("--name", asked->name, "full name (default: the person's)");
}

}  // namespace

void add_people_commands(CommandLine& line) {
  auto* people =
      line.app().add_subcommand("people", "decisions about who is who, kept for all runs");
  people->require_subcommand(1);
  const auto asked = std::make_shared<PeopleRequest>();
  const auto decision = [&line, people, asked](EditOp op, const char* help) {
    return line.job(*people, name_of(op), help, FlagSet::analysis, [&line, asked, op] {
      asked->op = op;
      return decide(line, *asked);
    });
  };
  const auto with_tracks = [asked](CLI::App* command) {
    return command->add_option("--tracks", asked->tracks, "track numbers, e.g. 3,7")
        ->delimiter(',');
  };
  decision(EditOp::merge, "these people are one; the first one's name stays")
      ->add_option("people", asked->people, "ids or names")
      ->required();
  auto* split = decision(EditOp::split, "these tracks are somebody else");
  split->add_option("person", asked->people, "id or name")->required()->expected(1);
  with_tracks(split)->required();
  auto* rename = decision(EditOp::rename, "gives a person a name");
  rename
      ->add_option_function<std::string>(
          "person", [asked](const std::string& person) { asked->people = {person}; }, "id or name")
      ->required();
  rename->add_option("name", asked->name, "the new name")->required();
  auto* assign = decision(EditOp::assign, "these tracks are this person");
  assign->add_option("person", asked->people, "id, name, or a new name")->expected(1);
  with_tracks(assign)->required();
  assign->add_option("--cast-id", asked->cast_id, "a cast member instead");
  assign->add_option(
      "--show", line.request().settings.show, "whose facebank knows the cast member");
  add_promote(line, *people);
  auto* ignore = decision(EditOp::ignore, "not counted: posters, audience, reflections");
  ignore->add_option("person", asked->people, "id or name")->expected(1);
  with_tracks(ignore);
  decision(EditOp::undo, "takes a decision back; an undo can be undone")
      ->add_option("edit", asked->edit_id, "see 'people log' (default: the newest that holds)");
  line.job(*people, "log", "all decisions", FlagSet::analysis, [&line] { return print_log(line); });
  line.job(*people, "list", "people with ids, names, tracks and time", FlagSet::analysis, [&line] {
    return print_people(line);
  });
  add_search(line);
}

}  // namespace screenalytics
