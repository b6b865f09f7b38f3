#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what two runs left behind, byte for byte.

usage: compare_runs.py RUN_A RUN_B

Leaves out what may differ between two runs of one input and the same settings: progress.json,
cpu.csv, the lock, segment records, and in the manifest the names, times, CPU figures, command, path and how the
work was cut. Exits 0 when all else is equal, 1 and names every difference when not, 2 on bad usage.
"""
import json
import pathlib
import sys

LEFT_OUT_FILES = {"progress.json", "cpu.csv", "manifest.json", ".lock"}
LEFT_OUT_FOLDERS = {"segments"}
# How the work was cut and how fast it went: no business of the artifacts.
LEFT_OUT_KEYS = {"run_id", "command", "started_at", "cpu", "work", "key", "warnings"}
LEFT_OUT_SETTINGS = {"scan.segment-seconds"}
# Frames before a segment's start are decoded for it too, so these depend on the cutting.
LEFT_OUT_COUNTS = {"frames_decoded"}


def files(run):
    """Every artifact of the run, as {name: path}."""
    found = {}
    for path in run.rglob("*"):
        name = path.relative_to(run)
        if path.is_dir() or name.parts[0] in LEFT_OUT_FOLDERS or str(name) in LEFT_OUT_FILES:
            continue
        found[name.as_posix()] = path
    return found


def manifest(run):
    """The part of the manifest that must not depend on how the run was done."""
    path = run / "manifest.json"
    if not path.exists():
        return None
    whole = json.loads(path.read_text())
    kept = {key: value for key, value in whole.items() if key not in LEFT_OUT_KEYS}
    kept.pop("decode", None)
    kept["input"] = {k: v for k, v in kept.get("input", {}).items() if k != "path"}
    kept["stages"] = {name: stage.get("status") for name, stage in kept.get("stages", {}).items()}
    for part, names in (("settings", LEFT_OUT_SETTINGS), ("counts", LEFT_OUT_COUNTS)):
        kept[part] = {k: v for k, v in kept.get(part, {}).items() if k not in names}
    return kept


def first_difference(a, b):
    """Where two byte strings part, in words."""
    for place, (x, y) in enumerate(zip(a, b)):
        if x != y:
            return f"byte {place} of {len(a)} and {len(b)}, line {a[:place].count(10) + 1}"
    return f"{len(a)} and {len(b)} bytes, equal up to the end of the shorter"


def differences(run_a, run_b):
    """One line for each difference; empty when the runs are equal."""
    found = []
    in_a, in_b = files(run_a), files(run_b)
    for name in sorted(in_a.keys() | in_b.keys()):
        if name not in in_b:
            found.append(f"{name}: only in {run_a}")
        elif name not in in_a:
            found.append(f"{name}: only in {run_b}")
        else:
            a, b = in_a[name].read_bytes(), in_b[name].read_bytes()
            if a != b:
                found.append(f"{name}: differs ({first_difference(a, b)})")
    manifest_a, manifest_b = manifest(run_a), manifest(run_b)
    if manifest_a is None or manifest_b is None:
        missing = [str(run) for run, m in ((run_a, manifest_a), (run_b, manifest_b)) if m is None]
        found.append("manifest.json: missing in " + " and ".join(missing) + " (not finished)")
    else:
        for key in sorted(manifest_a.keys() | manifest_b.keys()):
            if manifest_a.get(key) != manifest_b.get(key):
                found.append(f"manifest.json: '{key}' differs")
    return found


def main():
    if len(sys.argv) != 3 or not all(pathlib.Path(run).is_dir() for run in sys.argv[1:]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    found = differences(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    for line in found:
        print(line)
    if not found:
        print("equal")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
