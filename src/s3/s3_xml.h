// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace screenalytics {

/// One object of a listing.
struct ListedObject {
  std::string key;
  std::uint64_t bytes = 0;
  std::string
      etag;  ///< without quotes; names a version of the content, and is never taken for a checksum
};

/// One page of ListObjectsV2.
struct ListPage {
  std::vector<ListedObject> objects;
  std::string next;  ///< continuation token; empty: the last page
};

struct S3ErrorText {
  std::string code;  ///< e.g. NoSuchKey
  std::string message;
  std::string region;  ///< where the bucket is, when that was the fault
};

/// Throw Error{bad_data} for what is no such answer.
ListPage read_list_page(std::string_view xml);
std::string read_upload_id(std::string_view xml);
/// Ids of unfinished uploads of exactly this key.
std::vector<std::string> read_uploads_of(std::string_view xml, const std::string& key);

/// Empty when the text is no error document.
std::optional<S3ErrorText> read_s3_error(std::string_view xml);

struct UploadedPart {
  int number = 0;
  std::string etag;    ///< without quotes
  std::string sha256;  ///< base64
};
/// One page of the parts that the store holds of an upload.
struct PartPage {
  struct Part {
    UploadedPart part;
    std::uint64_t bytes = 0;
  };
  std::vector<Part> parts;
  std::string next;  ///< part number marker; empty: the last page
};
PartPage read_part_page(std::string_view xml);
std::string complete_upload_xml(const std::vector<UploadedPart>& parts);

/// "abc" -> abc
std::string without_quotes(std::string text);

}  // namespace screenalytics
