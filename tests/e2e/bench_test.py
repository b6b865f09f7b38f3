#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`bench` regenerates its table on a real video: five harvests, what each adds, and the plot."""
import json
import os
import unittest
import xml.dom.minidom

import support


class Bench(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = support.make_clip(cls.folder / "clip.mp4")
        cls.done = cls.succeed("bench", "--video", cls.clip, "--out", "b", "--fps", "3", "--cpu-limit", "100", data=False)
        cls.table = json.loads((cls.folder / "b/bench.json").read_text())
        cls.rows = cls.table["rows"]

    def test_each_row_adds_what_its_name_says(self):
        self.assertEqual([row["name"] for row in self.rows], ["baseline", "threads limited", "+ cap", "+ batching", "+ selection"])
        baseline, threads, cap, batching, selection = self.rows
        for row in self.rows:
            self.assertEqual(row["frames"], baseline["frames"])
        for row in (baseline, threads, cap):
            self.assertEqual(row["model_calls"]["embedder"], row["faces"], "one face a call")
            self.assertEqual(row["model_calls"]["detector"], baseline["model_calls"]["detector"])
        self.assertGreater(baseline["faces"], 20)
        self.assertEqual(batching["faces"], cap["faces"])
        self.assertLess(batching["model_calls"]["embedder"], cap["model_calls"]["embedder"] / 3)
        self.assertLess(selection["faces"], batching["faces"] / 2)
        self.assertEqual([row["cap_percent"] for row in self.rows], [None, None, 100, 100, 100])

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "needs two CPUs")
    def test_baseline_starts_the_libraries_own_threads_and_capped_rows_keep_to_one_core(self):
        self.assertGreater(self.rows[0]["threads"], self.rows[2]["threads"])
        for row in self.rows[2:]:
            self.assertLess(row["mean_percent"], 105)

    def test_figures_are_extrapolated_in_proportion_to_the_length(self):
        factor = 42 * 60 / self.table["video_seconds"]
        self.assertAlmostEqual(self.table["video_seconds"], support.CLIP_SECONDS, delta=0.2)
        for row in self.rows:
            self.assertAlmostEqual(row["episode_wall_seconds"], row["wall_seconds"] * factor, delta=0.01)

    def test_table_and_plot_are_there_and_the_runs_are_gone(self):
        text = (self.folder / "b/bench.md").read_text()
        self.assertIn(text, self.done.stdout)
        self.assertIn("| + selection |", text)
        plot = xml.dom.minidom.parse(str(self.folder / "b/bench.svg"))
        self.assertEqual(len(plot.getElementsByTagName("path")), 5)
        self.assertIn("cap 100 %", (self.folder / "b/bench.svg").read_text())
        self.assertEqual(sorted(path.name for path in (self.folder / "b").iterdir()), ["bench.json", "bench.md", "bench.svg"])

    def test_a_video_that_is_not_there_is_one_line_with_the_rows_name(self):
        done = self.screenalytics("bench", "--video", "no.mp4", "--out", "n", "--quiet", data=False)
        self.assert_refused(done, 3, "bench, row 'baseline'", "no.mp4")
        self.assertFalse((self.folder / "n/bench.md").exists())

    def test_library_threads_are_refused_while_the_cap_is_held(self):
        done = self.screenalytics("harvest", "--ep-id", "e", "--video", self.clip, "--library-threads", "default",
                                  "--progress", "none")
        self.assert_refused(done, 2, "--library-threads default", "ENABLE_CPU_LIMIT=0")


if __name__ == "__main__":
    support.main()
