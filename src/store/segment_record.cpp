// SPDX-License-Identifier: MIT
#include "store/segment_record.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/file_descriptor.h"
#include "files/system_error.h"
#include "store/checksum.h"
#include "store/crop_codec.h"
#include "store/segment_format.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace screenalytics {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;

using Bytes = std::vector<std::uint8_t>;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// False when the file ends first or cannot be read there.
bool read_at(const FileDescriptor& file, std::uint64_t offset, std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t count = ::pread(file.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

std::optional<std::uint64_t> checksum_of_file(const FileDescriptor& file, std::uint64_t bytes) {
  Checksum checksum;
  Bytes block(std::min<std::uint64_t>(bytes, kReadBytes));
  for (std::uint64_t at = 0; at < bytes; at += kReadBytes) {
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes - at, kReadBytes));
    const auto part = std::span(block).first(count);
    if (!read_at(file, at, part)) return std::nullopt;
    checksum.add(part);
  }
  return checksum.value();
}

}  // namespace

struct SegmentWriter::State {
  explicit State(const std::filesystem::path& path) : file(path) {}

  void write(std::span<const std::uint8_t> bytes) {
    file.write(bytes);
    checksum.add(bytes);
  }

  BlobRef add(RecordTag tag, std::span<const std::uint8_t> bytes) {
    if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw Error(ErrorKind::internal, "a segment's record is too large");
    }
    const auto length = static_cast<std::uint32_t>(bytes.size());
    ByteWriter head;
    head.put(static_cast<std::uint8_t>(tag));
    head.put(length);
    write(head.bytes());
    const BlobRef ref{file.size(), length};
    write(bytes);
    return ref;
  }

  AtomicFile file;
  Checksum checksum;
  CropPacker packer;
  SegmentEnd end;
  std::optional<FrameIndex> last;
};

SegmentWriter::SegmentWriter(const std::filesystem::path& path, const std::string& key)
    : state_(std::make_unique<State>(path)) {
  ByteWriter head;
  head.put(bytes_of(kSegmentMagic));
  head.put(static_cast<std::uint32_t>(key.size()));
  head.put(bytes_of(key));
  state_->write(head.bytes());
}

SegmentWriter::~SegmentWriter() = default;

BlobRef SegmentWriter::add_crop(const Image& crop) {
  return state_->add(RecordTag::crop, state_->packer.pack(crop));
}

BlobRef SegmentWriter::add_blob(std::span<const std::uint8_t> bytes) {
  return state_->add(RecordTag::blob, bytes);
}

void SegmentWriter::add_frame(const FrameRecord& frame) {
  if (state_->last && frame.index <= *state_->last) {
    throw Error(ErrorKind::internal,
                "frame " + std::to_string(frame.index.value) + " of a segment came after frame " +
                    std::to_string(state_->last->value));
  }
  state_->last = frame.index;
  ByteWriter bytes;
  put_frame(bytes, frame);
  state_->end.frames.push_back(state_->add(RecordTag::frame, bytes.bytes()));
}

void SegmentWriter::commit(const SegmentSummary& summary) {
  state_->end.summary = summary;
  ByteWriter end;
  put_end(end, state_->end);
  const BlobRef place = state_->add(RecordTag::end, end.bytes());
  ByteWriter tail;
  tail.put(place.offset);
  state_->write(tail.bytes());
  ByteWriter mark;
  mark.put(state_->checksum.value());
  mark.put(bytes_of(kSegmentEnd));
  state_->file.write(mark.bytes());
  state_->file.commit();
}

struct SegmentFile::State {
  std::filesystem::path path;
  FileDescriptor file;
  std::uint64_t size = 0;
  SegmentEnd end;
  std::size_t next = 0;

  // The record that `ref` names; empty when there is no such record.
  std::optional<Bytes> record(RecordTag tag, const BlobRef& ref) const {
    if (ref.offset < kRecordHeadBytes || ref.offset > size || ref.bytes > size - ref.offset) {
      return std::nullopt;
    }
    Bytes bytes(kRecordHeadBytes + ref.bytes);
    if (!read_at(file, ref.offset - kRecordHeadBytes, bytes)) return std::nullopt;
    ByteReader head(bytes);
    if (head.get<std::uint8_t>() != static_cast<std::uint8_t>(tag)) return std::nullopt;
    if (head.get<std::uint32_t>() != ref.bytes) return std::nullopt;
    bytes.erase(bytes.begin(), bytes.begin() + kRecordHeadBytes);
    return bytes;
  }

  bool has_key(const std::string& key) const {
    ByteWriter wanted;
    wanted.put(bytes_of(kSegmentMagic));
    wanted.put(static_cast<std::uint32_t>(key.size()));
    wanted.put(bytes_of(key));
    if (wanted.bytes().size() > size) return false;
    Bytes found(wanted.bytes().size());
    return read_at(file, 0, found) && std::ranges::equal(found, wanted.bytes());
  }

  // Reads the end of the file; false when the file is not whole or not what was written.
  bool read_end() {
    if (size < kSegmentTailBytes) return false;
    Bytes tail(kSegmentTailBytes);
    if (!read_at(file, size - tail.size(), tail)) return false;
    ByteReader reader(tail);
    const auto place = reader.get<std::uint64_t>();
    const auto checksum = reader.get<std::uint64_t>();
    if (!std::ranges::equal(reader.take(kSegmentEnd.size()), bytes_of(kSegmentEnd))) return false;
    if (checksum_of_file(file, size - kSegmentTailBytes + sizeof place) != checksum) return false;
    const std::uint64_t last = size - kSegmentTailBytes;
    if (place > last || last - place > std::numeric_limits<std::uint32_t>::max()) return false;
    const auto bytes = record(RecordTag::end, {place, static_cast<std::uint32_t>(last - place)});
    if (!bytes) return false;
    ByteReader in(*bytes);
    end = get_end(in);
    return true;
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::bad_data,
                what + " of '" + path.string() + "' is damaged: remove the file and run again");
  }
};

std::optional<SegmentFile> SegmentFile::open(const std::filesystem::path& path,
                                             const std::string& key) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->file = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!state->file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw read_error(path, errno);
  }
  struct stat status{};
  if (::fstat(state->file.get(), &status) != 0) throw read_error(path, errno);
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  state->size = static_cast<std::uint64_t>(status.st_size);
  try {
    if (!state->has_key(key) || !state->read_end()) return std::nullopt;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::bad_data) return std::nullopt;
    throw;
  }
  return SegmentFile(std::move(state));
}

SegmentFile::SegmentFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
SegmentFile::SegmentFile(SegmentFile&&) noexcept = default;
SegmentFile::~SegmentFile() = default;

const SegmentSummary& SegmentFile::summary() const { return state_->end.summary; }

std::optional<FrameRecord> SegmentFile::next() {
  if (state_->next == state_->end.frames.size()) return std::nullopt;
  const auto bytes = state_->record(RecordTag::frame, state_->end.frames[state_->next]);
  if (!bytes) state_->refuse("frame record " + std::to_string(state_->next));
  ++state_->next;
  ByteReader in(*bytes);
  return get_frame(in);
}

void SegmentFile::rewind() { state_->next = 0; }

Image SegmentFile::read_crop(const BlobRef& ref) const {
  const auto bytes = state_->record(RecordTag::crop, ref);
  auto crop = bytes ? unpack_crop(*bytes) : std::nullopt;
  if (!crop) state_->refuse("a crop at byte " + std::to_string(ref.offset));
  return std::move(*crop);
}

std::vector<std::uint8_t> SegmentFile::read_blob(const BlobRef& ref) const {
  auto bytes = state_->record(RecordTag::blob, ref);
  if (!bytes) state_->refuse("a blob at byte " + std::to_string(ref.offset));
  return std::move(*bytes);
}

}  // namespace screenalytics
