# SPDX-License-Identifier: MIT
"""Counts the CPU time of a process tree from outside it: what tools/cpu_observer.py reads. Python's standard library only.

Three counters, each cumulative nanoseconds of user and system time of every process of the tree, dead ones included:

perf    the kernel's task clock (perf_event_open), inherited by every thread and process that the tree starts. Exact at the
        moment of reading, also for threads that run just then; includes what a hypervisor took away meanwhile.
cgroup  the tree in a group of its own (v1 cpuacct on a hierarchy of its own, or v2 cpu.stat). Complete, but a running
        thread is booked at scheduler ticks (1 to 10 ms) only.
proc    the sum of /proc/PID/task/TID/schedstat (else utime + stime of stat). Works everywhere. A running thread is booked at ticks, so
        the reader first runs for a moment on every CPU on which the tree computes, which makes the scheduler book it;
        threads that start and end between two looks are missed (the total at the end says how much).
"""
import ctypes
import os
import pathlib
import platform
import struct
import time

TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
MANY_CPUS = 8
FIND_SECONDS = 0.1  # how often the proc counter looks for new threads
LIBC = ctypes.CDLL(None, use_errno=True)


def become_subreaper():
    """Orphans of the tree come to us, instead of leaving it."""
    PR_SET_CHILD_SUBREAPER = 36
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def read_bytes(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def names_in(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


class Tree:
    """The living processes below some roots. A process stays in the tree once it was seen there, whoever its parent is then."""

    def __init__(self, roots):
        self.known = {}  # process id -> start time, since ids are used again
        self.roots = set(roots)
        self.has_children_file = os.path.exists("/proc/self/task/%d/children" % os.getpid())

    @staticmethod
    def fields(pid):
        """The fields of /proc/PID/stat from the state on; empty when the process is gone."""
        text = read_bytes(f"/proc/{pid}/stat")
        return text[text.rfind(b")") + 2:].split() if text else []

    def children(self, pid):
        found = []
        for thread in names_in(f"/proc/{pid}/task"):
            found += [int(child) for child in read_bytes(f"/proc/{pid}/task/{thread}/children").split()]
        return found

    def all_children(self):
        below = {}
        for name in filter(str.isdigit, names_in("/proc")):
            fields = self.fields(name)
            if fields:
                below.setdefault(int(fields[1]), []).append(int(name))
        return below

    def look(self):
        """{process id: [thread ids]} of everything that lives, zombies left out."""
        below = None if self.has_children_file else self.all_children()
        waiting, living = list(self.roots | set(self.known)), {}
        while waiting:
            pid = waiting.pop()
            fields = self.fields(pid) if pid not in living else []
            if not fields or self.known.get(pid, fields[19]) != fields[19]:
                continue
            self.known[pid] = fields[19]
            living[pid] = [] if fields[0] in (b"Z", b"X") else [int(t) for t in names_in(f"/proc/{pid}/task")]
            waiting += self.children(pid) if below is None else below.get(pid, [])
        self.known = {pid: start for pid, start in self.known.items() if pid in living}
        return {pid: threads for pid, threads in living.items() if threads}


class PerfCounter:
    """perf_event_open(2), software task clock, inherited."""

    name = "perf"
    accuracy = "exact at each reading; +-0.1 point of a 0.1 s window; time taken by a hypervisor counts as used"
    NUMBERS = {"x86_64": 298, "aarch64": 241, "riscv64": 241, "ppc64le": 319, "s390x": 331}

    class Attributes(ctypes.Structure):
        _fields_ = [("type", ctypes.c_uint32), ("size", ctypes.c_uint32), ("config", ctypes.c_uint64),
                    ("period", ctypes.c_uint64), ("sample_type", ctypes.c_uint64), ("read_format", ctypes.c_uint64),
                    ("flags", ctypes.c_uint64), ("rest", ctypes.c_uint8 * 64)]

    def __init__(self):
        self.files = []
        os.close(self.open(0))  # says now when it is not allowed

    def open(self, thread):
        """An event on one thread (0: this one), passed on to all that it starts from here on."""
        SOFTWARE, TASK_CLOCK, INHERIT, CLOSE_ON_EXEC = 1, 1, 1 << 1, 8
        wanted = self.Attributes(type=SOFTWARE, size=112, config=TASK_CLOCK, flags=INHERIT)
        number = self.NUMBERS.get(platform.machine())
        if number is None:
            raise OSError("perf_event_open: unknown machine")
        file = LIBC.syscall(number, ctypes.byref(wanted), thread, -1, -1, CLOSE_ON_EXEC)
        if file < 0:
            raise OSError(ctypes.get_errno(), "perf_event_open: " + os.strerror(ctypes.get_errno()))
        return file

    def prepare(self):
        pass

    def add_child(self, pid):
        """`pid` has not started anything yet."""
        self.files.append(self.open(pid))

    def add_running(self, tree):
        """Every thread that lives; looks again until it finds no new one."""
        seen = set()
        while True:
            threads = {thread for threads in tree.look().values() for thread in threads} - seen
            if not threads:
                return
            for thread in threads:
                try:
                    self.files.append(self.open(thread))
                except ProcessLookupError:
                    pass
            seen |= threads

    def read(self):
        return sum(struct.unpack("Q", os.read(file, 8))[0] for file in self.files)


class GroupCounter:
    """A control group that holds the tree and nothing else."""

    name = "cgroup"
    accuracy = "complete; running threads are booked at ticks of 1 to 10 ms: each 0.1 s window +-1 to 10 points a busy CPU"

    def __init__(self):
        self.folder = self.make()
        v1 = (self.folder / "cpuacct.usage").exists()
        self.usage = self.folder / ("cpuacct.usage" if v1 else "cpu.stat")

    @staticmethod
    def make():
        for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
            fields, options = line.split(), line.rsplit(" ", 1)[1].split(",")
            kind = fields[fields.index("-") + 1]
            alone = kind == "cgroup" and "cpuacct" in options and "cpu" not in options
            if not alone and kind != "cgroup2":
                continue
            folder = pathlib.Path(fields[4]) / f"cpu_observer_{os.getpid()}"
            try:
                folder.mkdir()
                return folder
            except OSError:
                continue
        raise OSError("no control group hierarchy for accounting alone can be written")

    def prepare(self):
        pass

    def add_child(self, pid):
        (self.folder / "cgroup.procs").write_text(str(pid))

    def add_running(self, tree):
        for pid in tree.look():
            self.add_child(pid)

    def read(self):
        text = self.usage.read_text()
        return 1000 * int(text.split()[1]) if text.startswith("usage_usec") else int(text)

    def close(self):
        """Whoever still lives goes back to where we are."""
        for pid in (self.folder / "cgroup.procs").read_text().split():
            try:
                (self.folder.parent / "cgroup.procs").write_text(pid)
            except OSError:
                pass
        try:
            self.folder.rmdir()
        except OSError:
            pass


class ProcCounter:
    """/proc alone."""

    name = "proc"
    accuracy = ("each look runs on the busy CPUs first; +-2 points a busy CPU of a 0.1 s window; "
                "threads that live for less than one look are missed")

    def __init__(self, tree):
        self.tree = tree
        self.files = {}  # process, thread, start time -> open file
        self.last = {}  # the same -> nanoseconds when last seen
        self.total = 0
        self.late = []  # (start in monotonic ns, nanoseconds used when first seen): the caller spreads them over the time between
        self.next_find = 0.0
        self.cpus = os.sched_getaffinity(0)
        self.has_schedstat = bool(read_bytes("/proc/self/schedstat"))

    def add_child(self, pid):
        self.next_find = 0.0

    def add_running(self, tree):
        self.next_find = 0.0

    def prepare(self):
        """Finds new threads now and then; runs for a moment on each CPU where a thread of the tree may run now, so that
        the scheduler books what it used."""
        now = time.monotonic()
        if now >= self.next_find:
            self.next_find = now + FIND_SECONDS
            self.find_threads()
        if not self.has_schedstat:
            return
        if len(self.cpus) > MANY_CPUS:
            states = [Tree.fields(f"{pid}/task/{thread}") for pid, thread, _ in self.files]
            busy = {int(fields[36]) for fields in states if fields and fields[0] == b"R"}
        else:
            busy = self.cpus
        here = os.sched_getaffinity(0)
        for cpu in busy & self.cpus:
            os.sched_setaffinity(0, {cpu})
        os.sched_setaffinity(0, here)

    def find_threads(self):
        """Opens the files of new threads, closes those of dead ones."""
        living = {(pid, thread, self.tree.known[pid])
                  for pid, threads in self.tree.look().items() for thread in threads}
        for key in set(self.files) - living:
            os.close(self.files.pop(key))
        for key in living - set(self.files):
            try:
                name = "schedstat" if self.has_schedstat else "stat"
                self.files[key] = os.open(f"/proc/{key[0]}/task/{key[1]}/{name}", os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                pass

    def used(self, file):
        """Nanoseconds; -1 when the thread is gone."""
        try:
            text = os.pread(file, 512, 0)
        except OSError:
            return -1
        if self.has_schedstat:
            return int((text.split() or [-1])[0])
        fields = text[text.rfind(b")") + 2:].split()
        return (int(fields[11]) + int(fields[12])) * TICK_NS if fields else -1

    def started(self, key):
        """When the thread started, on the monotonic clock."""
        fields = Tree.fields(f"{key[0]}/task/{key[1]}")
        since_boot = int(fields[19]) * TICK_NS if fields else time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        return since_boot - time.clock_gettime_ns(time.CLOCK_BOOTTIME) + time.monotonic_ns()

    def read(self):
        for key, file in self.files.items():
            value = self.used(file)
            if key not in self.last and value > 0:
                self.late.append((self.started(key), value))
            if value >= self.last.get(key, 0):
                self.total += value - self.last.get(key, 0)
                self.last[key] = value
        return self.total


def make_counter(kind, tree):
    """The counter that was asked for; "auto" takes the most exact one that is allowed here."""
    makers = {"perf": PerfCounter, "cgroup": GroupCounter, "proc": lambda: ProcCounter(tree)}
    if kind != "auto":
        return makers[kind]()
    try:
        return PerfCounter()
    except OSError:
        return ProcCounter(tree)
