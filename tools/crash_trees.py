# SPDX-License-Identifier: MIT
"""What crash_proof.py looks at in the folders that a disturbed program leaves, and how it compares two of them."""
import json
import re

import compare_runs

# Shows when and how fast, so it differs from run to run.
TIMED = re.compile(r"report/index\.html|\.lock$|\.people\.lock$")


def finished_segments(run):
    """Records of finished segments by name, as what tells a file from the one that replaces it."""
    found = {}
    for path in (run / "segments").glob("*.seg"):
        facts = path.stat()
        found[path.stem] = (facts.st_ino, facts.st_mtime_ns)
    return found


def begun_segments(run):
    """Names of segments that a killed process had under way."""
    return {path.name.split(".")[0] for path in (run / "segments").glob("*.seg.part")}


def plain_files(root):
    """Files outside runs, as {name: bytes}; the time of a decision does not count."""
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or "/runs/" in name or TIMED.search(name):
            continue
        raw = path.read_bytes()
        found[name] = re.sub(rb'"at":"[^"]*"', b"", raw) if name.endswith("people.jsonl") else raw
    return found


def differences(reference, tree):
    found = []
    a, b = plain_files(reference), plain_files(tree)
    for name in sorted(a.keys() | b.keys()):
        # A decision may have been written before the fault; a torn line is kept aside on purpose;
        # exports show times.
        both = name in a and name in b
        if ".jsonl.torn-" in name or (both and re.search(r"people\.jsonl|/export/", name)):
            continue
        if a.get(name) != b.get(name):
            found.append(f"{name} differs, or is only on one side")
    runs = {run.relative_to(root) for root in (reference, tree) for run in root.glob("data/*/runs/*")}
    for run in sorted(runs):
        if not any((root / run / "manifest.json").exists() for root in (reference, tree)):
            continue  # given back to the store: empty folders at most
        found += [line for line in compare_runs.differences(reference / run, tree / run)
                  if not TIMED.search(line) and not is_timed_manifest(line) and not
                  (line.startswith("identities.json: differs") and
                   same_people(reference / run, tree / run))]
    found += [f"{path.relative_to(tree)} is left over" for path in tree.rglob("*.part")]
    return found


def same_people(run_a, run_b):
    """Equal but for how many decisions made them so: one may have been made twice."""
    a, b = (json.loads((run / "identities.json").read_text()) for run in (run_a, run_b))
    for people in (a, b):
        people["stats"].pop("edits_applied", None)
    return a == b


def is_timed_manifest(line):
    # The list of artifacts has the checksum of the report, which shows times.
    return line == "manifest.json: 'artifacts' differs"
