#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The new video: every frame at its time, the sound as it was, boxes where the faces are; and a blur that
our own detector and embedder cannot see through."""
import json
import signal
import subprocess

import support
from support import Case, cosine, ffmpeg, read_manifest, read_npy, read_rows

SIZE = (640, 360)


def probe(video, stream, entries):
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", stream, "-of", "csv=p=0",
                           "-show_entries", entries, str(video)], check=True, text=True, capture_output=True)
    return done.stdout.split()


def sound(video):
    return subprocess.run(["ffmpeg", "-v", "error", "-i", str(video), "-map", "0:a", "-c", "copy", "-f", "md5", "-"],
                          check=True, capture_output=True).stdout


class Frames:
    """Grey pixels of all frames of a video."""

    def __init__(self, video):
        self.raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(video), "-vsync", "0", "-f", "rawvideo",
                                   "-pix_fmt", "gray", "-"], check=True, capture_output=True).stdout

    def pixels(self, frame, box):
        left, top, right, bottom = (round(v) for v in box)
        start = frame * SIZE[0] * SIZE[1]
        return [self.raw[start + y * SIZE[0] + x]
                for y in range(max(0, top), min(SIZE[1], bottom)) for x in range(max(0, left), min(SIZE[0], right))]


def distance(a, b, frame, box):
    """Mean difference of the pixels in a box."""
    pairs = list(zip(a.pixels(frame, box), b.pixels(frame, box)))
    return sum(abs(x - y) for x, y in pairs) / len(pairs)


def inner(box):
    """The middle of a box, away from its outline."""
    left, top, right, bottom = box
    return (left + (right - left) / 4, top + (bottom - top) / 4, right - (right - left) / 4, bottom - (bottom - top) / 4)


class Overlay(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        silent = support.make_clip(cls.folder / "silent.mp4")
        cls.clip = cls.folder / "clip.mp4"
        ffmpeg("-i", silent, "-f", "lavfi", "-i", f"sine=d={support.CLIP_SECONDS}", "-c:v", "copy", "-c:a", "aac", cls.clip)
        cls.run_path = cls.harvest("e", cls.clip)
        cls.tracks = read_rows(cls.run_path / "tracks.jsonl")
        cls.source = Frames(cls.clip)

    @classmethod
    def overlay(cls, name, *words, ep_id="e"):
        out = cls.folder / name
        cls.succeed("overlay", "--ep-id", ep_id, "--out", out, "--preset", "ultrafast", "--progress", "none", *words,
                    models=False)
        return out

    def refused(self, *words, out="refused.mp4", ep_id="e"):
        return self.screenalytics("overlay", "--ep-id", ep_id, "--out", self.folder / out, "--progress", "none",
                                  *words, models=False)

    def person_of(self, second):
        """A track that is seen in the middle of one half of the clip, and a sample of it."""
        for track in self.tracks:
            for sample in track["samples"]:
                if abs(sample["ts"] - second) < 0.5 and len(track["samples"]) > 5:
                    return track["track_id"], sample
        self.fail(f"nobody at {second} s")

    def test_every_frame_its_time_and_the_sound_are_kept(self):
        out = self.overlay("boxes.mp4")
        times = sorted(map(float, probe(out, "v", "packet=pts_time")))
        self.assertEqual(times, sorted(map(float, probe(self.clip, "v", "packet=pts_time"))))
        self.assertEqual(probe(out, "v", "stream=width,height,duration,codec_name"),
                         probe(self.clip, "v", "stream=width,height,duration,codec_name"))
        self.assertEqual(sound(out), sound(self.clip))
        self.assertEqual(probe(out, "a", "packet=pts_time"), probe(self.clip, "a", "packet=pts_time"))

    def test_boxes_are_where_the_faces_are_and_a_clock_runs(self):
        shown = Frames(self.overlay("where.mp4"))
        for second in (3, 9):
            _, sample = self.person_of(second)
            left, top, right, bottom = sample["bbox_xyxy"]
            frame = sample["frame_idx"]
            edge = (left, top + 4, left + 2, bottom - 4)
            self.assertGreater(distance(shown, self.source, frame, edge), 15)
            self.assertLess(distance(shown, self.source, frame, inner(sample["bbox_xyxy"])), 8)
            self.assertGreater(distance(shown, self.source, frame, (0, 0, 100, 12)), 15)
        bare = Frames(self.overlay("bare.mp4", "--no-clock"))
        self.assertLess(distance(bare, self.source, 75, (0, 0, 100, 12)), 8)

    def test_nobody_is_recognised_or_found_when_all_are_blurred(self):
        hidden = self.overlay("hidden.mp4", "--blur", "all")
        run = self.harvest("hidden", hidden, "--fps", "12", "--samples", "all")
        found = read_rows(run / "detections.jsonl")
        _, before = read_npy(self.run_path / "tracks.npy")
        _, after = read_npy(run / "faces.npy")
        alike = [cosine(a, b) for a in after for b in before]
        print(f"detections {len(read_rows(self.run_path / 'detections.jsonl'))} -> {len(found)}, "
              f"likeness {max(alike, default=0):.2f}")
        self.assertLess(max(alike, default=0), 0.3)
        self.assertEqual(len(found), 0)
        frames = Frames(hidden)
        for second in (3, 9):
            _, sample = self.person_of(second)
            self.assertGreater(distance(frames, self.source, sample["frame_idx"], sample["bbox_xyxy"]), 8)

    def test_the_chosen_stay_clear(self):
        track, clear = self.person_of(3)
        _, other = self.person_of(9)
        frames = Frames(self.overlay("but.mp4", "--blur", "all-but", f"Track {track}"))
        self.assertLess(distance(frames, self.source, clear["frame_idx"], clear["bbox_xyxy"]), 6)
        self.assertGreater(distance(frames, self.source, other["frame_idx"], other["bbox_xyxy"]), 8)
        frames = Frames(self.overlay("only.mp4", "--blur", f"Track {track}"))
        self.assertGreater(distance(frames, self.source, clear["frame_idx"], clear["bbox_xyxy"]), 8)
        self.assertLess(distance(frames, self.source, other["frame_idx"], other["bbox_xyxy"]), 6)

    def test_names_come_from_the_people_of_the_run(self):
        run = self.harvest("named", self.clip)
        first, _ = self.person_of(3)
        person = {"identity_id": "id_0001", "label": "Åsa Ö", "name": "Åsa Ö", "cast_id": None, "track_ids": [first],
                  "size": 1, "tracks_count": 1, "cohesion": 1, "min_identity_sim": 1, "low_cohesion": False,
                  "rep_track_id": None, "rep_thumb_rel_path": None, "seed_similarity": None, "edited": True}
        others = [{"track_id": t["track_id"], "reason": "low_quality", "faces": 1}
                  for t in self.tracks if t["track_id"] != first]
        (run / "identities.json").write_text(json.dumps(
            {"identities": [person], "unknown": {"tracks": others}, "ignored": {"track_ids": []}, "conflicts": [],
             "warnings": []}))
        manifest = read_manifest(run)
        manifest["stages"]["cluster"] = {"status": "done"}
        (run / "manifest.json").write_text(json.dumps(manifest))
        _, sample = self.person_of(3)
        frames = Frames(self.overlay("named.mp4", "--blur", "all-but", "åsa ö".replace("å", "Å").replace("ö", "Ö"),
                                     ep_id="named"))
        self.assertLess(distance(frames, self.source, sample["frame_idx"], sample["bbox_xyxy"]), 6)
        boxes = Frames(self.overlay("names.mp4", ep_id="named"))
        left, top, _, _ = sample["bbox_xyxy"]
        label = (left, top - 14, left + 40, top - 3)
        self.assertGreater(distance(boxes, self.source, sample["frame_idx"], label), 15)
        self.assert_refused(self.refused("--blur", "Nobody", ep_id="named"), 3, "Nobody", "Åsa Ö (id_0001)")

    def test_what_cannot_be_done_is_refused_in_one_line(self):
        self.overlay("there.mp4")
        self.assert_refused(self.refused(out="there.mp4"), 2, "exists", "--force")
        self.overlay("there.mp4", "--force", "--encoder", "mpeg4")
        self.assertEqual(probe(self.folder / "there.mp4", "v", "stream=codec_name"), ["mpeg4"])
        self.assert_refused(self.refused("--force", out="clip.mp4"), 2, "the video itself")
        self.assert_refused(self.refused(out="out.avi"), 2, ".mp4")
        self.assert_refused(self.refused("--blur", "all", "Anna"), 2, "all-but")
        self.assert_refused(self.refused(ep_id="nothing"), 3, "nothing")
        self.assert_refused(self.refused("--font", "/no/font.ttf"), 3, "/no/font.ttf")
        self.assert_refused(self.refused("--video", self.folder / "silent.mp4"), 6, "not the video")
        self.assert_refused(self.refused("--video", self.folder / "gone.mp4"), 3, "gone.mp4")
        late = self.refused(out="clip.mp4/out.mp4")  # after the warning that nobody has a name here
        self.assertEqual(late.returncode, 7, late.stderr)
        self.assertIn("out.mp4", late.stderr.strip().split("\n")[-1])
        self.assert_nothing_finished(self.folder / "refused.mp4")
        self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_a_stop_leaves_no_half_file(self):
        out = self.folder / "stopped.mp4"
        process = support.start(self.command("overlay", "--ep-id", "e", "--out", out, "--preset", "veryslow", "--crf",
                                             "0", "--progress", "none", models=False))
        part = self.folder / "stopped.mp4.part"
        support.wait_for(part.exists, process=process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("no video was written", errors)
        self.assertFalse(out.exists() or part.exists())


if __name__ == "__main__":
    support.main()
