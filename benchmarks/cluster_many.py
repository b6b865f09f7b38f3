#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPU seconds and memory of clustering many tracks.

    cluster_many.py WORK --program PROGRAM [--tracks 20000] [--people 200] [--likeness 0.7]

Writes a run of that many tracks of five faces each, whose embeddings are made up: two tracks of one person have the
cosine `likeness` on average, two of different people 0. Some are on screen at once. Runs `PROGRAM cluster` on it and
prints its CPU seconds, peak memory and what it found. Needs numpy."""
import argparse
import json
import os
import pathlib
import shutil
import subprocess

import numpy as np

DIMENSION, FACES = 512, 5


def embeddings(tracks, people, likeness):
    dice = np.random.default_rng(1)
    unit = lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True)
    persons = unit(dice.standard_normal((people, DIMENSION), dtype=np.float32))
    who = dice.integers(people, size=tracks)
    own = unit(dice.standard_normal((tracks, DIMENSION), dtype=np.float32))
    return who, unit(np.sqrt(likeness) * persons[who] + np.sqrt(1 - likeness) * own)


def write_run(run, who, matrix):
    run.mkdir(parents=True)
    with (run / "tracks.jsonl").open("w") as rows:
        for at in range(len(matrix)):
            together = at % 10 == 1 and who[at] != who[at - 1]  # in the frame of the track before
            frame = at - 1 if together else at
            left = 200 if together else 10
            sample = {"frame_idx": frame, "ts": frame, "bbox_xyxy": [left, 10, left + 80, 100], "conf": 0.99, "landmarks": None,
                      "quality": 0.7, "blur": 200, "contrast": 40, "size": 80}
            rows.write(json.dumps({"ep_id": "many", "track_id": at + 1, "class": "face", "shot": 0, "first_ts": frame, "last_ts": frame,
                                   "first_frame_idx": frame, "last_frame_idx": frame, "frame_count": 1, "samples": [sample],
                                   "faces_count": FACES, "face_embedding_row": at, "face_embedding_samples": FACES,
                                   "face_embedding_spread": 0.1}) + "\n")
    np.save(run / "tracks.npy", matrix.astype("<f4"))
    manifest = {"schema": 1, "ep_id": "many", "run_id": run.name, "stages": {}, "artifacts": [], "counts": {},
                "models": [{"role": "embedder", "name": "made up", "fingerprint": "none"}]}
    (run / "manifest.json").write_text(json.dumps(manifest))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--tracks", type=int, default=20000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--likeness", type=float, default=0.7)
    options = parser.parse_args()
    shutil.rmtree(options.work / "many", ignore_errors=True)
    run = options.work / "many" / "runs" / "run-0001"
    write_run(run, *embeddings(options.tracks, options.people, options.likeness))
    process = subprocess.Popen([options.program.resolve(), "cluster", "--data", options.work, "--ep-id", "many", "--cpu-limit", "100",
                                "--progress", "none", "--group.max-distance", "0.62"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    found = json.loads((run / "identities.json").read_text())
    print(f"{options.tracks} tracks of {options.people} people: exit {os.waitstatus_to_exitcode(status)}, "
          f"{usage.ru_utime + usage.ru_stime:.1f} CPU s, {usage.ru_maxrss / 1024:.0f} MiB, "
          f"{len(found['identities'])} people found, {len(found['unknown']['track_ids'])} tracks unknown")


if __name__ == "__main__":
    main()
