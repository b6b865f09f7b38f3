#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Nothing lost: faults, power cuts and kills at some points of each job (tools/crash_proof.py tries
every one), two processes on one run, a disk that is too small, verify and prune on real runs."""
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

import support
from support import OPTIONS, Case, read_manifest
import crash_proof  # lies in tools/, as the next
import crash_trees


def beside_the_program(name):
    return OPTIONS.program.parent / name


def short_clip(path, seconds=3):
    """One person, a key frame every second: three segments in three seconds."""
    support.ffmpeg("-ss", "2", "-t", str(seconds), "-i", OPTIONS.media / "franck.mp4", "-vf", "fps=25,scale=320:-2", "-an",
                   "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-keyint_min", "25", "-sc_threshold", "0",
                   "-threads", "1", path)
    return path


class TheLayerItself(Case):
    """The storage that fails finds what a writer forgets."""

    def after_cut(self, way, fault):
        tree, store = self.folder / f"{way}-{fault}", self.folder / f"{way}-{fault}-store"
        tree.mkdir()
        (tree / "file").write_text("old contents")
        (tree / "marker").write_text("")
        layer = {"LD_PRELOAD": str(beside_the_program("libfaulty_storage.so")), "FAULTY_ROOT": str(tree),
                 "FAULTY_FAULT": fault, "FAULTY_STORE": str(store), "FAULTY_REPORT": str(self.folder / "report")}
        writer = [beside_the_program("forgetful_writer"), way, tree]
        (self.folder / "report").unlink(missing_ok=True)
        subprocess.run(writer, env={**os.environ, **layer, "FAULTY_FAULT": "count"}, check=True, timeout=60)
        calls = (self.folder / "report").read_text().split()[1]  # the last one removes the marker
        (tree / "file").write_text("old contents")
        (tree / "marker").write_text("")
        done = subprocess.run(writer, env={**os.environ, **layer, "FAULTY_AT": calls}, check=False, timeout=60)
        self.assertEqual(done.returncode, -signal.SIGKILL)
        return (store / "after" / "file").read_text()

    def test_a_careful_writer_loses_nothing(self):
        for fault in ("cut", "torn"):
            self.assertEqual(self.after_cut("careful", fault), "the new contents")

    def test_a_forgotten_sync_of_the_file_loses_its_contents(self):
        self.assertEqual(self.after_cut("no-file-sync", "cut"), "")
        self.assertEqual(self.after_cut("no-file-sync", "torn"), "the new ")

    def test_a_forgotten_sync_of_the_folder_loses_the_new_name(self):
        self.assertEqual(self.after_cut("no-folder-sync", "cut"), "old contents")

    def test_writing_in_place_loses_both(self):
        self.assertEqual(self.after_cut("in-place", "torn"), "the new cont")  # neither old nor new


class EveryFault(Case):
    """Some points of every fault; which ones differs each time, the seed is in the failure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proof = crash_proof.Proof(OPTIONS.program, beside_the_program("libfaulty_storage.so"), OPTIONS.models,
                                      short_clip(cls.folder / "clip.mp4"), cls.folder / "work")
        cls.proof.folder.mkdir()
        cls.jobs = {job.name: job for job in cls.proof.jobs()}

    def prove(self, name, points):
        seed = random.randrange(1 << 30)
        self.proof.faults.clear()
        self.proof.prove_some(self.jobs[name], points, random.Random(seed))
        self.assertEqual(self.proof.faults, [], f"seed {seed}")
        for fault in points:
            self.assertGreater(self.proof.tried[name, fault], 0, fault)

    def test_harvest(self):
        self.prove("harvest", {"cut": 3, "torn": 2, "ENOSPC": 2, "EIO": 2, "EROFS": 1, "EMFILE": 1, "ENOMEM": 3, "ENOMEM-media": 5})

    def test_cluster(self):
        self.prove("cluster", {"cut": 2, "torn": 1, "ENOSPC": 1, "ENOMEM": 2})


class KilledHarvest(Case):
    """What a kill -9 costs: at most the segments that the workers had in hand."""

    SEGMENTS = 10

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = short_clip(cls.folder / "clip.mp4", seconds=cls.SEGMENTS)
        # --keep-segments is part of every command, so the records can be looked at afterwards.
        cls.words = ("--save-crops", "--scan.segment-seconds", "1", "--keep-segments")
        cls.whole = cls.harvest("e", cls.clip, *cls.words)

    def kill(self, workers, after, delay):
        """A harvest that is killed a moment after so many segments are done."""
        run = self.run_folder("e", f"killed-{workers}-{after}")
        words = ("harvest", "--ep-id", "e", "--run-id", run.name, "--video", self.clip, *self.words, "--workers", workers)
        process = support.start(self.command(*words, "--progress", "none"))
        support.wait_for(lambda: len(crash_trees.finished_segments(run)) >= after, process=process)
        time.sleep(delay)
        process.kill()
        process.communicate(timeout=60)
        self.assertFalse((run / "manifest.json").exists(), "it had ended before it was killed")
        return run, words

    def test_only_segments_under_way_are_done_twice(self):
        chance = random.Random(seed := random.randrange(1 << 30))
        begun_in_all = 0
        for workers in (1, 2):
            for after in (chance.randint(1, 3), chance.randint(4, 6)):
                with self.subTest(workers=workers, after=after, seed=seed):
                    run, words = self.kill(workers, after, chance.uniform(0, 0.05))
                    finished = crash_trees.finished_segments(run)
                    begun = crash_trees.begun_segments(run)
                    self.assertGreaterEqual(len(finished), after)
                    self.assertLessEqual(len(begun), workers)
                    self.assertEqual(begun & set(finished), set())
                    done = self.succeed(*words, "--progress", "plain")
                    again = crash_trees.finished_segments(run)
                    self.assertEqual(len(again), self.SEGMENTS)
                    # A record that is made anew is another file.
                    self.assertEqual({name: again[name] for name in finished}, finished)
                    self.assertEqual(read_manifest(run)["work"], {"segments": self.SEGMENTS, "segments_resumed": len(finished)})
                    self.assertIn(f"{len(finished)} of {self.SEGMENTS} segments were there already", done.stderr)
                    self.assert_same_run(self.whole, run)
                    begun_in_all += len(begun)
        self.assertGreater(begun_in_all, 0, f"no kill came while a segment was under way (seed {seed})")


class TwoProcesses(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = short_clip(cls.folder / "clip.mp4")
        cls.run_path = cls.harvest("e", cls.clip)

    def start_waiting(self):
        """A process that waits for the lock on the run."""
        waiting = support.start(self.command("cluster", "--ep-id", "e", "--progress", "plain", "--wait", models=False))
        while "waiting for another process" not in waiting.stderr.readline():
            self.assertIsNone(waiting.poll())
        return waiting

    def test_the_second_leaves_or_waits_and_a_dead_one_holds_nothing(self):
        with open(self.run_path / ".lock", "rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assert_refused(self.screenalytics("cluster", "--ep-id", "e", "--progress", "none", models=False), 10,
                                "another process works on run 'r'", "--wait")
            self.assert_refused(self.screenalytics("verify", self.run_path, models=False, data=False), 10, "wait")
            began = time.monotonic()
            self.assert_refused(self.screenalytics("cluster", "--ep-id", "e", "--progress", "none", "--wait", "0.3",
                                                   models=False), 10)
            self.assertGreater(time.monotonic() - began, 0.3)
            waiting = support.start(self.command("cluster", "--ep-id", "e", "--progress", "plain", "--wait", models=False))
            line = waiting.stderr.readline()
            while line and "waiting for another process" not in line:
                line = waiting.stderr.readline()
            self.assertIn("run r of e", line)
        waiting.communicate(timeout=60)
        self.assertEqual(waiting.returncode, 0)
        self.assertEqual(self.screenalytics("cluster", "--ep-id", "e", "--wait", "soon", models=False).returncode, 2)

    def test_a_crash_is_not_called_out_of_memory(self):
        with open(self.run_path / ".lock", "rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            waiting = self.start_waiting()
            waiting.send_signal(signal.SIGSEGV)
            _, said = waiting.communicate(timeout=60)
            self.assertEqual(waiting.returncode, -signal.SIGSEGV)
            self.assertNotIn("out of memory", said)

    def test_a_waiting_process_can_be_stopped(self):
        with open(self.run_path / ".lock", "rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            waiting = self.start_waiting()
            support.interrupt(waiting)
            waiting.communicate(timeout=60)
            self.assertEqual(waiting.returncode, 130)


class Verify(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = short_clip(cls.folder / "clip.mp4")
        cls.run_path = cls.harvest("e", cls.clip, "--save-crops")

    def verify(self):
        return self.screenalytics("verify", "--ep-id", "e", models=False)

    def test_a_real_run_is_whole_until_it_is_damaged(self):
        self.assertEqual(self.verify().returncode, 0)
        npy = self.run_path / "faces.npy"
        whole = npy.read_bytes()
        npy.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        done = self.verify()
        self.assert_refused(done, 6, "1 fault(s)")
        self.assertEqual(done.stdout, "faces.npy: has other contents than the manifest says (SHA-256)\n")
        npy.write_bytes(whole)
        manifest = self.run_path / "manifest.json"
        text = manifest.read_text()
        manifest.unlink()
        done = self.verify()
        self.assertEqual(done.returncode, 6)
        self.assertIn("the run is not finished", done.stdout)
        changed = json.loads(text)
        changed["stages"]["faces_embed"] = {"status": "stale", "reason": "said so"}
        manifest.write_text(json.dumps(changed))
        done = self.verify()
        self.assertEqual(done.returncode, 6)
        self.assertIn("faces.jsonl: is stale (said so): run 'screenalytics faces-embed' again", done.stdout)
        manifest.write_text(text)
        self.assertEqual(self.verify().returncode, 0)
        self.assert_refused(self.screenalytics("verify", models=False), 2, "--ep-id")
        self.assert_refused(self.screenalytics("verify", self.folder / "none", models=False), 3)


class Determinism(Case):
    def test_the_command_tries_every_way_and_says_so(self):
        clip = short_clip(self.folder / "clip.mp4")
        kept = self.folder / "kept"
        words = ("determinism", "--video", clip, "--models", OPTIONS.models)
        done = self.succeed(*words, "--keep", kept, "--", "--fps", "3", models=False, data=False)
        rows = done.stdout.splitlines()
        self.assertEqual(len([row for row in rows if row.endswith("same bytes")]), 14 + 1, done.stdout)
        self.assertIn("killed 3 times, resumed", done.stdout)
        self.assertEqual(len(list(kept.glob("e/runs/*/manifest.json"))), 14)
        self.assert_refused(self.screenalytics(*words, "--keep", kept, models=False, data=False), 2, "empty")
        self.assert_refused(self.screenalytics(*words, "--", "--fps", "x", models=False, data=False), 9,
                            "ended with 2", "--fps")


class Disk(Case):
    def test_too_little_room_is_refused_before_the_start(self):
        clip = short_clip(self.folder / "clip.mp4")
        self.data.mkdir(exist_ok=True)
        words = ("harvest", "--ep-id", "e", "--video", clip, "--progress", "none")
        layer = {"LD_PRELOAD": str(beside_the_program("libfaulty_storage.so")), "FAULTY_ROOT": str(self.data),
                 "FAULTY_FAULT": "count"}
        done = self.screenalytics(*words, env={**os.environ, **layer, "FAULTY_FREE": "20000"})
        self.assert_refused(done, 8, "not enough room", "needs at least 1 MB", "are free")
        self.assert_nothing_finished(self.data)
        done = self.screenalytics(*words, env={**os.environ, **layer, "FAULTY_FREE": "200000"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the disk may become full", done.stderr)

    def test_prune_says_and_removes(self):
        for run in ("run-0001", "run-0002"):
            (self.data / "p" / "runs" / run).mkdir(parents=True)
            (self.data / "p" / "runs" / run / "manifest.json").write_text("{}")
        done = self.succeed("prune", "--dry-run", models=False)
        self.assertIn("p/run-0001", done.stdout)
        self.assertIn("1 run(s), 0.0 MB would be removed", done.stdout)
        self.assertEqual(len(list((self.data / "p" / "runs").iterdir())), 2)
        self.succeed("prune", "--ep-id", "p", models=False)
        self.assertEqual([run.name for run in (self.data / "p" / "runs").iterdir()], ["run-0002"])
        shutil.rmtree(self.data / "p")


if __name__ == "__main__":
    support.main()
