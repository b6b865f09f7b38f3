// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// A seed photo of a cast member and the embedding of its one face.
struct SeedPhoto {
  std::string seed_id;      ///< first 16 digits of the photo's sha256
  std::string photo;        ///< file name inside the person's folder
  std::string fingerprint;  ///< of the model that made the embedding
  float score = 0;          ///< of the detection
  float size = 0;           ///< shorter side of the face, pixels
  Embedding embedding;
};

struct CastMember {
  std::string cast_id;
  std::string name;
  std::vector<SeedPhoto> seeds;
};

/// `<data>/facebank/<show>/<cast_id>/`: cast.json and the photos. Files appear whole or not at all.
/// Throws Error{bad_usage for bad names, not_found, bad_data}.
class Facebank {
 public:
  Facebank(const std::filesystem::path& data, const std::string& show);
  std::vector<CastMember> members() const;  ///< by cast_id; empty when the show has none
  /// Copies the photo in; replaces the seed when the same photo is there already. Makes the person
  /// when needed.
  void add(const std::string& cast_id,
           const std::string& name,
           const std::filesystem::path& photo,
           SeedPhoto seed);
  void remove(const std::string& cast_id);
  void remove(const std::string& cast_id, const std::string& seed_id);
  /// Replaces embeddings (after a change of model); photos stay.
  void update(const CastMember& member);
  std::filesystem::path photo_path(const std::string& cast_id, const SeedPhoto& seed) const;
  const std::string& show() const { return show_; }

 private:
  std::filesystem::path folder_;
  std::string show_;
};

}  // namespace screenalytics
