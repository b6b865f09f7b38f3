#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails, cuts and kills the program at every point of a short job, and proves that nothing is lost.

usage: crash_proof.py --program P --layer libfaulty_storage.so --models M --video CLIP [--jobs A,B]
                      [--faults cut,torn,ENOSPC,EIO,EROFS,EMFILE,ENOMEM,ENOMEM-media]
                      [--every N] [--kills N]

Each job runs once undisturbed. Then, for every call k that a fault can hit (every N-th with --every
N; allocations are far more, so --memory says how many points of them to try; ENOMEM-media are those of FFmpeg and OpenCV),
from the same start:
  1. the job runs and the fault hits call k: it fails once, from there on (a full or read-only disk
     stays so), or the power goes: what was not synced is dropped (cut), or the names get through but
     only the first half of the bytes (torn);
  2. a failure is one line and the fault's own exit code; exit code 0 only when the result is whole;
  3. `verify` finds nothing damaged in whatever has a manifest;
  4. the same command again, undisturbed, ends well and leaves the same bytes as the undisturbed run.
--kills N instead kills the harvest (-9, one worker or two) at N random moments, each time in a run
that goes on until it was killed, and compares in the end; a segment that was finished is never done
again, and no more are begun in vain than there are workers. Exits 1 and names every point where
something was wrong.
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from crash_trees import begun_segments, differences, finished_segments

STICKY = {"ENOSPC", "EROFS"}
EXIT_CODES = {"ENOSPC": {8}, "EIO": {7}, "EROFS": {7}, "EMFILE": {7}, "ENOMEM": {13},
              "ENOMEM-media": {13}}
DAMAGED = 6
NOT_ALL_SENT = 12
CUTS = {"cut", "torn"}
FAULTS = ["cut", "torn", "ENOSPC", "EIO", "EROFS", "EMFILE", "ENOMEM", "ENOMEM-media"]
# `store`: what an S3 store holds before each point, "nothing" or what `before` left there.
Job = collections.namedtuple("Job", "name before words store", defaults=(None,))
Outcome = collections.namedtuple("Outcome", "code stderr hit count")


class Proof:
    """One program, one clip, one folder to work in."""

    def __init__(self, program, layer, models, video, folder, photo=None, store=None):
        self.program, self.layer = pathlib.Path(program).resolve(), pathlib.Path(layer).resolve()
        self.models, self.video = pathlib.Path(models).resolve(), pathlib.Path(video).resolve()
        self.photo = pathlib.Path(photo).resolve() if photo else None
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "tree"
        self.store = store  # of tests/e2e/s3_store.py
        self.environment = dict(os.environ)
        if store:
            self.environment.update(store.environment())
        self.faults = []
        self.tried = collections.Counter()
        self.harmless = collections.Counter()

    # -- the jobs ----------------------------------------------------------------------------------

    def harvest_words(self, *more, workers=1):
        return ["harvest", "--ep-id", "e", "--run-id", "r", "--video", self.video, "--save-crops",
                "--scan.segment-seconds", "1", "--max-samples", "2", "--workers", str(workers), *more]

    def detect_words(self):
        words = ["detect-track", *self.harvest_words()[1:]]
        for word in ("--save-crops", "--max-samples", "2"):
            words.remove(word)
        return words

    def install_words(self, *more):
        return ["models", "install", self.models / "default", *more]

    def jobs(self):
        harvest, detect = self.harvest_words(), self.detect_words()
        other = self.harvest_words("--fps", "3")
        older = [word if word != "r" else "older" for word in harvest]
        cluster, seconds = ["cluster", "--ep-id", "e"], ["screentime", "--ep-id", "e"]
        found = [
            Job("harvest", [], harvest),
            Job("harvest-over-another", [other, cluster], harvest),
            Job("detect-track", [], detect),
            Job("detect-track-over-faces", [harvest, cluster], detect),
            Job("faces-embed", [detect], ["faces-embed", "--ep-id", "e", "--save-crops",
                                          "--workers", "1"]),
            Job("cluster", [harvest], cluster),
            Job("screentime", [harvest, cluster], seconds),
            Job("report", [harvest, cluster, seconds], ["report", "--ep-id", "e"]),
            Job("people", [harvest, cluster], ["people", "rename", "--ep-id", "e", "id_0001", "Ann"]),
            Job("export", [harvest, cluster, seconds], ["export", "--ep-id", "e", "--format", "all"]),
            Job("overlay", [harvest, cluster], ["overlay", "--ep-id", "e", "--force", "--out",
                                                self.root / "shown" / "e.mp4"]),
            Job("prune", [older, harvest], ["prune", "--ep-id", "e"]),
            Job("models-install", [], self.install_words()),
            Job("models-install-again", [self.install_words()], self.install_words("--again")),
        ]
        if self.photo:
            add = ["facebank", "add", "--show", "s", "--cast-id", "a", "--name", "A", self.photo]
            found.append(Job("facebank-add", [], add))
        return found + (self.store_jobs(harvest) if self.store else [])

    def store_jobs(self, harvest):
        sync = ["sync", "--ep-id", "e", "--to", "s3://tv-archive/tv", "--endpoint", self.store.url]
        pull = ["pull", "--ep-id", "e", "--run-id", "r", "--from", *sync[4:]]
        return [Job("sync", [harvest], sync, "nothing"),
                Job("sync-delete-local", [harvest], [*sync, "--delete-local"], "nothing"),
                Job("pull", [harvest, [*sync, "--delete-local"]], pull, "the run")]

    def command(self, words):
        line = [str(self.program), *map(str, words)]
        if words[0] == "models":
            return [*line, "--models", str(self.root / "models")]
        line += ["--data", str(self.root / "data")]
        if words[0] in ("harvest", "detect-track", "faces-embed") or words[:2] == ["facebank", "add"]:
            line += ["--models", str(self.models), "--progress", "none"]
        if words[0] in ("overlay", "sync", "pull"):
            line += ["--progress", "none"]
        return line

    def succeed(self, words):
        done = subprocess.run(self.command(words), capture_output=True, text=True, timeout=300,
                              check=False, env=self.environment)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(done.args)} ended with {done.returncode}: {done.stderr}")

    # -- one fault ---------------------------------------------------------------------------------

    def disturbed(self, words, fault, at):
        """Runs the job with the fault at call `at` (0: only counts)."""
        report, store = self.folder / "report.txt", self.folder / "store"
        report.unlink(missing_ok=True)
        shutil.rmtree(store, ignore_errors=True)
        environment = dict(self.environment, LD_PRELOAD=str(self.layer), FAULTY_ROOT=str(self.root),
                           FAULTY_FAULT=fault, FAULTY_AT=str(at), FAULTY_REPORT=str(report),
                           FAULTY_STORE=str(store), FAULTY_STICKY="1" if fault in STICKY else "0")
        done = subprocess.run(self.command(words), capture_output=True, text=True, timeout=300,
                              env=environment, check=False, errors="replace")
        lines = report.read_text().splitlines() if report.exists() else []
        hit = next((line for line in lines if line.startswith("failed ")), None)
        counted = [int(line.split()[1]) for line in lines if line.startswith("counted ")]
        if fault in CUTS and hit:
            shutil.rmtree(self.root)
            (store / "after").rename(self.root)
        return Outcome(done.returncode, done.stderr, hit, counted[0] if counted else 0)

    def start_from(self, template, job):
        if job.store == "nothing":
            self.store.clear()
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(template, self.root, symlinks=True)

    def complain(self, job, fault, at, outcome, what):
        where = outcome.hit or "?"
        self.faults.append(f"{job.name} {fault} at {at} ({where}): {what}")
        print("FAULT:", self.faults[-1], flush=True)

    def check_exit(self, job, fault, at, outcome):
        if fault in CUTS:
            if outcome.code != -signal.SIGKILL:
                self.complain(job, fault, at, outcome, f"exit code {outcome.code} instead of killed")
            return
        lines = [line for line in outcome.stderr.splitlines() if line.startswith("screenalytics: ")]
        # Two of them check the run as `verify` does, to which a file that it cannot read is damaged.
        more = {NOT_ALL_SENT} | ({DAMAGED} if job.name != "sync" else set())
        codes = EXIT_CODES[fault] | (more if job.store else set())
        if outcome.code == 0:
            self.harmless[job.name, fault] += 1
        elif outcome.code not in codes or len(lines) != 1:
            self.complain(job, fault, at, outcome, f"exit code {outcome.code}, {outcome.stderr!r}")

    def check_claims(self, job, fault, at, outcome):
        """Whatever says that it is finished is whole; stages that did not end may be said."""
        for manifest in self.root.glob("data/*/runs/*/manifest.json"):
            done = subprocess.run([self.program, "verify", manifest.parent], capture_output=True,
                                  text=True, timeout=60, check=False)
            bad = [line for line in done.stdout.splitlines()
                   if "did not end" not in line and ": is stale" not in line]
            if done.returncode not in (0, 6) or (done.returncode == 6 and bad):
                self.complain(job, fault, at, outcome, f"verify: {bad} {done.stderr}")
        for line in self.store_faults() if job.store else []:
            self.complain(job, fault, at, outcome, line)

    def store_faults(self):
        """A manifest in the store vouches for what is there."""
        there = self.store.content("tv/e/runs/r/")
        if "manifest.json" not in there:
            return []
        text = self.store.read("tv/e/runs/r/manifest.json")
        listed = {row["name"]: row["sha256"] for row in json.loads(text)["artifacts"]}
        return [f"store: {name} is missing or differs" for name in listed
                if there.get(name) != listed[name]]

    def check_again(self, job, fault, at, outcome, reference):
        done = subprocess.run(self.command(job.words), capture_output=True, text=True, timeout=300,
                              check=False, errors="replace", env=self.environment)
        gone = job.name == "sync-delete-local" and not list(self.root.glob("data/e/runs/r/m*.json"))
        if done.returncode != 0 and not gone:
            self.complain(job, fault, at, outcome, f"again: {done.returncode} {done.stderr}")
            return
        if job.store:
            for line in self.store_faults() + self.absent_from_store():
                self.complain(job, fault, at, outcome, f"again: {line}")
        if gone:
            return  # its manifest went first: what is left of the run is no run any more
        for line in differences(reference, self.root):
            self.complain(job, fault, at, outcome, f"again: {line}")

    def absent_from_store(self):
        there = self.store.names("tv/e/runs/r/")
        return [] if "tv/e/runs/r/manifest.json" in there else ["store: no whole run"]

    def prove_point(self, job, fault, at, template, reference):
        self.start_from(template, job)
        outcome = self.disturbed(job.words, fault, at)
        reached = outcome.hit is not None or (fault.startswith("ENOMEM") and
                                              (outcome.code != 0 or outcome.count >= at))
        if not reached:
            return False
        self.tried[job.name, fault] += 1
        self.check_exit(job, fault, at, outcome)
        self.check_claims(job, fault, at, outcome)
        if fault not in CUTS and outcome.code == 0:
            for line in differences(reference, self.root):
                if ".part" in line:
                    continue  # the fault hit the removal of a scratch file, or progress.json
                self.complain(job, fault, at, outcome, f"harmless: {line}")
        else:
            self.check_again(job, fault, at, outcome, reference)
        return True

    def set_the_scene(self, job):
        """The tree before the job, and after it was left alone."""
        template, reference = self.folder / "template", self.folder / "reference"
        for folder in (template, reference, self.root):
            shutil.rmtree(folder, ignore_errors=True)
        self.root.mkdir()
        if self.store:
            self.store.clear()
        for words in job.before:
            self.succeed(words)
        shutil.copytree(self.root, template)
        self.succeed(job.words)
        shutil.copytree(self.root, reference)
        return template, reference

    def prove_some(self, job, points, dice):
        """So many points of each fault, by chance."""
        template, reference = self.set_the_scene(job)
        for fault, wanted in points.items():
            self.start_from(template, job)
            count = self.disturbed(job.words, fault, 0).count
            for at in dice.sample(range(1, count + 1), min(wanted, count)):
                self.prove_point(job, fault, at, template, reference)

    def prove(self, job, faults, every, memory_points, dice):
        template, reference = self.set_the_scene(job)
        for fault in faults:
            began = time.monotonic()
            self.start_from(template, job)
            count = self.disturbed(job.words, fault, 0).count
            if fault.startswith("ENOMEM"):
                points = sorted(dice.sample(range(1, count + 1), min(memory_points, count)))
            else:
                points = range(1 + dice.randrange(every), count + 1, every)
            for at in points:
                self.prove_point(job, fault, at, template, reference)
            print(f"{job.name}: {fault}: {self.tried[job.name, fault]} of {count} points, "
                  f"{self.harmless[job.name, fault]} harmless, "
                  f"{time.monotonic() - began:.0f} s", flush=True)

    # -- kill -9 -----------------------------------------------------------------------------------

    def check_segments(self, job, workers, at, before):
        """Records that were there are there, untouched; gives those that are there now, and how many were begun in vain."""
        run = self.root / "data" / "e" / "runs" / "r"
        now, begun = finished_segments(run), len(begun_segments(run))
        outcome = Outcome(0, "", f"kill -9, {workers} worker(s)", 0)
        if any(now.get(name) != record for name, record in before.items()):
            self.complain(job, "kill", at, outcome, "a finished segment was done again")
        if begun > workers:
            self.complain(job, "kill", at, outcome, f"{begun} segments were begun in vain")
        return now, begun

    def prove_kills(self, kills, dice):
        """Harvests until it was killed so often, starting anew whenever a harvest got to its end."""
        reference = self.folder / "reference"
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()
        words = self.harvest_words("--keep-segments")
        began = time.monotonic()
        self.succeed(words)
        whole = time.monotonic() - began
        shutil.rmtree(reference, ignore_errors=True)
        self.root.rename(reference)
        killed = finished = 0
        begun_in_vain = collections.Counter()
        while killed < kills:
            shutil.rmtree(self.root, ignore_errors=True)
            self.root.mkdir()
            workers = dice.choice((1, 2))
            job = Job("harvest", [], self.harvest_words("--keep-segments", workers=workers))
            records = {}
            # Killed one to three times on the way, then left to end.
            for _ in range(dice.randint(1, 3)):
                process = subprocess.Popen(self.command(job.words), stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                try:
                    process.wait(dice.uniform(0.02, whole))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    killed += 1
                outcome = Outcome(process.returncode, "", "kill -9", 0)
                self.check_claims(job, "kill", killed, outcome)
                records, begun = self.check_segments(job, workers, killed, records)
                begun_in_vain[workers, begun] += 1
            self.check_again(job, "kill", killed, outcome, reference)
            self.check_segments(job, workers, killed, records)
            finished += 1
        for (workers, begun), times in sorted(begun_in_vain.items()):
            print(f"{workers} worker(s): {begun} segment(s) begun in vain {times} times")
        print(f"harvest: {killed} kills in {finished} harvests, each brought to its end and "
              f"compared, {time.monotonic() - began:.0f} s", flush=True)


def moto_store():
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "e2e"))
    import s3_store
    return s3_store.moto_store()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("program", "layer", "models", "video"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    parser.add_argument("--photo", type=pathlib.Path, help="one face: proves facebank add too")
    parser.add_argument("--s3", action="store_true",
                        help="proves sync and pull too (needs tests/requirements.txt)")
    parser.add_argument("--jobs", default="", help="names, comma between (default: all)")
    parser.add_argument("--faults", default=",".join(FAULTS))
    parser.add_argument("--every", type=int, default=1, help="every N-th call (default: each)")
    parser.add_argument("--memory", type=int, default=200, help="allocations to fail in each job")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    dice = random.Random(options.seed)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="crash_proof_"))
        store = stack.enter_context(moto_store()) if options.s3 else None
        proof = Proof(options.program, options.layer, options.models, options.video, folder,
                      options.photo, store)
        if options.kills:
            proof.prove_kills(options.kills, dice)
        else:
            wanted = options.jobs.split(",") if options.jobs else None
            for job in proof.jobs():
                if wanted is None or job.name in wanted:
                    proof.prove(job, options.faults.split(","), options.every, options.memory, dice)
        print(f"{sum(proof.tried.values())} points, {len(proof.faults)} faults")
        return 1 if proof.faults else 0


if __name__ == "__main__":
    sys.exit(main())
