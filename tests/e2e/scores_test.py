#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`screenalytics eval` against programs that we did not write, on runs made at random."""
import json
import random
import sys

from support import Case, main

try:
    import reference_scores
    from reference_scores import Reference
except ModuleNotFoundError as missing:
    if sys.prefix != sys.base_prefix:
        raise
    print(f"skipped: {missing}; ./bootstrap test makes an environment that has it")
    sys.exit(77)

FPS = 25


class MadeRun:
    """Artifacts of a run that never was: people on lanes that touch, tracks that break, swap, miss
    and see ghosts; identities that split and join people; times that are a little off."""

    def __init__(self, folder, seed, stride):
        self.folder, self.dice, self.stride = folder, random.Random(seed), stride
        self.frames = 240
        self.truth, self.tracks = [], {}
        folder.mkdir(parents=True)
        (folder / ".lock").touch()
        stays = [(0, 240), (0, 150), (30, 240), (60, 200), (0, 100), (120, 240)]
        self.owner_of, self.open = {}, {}
        for frame in range(self.frames):
            self.add_frame(frame, [lane for lane, (first, end) in enumerate(stays) if first <= frame < end])

    def box(self, lane, frame):
        wander = 16 * (frame % 60 - 30) / 30 * (1 if lane % 2 else -1)
        return [60 + 70 * lane + wander, 100 + wander / 2, 125 + 70 * lane + wander, 180 + wander / 2]

    def add_frame(self, frame, lanes):
        for lane in lanes:
            x1, y1, x2, y2 = self.box(lane, frame)
            self.truth.append(f"{frame + 1},{lane + 1},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},1,1,1")
        if frame % self.stride:
            return
        if len(lanes) > 1 and self.dice.random() < 0.03:
            a, b = self.dice.sample(lanes, 2)
            self.open[a], self.open[b] = self.open.get(b), self.open.get(a)
        for lane in lanes:
            if self.dice.random() < 0.04:
                self.open[lane] = None
            if self.dice.random() < 0.9:
                self.see(lane, frame, self.box(lane, frame))
        if self.dice.random() < 0.15:
            left = self.dice.uniform(0, 500)
            self.see(f"ghost {frame}", frame, [left, 90, left + 70, 170])

    def see(self, who, frame, box):
        track = self.open.get(who)
        if track is None:
            track = self.open[who] = len(self.tracks) + 1
            self.tracks[track] = []
        shift = self.dice.choice([2, 6, 14])
        corners = [round(value + self.dice.uniform(-shift, shift), 3) for value in box]
        self.owner_of.setdefault(track, who)
        self.tracks[track].append({"frame_idx": frame, "ts": frame / FPS, "bbox_xyxy": corners,
                                   "conf": 0.9, "landmarks": None})

    def identities(self):
        """Tracks by whom they began with, some apart, some unknown; two people in one."""
        people, unknown = {}, []
        for track, owner in self.owner_of.items():
            kind = self.dice.random()
            if kind < 0.15:
                unknown.append(track)
            elif kind < 0.3 or isinstance(owner, str):
                people[f"part {track}"] = [track]
            else:
                people.setdefault("both" if owner in (4, 5) else owner, []).append(track)
        return list(people.values()), unknown

    def without_double(self, people):
        """One person has one face a frame: later tracks that overlap go to people of their own."""
        result = []
        for tracks in people:
            taken, own = set(), []
            for track in tracks:
                frames = {sample["frame_idx"] for sample in self.tracks[track]}
                if taken & frames:
                    result.append([track])
                else:
                    own.append(track)
                    taken |= frames
            result.append(own)
        return result

    def intervals(self, tracks):
        """Seconds of the tracks, a little off."""
        spans = []
        for track in sorted(tracks, key=lambda one: self.tracks[one][0]["frame_idx"]):
            begin = self.tracks[track][0]["ts"] + self.dice.choice([-0.08, 0, 0.04])
            end = self.tracks[track][-1]["ts"] + self.stride / FPS + self.dice.choice([-0.04, 0, 0.12])
            begin = round(max(begin, spans[-1][1] if spans else 0.0), 4)
            if end > begin + 0.01:
                spans.append([begin, round(end, 4)])
        return spans

    def write_rows(self, name, rows):
        (self.folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    def write_json(self, name, value):
        (self.folder / name).write_text(json.dumps(value), encoding="utf-8")

    def write(self):
        people, unknown = self.identities()
        people = self.without_double(people)
        self.write_rows("samples.jsonl", [{"frame_idx": n, "ts": n / FPS, "end_ts": (n + 1) / FPS, "shot": 0}
                                          for n in range(0, self.frames, self.stride)])
        self.write_rows("tracks.jsonl", [{"track_id": track, "shot": 0, "samples": samples}
                                         for track, samples in self.tracks.items()])
        self.write_rows("detections.jsonl", [{"frame_idx": sample["frame_idx"], "bbox_xyxy": sample["bbox_xyxy"]}
                                             for samples in self.tracks.values() for sample in samples])
        rows = [{"identity_id": f"id_{i:04d}", "label": None, "name": f"Person {i}", "cast_id": None,
                 "track_ids": tracks, "size": 1, "cohesion": 1, "min_identity_sim": 1, "low_cohesion": False,
                 "rep_track_id": None, "rep_thumb_rel_path": None, "seed_similarity": None, "edited": False}
                for i, tracks in enumerate(people, start=1)]
        lost = [{"track_id": track, "reason": "low_quality", "faces": 1} for track in unknown]
        self.write_json("identities.json", {"identities": rows, "conflicts": [], "warnings": [],
                                            "unknown": {"track_ids": unknown, "size": 0, "tracks": lost},
                                            "ignored": {"track_ids": []}})
        self.write_json("screentime.json", {"timeline": [
            {"identity_id": row["identity_id"], "name": row["name"], "intervals": self.intervals(row["track_ids"])}
            for row in rows]})
        self.write_json("manifest.json", {
            "stages": {name: {"status": "done"} for name in ("detect_track", "faces_embed", "cluster", "screentime")},
            "input": {"fps": FPS, "start_ts": 0.0}})
        truth = self.folder / "gt.txt"
        truth.write_text("\n".join(self.truth) + "\n", encoding="utf-8")
        return truth


class MadeRuns(Case):
    def compare(self, seed, stride):
        made = MadeRun(self.data / f"e{seed}" / "runs" / "r", seed, stride)
        truth = made.write()
        out = self.folder / f"scores{seed}.json"
        self.succeed("eval", "--ep-id", f"e{seed}", "--truth", truth, "--json", out, models=False)
        scores = json.loads(out.read_text())
        reference = Reference(made.folder, *reference_scores.read_mot(truth, FPS))
        compare_all(self, scores, reference)
        return scores

    def test_every_frame(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                scores = self.compare(seed, 1)
                self.assertLess(scores["tracks"]["hota"], 0.7)  # hard enough to tell metrics apart
                self.assertGreater(scores["tracks"]["id_switches"], 5)
                self.assertGreater(scores["character_time"]["wrong_seconds"], 0.5)
                self.assertLess(scores["clusters"]["purity"], 0.95)

    def test_every_fourth_frame(self):
        for seed in range(10, 13):
            with self.subTest(seed=seed):
                self.compare(seed, 4)


def compare_all(case, scores, reference):
    """Every number that `eval` writes against the same one of another program."""
    near(case, scores["detections"], reference.detections(), 1e-4, "detections")
    each = {row["track_id"]: row["track_id"] for row in reference.rows}
    near(case, scores["tracks"], reference.tracking(each), 2e-6, "TrackEval, tracks")
    near(case, scores["tracks"], reference.motmetrics(each), 2e-6, "motmetrics, tracks")
    _, numbers = reference.identities()
    near(case, scores["identities"], reference.tracking(numbers), 2e-6, "TrackEval, identities")
    near(case, scores["identities"], reference.motmetrics(numbers), 2e-6, "motmetrics, identities")
    near(case, scores["clusters"], reference.clusters(), 2e-6, "clusters")
    near(case, scores["character_time"], reference.character_time(), 2e-3, "seconds")


def near(case, ours, theirs, tolerance, what):
    for key, value in theirs.items():
        case.assertAlmostEqual(ours[key], float(value), delta=tolerance, msg=f"{what}: {key}")


if __name__ == "__main__":
    main()
