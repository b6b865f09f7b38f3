#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares a run's detections and tracks with known people.

    tools/eval_tracks.py RUN_FOLDER TRUTH.json [--frames all|seen] [--stride N] [--min-found 98]

The truth file lists `boxes` (frame, id, x1, y1, x2, y2) and `segments` (start, end; both
inclusive): see composite_harvest_6ids_gt.json. Prints, per person, the share of frames in which a
detection covers the true box with IoU of at least 0.5, and per track the people it holds. Exit
code 1 when a person is found too rarely, a track holds two people, a track leaves its scene, or
there are too many tracks per person and scene; 2 when a file cannot be used.
"""
import argparse
import collections
import json
import pathlib
import sys

LEAST_IOU = 0.5


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def read_lines(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def pair_off(truths, rows):
    """Best overlaps first, each true box and each detection once: [(person, row)]."""
    overlaps = [(iou(box, row["bbox_xyxy"]), i, k)
                for i, (_, box) in enumerate(truths) for k, row in enumerate(rows)]
    pairs, used_truths, used_rows = [], set(), set()
    for overlap, i, k in sorted(overlaps, key=lambda entry: (-entry[0], entry[1], entry[2])):
        if overlap < LEAST_IOU or i in used_truths or k in used_rows:
            continue
        used_truths.add(i)
        used_rows.add(k)
        pairs.append((truths[i][0], rows[k]))
    return pairs


class Comparison:
    def __init__(self, truth, rows, wanted_frames):
        self.scenes = [(segment["start"], segment["end"]) for segment in truth["segments"]]
        self.present = collections.Counter()
        self.found = collections.Counter()
        self.people_of = collections.defaultdict(collections.Counter)
        self.tracks_of = collections.defaultdict(set)
        boxes = collections.defaultdict(list)
        for box in truth["boxes"]:
            boxes[box["frame"]].append((box["id"], (box["x1"], box["y1"], box["x2"], box["y2"])))
        seen = collections.defaultdict(list)
        for row in rows:
            seen[row["frame_idx"]].append(row)
        for frame in wanted_frames(boxes, seen):
            self.add_frame(boxes[frame], seen[frame], self.scene_at(frame))

    def scene_at(self, frame):
        return next((i for i, (start, end) in enumerate(self.scenes) if start <= frame <= end), None)

    def add_frame(self, truths, rows, scene):
        for person, _ in truths:
            self.present[person] += 1
        for person, row in pair_off(truths, rows):
            self.found[person] += 1
            self.tracks_of.setdefault((person, scene), set())
            if row.get("track_id") is not None:
                self.people_of[row["track_id"]][person] += 1
                self.tracks_of[person, scene].add(row["track_id"])

    def share_found(self, person):
        return 100.0 * self.found[person] / self.present[person]

    def tracks_per_person_and_scene(self):
        if not self.tracks_of:
            return 0.0
        return sum(len(tracks) for tracks in self.tracks_of.values()) / len(self.tracks_of)


def track_problems(tracks, rows, comparison):
    """What tracks.jsonl and detections.jsonl say differently, and tracks that cross a cut."""
    frames = collections.defaultdict(list)
    for row in rows:
        if row.get("track_id") is not None:
            frames[row["track_id"]].append(row["frame_idx"])
    listed = {track["track_id"]: track for track in tracks}
    problems = [f"track {track}: in one of the two files only"
                for track in sorted(set(frames) ^ set(listed))]
    for number in sorted(set(frames) & set(listed)):
        first, last = min(frames[number]), max(frames[number])
        track = listed[number]
        if (first, last) != (track["first_frame_idx"], track["last_frame_idx"]):
            problems.append(f"track {number}: frames {first}-{last} in detections.jsonl, "
                            f"{track['first_frame_idx']}-{track['last_frame_idx']} in tracks.jsonl")
        if comparison.scene_at(first) != comparison.scene_at(last):
            problems.append(f"track {number}: crosses a cut (frames {first}-{last})")
        if len(set(frames[number])) != len(frames[number]):
            problems.append(f"track {number}: twice in one frame")
    return problems


def judge(comparison, tracks, rows, options):
    """Prints the figures; returns what is not good enough."""
    faults = track_problems(tracks, rows, comparison)
    print("person  frames  found")
    for person in sorted(comparison.present):
        share = comparison.share_found(person)
        print(f"{person:<7} {comparison.present[person]:6d} {share:6.2f} %")
        if share < options.min_found:
            faults.append(f"person {person}: found in {share:.2f} % of the frames")
    print("track   frames  people")
    for track in sorted(tracks, key=lambda entry: entry["track_id"]):
        people = comparison.people_of.get(track["track_id"], collections.Counter())
        held = ", ".join(f"{person} {count}" for person, count in people.most_common()) or "nobody known"
        print(f"{track['track_id']:<7} {track['first_frame_idx']:>3}-{track['last_frame_idx']:<4} {held}")
        if len(people) > 1:
            faults.append(f"track {track['track_id']}: holds {held}")
    ratio = comparison.tracks_per_person_and_scene()
    print(f"tracks per person and scene: {ratio:.3f} ({len(comparison.tracks_of)} persons and scenes)")
    if ratio > options.max_tracks:
        faults.append(f"{ratio:.3f} tracks per person and scene")
    if ratio == 0:
        faults.append("no track holds anybody known")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("run", type=pathlib.Path, help="folder with detections.jsonl and tracks.jsonl")
    parser.add_argument("truth", type=pathlib.Path, help="ground truth, JSON")
    parser.add_argument("--frames", choices=["all", "seen"], default="all",
                        help="count all true frames, or only those with a detection (sampled runs)")
    parser.add_argument("--stride", type=int, default=1, help="the run looked at every n-th frame")
    parser.add_argument("--min-found", type=float, default=98.0, help="percent (default 98)")
    parser.add_argument("--max-tracks", type=float, default=1.2,
                        help="tracks per person and scene, on average (default 1.2)")
    options = parser.parse_args()

    def wanted(boxes, seen):
        frames = (set(boxes) if options.frames == "all" else set(boxes) & set(seen))
        return sorted(frame for frame in frames if frame % max(options.stride, 1) == 0)

    try:
        rows = read_lines(options.run / "detections.jsonl")
        tracks = read_lines(options.run / "tracks.jsonl")
        truth = json.loads(options.truth.read_text(encoding="utf-8"))
        faults = judge(Comparison(truth, rows, wanted), tracks, rows, options)
    except (OSError, ValueError, KeyError) as error:
        print(f"eval_tracks: {error!r}", file=sys.stderr)
        return 2
    for fault in faults:
        print("NOT GOOD ENOUGH: " + fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
