// SPDX-License-Identifier: MIT
#pragma once

#include "store/byte_format.h"
#include "store/segment_record.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace screenalytics {

// A segment file, all numbers little-endian:
//
//   kSegmentMagic, key length (u32), key
//   records, one after another: tag (u8), length (u32), that many bytes
//     'C' crop as CropPacker packs it    'B' bytes as they came    'F' frame, as put_frame writes
//     it
//   a last record 'E': the summary, then the place (u64) and length (u32) of every 'F' in
//   presentation order place of 'E' (u64), checksum (XXH64) of all bytes before it (u64),
//   kSegmentEnd
//
// A file that was cut off has no end mark; any other damage shows in the checksum. Places are those
// of a record's bytes, after its tag and length.

/// The last character is the version of the format.
inline constexpr std::string_view kSegmentMagic = "SCRNSEG1";
inline constexpr std::string_view kSegmentEnd = "SCRNEND1";
inline constexpr std::size_t kSegmentTailBytes = 24;
inline constexpr std::size_t kRecordHeadBytes = 5;

enum class RecordTag : std::uint8_t { crop = 'C', blob = 'B', frame = 'F', end = 'E' };

struct SegmentEnd {
  SegmentSummary summary;
  std::vector<BlobRef> frames;
};

void put_frame(ByteWriter& out, const FrameRecord& frame);
/// Throw Error{bad_data}.
FrameRecord get_frame(ByteReader& in);
void put_end(ByteWriter& out, const SegmentEnd& end);
SegmentEnd get_end(ByteReader& in);

}  // namespace screenalytics
