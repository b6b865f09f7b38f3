# SPDX-License-Identifier: MIT
"""Artifacts of a run that never was, for what works from artifacts: people come and go in shots."""
import json
import random

# Names that no format must stumble over.
HARD_NAMES = ['Zoë "Z", <b> & Co', "a-->b\nnew line", "山田 太郎", "O'Neil; DROP TABLE people;--", "=1+1", "back\\slash | pipe"]


def clock(frame, fps, start=0.0):
    return round(start + frame / fps, 4)


class MadeRun:
    """Random tracks of some people; `write` leaves the files of a run whose people are named."""

    def __init__(self, folder, seed, *, fps=25.0, frames=1500, stride=1, start=0.0, people=4):
        self.folder, self.dice = folder, random.Random(seed)
        self.fps, self.frames, self.stride, self.start = fps, frames, stride, start
        self.shots = [0]
        while self.shots[-1] + 40 < frames:
            self.shots.append(self.shots[-1] + self.dice.randint(20, 160))
        self.shots = [first for first in self.shots if first < frames]
        self.tracks = []  # (owner, shot, frames)
        for shot, first in enumerate(self.shots):
            self.fill_shot(shot, first, self.end_of(shot), people)

    def end_of(self, shot):
        return self.shots[shot + 1] if shot + 1 < len(self.shots) else self.frames

    def shot_of(self, frame):
        return max(shot for shot, first in enumerate(self.shots) if first <= frame)

    def fill_shot(self, shot, first, end, people):
        """Each person: away, all the time, or from somewhere to somewhere; with holes now and then."""
        for owner in range(people):
            if self.dice.random() < 0.5:
                continue
            begin = first if self.dice.random() < 0.6 else self.dice.randrange(first, end)
            last = end if self.dice.random() < 0.6 else self.dice.randint(begin + 1, end)
            hole = range(0)
            if self.dice.random() < 0.3:
                middle = self.dice.randint(begin, last)
                hole = range(middle, middle + self.dice.randint(1, 50))
            frames = [f for f in range(begin, last) if f % self.stride == 0 and f not in hole]
            if not frames:
                continue
            if len(frames) > 2 and self.dice.random() < 0.3:  # two tracks that overlap
                cut = self.dice.randrange(1, len(frames) - 1)
                self.tracks.append((owner, shot, frames[:cut + 1]))
                self.tracks.append((owner, shot, frames[cut:]))
            else:
                self.tracks.append((owner, shot, frames))

    def ts(self, frame):
        return clock(frame, self.fps, self.start)

    def sample(self, track, frame):
        left, top = 20.0 + 60 * (track % 7) + frame % 9, 30.5 + track % 5
        return {"frame_idx": frame, "ts": self.ts(frame), "bbox_xyxy": [left, top, left + 40.25, top + 52.125],
                "conf": 0.9123, "landmarks": None}

    def rows(self, name, rows):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (self.folder / name).write_text(text, encoding="utf-8")

    def identities(self, unknown, ignored):
        owners = sorted({owner for owner, _, _ in self.tracks} - set(unknown) - set(ignored))
        numbered = list(enumerate((owner for owner, _, _ in self.tracks), start=1))
        people = []
        for number, owner in enumerate(owners, start=1):
            name = HARD_NAMES[owner % len(HARD_NAMES)]
            people.append({"identity_id": f"id_{number:04d}", "label": name, "name": name,
                           "cast_id": f"cast-{owner}" if owner % 2 else None,
                           "track_ids": [track for track, whose in numbered if whose == owner], "size": 3,
                           "cohesion": 1, "min_identity_sim": 1, "low_cohesion": False, "rep_track_id": None,
                           "rep_thumb_rel_path": None, "seed_similarity": None, "edited": False})
        lost = [{"track_id": track, "reason": "low_quality", "faces": 1} for track, whose in numbered if whose in unknown]
        away = [track for track, whose in numbered if whose in ignored]
        return {"config": {"show": None}, "identities": people, "conflicts": [], "warnings": [],
                "unknown": {"track_ids": [row["track_id"] for row in lost], "size": len(lost), "tracks": lost},
                "ignored": {"track_ids": away}}

    def write(self, *, unknown=(), ignored=()):
        self.folder.mkdir(parents=True)
        (self.folder / ".lock").touch()
        self.rows("samples.jsonl", [{"frame_idx": f, "ts": self.ts(f), "end_ts": self.ts(f + 1), "shot": self.shot_of(f)}
                                    for f in range(0, self.frames, self.stride)])
        self.rows("shots.jsonl", [{"shot": shot, "first_frame_idx": first, "first_ts": self.ts(first),
                                   "end_ts": self.ts(self.end_of(shot))} for shot, first in enumerate(self.shots)])
        self.rows("tracks.jsonl", [{"track_id": track, "shot": shot, "samples": [self.sample(track, f) for f in frames]}
                                   for track, (_, shot, frames) in enumerate(self.tracks, start=1)])
        identities = self.identities(unknown, ignored)
        (self.folder / "identities.json").write_text(json.dumps(identities), encoding="utf-8")
        stages = {name: {"status": "done"} for name in ("detect_track", "faces_embed", "cluster")}
        (self.folder / "manifest.json").write_text(json.dumps({
            "stages": stages, "artifacts": [], "settings": {"sampling.stride": self.stride},
            "input": {"path": "/tv/my show/ä b.mp4", "width": 640, "height": 360, "fps": round(self.fps, 4),
                      "frames": self.frames, "start_ts": self.start, "end_ts": self.ts(self.frames)}}))
        return identities
