// SPDX-License-Identifier: MIT
#include "store/truth_file.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "store/json_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace screenalytics {
namespace {

/// Later entries overwrite nothing: sorted, and people named once.
void finish(Truth& truth) {
  std::set<std::string> names;
  for (const TruthRegion& region : truth.regions) names.insert(region.person);
  for (const auto& [name, spans] : truth.presence) names.insert(name);
  truth.people.assign(names.begin(), names.end());
  std::ranges::stable_sort(truth.regions, {}, &TruthRegion::first);
}

Box corners(const Json& row) {
  return {row.at("x1").get<float>(),
          row.at("y1").get<float>(),
          row.at("x2").get<float>(),
          row.at("y2").get<float>()};
}

void read_boxes(const Json& json, Truth& truth) {
  for (const Json& row : json.at("boxes")) {
    const FrameIndex frame{row.at("frame").get<std::int64_t>()};
    truth.regions.push_back({.first = frame,
                             .last = frame,
                             .person = row.at("id").get<std::string>(),
                             .box = corners(row)});
  }
  for (const Json& segment : json.at("segments")) {
    for (const Json& name : segment.at("identities_left_to_right")) {
      truth.presence[name.get<std::string>()].emplace_back(segment.at("start").get<std::int64_t>(),
                                                           segment.at("end").get<std::int64_t>());
    }
  }
}

void read_regions(const Json& json, Truth& truth) {
  truth.tight = false;
  for (const Json& row : json.at("regions")) {
    truth.regions.push_back({.first = {row.at("start").get<std::int64_t>()},
                             .last = {row.at("end").get<std::int64_t>()},
                             .person = row.at("id").get<std::string>(),
                             .box = corners(row),
                             .visible = row.at("visible").get<double>(),
                             .order = row.at("order").get<int>()});
  }
  if (const auto kept = json.find("source_frames"); kept != json.end() && kept->is_array())
    truth.shown_at = kept->get<std::vector<std::int64_t>>();
}

Truth read_json(const std::string& text) {
  const Json json = Json::parse(text);
  Truth truth;
  truth.frames = json.at("frames").get<std::int64_t>();
  truth.fps = json.at("fps").get<double>();
  if (json.contains("regions")) {
    read_regions(json, truth);
  } else {
    read_boxes(json, truth);
  }
  return truth;
}

/// Numbers of a line of gt.txt; empty when one is none.
std::vector<double> numbers_in(std::string_view line) {
  std::vector<double> numbers;
  while (!line.empty()) {
    const auto comma = std::min(line.find(','), line.size());
    double number = 0;
    const auto read = std::from_chars(line.data(), line.data() + comma, number);
    if (read.ec != std::errc() || read.ptr != line.data() + comma) return {};
    numbers.push_back(number);
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  return numbers;
}

/// frame (from 1), id, left, top, width, height [, counts (0 or 1) [, class [, visibility]]]
Truth read_mot(const std::string& text) {
  Truth truth;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::erase_if(line, [](char c) { return c == ' ' || c == '\r' || c == '\t'; });
    if (line.empty()) continue;
    const auto row = numbers_in(line);
    if (row.size() < 6 || row[0] < 1) {
      throw Error(ErrorKind::bad_data,
                  "line " + std::to_string(number) +
                      " is not 'frame,id,left,top,width,height,...' with frames from 1");
    }
    const FrameIndex frame{static_cast<std::int64_t>(row[0]) - 1};
    truth.frames = std::max(truth.frames, frame.value + 1);
    if (row.size() > 6 && row[6] == 0) continue;
    truth.regions.push_back({.first = frame,
                             .last = frame,
                             .person = std::to_string(static_cast<std::int64_t>(row[1])),
                             .box = {static_cast<float>(row[2]),
                                     static_cast<float>(row[3]),
                                     static_cast<float>(row[2] + row[4]),
                                     static_cast<float>(row[3] + row[5])},
                             .visible = row.size() > 8 ? row[8] : 1});
  }
  return truth;
}

}  // namespace

Truth read_truth(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  const auto first = text.find_first_not_of(" \t\r\n");
  try {
    if (first == std::string::npos) throw Error(ErrorKind::bad_data, "the file is empty");
    Truth truth = text[first] == '{' ? read_json(text) : read_mot(text);
    finish(truth);
    if (truth.people.empty()) throw Error(ErrorKind::bad_data, "nobody is in it");
    return truth;
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::bad_data,
                "truth file '" + path.string() + "' cannot be used: " + error.what());
  } catch (const Error& error) {
    throw Error(error.kind(), "truth file '" + path.string() + "' cannot be used: " + error.what());
  }
}

}  // namespace screenalytics
