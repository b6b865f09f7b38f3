// SPDX-License-Identifier: MIT
#include "s3/s3_xml.h"

#include "core/error.h"
#include "s3/encoding.h"

#include <algorithm>
#include <sstream>

#include <pugixml.hpp>

namespace screenalytics {
namespace {

/// The root element, whatever its namespace prefix.
pugi::xml_node root_of(pugi::xml_document& document, std::string_view xml) {
  if (!document.load_buffer(xml.data(), xml.size())) return {};
  return document.document_element();
}

pugi::xml_node expect(pugi::xml_document& document, std::string_view xml, const char* name) {
  const pugi::xml_node root = root_of(document, xml);
  if (std::string_view(root.name()) == name) return root;
  throw Error(ErrorKind::bad_data,
              std::string("the S3 server's answer is not the ") + name +
                  " that was expected: is the endpoint an S3 server?");
}

/// Keys come as HTML forms write them: a blank is a '+'.
std::string decoded_key(std::string text) {
  std::ranges::replace(text, '+', ' ');
  return uri_decode(text);
}

}  // namespace

std::string without_quotes(std::string text) {
  std::erase(text, '"');
  return text;
}

ListPage read_list_page(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = expect(document, xml, "ListBucketResult");
  const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
  ListPage page;
  for (const pugi::xml_node node : root.children("Contents")) {
    const std::string key = node.child_value("Key");
    page.objects.push_back({encoded ? decoded_key(key) : key,
                            node.child("Size").text().as_ullong(),
                            without_quotes(node.child_value("ETag"))});
  }
  if (root.child("IsTruncated").text().as_bool())
    page.next = root.child_value("NextContinuationToken");
  return page;
}

std::string read_upload_id(std::string_view xml) {
  pugi::xml_document document;
  return expect(document, xml, "InitiateMultipartUploadResult").child_value("UploadId");
}

std::vector<std::string> read_uploads_of(std::string_view xml, const std::string& key) {
  pugi::xml_document document;
  const pugi::xml_node root = expect(document, xml, "ListMultipartUploadsResult");
  const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
  std::vector<std::string> ids;
  for (const pugi::xml_node node : root.children("Upload")) {
    const std::string name = node.child_value("Key");
    if ((encoded ? decoded_key(name) : name) == key) ids.emplace_back(node.child_value("UploadId"));
  }
  return ids;
}

PartPage read_part_page(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = expect(document, xml, "ListPartsResult");
  PartPage page;
  for (const pugi::xml_node node : root.children("Part")) {
    page.parts.push_back({{node.child("PartNumber").text().as_int(),
                           without_quotes(node.child_value("ETag")),
                           node.child_value("ChecksumSHA256")},
                          node.child("Size").text().as_ullong()});
  }
  if (root.child("IsTruncated").text().as_bool())
    page.next = root.child_value("NextPartNumberMarker");
  return page;
}

std::optional<S3ErrorText> read_s3_error(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = root_of(document, xml);
  if (std::string_view(root.name()) != "Error") return std::nullopt;
  return S3ErrorText{
      root.child_value("Code"), root.child_value("Message"), root.child_value("Region")};
}

std::string complete_upload_xml(const std::vector<UploadedPart>& parts) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("CompleteMultipartUpload");
  root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  for (const UploadedPart& part : parts) {
    pugi::xml_node node = root.append_child("Part");
    node.append_child("ChecksumSHA256").text() = part.sha256.c_str();
    node.append_child("ETag").text() = ("\"" + part.etag + "\"").c_str();
    node.append_child("PartNumber").text() = part.number;
  }
  std::ostringstream text;
  document.save(text, "", pugi::format_raw | pugi::format_no_declaration);
  return text.str();
}

}  // namespace screenalytics
