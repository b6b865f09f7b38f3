#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`screenalytics export`: every format read back by a program that we did not write."""
import csv
import json
import math
import pathlib
import sqlite3
import subprocess
import sys
from fractions import Fraction

import support
from made_run import MadeRun
from support import Case, read_rows

try:
    import motmetrics
    import opentimelineio as otio
except ModuleNotFoundError as missing:
    if sys.prefix != sys.base_prefix:
        raise
    print(f"skipped: {missing}; ./bootstrap test makes an environment that has it")
    sys.exit(77)

RATES = {"e25": 25.0, "e24": 24000 / 1001, "e30": 30000 / 1001, "e60": 60000 / 1001, "odd": 24.37}
COUNTED = {"odd": 24}  # rates that are no broadcast rate are counted at the nearest whole one


class Exports(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs = {}
        for seed, (name, fps) in enumerate(RATES.items()):
            frames = 40000 if name == "e30" else 1500  # past ten minutes, where drop-frame is hard
            made = MadeRun(cls.run_folder(name), seed, fps=fps, frames=frames, stride=4, start=1.4, people=6)
            made.write(unknown=[4], ignored=[5])
            cls.succeed("export", "--ep-id", name, "--format", "all", "--progress", "none", models=False)
            cls.runs[name] = json.loads((made.folder / "screentime.json").read_text(encoding="utf-8"))

    def out(self, name, file):
        return self.data / name / "export" / file

    def start(self, name):
        return self.runs[name]["episode"]["start_ts"]

    def people(self, name):
        return {p["identity_id"]: p for p in self.runs[name]["timeline"]}

    def rate(self, name):
        return COUNTED.get(name, RATES[name])

    def frame(self, name, ts):
        """The nearest frame, a half goes up; in whole numbers, because edges lie on halves."""
        rate = Fraction(self.rate(name)).limit_denominator(1001)
        return math.floor(Fraction(round((ts - self.start(name)) * 10000), 10000) * rate + Fraction(1, 2))

    def assert_frames(self, name, got, spans):
        self.assertEqual([(round(first), round(end)) for first, end in got],
                         [(self.frame(name, begin), self.frame(name, end)) for begin, end in spans])

    def test_json_and_csv_are_the_stage_s_own(self):
        for name in RATES:
            run = self.run_folder(name)
            self.assertEqual(self.out(name, "screentime.json").read_bytes(), (run / "screentime.json").read_bytes())
            self.assertEqual(self.out(name, "screentime.csv").read_bytes(), (run / "screentime.csv").read_bytes())
            with open(self.out(name, "screentime.csv"), encoding="utf-8", newline="") as file:
                names = [row["name"] for row in csv.DictReader(file)]
            self.assertEqual(names, [m["name"] for m in self.runs[name]["metrics"]] + ["unknown"])

    def cues(self, path):
        """Start, end and text of every cue, as FFmpeg reads them."""
        done = subprocess.run(["ffprobe", "-v", "error", "-show_packets", "-show_data", "-of", "json", str(path)],
                              check=True, capture_output=True, text=True)
        packets = json.loads(done.stdout)["packets"]
        return [(float(p["pts_time"]), float(p["pts_time"]) + float(p["duration_time"]), dump_text(p["data"])) for p in packets]

    def test_webvtt_chapters(self):
        for name in ("e25", "e24"):
            cues = self.cues(self.out(name, "chapters.vtt"))
            shots = self.runs[name]["shots"]
            self.assertEqual(len(cues), len(shots))
            for (begin, end, text), shot in zip(cues, shots):
                self.assertAlmostEqual(begin, shot["first_ts"] - self.start(name), delta=0.001)
                self.assertAlmostEqual(end, shot["end_ts"] - self.start(name), delta=0.002)
                for identity in shot["seconds"]:
                    shown = " ".join(self.people(name)[identity]["name"].split("\n"))
                    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                    self.assertIn(escaped, text)

    def test_webvtt_metadata(self):
        for name in ("e25", "e24"):
            spans = {}
            for begin, end, text in self.cues(self.out(name, "metadata.vtt")):
                payload = json.loads(text)
                self.assertEqual(payload["name"], self.people(name)[payload["identity_id"]]["name"])
                spans.setdefault(payload["identity_id"], []).append((begin, end))
            for identity, person in self.people(name).items():
                self.assertEqual(len(spans[identity]), len(person["intervals"]))
                for (begin, end), span in zip(spans[identity], person["intervals"]):
                    self.assertAlmostEqual(begin, span[0] - self.start(name), delta=0.001)
                    self.assertAlmostEqual(end, span[1] - self.start(name), delta=0.002)

    def test_webvtt_converts(self):
        target = self.folder / "chapters.srt"
        support.ffmpeg("-i", self.out("e25", "chapters.vtt"), target)
        self.assertEqual(target.read_text(encoding="utf-8").count(" --> "), len(self.runs["e25"]["shots"]))

    def test_edl(self):
        for name in RATES:
            for identity, person in self.people(name).items():
                path = self.out(name, f"edl/{identity}.edl")
                text = path.read_text(encoding="utf-8")
                drop = name in ("e30", "e60")
                self.assertIn("FCM: DROP FRAME" if drop else "FCM: NON-DROP FRAME", text)
                self.assertEqual(";" in text.split("V     C", 1)[1].split("\n")[0], drop)
                timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=self.rate(name))
                shown = " ".join(person["name"].split("\n"))
                self.assertEqual(timeline.name, f"{name} - {shown}")
                clips = timeline.find_clips()
                got = [(c.source_range.start_time.value, c.source_range.end_time_exclusive().value) for c in clips]
                self.assert_frames(name, got, person["intervals"])
                for clip in clips:
                    self.assertEqual(clip.name, "ä b.mp4")
                    self.assertIn(f"{shown} ({identity})", str(clip.metadata["cmx_3600"]["comments"]))

    def test_edl_record_side_is_the_place_in_the_episode(self):
        first = self.people("e25")["id_0001"]
        timeline = otio.adapters.read_from_file(str(self.out("e25", "edl/id_0001.edl")), rate=25.0)
        track = timeline.tracks[0]
        starts = [track.range_of_child(clip).start_time.value for clip in timeline.find_clips()]
        offset = self.frame("e25", first["intervals"][0][0])  # the adapter starts at the first event
        self.assertEqual([s + offset for s in starts] if starts[0] == 0 else starts,
                         [self.frame("e25", span[0]) for span in first["intervals"]])

    def test_otio(self):
        for name in RATES:
            timeline = otio.adapters.read_from_file(str(self.out(name, "timeline.otio")))
            self.assertEqual(timeline.name, name)
            self.assertEqual(len(timeline.tracks), len(self.people(name)))
            for track in timeline.tracks:
                person = self.people(name)[track.metadata["screenalytics"]["identity_id"]]
                self.assertEqual(track.name, person["name"])
                clips = list(track.find_clips())
                places = [track.range_of_child(clip) for clip in clips]
                self.assert_frames(name, [(p.start_time.value, p.end_time_exclusive().value) for p in places],
                                   person["intervals"])
                for clip, place in zip(clips, places):
                    self.assertEqual(clip.source_range.start_time, place.start_time)
                    self.assertAlmostEqual(clip.source_range.start_time.rate, self.rate(name), places=9)
                    self.assertEqual(clip.media_reference.target_url, "file:///tv/my%20show/%C3%A4%20b.mp4")
                    there = clip.media_reference.available_range
                    self.assertEqual(there.start_time.value, 0)
                    self.assertLessEqual(clip.source_range.end_time_exclusive(), there.end_time_exclusive())
                    self.assertEqual(otio.url_utils.filepath_from_url(clip.media_reference.target_url),
                                     "/tv/my show/ä b.mp4")

    def owners(self, name):
        identities = json.loads((self.run_folder(name) / "identities.json").read_text(encoding="utf-8"))
        owner = {t: int(p["identity_id"][3:]) for p in identities["identities"] for t in p["track_ids"]}
        unknown = set(identities["unknown"]["track_ids"])
        return owner, unknown

    def test_mot(self):
        owner, unknown = self.owners("e25")
        frame = motmetrics.io.loadtxt(str(self.out("e25", "mot.txt")), fmt="mot15-2D")
        expected = {}
        for track in read_rows(self.run_folder("e25") / "tracks.jsonl"):
            identity = owner.get(track["track_id"])
            if identity is None and track["track_id"] not in unknown:
                continue
            for sample in track["samples"]:
                key = (sample["frame_idx"] + 1, identity or 1_000_000 + track["track_id"])
                expected.setdefault(key, []).append(sample)
        self.assertEqual(set(frame.index), set(expected))
        for key, samples in expected.items():
            left, top, right, bottom = samples[0]["bbox_xyxy"]
            row = frame.loc[[key]].iloc[0]
            for column, value in {"X": left, "Y": top, "Width": right - left, "Height": bottom - top}.items():
                self.assertAlmostEqual(row[column], value, delta=1.001)  # the reader subtracts 1 from X and Y
            self.assertAlmostEqual(row["Confidence"], 0.9123, places=4)

    def test_mot_by_track(self):
        self.succeed("export", "--ep-id", "e25", "--format", "mot", "--mot-ids", "track", "--out", self.folder / "t",
                     "--progress", "none", models=False)
        frame = motmetrics.io.loadtxt(str(self.folder / "t" / "mot.txt"), fmt="mot15-2D")
        tracks = read_rows(self.run_folder("e25") / "tracks.jsonl")
        self.assertEqual(set(frame.index.get_level_values("Id")), {track["track_id"] for track in tracks})
        self.assertEqual(sorted(p.name for p in (self.folder / "t").iterdir()), ["mot.txt"])

    def test_sqlite(self):
        for name in RATES:
            base = sqlite3.connect(f"file:{self.out(name, 'screentime.sqlite')}?mode=ro", uri=True)
            self.addCleanup(base.close)
            self.assertEqual(base.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(base.execute("PRAGMA foreign_key_check").fetchall(), [])
            self.assertEqual(base.execute("PRAGMA user_version").fetchone(), (1,))
            run, people = self.runs[name], base.execute(
                "SELECT identity_id, name, cast_id, seconds, error_bound_seconds FROM people WHERE identity_id > 0 "
                "ORDER BY seconds DESC, identity_id").fetchall()
            for row, metric in zip(people, run["metrics"], strict=True):
                self.assertEqual(row, (int(metric["identity_id"][3:]), metric["name"], metric["cast_id"],
                                       metric["face_visible_seconds"], metric["error_bound_seconds"]))
            for identity, person in self.people(name).items():
                spans = base.execute("SELECT start_ts, end_ts FROM appearances WHERE identity_id = ? ORDER BY number",
                                     (int(identity[3:]),)).fetchall()
                self.assertEqual([list(span) for span in spans], person["intervals"])
            tracks = read_rows(self.run_folder(name) / "tracks.jsonl")
            self.assertEqual(base.execute("SELECT count(*) FROM tracks").fetchone()[0], len(tracks))
            seen = base.execute('SELECT track_id, frame_idx, ts, "left", top, "right", bottom, conf FROM sightings '
                                "ORDER BY track_id, frame_idx").fetchall()
            self.assertEqual(seen, [(t["track_id"], s["frame_idx"], s["ts"], *s["bbox_xyxy"], s["conf"])
                                    for t in tracks for s in t["samples"]])
            states = dict(base.execute("SELECT state, count(*) FROM tracks GROUP BY state"))
            self.assertEqual(set(states), {"person", "unknown", "ignored"})
            self.assertIn(("sampling.stride", "4"), base.execute("SELECT name, value FROM settings").fetchall())

    def test_the_same_again_is_the_same_bytes_and_forgets_who_is_gone(self):
        before = {p: p.read_bytes() for p in self.data.joinpath("e25/export").rglob("*") if p.is_file()}
        gone = self.out("e25", "edl/id_0099.edl")
        gone.write_text("of an earlier export")
        done = self.succeed("export", "--ep-id", "e25", "--format", "all", "--progress", "none", models=False)
        self.assertFalse(gone.exists())
        self.assertEqual({p: p.read_bytes() for p in before}, before)
        self.assertEqual({pathlib.Path(line) for line in done.stdout.splitlines()}, set(before))

    def test_an_unknown_format_is_refused(self):
        done = self.screenalytics("export", "--ep-id", "e25", "--format", "csv,parquet", "--progress", "none", models=False)
        self.assert_refused(done, 2, "parquet", "sqlite")


def dump_text(dump):
    """The bytes of ffprobe's hex dump as text."""
    raw = bytearray()
    for line in dump.strip("\n").split("\n"):
        digits = line.split(": ", 1)[1][:40]
        raw += bytes.fromhex(digits.replace(" ", ""))
    return raw.decode("utf-8")


if __name__ == "__main__":
    support.main()
