// SPDX-License-Identifier: MIT
#include "store/facebank.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/folders.h"
#include "files/sha256.h"
#include "files/system_error.h"
#include "store/file_lock.h"
#include "store/json_lines.h"
#include "store/names.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <system_error>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCastFile = "cast.json";
constexpr std::size_t kSeedIdDigits = 16;
constexpr std::size_t kLongestExtension = 6;

Json to_json(const SeedPhoto& seed) {
  Json embedding = Json::array();
  for (const float value : seed.embedding.values()) embedding.push_back(shortest(value));
  return {{"seed_id", seed.seed_id},
          {"photo", seed.photo},
          {"fingerprint", seed.fingerprint},
          {"score", shortest(seed.score)},
          {"size", shortest(seed.size)},
          {"embedding", std::move(embedding)}};
}

Json to_json(const CastMember& member) {
  Json seeds = Json::array();
  for (const auto& seed : member.seeds) seeds.push_back(to_json(seed));
  return {{"cast_id", member.cast_id}, {"name", member.name}, {"seeds", std::move(seeds)}};
}

SeedPhoto seed_of(const Json& row) {
  auto embedding = Embedding::normalised(row.at("embedding").get<std::vector<float>>());
  if (!embedding) throw Error(ErrorKind::bad_data, "an embedding has no length");
  SeedPhoto seed{.seed_id = row.at("seed_id").get<std::string>(),
                 .photo = row.at("photo").get<std::string>(),
                 .fingerprint = row.at("fingerprint").get<std::string>(),
                 .score = row.at("score").get<float>(),
                 .size = row.at("size").get<float>(),
                 .embedding = std::move(*embedding)};
  check_name("seed id", seed.seed_id);
  check_name("photo name", seed.photo);
  return seed;
}

CastMember member_of(const Json& file, const std::string& cast_id) {
  CastMember member{.cast_id = file.at("cast_id").get<std::string>(),
                    .name = file.at("name").get<std::string>(),
                    .seeds = {}};
  if (member.cast_id != cast_id) {
    throw Error(ErrorKind::bad_data, "it belongs to '" + member.cast_id + "'");
  }
  for (const auto& row : file.at("seeds")) member.seeds.push_back(seed_of(row));
  return member;
}

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw Error(ErrorKind::bad_data,
              "'" + path.string() + "' is damaged (" + why +
                  "): remove the person and add the photos beside it again");
}

// Empty when the person has no file.
std::optional<CastMember> read_member(const fs::path& folder) {
  const fs::path path = folder / kCastFile;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  try {
    return member_of(Json::parse(read_text(path)), folder.filename().string());
  } catch (const Json::exception& error) {
    refuse(path, error.what());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io || error.kind() == ErrorKind::not_found) throw;
    refuse(path, error.what());
  }
}

void write_member(const fs::path& folder, const CastMember& member) {
  write_atomically(folder / kCastFile,
                   to_json(member).dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

[[noreturn]] void nobody(const std::string& show, const std::string& cast_id) {
  throw Error(ErrorKind::not_found,
              "the facebank of '" + show + "' has no person '" + cast_id +
                  "': `screenalytics facebank list --show " + show + "` shows who is there");
}

// ".jpg" of "Photo.JPG"; ".img" for anything unusual.
std::string extension_of(const fs::path& photo) {
  std::string extension = photo.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool usual = extension.size() >= 2 && extension.size() <= kLongestExtension &&
                     is_valid_name(extension.substr(1));
  return usual ? extension : ".img";
}

bool is_here(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kCastFile, ignored);
}

}  // namespace

Facebank::Facebank(const fs::path& data, const std::string& show) : show_(show) {
  check_name("show", show);
  folder_ = data / "facebank" / show;
}

std::vector<CastMember> Facebank::members() const {
  std::vector<CastMember> members;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!is_valid_name(entry->path().filename().string())) continue;
    if (auto member = read_member(entry->path())) members.push_back(std::move(*member));
  }
  // A disk that fails is not an empty facebank.
  if (error && error != std::errc::no_such_file_or_directory)
    throw read_error(folder_, error.value());
  std::ranges::sort(members, {}, &CastMember::cast_id);
  return members;
}

void Facebank::add(const std::string& cast_id,
                   const std::string& name,
                   const fs::path& photo,
                   SeedPhoto seed) {
  check_name("cast id", cast_id);
  const std::vector<std::uint8_t> bytes = read_bytes(photo);
  const FileDescriptor lock = lock_file(folder_ / ".lock");
  const fs::path folder = folder_ / cast_id;
  auto member = read_member(folder).value_or(CastMember{cast_id, cast_id, {}});
  if (!name.empty()) member.name = name;
  seed.seed_id = sha256_of(bytes).substr(0, kSeedIdDigits);
  const auto same = std::ranges::find(member.seeds, seed.seed_id, &SeedPhoto::seed_id);
  const bool known = same != member.seeds.end();
  seed.photo = known ? same->photo : seed.seed_id + extension_of(photo);
  const fs::path target = folder / seed.photo;
  if (known) {
    *same = std::move(seed);
  } else {
    member.seeds.push_back(std::move(seed));
  }
  // The photo first: cast.json never names one that is not there.
  write_atomically(target, bytes);
  write_member(folder, member);
}

void Facebank::remove(const std::string& cast_id) {
  check_name("cast id", cast_id);
  const FileDescriptor lock = lock_file(folder_ / ".lock");
  if (!is_here(folder_ / cast_id)) nobody(show_, cast_id);
  // Out of sight in one step; what a crash leaves behind is cleared by the next removal.
  const fs::path away = folder_ / (".removed-" + cast_id);
  remove_folder(away);
  fs::rename(folder_ / cast_id, away);
  sync_folder(folder_);
  remove_folder(away);
}

void Facebank::remove(const std::string& cast_id, const std::string& seed_id) {
  check_name("cast id", cast_id);
  const FileDescriptor lock = lock_file(folder_ / ".lock");
  auto member = read_member(folder_ / cast_id);
  if (!member) nobody(show_, cast_id);
  const auto seed = std::ranges::find(member->seeds, seed_id, &SeedPhoto::seed_id);
  if (seed == member->seeds.end()) {
    throw Error(ErrorKind::not_found,
                "'" + cast_id + "' of '" + show_ + "' has no seed photo '" + seed_id +
                    "': `screenalytics facebank list --show " + show_ + "` shows which are there");
  }
  const fs::path photo = photo_path(cast_id, *seed);
  member->seeds.erase(seed);
  write_member(folder_ / cast_id, *member);
  std::error_code ignored;
  fs::remove(photo, ignored);
}

void Facebank::update(const CastMember& member) {
  check_name("cast id", member.cast_id);
  const FileDescriptor lock = lock_file(folder_ / ".lock");
  if (!is_here(folder_ / member.cast_id)) nobody(show_, member.cast_id);
  write_member(folder_ / member.cast_id, member);
}

fs::path Facebank::photo_path(const std::string& cast_id, const SeedPhoto& seed) const {
  return folder_ / cast_id / seed.photo;
}

}  // namespace screenalytics
