#!/usr/bin/env python3
"""CPU seconds of a harvest, by stage and per minute of video, beside ffmpeg decoding the same file on one thread.

    benchmarks/harvest.py build/release/bin/screenalytics VIDEO... [-- further harvest flags]

Each video is harvested and decoded `--rounds` times (default 3) in turn, so that both see the same machine; the
smallest figures count. CPU seconds, not wall time: machines are shared. Prints a Markdown table.
"""
import json
import pathlib
import resource
import subprocess
import sys
import tempfile


def cpu_of(command):
    """CPU seconds (user and system) of one child, and its standard output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(done.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout.decode()


def harvest(program, video, flags):
    with tempfile.TemporaryDirectory() as data:
        seconds, printed = cpu_of(
            [program, "harvest", "--ep-id", "bench", "--video", video, "--data", data, "--progress", "none", *flags])
        run = pathlib.Path(printed.strip().splitlines()[-1])
        return seconds, json.loads((run / "manifest.json").read_text())


def decode(video):
    return cpu_of(["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", video, "-map", "0:v:0", "-f", "null", "-"])[0]


def measure(program, video, flags, rounds):
    runs = [harvest(program, video, flags) for _ in range(rounds)]
    decoding = min(decode(video) for _ in range(rounds))
    seconds, manifest = min(runs, key=lambda run: run[0])
    minutes = manifest["input"]["duration_s"] / 60
    counts = manifest["counts"]
    stages = manifest["cpu"]["seconds_by_stage"]
    main = {name: stages.get(name, 0) for name in ("decode", "scale", "detect", "shots", "crop", "images", "embed")}
    main["other"] = max(seconds - sum(main.values()), 0)
    cells = [
        pathlib.Path(video).name,
        f"{manifest['input']['width']}x{manifest['input']['height']}, {60 * minutes:.1f} s",
        f"{seconds:.2f}",
        f"{seconds / minutes:.2f}",
        f"{decoding:.2f}",
        f"{seconds / decoding:.2f}",
        ", ".join(f"{name} {value:.2f}" for name, value in main.items()),
        f"{counts['model_calls']['detector']} / {counts['model_calls']['embedder']} ({counts['faces_kept']})",
        f"{manifest['cpu']['peak_rss_mb']:.0f}",
    ]
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    arguments = sys.argv[1:]
    flags = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, flags = arguments[:at], arguments[at + 1:]
    rounds = 3
    if "--rounds" in arguments:
        at = arguments.index("--rounds")
        rounds = int(arguments[at + 1])
        del arguments[at:at + 2]
    if len(arguments) < 2:
        sys.exit(__doc__)
    print("| video | size | CPU s | CPU s a video minute | decoding alone (ffmpeg, 1 thread) | ratio | by stage, CPU s "
          "| detector / embedder calls (faces kept) | peak MiB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for video in arguments[1:]:
        measure(arguments[0], video, flags, rounds)


main()
