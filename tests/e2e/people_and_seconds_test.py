#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From the video to who is on screen for how long, against the known answer: the composite video's six people."""
import json
import unittest

from support import OPTIONS, Case, main

PEOPLE = 6


class Composite(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.video = OPTIONS.shared / "media" / "composite_harvest_6ids.mp4"
        cls.truth = OPTIONS.shared / "media" / "composite_harvest_6ids_gt.json"
        if not cls.video.exists():
            raise unittest.SkipTest(f"{cls.video} is not here")
        cls.scores = {name: cls.measure(name, *words)
                      for name, words in {"every": ["--stride", "1"], "six": ["--fps", "6"]}.items()}

    @classmethod
    def measure(cls, ep_id, *words):
        cls.harvest(ep_id, cls.video, *words)
        cls.succeed("cluster", "--ep-id", ep_id, models=False)
        cls.succeed("screentime", "--ep-id", ep_id, models=False)
        out = cls.folder / f"{ep_id}.json"
        cls.succeed("eval", "--ep-id", ep_id, "--truth", cls.truth, "--json", out, models=False)
        return json.loads(out.read_text())

    def test_six_people_and_no_mixed_cluster(self):
        for name, scores in self.scores.items():
            with self.subTest(name):
                self.assertEqual(scores["identities"]["count"], PEOPLE)
                self.assertEqual(scores["clusters"]["purity"], 1)
                self.assertEqual(scores["clusters"]["completeness"], 1)
                self.assertEqual(scores["identities"]["id_switches"], 0)
                self.assertGreaterEqual(scores["detections"]["recall"], 0.99)
                self.assertGreaterEqual(scores["detections"]["precision"], 0.99)

    def assert_seconds(self, scores, share):
        people = scores["character_time"]["people"]
        self.assertEqual(len(people), PEOPLE)
        self.assertEqual(len({one["measured_as"] for one in people}), PEOPLE)
        for one in people:
            self.assertLessEqual(abs(one["difference_share"]), share, one)

    def test_every_frame_gives_each_ones_seconds_within_two_percent(self):
        self.assert_seconds(self.scores["every"], 0.02)
        self.assertLessEqual(self.scores["every"]["character_time"]["error"], 0.01)

    def test_six_a_second_give_each_ones_seconds_within_five_percent(self):
        self.assert_seconds(self.scores["six"], 0.05)
        self.assertLessEqual(self.scores["six"]["character_time"]["error"], 0.02)


if __name__ == "__main__":
    main()
