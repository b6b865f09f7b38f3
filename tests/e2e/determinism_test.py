#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Same input, same bytes: for any number of workers, any cap, any segment length, and interrupted
or killed on the way."""
import json
import random
import signal
import subprocess
import sys
import unittest

import support
from support import Case, read_manifest


class SameBytes(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = support.make_clip(cls.folder / "clip.mp4")
        cls.reference = cls.harvest("reference", cls.clip, "--save-crops", "--workers", "1",
                                    "--scan.segment-seconds", "60")
        # The episode's name is in every row: all runs are of one episode.
        cls.words = ("--ep-id", "reference", "--video", cls.clip, "--save-crops", "--progress",
                     "none")

    def again(self, run_id, *words):
        self.succeed("harvest", *self.words, "--run-id", run_id, *words)
        return self.run_folder("reference", run_id)

    def test_reference_is_worth_comparing(self):
        counts = read_manifest(self.reference)["counts"]
        self.assertGreaterEqual(counts["tracks"], 2)
        self.assertGreaterEqual(counts["faces_kept"], 6)

    def test_workers(self):
        for workers in (2, 4):
            with self.subTest(workers=workers):
                run = self.again(f"workers-{workers}", "--workers", workers,
                                 "--scan.segment-seconds", "2")
                self.assertEqual(read_manifest(run)["work"]["segments"], 6)
                self.assert_same_run(self.reference, run)

    def test_segment_lengths(self):
        for seconds in (2, 5):
            with self.subTest(seconds=seconds):
                run = self.again(f"segments-{seconds}", "--scan.segment-seconds", seconds)
                self.assert_same_run(self.reference, run)

    def test_cpu_caps(self):
        for percent in (60, 100, 200):
            with self.subTest(percent=percent):
                run = self.again(f"cap-{percent}", "--cpu-limit", percent,
                                 "--scan.segment-seconds", "2")
                cpu = read_manifest(run)["cpu"]
                self.assertLessEqual(cpu["cap_percent"], percent)
                self.assertLessEqual(cpu["peak_permits"], cpu["permits"])
                self.assert_same_run(self.reference, run)

    def test_compare_runs_tells_the_difference(self):
        tool = [sys.executable, support.TOOLS / "compare_runs.py", self.reference]
        same = subprocess.run([*tool, self.reference], capture_output=True, text=True, check=False)
        self.assertEqual((same.returncode, same.stdout), (0, "equal\n"))
        other = self.again("other", "--max-samples", "2")
        found = subprocess.run([*tool, other], capture_output=True, text=True, check=False)
        self.assertEqual(found.returncode, 1)
        self.assertIn("faces.npy: differs", found.stdout)
        self.assertIn("thumbs/track_0001/index.json", found.stdout)
        self.assertIn("manifest.json: 'settings' differs", found.stdout)


class Interrupted(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = support.make_clip(cls.folder / "clip.mp4")
        cls.words = ("harvest", "--ep-id", "e", "--video", cls.clip, "--save-crops", "--workers",
                     "1", "--scan.segment-seconds", "2")
        cls.succeed(*cls.words, "--run-id", "whole")
        cls.whole = cls.run_folder("e", "whole")

    def records(self, run):
        return list((run / "segments").glob("*.seg"))

    def stop(self, run_id, number, after_records):
        """Sends the signal once so many segments are done."""
        run = self.run_folder("e", run_id)
        process = support.start(self.command(*self.words, "--run-id", run_id))
        support.wait_for(lambda: len(self.records(run)) >= after_records, process=process)
        process.send_signal(number)
        _, stderr = process.communicate(timeout=120)
        return run, process.returncode, stderr

    def test_interrupt_leaves_a_run_that_goes_on(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                run, code, stderr = self.stop(f"stopped-{int(number)}", number, 2)
                self.assertEqual(code, 130, stderr)
                self.assertIn("screenalytics: stopped", stderr)
                self.assertEqual(json.loads((run / "progress.json").read_text())["phase"],
                                 "stopped")
                self.assertFalse((run / "manifest.json").exists())
                self.assertGreaterEqual(len(self.records(run)), 2)
                self.succeed(*self.words, "--run-id", run.name)
                work = read_manifest(run)["work"]
                self.assertGreaterEqual(work["segments_resumed"], 2)
                self.assertLess(work["segments_resumed"], work["segments"])
                self.assert_same_run(self.whole, run)
                self.assertFalse((run / "segments").exists())

    def test_the_same_command_finds_its_run_without_a_run_id(self):
        command = self.command(*self.words, "--ep-id", "unnamed")
        command.remove("e")
        command.remove("--ep-id")
        runs = self.data / "unnamed" / "runs"
        process = support.start(command)
        support.wait_for(lambda: list(runs.glob("*/segments/*.seg")), process=process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130)
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        self.assertEqual([run.name for run in runs.iterdir()], ["run-0001"])
        self.assertGreater(read_manifest(runs / "run-0001")["work"]["segments_resumed"], 0)

    def test_two_interrupts_stop_at_once(self):
        run = self.run_folder("e", "at-once")
        process = support.start(self.command(*self.words, "--run-id", "at-once"))
        support.wait_for(lambda: self.records(run), process=process)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130)
        self.assertFalse((run / "manifest.json").exists())

    def test_killed_at_any_moment(self):
        run = self.run_folder("e", "killed")
        chance = random.Random()
        seed = chance.randrange(1 << 30)
        chance.seed(seed)
        for _ in range(4):
            process = support.start(self.command(*self.words, "--run-id", "killed"))
            try:
                process.communicate(timeout=chance.uniform(0.1, 1.0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate(timeout=60)
            if (run / "manifest.json").exists():  # killed after all was written
                self.assert_same_run(self.whole, run)
        self.succeed(*self.words, "--run-id", "killed")
        self.assert_same_run(self.whole, run)
        self.assertEqual(list(run.rglob("*.part")), [], f"seed {seed}")

    def test_damaged_segment_record_is_made_again(self):
        run, code, _ = self.stop("damaged", signal.SIGKILL, 3)
        self.assertEqual(code, -signal.SIGKILL)
        cut, flipped = sorted(self.records(run))[:2]
        cut.write_bytes(cut.read_bytes()[:-100])
        raw = bytearray(flipped.read_bytes())
        raw[len(raw) // 2] ^= 0xFF
        flipped.write_bytes(raw)
        self.succeed(*self.words, "--run-id", "damaged")
        self.assert_same_run(self.whole, run)


if __name__ == "__main__":
    support.main()
