#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the CPU promise from outside (tools/cpu_observer.py) and writes the table.

    tools/cpu_table.py matrix  --program build/release/bin/screenalytics --video v.mp4 --spin build/release/bin/screenalytics_spin --out table
    tools/cpu_table.py use     --program ... --video v.mp4 --out use       # throughput and CPU seconds by cap
    tools/cpu_table.py compare --program ... --video v.mp4 --out compare   # the same job under cpulimit and taskset

matrix: each way in (harvest, faces-embed, facebank add, cluster, report, limit around a spinning, forking program) at each cap (50, 100,
130, 150, 200) for --seconds (60): one run that is ended then (harvest and faces-embed of the video many times over, facebank add with
thousands of photos, limit), or the command again and again, with a
small gap (cluster, report). The mean rule (95 % of the cap) is checked for harvest
and limit only: the others compute on one thread or end after a moment.
use: a harvest with --stride 1 of the video twelve times over, from start to end; compare: one of the video itself with all faces. Each
--rounds times, and the round with the least CPU seconds is shown.
Writes OUT.md and OUT.json after every measurement, so that a stopped table is still a table.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

OBSERVER = pathlib.Path(__file__).resolve().parent / "cpu_observer.py"
CAPS = (50, 100, 130, 150, 200)
JOBS = ("harvest", "faces-embed", "facebank add", "cluster", "report", "limit")
GAP_SECONDS = 0.15  # so that no window of 0.1 s holds the end of one process and the start of the next
PHOTOS = 16000  # more than 200 % gets through in a minute
WORKS_ALL_THE_TIME = ("harvest", "limit")


class Table:
    def __init__(self, options):
        self.options = options
        self.rows = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cpu_table_"))
        self.data = self.folder / "data"
        self.long = self.folder / "long.mp4"

    def harvest(self, ep_id, *words):
        o = self.options
        video = self.long if self.long.exists() else o.video
        return [o.program, "harvest", "--ep-id", ep_id, "--video", video, "--data", self.data, "--progress", "none", *words]

    def prepare(self):
        """A finished run and a photo, made before anything is measured."""
        run = lambda *words: subprocess.run(list(map(str, words)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(list(map(str, self.harvest("made", "--run-id", "r"))), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        largest = max((self.data / "made/runs/r/thumbs").rglob("*.jpg"), key=lambda path: path.stat().st_size)
        self.photos = [self.folder / f"photo{i:05}.jpg" for i in range(PHOTOS)]
        for i, photo in enumerate(self.photos):
            photo.write_bytes(largest.read_bytes() + str(i).encode())  # another file, the same face
        self.make_long()
        run(*self.harvest("tracks", "--run-id", "r", "--stride", 2, "--detect.long-side", 256))

    def make_long(self):
        """Enough work for the highest cap: one pass over the composite video takes 20 CPU seconds."""
        subprocess.run(["ffmpeg", "-v", "error", "-stream_loop", "11", "-i", self.options.video, "-c", "copy", self.long], check=True)

    def command(self, job, cap):
        common = ["--data", self.data, "--cpu-limit", cap, "--progress", "none"]
        o = self.options
        return {"harvest": self.harvest(f"e{cap}", "--stride", 1, "--samples", "all", "--cpu-limit", cap),
                "faces-embed": [o.program, "faces-embed", "--ep-id", "tracks", "--samples", "all", "--no-batch-embed", *common],
                "facebank add": [o.program, "facebank", "add", "--show", f"s{cap}", "--cast-id", "c", "--name", "N", *common, *self.photos],
                "cluster": [o.program, "cluster", "--ep-id", "made", *common],
                "report": [o.program, "report", "--ep-id", "made", *common],
                "limit": [o.program, "limit", "--quiet", "--cpu-limit", cap, "--", o.spin, "--threads", 8, "--forks", 2, "--churn",
                          "--seconds", o.seconds]}[job]

    def observe(self, command, *words, environment=None):
        out = self.folder / "observed.json"
        out.unlink(missing_ok=True)
        line = [sys.executable, OBSERVER, *words, "--json", out, "--", *command]
        done = subprocess.run(list(map(str, line)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, **(environment or {})})
        if not out.exists():
            sys.exit(f"cpu_table: {' '.join(map(str, command))}\n{done.stderr}")
        result = json.loads(out.read_text())
        if result["exit_code"] not in (0, 130, 137, 143):  # ended, or ended by us
            sys.exit(f"cpu_table: exit code {result['exit_code']}: {' '.join(map(str, command))}\n{done.stderr}")
        return result

    def add(self, row):
        self.rows.append(row)
        print(json.dumps({key: value for key, value in row.items() if key != "observed"}), file=sys.stderr, flush=True)
        pathlib.Path(f"{self.options.out}.json").write_text(json.dumps(self.rows, indent=1) + "\n")
        pathlib.Path(f"{self.options.out}.md").write_text(markdown(self.rows))

    def matrix(self):
        for job in self.options.jobs:
            for cap in self.options.caps:
                again = job in ("cluster", "report")
                words = ["--cap", cap, "--repeat-for" if again else "--seconds", self.options.seconds]
                if job == "limit":
                    words = ["--cap", cap]  # the program ends by itself
                if again:
                    words += ["--gap", GAP_SECONDS]
                words += ["--counter", counter_for(cap)]
                if job not in WORKS_ALL_THE_TIME:
                    words.append("--idle-allowed")
                result = self.observe(self.command(job, cap), *words)
                self.add({"job": job, "cap": cap, **figures(result),
                          "holds": all(rule["holds"] is not False for rule in result["rules"]),
                          "broken": [rule["rule"] for rule in result["rules"] if rule["holds"] is False]})
                shutil.rmtree(self.data / "facebank", ignore_errors=True)
                for run in self.data.glob("e[0-9]*"):  # harvests that were ended
                    shutil.rmtree(run)

    def measure(self, command, cap, environment=None):
        shutil.rmtree(self.data / "once", ignore_errors=True)
        return self.observe(command, "--idle-allowed", "--counter", counter_for(cap), environment=environment)

    def least(self, name, command, environment=None, **more):
        results = [self.measure(command, more["cap"], environment) for _ in range(self.options.rounds)]
        self.add({"job": name, **more, **figures(min(results, key=lambda result: result["cpu_seconds"]))})

    def once(self, *words):
        # Segments of 3 s, so that there is work for all workers until shortly before the end.
        return self.harvest("once", "--stride", 1, "--scan.segment-seconds", 3, *words)

    def use(self):
        self.make_long()
        jobs = {"none": (self.once("--workers", 1), {"ENABLE_CPU_LIMIT": "0"})}
        jobs.update({cap: (self.once("--cpu-limit", cap), None) for cap in self.options.caps})
        rounds = {cap: [] for cap in jobs}
        for _ in range(self.options.rounds):  # all of them in turn: a machine has better and worse minutes
            for cap, (command, environment) in jobs.items():
                rounds[cap].append(self.measure(command, cap, environment))
        best = {cap: min(results, key=lambda result: result["cpu_seconds"]) for cap, results in rounds.items()}
        for cap, result in best.items():
            self.add({"job": "no cap, one worker" if cap == "none" else f"cap {cap}", "cap": cap, **figures(result)})
            seconds = ", ".join(f"{one['cpu_seconds']:.2f}" for one in rounds[cap])
            print(f"cap {cap}: CPU seconds {result['cpu_seconds'] / best['none']['cpu_seconds']:.3f} of one worker without a cap "
                  f"(rounds: {seconds}), mean {result['mean_percent']} %")
        if 100 in best and 200 in best:
            fastest = {cap: min(result["wall_seconds"] for result in rounds[cap]) for cap in (100, 200)}
            print(f"throughput at 200 % is {fastest[100] / fastest[200]:.3f} times that at 100 %")

    def compare(self):
        free = {"ENABLE_CPU_LIMIT": "0"}
        many = self.once("--samples", "all", "--cpu-limit", 100 * len(os.sched_getaffinity(0)))
        self.least("no cap", many, free, cap="none")
        for cap in self.options.caps:
            self.least("screenalytics --cpu-limit", self.once("--samples", "all", "--cpu-limit", cap), cap=cap)
            self.least("screenalytics limit --", [self.options.program, "limit", "--quiet", "--cpu-limit", cap, "--",
                                                    "env", "ENABLE_CPU_LIMIT=0", *many], cap=cap)
            self.least("cpulimit -l P -m -f --", ["cpulimit", "-l", int(cap), "-m", "-f", "--", *many], free, cap=cap)
            if cap % 100 == 0:
                cpus = ",".join(map(str, sorted(os.sched_getaffinity(0))[:cap // 100]))
                self.least("taskset -c", ["taskset", "-c", cpus, *many], free, cap=cap)


def counter_for(cap):
    """Where a hypervisor takes time away, perf counts it as used: nothing to a mask of whole CPUs, but much to a fraction."""
    return "auto" if cap == "none" or cap % 100 == 0 else "proc"


def figures(result):
    windows = result["windows"]
    return {"max_1s": windows["1"]["max"], "max_0_1s": windows["0.1"]["max"], "p99_0_1s": windows["0.1"]["p99"],
            "mean": result["mean_percent"], "cpu_seconds": result["cpu_seconds"], "wall_seconds": result["wall_seconds"],
            "runs": result["runs"], "threads": result["threads_high_water"], "counter": result["counter"],
            "stolen": result["stolen_seconds"]}


def markdown(rows):
    text = "| what | cap | max 1 s | max 0.1 s | p99 0.1 s | mean | CPU s | wall s | runs | threads | counter | stolen s | rules |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
    for row in rows:
        rules = "" if "holds" not in row else "hold" if row["holds"] else "**broken**: " + "; ".join(row["broken"])
        text += (f"| {row['job']} | {row['cap']} | {row['max_1s']} | {row['max_0_1s']} | {row['p99_0_1s']} | {row['mean']} | "
                 f"{row['cpu_seconds']:.2f} | {row['wall_seconds']:.2f} | {row['runs']} | {row['threads']} | {row['counter']} | {row['stolen']} | {rules} |\n")
    return text


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("matrix", "use", "compare"))
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--video", required=True, type=pathlib.Path)
    parser.add_argument("--spin", type=pathlib.Path, help="screenalytics_spin, for the row 'limit'")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--caps", type=lambda text: [int(cap) for cap in text.split(",")], default=list(CAPS))
    parser.add_argument("--jobs", type=lambda text: text.split(","), default=list(JOBS))
    options = parser.parse_args()
    options.program, options.video = options.program.resolve(), options.video.resolve()
    if options.spin:
        options.spin = options.spin.resolve()
    elif options.what == "matrix" and "limit" in options.jobs:
        parser.error("the row 'limit' needs --spin")
    return options


def main():
    table = Table(parse())
    try:
        if table.options.what == "matrix":
            table.prepare()
        getattr(table, table.options.what)()
    finally:
        shutil.rmtree(table.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
