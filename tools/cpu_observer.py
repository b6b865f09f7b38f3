#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Watches the CPU use of a command and everything that it starts, from outside, and holds it against a cap.

    tools/cpu_observer.py --cap 150 -- screenalytics harvest --ep-id e --video v.mp4 --cpu-limit 150
    tools/cpu_observer.py --pid 1234 --seconds 60

Reads on its own: it asks the watched program nothing. Windows slide by the reading interval (10 ms); their length is the
time that really passed between two readings, at least 0.1 and 1 s. Percent are of one core, 100 = one core. How exact the
counter is (--counter) is printed with the figures; see tools/cpu_counters.py.

--cap P checks the rules: no 1 s window above P + 1, no 0.1 s window above P + 5 (P + 1 when P is whole cores), and mean
use of at least 95 % of P unless --idle-allowed. Exit code 1 when one is broken, else that of the command.

--seconds S ends the command after S seconds; --repeat-for S starts it again and again until S seconds are over (a word {n}
in it becomes the number of the run).
"""
import argparse
import collections
import json
import os
import signal
import sys
import time

import cpu_counters

LOOK_SECONDS = 0.2  # how often threads and processes are counted
LONG_READING_NS = 1_000_000
WINDOWS = (0.1, 1.0)
Reading = collections.namedtuple("Reading", "at cpu")


class Samples:
    """Readings of a counter over time, and what they say about windows."""

    def __init__(self, counter):
        self.counter = counter
        self.rows = []

    def take(self):
        """One reading. When the scheduler took us away in the middle, clock and counter do not belong together: once more."""
        best = None
        for _ in range(5):
            self.counter.prepare()
            before = time.monotonic_ns()
            cpu = self.counter.read()
            after = time.monotonic_ns()
            if best is None or after - before < best[0]:
                best = (after - before, Reading((before + after) // 2, cpu))
            if best[0] < LONG_READING_NS:
                break
        self.rows.append(best[1])
        for start, used in getattr(self.counter, "late", []):
            self.spread(start, used)
        getattr(self.counter, "late", []).clear()

    def spread(self, start, used):
        """A thread seen for the first time used `used` since `start`: evenly, as far as anybody knows."""
        end = self.rows[-1].at
        for i in range(len(self.rows) - 2, -1, -1):
            row = self.rows[i]
            if row.at <= start:
                break
            self.rows[i] = Reading(row.at, row.cpu + used * (row.at - start) // max(end - start, 1))

    def windows(self, seconds):
        """Use in percent of every sliding window of at least this length; one shorter window when the run was shorter."""
        least, begin, found = seconds * 1e9, 0, []
        for row in self.rows:
            while begin + 1 < len(self.rows) and row.at - self.rows[begin + 1].at >= least:
                begin += 1
            first = self.rows[begin]
            if row.at - first.at >= least:
                found.append(100 * (row.cpu - first.cpu) / (row.at - first.at))
        return found

    def summary(self, seconds):
        found = sorted(self.windows(seconds))
        if not found:
            return {"windows": 0, "max": None, "p99": None, "mean": None}
        place = min(len(found) - 1, int(0.99 * len(found)))
        return {"windows": len(found), "max": round(found[-1], 2), "p99": round(found[place], 2),
                "mean": round(sum(found) / len(found), 2)}


def stolen_seconds():
    """CPU time that a hypervisor gave to other machines, all CPUs (proc(5), stat: steal)."""
    with open("/proc/stat", encoding="ascii") as file:
        words = file.readline().split()
    return int(words[8]) / os.sysconf("SC_CLK_TCK") if len(words) > 8 else 0.0


class Observer:
    """Runs or joins a command, and watches it to its end."""

    def __init__(self, options):
        self.options = options
        cpu_counters.become_subreaper()
        self.tree = cpu_counters.Tree([options.pid] if options.pid else [])
        self.counter = cpu_counters.make_counter(options.counter, self.tree)
        self.samples = Samples(self.counter)
        self.began, self.own = time.monotonic(), time.process_time()
        self.stolen = stolen_seconds()
        self.reaped = 0.0  # CPU seconds of children that ended, and of theirs
        self.exit_code, self.runs, self.child = None, 0, None
        self.threads = self.processes = 0
        self.next_look = 0.0
        self.next_start = None  # of the next run, while there is none
        self.cpus = os.sched_getaffinity(0)
        try:
            os.nice(-10)  # a late reading is a worse reading; it takes little
        except OSError:
            pass

    def start(self):
        """Forks the command; it waits for us to count it before it becomes the program."""
        self.runs += 1
        go, said = os.pipe()
        command = [word.replace("{n}", str(self.runs)) for word in self.options.command]
        self.child = os.fork()
        if self.child == 0:
            self.become(command, go, said)
        os.close(go)
        self.tree.roots.add(self.child)
        self.counter.add_child(self.child)
        if self.runs == 1:
            self.samples.take()
            self.began = time.monotonic()
        os.write(said, b"x")
        os.close(said)

    @staticmethod
    def become(command, go, said):
        try:
            os.nice(10 if os.nice(0) < 0 else 0)
            os.close(said)
            os.read(go, 1)
            os.execvp(command[0], command)
        except OSError as error:
            sys.stderr.write(f"cpu_observer: cannot start '{command[0]}': {error.strerror}\n")
        os._exit(127)

    def reap(self):
        """Takes in what has ended. False when the command is over and nothing of it lives."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return self.next_run()
            if pid == 0:
                return True
            self.reaped += usage.ru_utime + usage.ru_stime
            if pid == self.child:
                code = os.waitstatus_to_exitcode(status)
                self.exit_code = 128 - code if code < 0 else code
                self.child = None

    def next_run(self):
        now = time.monotonic()
        if not (self.options.repeat_for and now - self.began < self.options.repeat_for and self.exit_code == 0):
            return False
        if self.next_start is None:
            self.next_start = now + self.options.gap
        if now >= self.next_start:
            self.next_start = None
            self.start()
        return True

    def look(self):
        living = self.tree.look()
        self.processes = max(self.processes, len(living))
        self.threads = max(self.threads, sum(map(len, living.values())))
        taken = set()
        for pid in living:
            try:
                taken |= os.sched_getaffinity(pid)
            except OSError:
                pass
        away = self.cpus - taken
        os.sched_setaffinity(0, away or self.cpus)  # where the tree is not, when there is such a CPU
        return bool(living)

    def end_command(self, *_):
        for pid in self.tree.look():
            try:
                os.kill(pid, signal.SIGTERM)
                os.kill(pid, signal.SIGCONT)
            except OSError:
                pass

    def watch(self):
        if self.options.pid:
            self.counter.add_running(self.tree)
            self.samples.take()
        else:
            self.start()
        signal.signal(signal.SIGTERM, self.end_command)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command is in our group and hears it itself
        over, ended, due = None, False, time.monotonic()
        while True:
            due = max(due + self.options.interval, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            self.samples.take()
            now = time.monotonic()
            living = True
            if now >= self.next_look:
                self.next_look = now + LOOK_SECONDS
                living = self.look()
            if not (living if self.options.pid else self.reap()):
                return
            over = over or (now if self.options.seconds and now - self.began >= self.options.seconds else None)
            if over and self.options.pid:
                return
            if over and not ended:
                self.end_command()
                ended = True
            if over and now - over > 5:
                for pid in self.tree.look():
                    os.kill(pid, signal.SIGKILL)

    def report(self):
        rows = self.samples.rows
        wall = (rows[-1].at - rows[0].at) / 1e9
        counted = (rows[-1].cpu - rows[0].cpu) / 1e9
        result = {"command": self.options.command, "pid": self.options.pid, "runs": self.runs, "exit_code": self.exit_code,
                  "wall_seconds": round(wall, 3), "cpu_seconds": round(counted, 3),
                  "cpu_seconds_reaped": None if self.options.pid else round(self.reaped, 3),
                  "mean_percent": round(100 * counted / wall, 2) if wall > 0 else 0,
                  "windows": {f"{seconds:g}": self.samples.summary(seconds) for seconds in WINDOWS},
                  "threads_high_water": self.threads, "processes_high_water": self.processes,
                  "counter": self.counter.name, "accuracy": self.counter.accuracy, "readings": len(rows),
                  "stolen_seconds": round(stolen_seconds() - self.stolen, 2),
                  "observer_percent": round(100 * (time.process_time() - self.own) / max(wall, 1e-9), 2)}
        if self.options.cap:
            result["cap_percent"] = self.options.cap
            result["rules"] = rules(result, self.options.cap, self.options.idle_allowed)
        return result


def rules(result, cap, idle_allowed):
    """The rules of the CPU promise, each with what was measured and whether it holds."""
    short = cap + (1 if cap % 100 == 0 else 5)
    checks = [("max of 1 s windows", result["windows"]["1"]["max"], "<=", cap + 1),
              ("max of 0.1 s windows", result["windows"]["0.1"]["max"], "<=", short)]
    if not idle_allowed:
        checks.append(("mean use", result["mean_percent"], ">=", 0.95 * cap))
    found = []
    for name, value, relation, bound in checks:
        holds = None if value is None else (value <= bound if relation == "<=" else value >= bound)
        found.append({"rule": f"{name} {relation} {bound:g} %", "measured": value, "holds": holds})
    return found


def print_table(result, file):
    say = lambda *words: print(*words, file=file)
    say(f"CPU {result['cpu_seconds']} s in {result['wall_seconds']} s, mean {result['mean_percent']} %, exit code "
        f"{result['exit_code']}, {result['runs']} run(s), at most {result['threads_high_water']} threads in "
        f"{result['processes_high_water']} processes")
    say("window        max       p99      mean  windows")
    for name, window in result["windows"].items():
        numbers = ["%8.2f%%" % window[key] if window[key] is not None else "        -" for key in ("max", "p99", "mean")]
        say(f"{name:>4} s  {' '.join(numbers)} {window['windows']:8d}")
    for rule in result.get("rules", []):
        word = {True: "pass", False: "FAIL", None: "too short to say"}[rule["holds"]]
        say(f"{word}: {rule['rule']} (measured {rule['measured']})")
    say(f"counter: {result['counter']} ({result['accuracy']}); the observer itself took {result['observer_percent']} %; "
        f"{result['stolen_seconds']} s were taken by a hypervisor")


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pid", type=int, help="watch this process and its children instead of a command")
    parser.add_argument("--cap", type=float, help="percent of one core: check the rules")
    parser.add_argument("--idle-allowed", action="store_true", help="no rule about the mean")
    parser.add_argument("--counter", choices=("auto", "perf", "cgroup", "proc"), default="auto")
    parser.add_argument("--interval", type=float, help="seconds between readings (0.01; proc: 0.025)")
    parser.add_argument("--seconds", type=float, help="end the command (or the watching) after this time")
    parser.add_argument("--repeat-for", type=float, help="start the command again until this time is over")
    parser.add_argument("--gap", type=float, default=0, help="seconds between two runs of --repeat-for")
    parser.add_argument("--json", help="write the figures to this file ('-': standard output)")
    parser.add_argument("--csv", help="write every reading to this file: seconds, CPU seconds")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND ARGUMENT...")
    options = parser.parse_args(words)
    options.command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if bool(options.pid) == bool(options.command):
        parser.error("give either --pid or a command after --")
    return options


def main():
    options = parse(sys.argv[1:])
    try:
        observer = Observer(options)
    except OSError as error:
        sys.exit(f"cpu_observer: the counter '{options.counter}' cannot be used here: {error.strerror or error}")
    if options.interval is None:
        options.interval = 0.025 if observer.counter.name == "proc" else 0.01
    observer.watch()
    if hasattr(observer.counter, "close"):
        observer.counter.close()
    result = observer.report()
    print_table(result, sys.stderr)
    if options.json:
        text = json.dumps(result, indent=1) + "\n"
        sys.stdout.write(text) if options.json == "-" else open(options.json, "w", encoding="utf-8").write(text)
    if options.csv:
        first = observer.samples.rows[0]
        with open(options.csv, "w", encoding="utf-8") as file:
            file.write("elapsed_s,cpu_s\n")
            file.writelines(f"{(r.at - first.at) / 1e9:.6f},{(r.cpu - first.cpu) / 1e9:.6f}\n"
                            for r in observer.samples.rows)
    broken = any(rule["holds"] is False for rule in result.get("rules", []))
    sys.exit(1 if broken else observer.exit_code or 0)


if __name__ == "__main__":
    main()
