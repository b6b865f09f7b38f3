// SPDX-License-Identifier: MIT
#include "models/model_pack.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/sha256.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

namespace screenalytics {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr int kAlignedSide = 112;
constexpr const char* kFileName = "models.json";

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorKind::bad_model, what); }

/// The shortest text that gives the same float back.
std::string shortest(float value) {
  std::array<char, 32> text{};
  const auto [end, fault] = std::to_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() ? std::string(text.data(), end) : std::string();
}

/// As a number that prints short: 0.0078431377, not 0.007843137718737125.
Json short_number(float value) { return Json::parse(shortest(value)); }

Json three(const std::array<float, 3>& values) {
  Json list = Json::array();
  for (const float value : values) list.push_back(short_number(value));
  return list;
}

std::array<float, 3> three(const Json& list) {
  if (!list.is_array() || list.size() != 3) refuse("mean and scale need 3 numbers each");
  std::array<float, 3> values{};
  for (std::size_t i = 0; i < 3; ++i) values.at(i) = list.at(i).get<float>();
  return values;
}

Json input_to_json(const ModelCard& card) {
  return Json{{"layout", "N x 3 x height x width, float32"},
              {"colour", card.pixels.order == ChannelOrder::bgr ? "BGR" : "RGB"},
              {"mean", three(card.pixels.mean)},
              {"scale", three(card.pixels.scale)},
              {"width", card.input.width},
              {"height", card.input.height}};
}

void input_from_json(const Json& json, ModelCard& card) {
  const auto colour = json.at("colour").get<std::string>();
  if (colour != "BGR" && colour != "RGB") refuse("colour is '" + colour + "', not BGR or RGB");
  card.pixels.order = colour == "BGR" ? ChannelOrder::bgr : ChannelOrder::rgb;
  card.pixels.mean = three(json.at("mean"));
  card.pixels.scale = three(json.at("scale"));
  card.input = {json.value("width", 0), json.value("height", 0)};
}

Json to_json(const ModelCard& card) {
  Json json{{"file", card.file},
            {"name", card.name},
            {"role", card.role},
            {"sha256", card.sha256},
            {"source_sha256", card.source_sha256},
            {"licence", card.licence},
            {"terms", card.terms},
            {"origin", card.origin},
            {"input", input_to_json(card)},
            {"output", {{"family", card.family}}}};
  if (card.role == "embedder") json["output"]["dimension"] = card.dimension;
  if (card.role == "detector") json["score_threshold"] = card.score_threshold;
  if (!card.thresholds.empty()) json["thresholds"] = card.thresholds;
  json["preparation"] = card.preparation;
  return json;
}

ModelCard card_from_json(const Json& json) {
  ModelCard card;
  card.file = json.at("file").get<std::string>();
  card.name = json.at("name").get<std::string>();
  card.role = json.at("role").get<std::string>();
  card.sha256 = json.at("sha256").get<std::string>();
  card.source_sha256 = json.value("source_sha256", card.sha256);
  card.licence = json.value("licence", "");
  card.terms = json.value("terms", "");
  card.origin = json.value("origin", "");
  input_from_json(json.at("input"), card);
  card.family = json.at("output").at("family").get<std::string>();
  card.dimension = json.at("output").value("dimension", 0);
  card.score_threshold = json.value("score_threshold", card.score_threshold);
  card.thresholds = json.value("thresholds", card.thresholds);
  card.preparation = json.value("preparation", card.preparation);
  return card;
}

bool is_sha256(const std::string& text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::ranges::all_of(text, is_digit);
}

/// A name inside the pack's folder: a card must not reach files elsewhere.
bool is_plain_name(const std::string& file) {
  return !file.empty() && file != "." && file != ".." && file.find('/') == std::string::npos &&
         file.find('\0') == std::string::npos;
}

void require(bool holds, const std::string& what) {
  if (!holds) refuse(what);
}

void require_usable_pixels(const PixelFormat& pixels) {
  for (std::size_t i = 0; i < 3; ++i) {
    const float scale = pixels.scale.at(i);
    require(std::isfinite(scale) && scale != 0, "scale must be finite and not 0");
    require(std::isfinite(pixels.mean.at(i)), "mean must be finite");
  }
}

void require_usable(const ModelCard& card) {
  require(is_plain_name(card.file), "file must be a plain name inside the pack's folder");
  require(is_sha256(card.sha256), "sha256 must be 64 lower-case hexadecimal digits");
  require(is_sha256(card.source_sha256), "source_sha256 must be 64 lower-case hexadecimal digits");
  require_usable_pixels(card.pixels);
  require(card.input.width >= 0 && card.input.height >= 0, "width and height must not be negative");
  require(card.score_threshold > 0 && card.score_threshold < 1,
          "score_threshold must lie between 0 and 1");
  if (card.role == "detector") {
    require(card.family == "retinaface" || card.family == "scrfd" || card.family == "yunet",
            "detector family '" + card.family + "' is not retinaface, scrfd or yunet");
  } else if (card.role == "embedder") {
    require(card.family == "arcface", "embedder family '" + card.family + "' is not arcface");
    require(card.input == Size{kAlignedSide, kAlignedSide}, "an embedder's input must be 112x112");
    require(card.dimension > 0, "an embedder needs its dimension");
  } else {
    refuse("role '" + card.role + "' is not detector or embedder");
  }
}

ModelCard usable_card(const Json& json) {
  ModelCard card = card_from_json(json);
  try {
    require_usable(card);
  } catch (const Error& error) {
    refuse("model '" + card.file + "': " + error.what());
  }
  return card;
}

ModelPack pack_from_json(const Json& json) {
  const int format = json.value("format", kFormat);
  require(format == kFormat,
          "format " + std::to_string(format) + " is unknown here; this program reads format " +
              std::to_string(kFormat));
  ModelPack pack;
  pack.name = json.at("name").get<std::string>();
  pack.version = json.value("version", "");
  for (const Json& model : json.at("models")) pack.models.push_back(usable_card(model));
  return pack;
}

/// What is wrong with the file of a card, empty when it is as described.
std::string file_fault(const ModelPack& pack, const ModelCard& card) {
  if (!std::filesystem::is_regular_file(pack.path(card))) {
    return "'" + pack.path(card).string() + "' is missing";
  }
  const std::string found = sha256_of_file(pack.path(card));
  if (found == card.sha256) return {};
  return "'" + pack.path(card).string() + "' was changed: its sha256 is " + found + ", " +
         kFileName + " says " + card.sha256;
}

}  // namespace

std::string ModelCard::fingerprint() const {
  // Preparing keeps the output, so the published weights identify the embedding, prepared or not.
  std::string text = role + '\n' + source_sha256 + '\n' + family + '\n' + "arcface-112\n";
  text += pixels.order == ChannelOrder::bgr ? "BGR" : "RGB";
  for (const float mean : pixels.mean) text += ' ' + shortest(mean);
  for (const float scale : pixels.scale) text += ' ' + shortest(scale);
  return sha256_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}).substr(0, 16);
}

const ModelCard& ModelPack::card(const std::string& role) const {
  const auto found = std::ranges::find(models, role, &ModelCard::role);
  if (found != models.end()) return *found;
  refuse("the model pack '" + name + "' in '" + folder.string() + "' has no " + role +
         "; install a pack that has one: screenalytics models install default");
}

ModelPack read_pack(const std::filesystem::path& folder) {
  const auto file = folder / kFileName;
  if (!std::filesystem::is_regular_file(file)) {
    throw Error(ErrorKind::not_found,
                "there is no model pack in '" + folder.string() + "' (no " + kFileName +
                    "); install one: screenalytics models install default");
  }
  try {
    ModelPack pack = pack_from_json(Json::parse(read_text(file)));
    pack.folder = folder;
    return pack;
  } catch (const nlohmann::json::exception& fault) {
    refuse("'" + file.string() + "' cannot be read: " + fault.what());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_model) throw;
    refuse("'" + file.string() + "': " + error.what());
  }
}

void write_pack(const ModelPack& pack) {
  Json json{{"format", kFormat}, {"name", pack.name}, {"version", pack.version}};
  json["models"] = Json::array();
  for (const ModelCard& card : pack.models) json["models"].push_back(to_json(card));
  write_atomically(pack.folder / kFileName, json.dump(2) + "\n");
}

std::vector<std::string> verify_pack(const ModelPack& pack) {
  std::vector<std::string> faults;
  if (pack.models.empty()) faults.push_back("the pack '" + pack.name + "' has no models");
  for (const ModelCard& card : pack.models) {
    std::string fault = file_fault(pack, card);
    if (!fault.empty()) faults.push_back(std::move(fault));
    if (card.licence.empty()) {
      faults.push_back("'" + card.file + "' has no licence in " + kFileName);
    }
    if (card.terms.empty()) faults.push_back("'" + card.file + "' has no terms in " + kFileName);
  }
  return faults;
}

void check_file(const ModelPack& pack, const ModelCard& card) {
  const std::string fault = file_fault(pack, card);
  if (!fault.empty()) {
    refuse(fault + "; install the pack again: screenalytics models install " + pack.name);
  }
}

}  // namespace screenalytics
