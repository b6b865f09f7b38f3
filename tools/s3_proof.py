#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves a sync by hand: many small files and a large one, over a network that fails, into versitygw with TLS.

  tools/s3_proof.py PROGRAM [--small 20000] [--large-mib 2048] [--faults 0.01] [--tls] [--cpu-limit 100]

Needs the Python of ./bootstrap test (boto3, cryptography) and versitygw. Prints a line of JSON: what is missing or doubled in the bucket,
peak connections, CPU seconds of the sync, its busiest second, peak memory.
"""
import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import random
import resource
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import s3_store  # noqa: E402
from s3_fault_proxy import FaultProxy  # noqa: E402

FAULTS = ("503", "slow_down", "reset_in_body", "torn_response", "wrong_etag")


def make_run(data, small, large_mib):
    run = data / "proof" / "runs" / "r"
    dice = random.Random(6)
    artifacts = []

    def add(name, pieces):
        path = run / name
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        artifacts.append({"name": name, "bytes": size, "sha256": digest.hexdigest()})

    for number in range(small):
        add(f"crops/track_{number // 50:04d}/frame_{number:06d}.jpg", [dice.randbytes(dice.randint(1000, 6000))])
    if large_mib:
        block = dice.randbytes(1 << 20)
        add("large.bin", (number.to_bytes(8, "big") + block[8:] for number in range(large_mib)))
    manifest = {"schema": 1, "ep_id": "proof", "run_id": "r", "stages": {"detect_track": {"status": "done"}}, "artifacts": artifacts}
    (run / "tracks.jsonl").touch()
    (run / "manifest.json").write_text(json.dumps(manifest))
    return {row["name"]: row["sha256"] for row in artifacts}


class CpuWatch:
    """CPU seconds of one process, every 50 ms; the busiest window of a second."""

    def __init__(self, pid):
        self.pid, self.samples, self.peak_rss = pid, [], 0
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        tick = os.sysconf("SC_CLK_TCK")
        while True:
            try:
                fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                return
            self.samples.append((time.monotonic(), (int(fields[11]) + int(fields[12])) / tick))
            self.peak_rss = max(self.peak_rss, int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))
            time.sleep(0.05)

    def busiest_second(self):
        best, start = 0.0, 0
        for at, cpu in self.samples:
            while at - self.samples[start][0] > 1.0:
                start += 1
            since, before = self.samples[max(start - 1, 0)]
            if at - since >= 1.0:
                best = max(best, (cpu - before) / (at - since))
        return 100 * best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--small", type=int, default=20000)
    parser.add_argument("--large-mib", type=int, default=2048)
    parser.add_argument("--faults", type=float, default=0.01, help="share of requests that fail")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--cpu-limit", default="100")
    parser.add_argument("--folder", type=pathlib.Path, default=None, help="where the files go (default: the temporary folder)")
    asked = parser.parse_args()
    server = s3_store.versitygw_program()
    if not server:
        sys.exit("no versitygw: run ./bootstrap test where Go is there")
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=asked.folder)))
        want = make_run(folder, asked.small, asked.large_mib)
        want["manifest.json"] = hashlib.sha256((folder / "proof/runs/r/manifest.json").read_bytes()).hexdigest()
        store = stack.enter_context(s3_store.versitygw_store(server))
        dice = random.Random(7)
        tls = None
        words = []
        if asked.tls:
            ca, cert, key = s3_store.make_certificate(folder)
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(cert, key)
            words = ["--s3-ca-file", str(ca)]
        proxy = stack.enter_context(FaultProxy(store.port, lambda method, path: dice.choice(FAULTS) if dice.random() < asked.faults else None, tls=tls))
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": s3_store.KEY, "AWS_SECRET_ACCESS_KEY": s3_store.SECRET}
        began = time.monotonic()
        process = subprocess.Popen([asked.program.resolve(), "sync", "--ep-id", "proof", "--data", folder, "--to", f"s3://{s3_store.BUCKET}/p", "--endpoint",
                                    proxy.url, "--cpu-limit", asked.cpu_limit, "--progress", "none", *words], env=environment, stdout=subprocess.PIPE, text=True)
        watch = CpuWatch(process.pid)
        said = process.communicate()[0]
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = time.monotonic() - began
        there = store.content("p/proof/runs/r/")  # fails on a key that is listed twice
        cpu = watch.samples[-1][1] if watch.samples else usage.ru_utime + usage.ru_stime
        faults = sum(1 for *_, fault in proxy.log if fault)
        print(json.dumps({"exit_code": process.returncode, "said": said.strip(), "files": len(want), "bytes_mib": asked.large_mib,
                          "missing": len(set(want) - set(there)), "not_wanted": len(set(there) - set(want)),
                          "other_bytes": sum(there.get(name) not in (None, sha) for name, sha in want.items()),
                          "unfinished_uploads": len(store.unfinished_uploads()), "requests": len(proxy.log), "faults": faults,
                          "peak_connections": proxy.peak, "connections": proxy.accepted, "tls": asked.tls, "cpu_limit": asked.cpu_limit,
                          "cpu_seconds": round(cpu, 2), "wall_seconds": round(wall, 1), "busiest_second_percent": round(watch.busiest_second(), 1),
                          "peak_rss_mib": round(watch.peak_rss / (1 << 20), 1)}))


if __name__ == "__main__":
    main()
