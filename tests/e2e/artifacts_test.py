#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a run leaves behind is whole, fits together and is what docs/artifacts.md says."""
import json
import re

import support
from support import Case, cosine, kept, read_manifest, read_npy, read_rows, skipped

KEPT_FIELDS = {"ep_id", "face_id", "track_id", "frame_idx", "ts", "bbox_xyxy", "conf", "quality", "embedding_model",
               "embedding", "embedding_row", "detector", "pipeline_ver", "landmarks"}


class Artifacts(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = support.make_clip(cls.folder / "clip.mp4")
        cls.run_path = cls.harvest("e", cls.clip, "--save-crops", "--save-frames")
        cls.rows = read_rows(cls.run_path / "faces.jsonl")
        cls.manifest = read_manifest(cls.run_path)

    def variant(self, run_id, *words):
        self.succeed("harvest", "--ep-id", "e", "--video", self.clip, "--run-id", run_id, "--progress", "none", *words)
        return self.run_folder("e", run_id)

    def test_the_manifest_knows_every_file(self):
        listed = {item["name"]: item for item in self.manifest["artifacts"]}
        for name, item in listed.items():
            path = self.run_path / name
            self.assertEqual((path.stat().st_size, support.sha256(path)), (item["bytes"], item["sha256"]), name)
        there = {p.relative_to(self.run_path).as_posix() for p in self.run_path.rglob("*") if p.is_file()}
        self.assertEqual(there - set(listed), {"manifest.json", "progress.json", "cpu.csv", ".lock"})

    def test_kept_rows_have_their_fields_and_unit_embeddings(self):
        shape, vectors = read_npy(self.run_path / "faces.npy")
        faces = kept(self.rows)
        self.assertEqual(shape, (len(faces), 512))
        for row, face in enumerate(faces):
            self.assertLessEqual(KEPT_FIELDS, set(face))
            self.assertEqual(face["embedding_row"], row)
            self.assertEqual(face["face_id"], f"face_{face['track_id']:04d}_{face['frame_idx']:06d}")
            self.assertAlmostEqual(support.norm(vectors[row]), 1, places=5)
            self.assertGreater(cosine(vectors[row], face["embedding"]), 0.999999)

    def test_skipped_rows_say_why(self):
        run = self.variant("blurry", "--gates.min-blur", "100000", "--gates.single-min-blur", "100000")
        rows = skipped(read_rows(run / "faces.jsonl"))
        self.assertTrue(rows)
        for row in rows:
            self.assertIn(row["skip"].split(":")[0], support.SKIP_REASONS)
            self.assertTrue(re.fullmatch(r"blurry:\d+\.\d", row["skip"]), row["skip"])
        self.assertEqual(read_manifest(run)["counts"]["skips"], {"blurry": len(rows)})
        self.check_last_resort(run)

    def check_last_resort(self, run):
        """No face is kept: tracks are known by skipped ones, which both ways in agree about."""
        tracks = read_rows(run / "tracks.jsonl")
        self.assertEqual({track["faces_count"] for track in tracks}, {0})
        known = [track["track_id"] for track in tracks if track.get("face_embedding_from") == "skipped"]
        self.assertTrue(known)
        self.assertEqual(read_manifest(run)["counts"]["tracks_from_skipped"], len(known))
        self.assertEqual(read_npy(run / "faces.npy")[0][0], 0)
        self.assertIn("is whole", self.succeed("verify", run, models=False, data=False).stdout)
        words = ("--ep-id", "soft", "--run-id", "r", "--progress", "none", "--gates.min-blur", "100000",
                 "--gates.single-min-blur", "100000")
        self.succeed("detect-track", "--video", self.clip, *words)
        done = self.succeed("faces-embed", *words)
        self.assertIn(f"{len(known)} tracks have no kept face", done.stdout)
        other = self.run_folder("soft")
        self.assertEqual([t["track_id"] for t in read_rows(other / "tracks.jsonl") if "face_embedding_from" in t], known)
        mine, theirs = read_npy(run / "tracks.npy")[1], read_npy(other / "tracks.npy")[1]
        self.assertGreater(min(cosine(mine[track - 1], theirs[track - 1]) for track in known), 0.999)
        self.assertIn("is whole", self.succeed("verify", other, models=False, data=False).stdout)

    def test_pictures_and_their_index_files(self):
        for folder, key, side in (("crops", "crop_rel_path", 112), ("thumbs", "thumb_rel_path", 256)):
            names = {face[key] for face in kept(self.rows)}
            indexed = {f"{folder}/{entry['key']}" for path in (self.run_path / folder).glob("*/index.json")
                       for entry in json.loads(path.read_text())}
            self.assertEqual(names, indexed)
            for name in names:
                self.assertEqual(support.jpeg_size(self.run_path / name), (side, side))
        frames = {face["frame_idx"] for face in kept(self.rows)}
        for frame in frames:
            self.assertEqual(support.jpeg_size(self.run_path / f"frames/frame_{frame:06d}.jpg"), (640, 360))

    def test_every_detection_has_a_row_and_every_track_its_detections(self):
        detections = read_rows(self.run_path / "detections.jsonl")
        tracks = read_rows(self.run_path / "tracks.jsonl")
        self.assertEqual(len(detections), self.manifest["counts"]["detections"])
        for track in tracks:
            frames = [d["frame_idx"] for d in detections if d["track_id"] == track["track_id"]]
            self.assertEqual(frames, [sample["frame_idx"] for sample in track["samples"]])
        shape, _ = read_npy(self.run_path / "tracks.npy")
        self.assertEqual(shape, (len(tracks), 512))
        cuts = json.loads((self.run_path / "track_metrics.json").read_text())["scene_cuts"]["indices"]
        self.assertEqual(cuts, [round(support.CLIP_CHANGE_SECONDS * support.CLIP_FPS)])

    def test_every_frame_that_was_looked_at_has_a_row_with_its_end_and_shot(self):
        samples = read_rows(self.run_path / "samples.jsonl")
        shots = read_rows(self.run_path / "shots.jsonl")
        self.assertEqual(len(samples), self.manifest["counts"]["frames_sampled"])
        looked_at = {(s["frame_idx"], s["ts"], s["shot"]) for s in samples}
        for found in read_rows(self.run_path / "detections.jsonl"):
            self.assertIn((found["frame_idx"], found["ts"], found["shot"]), looked_at)
        for sample in samples:
            shot = shots[sample["shot"]]
            self.assertLessEqual(shot["first_ts"], sample["ts"])
            self.assertLessEqual(sample["end_ts"], shot["end_ts"])
            self.assertAlmostEqual(sample["end_ts"] - sample["ts"], 1 / support.CLIP_FPS, delta=0.0002)

    def test_one_by_one_gives_the_same_faces_in_more_calls(self):
        run = self.variant("single", "--no-batch-embed")
        single, batched = kept(read_rows(run / "faces.jsonl")), kept(self.rows)
        counts = read_manifest(run)["counts"]
        self.assertEqual(counts["model_calls"]["embedder"], counts["faces_embedded"])
        self.assertLess(self.manifest["counts"]["model_calls"]["embedder"], self.manifest["counts"]["faces_embedded"])
        self.assertEqual([f["face_id"] for f in single], [f["face_id"] for f in batched])
        worst = min(cosine(a["embedding"], b["embedding"]) for a, b in zip(single, batched))
        self.assertGreaterEqual(worst, 0.99999)

    def test_the_two_stages_alone_give_the_same_tracks_and_faces(self):
        words = ("--ep-id", "halves", "--run-id", "r", "--progress", "none")
        self.succeed("detect-track", "--video", self.clip, *words)
        run = self.run_folder("halves")
        self.assertFalse((run / "faces.jsonl").exists())
        self.succeed("faces-embed", *words)
        for mine, theirs in zip(read_rows(run / "tracks.jsonl"), read_rows(self.run_path / "tracks.jsonl")):
            self.assertEqual((mine["track_id"], mine["samples"]), (theirs["track_id"], theirs["samples"]))
        mine, theirs = kept(read_rows(run / "faces.jsonl")), kept(self.rows)
        self.assertEqual([f["face_id"] for f in mine], [f["face_id"] for f in theirs])
        self.assertGreaterEqual(min(cosine(a["embedding"], b["embedding"]) for a, b in zip(mine, theirs)), 0.9999)
        decoder = read_manifest(run)["frame_decoder"]
        self.assertEqual(decoder["misses"], len({f["frame_idx"] for f in mine}))

    def test_all_samples_and_no_inline_embeddings(self):
        run = self.variant("all", "--samples", "all", "--no-inline-embeddings")
        faces = kept(read_rows(run / "faces.jsonl"))
        self.assertGreater(len(faces), 3 * len(kept(self.rows)))
        self.assertNotIn("embedding", faces[0])
        self.assertEqual(read_npy(run / "faces.npy")[0], (len(faces), 512))

    def test_stride_looks_at_every_nth_frame(self):
        run = self.variant("stride", "--stride", "10")
        frames = sorted({row["frame_idx"] for row in read_rows(run / "detections.jsonl")})
        self.assertTrue(all(frame % 10 == 0 for frame in frames))
        self.assertEqual(read_manifest(run)["counts"]["frames_sampled"], 30)

    def test_progress_events_are_json_with_their_fields(self):
        done = self.succeed("harvest", "--ep-id", "e", "--video", self.clip, "--run-id", "p", "--progress", "json")
        events = [json.loads(line) for line in done.stderr.splitlines()]
        looks = [event for event in events if event["event"] == "progress"]
        self.assertEqual(looks[-1]["phase"], "done")
        self.assertLessEqual({"index", "scan", "faces", "write"}, {look["phase"] for look in looks})
        last = json.loads((self.run_folder("e", "p") / "progress.json").read_text())
        for key in ("phase", "done", "total", "fps", "eta_s", "elapsed_s", "cpu_percent", "thread_count", "rss_mb", "warnings"):
            self.assertIn(key, last)


if __name__ == "__main__":
    support.main()
