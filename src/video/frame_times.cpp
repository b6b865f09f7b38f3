// SPDX-License-Identifier: MIT
#include "video/frame_times.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace screenalytics {
namespace {

using Packets = std::vector<PacketEntry>;
using Order =
    std::vector<std::size_t>;  // places in decoding order, listed in order of presentation

constexpr Duration kLongestPlausibleGap = std::chrono::seconds(10);

bool are_fields_of_one_frame(const PacketEntry& first, const PacketEntry& second) {
  return (first.facts.field == PictureField::top && second.facts.field == PictureField::bottom) ||
         (first.facts.field == PictureField::bottom && second.facts.field == PictureField::top);
}

void join_fields(Packets& packets) {
  Packets joined;
  joined.reserve(packets.size());
  for (const PacketEntry& packet : packets) {
    if (!joined.empty() && are_fields_of_one_frame(joined.back(), packet)) {
      PacketEntry& frame = joined.back();
      frame.bytes += packet.bytes;
      frame.facts.reference = frame.facts.reference || packet.facts.reference;
      frame.facts.field = PictureField::whole;
    } else {
      joined.push_back(packet);
    }
  }
  packets = std::move(joined);
}

/// HEVC: pictures that lead a key frame and refer to what lay before it are lost when nothing lay
/// before it.
void drop_lost_leading(Packets& packets) {
  bool lost = true;
  bool first = true;
  std::erase_if(packets, [&](const PacketEntry& packet) {
    if (packet.key) {
      lost = first || packet.facts.broken_start;
      first = false;
    }
    return lost && packet.facts.after_broken;
  });
}

void mark_references(Packets& packets) {
  int highest = 0;
  for (const PacketEntry& packet : packets) highest = std::max(highest, packet.facts.temporal_id);
  for (PacketEntry& packet : packets) {
    if (packet.facts.temporal_id < highest) packet.facts.reference = true;
  }
}

bool all_have(const Packets& packets, std::int64_t PacketEntry::* stamp) {
  return std::ranges::none_of(packets,
                              [&](const PacketEntry& p) { return p.*stamp == AV_NOPTS_VALUE; });
}

bool rises(const Packets& packets, std::int64_t PacketEntry::* stamp) {
  return std::ranges::adjacent_find(packets, [&](const PacketEntry& a, const PacketEntry& b) {
           return a.*stamp >= b.*stamp;
         }) == packets.end();
}

/// Starts of the stretches between which the clock goes back by more than reordering explains.
Order find_restarts(const Packets& packets, AVRational time_base) {
  const std::int64_t second = av_rescale_q(1, {1, 1}, time_base);
  Order starts{0};
  std::int64_t latest = AV_NOPTS_VALUE;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const std::int64_t now = packets[i].dts != AV_NOPTS_VALUE ? packets[i].dts : packets[i].pts;
    if (now == AV_NOPTS_VALUE) continue;
    if (latest != AV_NOPTS_VALUE && now < latest - second) {
      starts.push_back(i);
      latest = now;
    }
    latest = std::max(latest, now);
  }
  return starts;
}

Order order_by_pts(const Packets& packets) {
  Order order(packets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return packets[i].pts; });
  return order;
}

Order order_by_number(const Packets& packets) {
  std::vector<std::pair<std::int64_t, std::int64_t>> keys;
  keys.reserve(packets.size());
  std::int64_t restarts = 0;
  for (const PacketEntry& packet : packets) {
    if (packet.facts.restarts) ++restarts;
    keys.emplace_back(restarts, packet.facts.number);
  }
  Order order(packets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return keys[i]; });
  return order;
}

Order order_by_kind(const Packets& packets) {
  Order order;
  order.reserve(packets.size());
  std::size_t held = packets.size();
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets[i].facts.display == DisplayOrder::as_decoded) {
      order.push_back(i);
      continue;
    }
    if (held < packets.size()) order.push_back(held);
    held = i;
  }
  if (held < packets.size()) order.push_back(held);
  return order;
}

bool is_order_known(const Packets& packets) {
  return std::ranges::none_of(
      packets, [](const PacketEntry& p) { return p.facts.display == DisplayOrder::unknown; });
}

Order order_by_coding(const Packets& packets) {
  if (!packets.empty() && packets.front().facts.display == DisplayOrder::by_number)
    return order_by_number(packets);
  return order_by_kind(packets);
}

/// The demuxer may not know the first few; made up, they only have to rise.
void complete_dts(Packets& packets) {
  std::size_t known = 0;
  while (known < packets.size() && packets[known].dts == AV_NOPTS_VALUE) ++known;
  const std::int64_t base =
      known < packets.size() ? packets[known].dts : static_cast<std::int64_t>(known);
  for (std::size_t i = 0; i < known; ++i)
    packets[i].dts = base - static_cast<std::int64_t>(known - i);
  for (std::size_t i = known + 1; i < packets.size(); ++i) {
    const std::int64_t before = packets[i - 1].dts;
    if (packets[i].dts == AV_NOPTS_VALUE || packets[i].dts <= before) packets[i].dts = before + 1;
  }
}

FrameEntry entry_of(const PacketEntry& packet) {
  return {.time = {},
          .duration = {},
          .pts = packet.pts,
          .dts = packet.dts,
          .bytes = packet.bytes,
          .key = packet.key,
          .reference = packet.facts.reference};
}

Duration median_gap(const std::vector<FrameEntry>& frames) {
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < frames.size(); ++i)
    gaps.push_back(frames[i].time - frames[i - 1].time);
  if (gaps.empty()) return {};
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::ranges::nth_element(gaps, middle);
  return *middle;
}

void set_durations(FrameTimes& times, Duration last, bool may_jump) {
  auto& frames = times.frames;
  const Duration usual = median_gap(frames);
  int jumps = 0;
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
    frames[i].duration = frames[i + 1].time - frames[i].time;
    if (!may_jump || frames[i].duration <= kLongestPlausibleGap) continue;
    frames[i].duration = usual;
    ++jumps;
  }
  if (!frames.empty()) frames.back().duration = last > Duration::zero() ? last : usual;
  if (jumps > 0) {
    times.notes.push_back("the clock of the file jumps ahead " + std::to_string(jumps) +
                          " times (lost signal?); the frames before the jumps are taken as short");
  }
}

/// The container's own times.
FrameTimes use_pts(Packets& packets, const Order& order, const StreamTiming& timing) {
  FrameTimes times;
  complete_dts(packets);
  times.frames.reserve(order.size());
  for (const std::size_t i : order) {
    FrameEntry frame = entry_of(packets[i]);
    frame.time = to_media_time(frame.pts, timing.time_base);
    times.frames.push_back(frame);
  }
  return times;
}

/// How much later than decoding times frames are shown, where a key frame of the file has both.
std::int64_t display_delay(const Packets& packets, const Order& order) {
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const PacketEntry& packet = packets[order[rank]];
    if (packet.key && packet.pts != AV_NOPTS_VALUE) return packet.pts - packets[rank].dts;
  }
  return 0;
}

/// Decoding times are evenly delayed presentation times: the n-th frame shown has the n-th of them
/// (AVI).
FrameTimes use_dts(const Packets& packets, const Order& order, const StreamTiming& timing) {
  FrameTimes times;
  times.known_by_dts = true;
  times.frames.reserve(order.size());
  const std::int64_t delay = display_delay(packets, order);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    FrameEntry frame = entry_of(packets[order[rank]]);
    frame.pts = packets[rank].dts + delay;
    frame.time = to_media_time(frame.pts, timing.time_base);
    times.frames.push_back(frame);
  }
  return times;
}

/// Nothing to seek by: frames are known by the place of their packet in the file.
FrameTimes use_places(const Packets& packets, const Order& order) {
  FrameTimes times;
  times.seekable = false;
  times.known_by_dts = true;
  times.frames.reserve(order.size());
  for (const std::size_t i : order) {
    FrameEntry frame = entry_of(packets[i]);
    frame.pts = frame.dts = packets[i].ordinal;
    times.frames.push_back(frame);
  }
  return times;
}

/// Parts whose clocks start again, put one after the other; frames of equal time are told apart by
/// a microsecond.
FrameTimes join_parts(const Packets& packets, const Order& starts, const StreamTiming& timing) {
  Order order;
  std::vector<Duration> shifts;
  Duration shift{};
  for (std::size_t part = 0; part < starts.size(); ++part) {
    const std::size_t end = part + 1 < starts.size() ? starts[part + 1] : packets.size();
    Order place(end - starts[part]);
    std::iota(place.begin(), place.end(), starts[part]);
    std::ranges::stable_sort(place, {}, [&](std::size_t i) { return packets[i].pts; });
    if (part > 0) {
      const PacketEntry& before = packets[order.back()];
      shift += to_media_time(before.pts, timing.time_base) -
               to_media_time(packets[place.front()].pts, timing.time_base);
      shift += std::max(to_duration(before.duration, timing.time_base), Duration(1));
    }
    order.insert(order.end(), place.begin(), place.end());
    shifts.resize(order.size(), shift);
  }
  FrameTimes times = use_places(packets, order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    MediaTime time = to_media_time(packets[order[i]].pts, timing.time_base) + shifts[i];
    if (i > 0) time = std::max(time, times.frames[i - 1].time + Duration(1));
    times.frames[i].time = time;
  }
  if (starts.size() > 1) {
    times.notes.push_back("the clock of the file starts again " +
                          std::to_string(starts.size() - 1) +
                          " times (joined recordings?): the parts are put one after the other");
  } else {
    times.notes.emplace_back(
        "several frames carry the same timestamp: the video is decoded in one go");
  }
  return times;
}

FrameTimes use_rate(const Packets& packets, const StreamTiming& timing) {
  AVRational rate = timing.frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = {25, 1};
  const bool known = is_order_known(packets);
  Order order(packets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  FrameTimes times = use_places(packets, known ? order_by_coding(packets) : order);
  for (std::size_t i = 0; i < times.frames.size(); ++i) {
    times.frames[i].time = to_media_time(static_cast<std::int64_t>(i), av_inv_q(rate));
    // Such frames cannot be recognised: they count as they come out.
    if (!known) times.frames[i].pts = times.frames[i].dts = -1 - static_cast<std::int64_t>(i);
  }
  times.notes.push_back("the file has no timestamps: times are made from its frame rate, " +
                        std::to_string(rate.num) + "/" + std::to_string(rate.den) +
                        " a second, and it is decoded in one go");
  return times;
}

FrameTimes choose(Packets& packets, const StreamTiming& timing) {
  const bool have_pts = all_have(packets, &PacketEntry::pts);
  const Order starts = find_restarts(packets, timing.time_base);
  if (have_pts && starts.size() > 1) return join_parts(packets, starts, timing);
  if (have_pts) {
    const Order order = order_by_pts(packets);
    const bool unique = std::ranges::adjacent_find(order, [&](std::size_t a, std::size_t b) {
                          return packets[a].pts == packets[b].pts;
                        }) == order.end();
    return unique ? use_pts(packets, order, timing) : join_parts(packets, starts, timing);
  }
  if (all_have(packets, &PacketEntry::dts) && rises(packets, &PacketEntry::dts) &&
      is_order_known(packets)) {
    return use_dts(packets, order_by_coding(packets), timing);
  }
  return use_rate(packets, timing);
}

}  // namespace

FrameTimes time_frames(Packets packets, const StreamTiming& timing) {
  join_fields(packets);
  std::erase_if(packets, [](const PacketEntry& packet) { return !packet.facts.shown; });
  drop_lost_leading(packets);
  mark_references(packets);
  FrameTimes times = choose(packets, timing);
  const std::int64_t last = packets.empty() ? 0 : packets.back().duration;
  set_durations(times, to_duration(last, timing.time_base), timing.may_jump && times.seekable);
  return times;
}

}  // namespace screenalytics
