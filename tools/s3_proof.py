#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves a sync by hand: many small files and a large one, over a network that fails, into versitygw with TLS.

  tools/s3_proof.py PROGRAM [--small 20000] [--large-mib 2048] [--faults 0.01] [--tls] [--cpu-limit 100]
  tools/s3_proof.py PROGRAM --kills 200 --small 300 --large-mib 12
  tools/s3_proof.py PROGRAM --harvest-kills 200 --video FILE [--models FOLDER]

Needs the Python of ./bootstrap test (boto3, cryptography) and versitygw. Prints a line of JSON: what is missing or doubled in the bucket,
peak connections, CPU seconds of the sync, its busiest second, peak memory.

--kills N: the run changes, its sync is killed (-9) at a random moment, and the bucket is looked at as a reader does: where there is a manifest,
every object that it lists must be there with its hash. N times, then once to the end.

--harvest-kills N: a harvest with --sync of a video is killed (-9) at a random moment and run again to the end; every artifact and every object must be
the same bytes as without a kill. N times.
"""
import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import random
import resource
import shutil
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


def sha256(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


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


def whole_as_read(files):
    """None where no manifest is; else what the manifest lists that is not there as it says."""
    manifest = files / "manifest.json"
    try:
        listed = json.loads(manifest.read_text())["artifacts"]
    except FileNotFoundError:
        return None
    return [row["name"] for row in listed if not (files / row["name"]).is_file() or sha256(files / row["name"]) != row["sha256"]]


def change(run, dice):
    """Every third file or so gets other bytes, one goes, one comes."""
    manifest = json.loads((run / "manifest.json").read_text())
    rows = manifest["artifacts"]
    (run / rows.pop(dice.randrange(len(rows)))["name"]).unlink()
    rows.append({"name": f"crops/track_9999/frame_{dice.randrange(10**6):06d}.jpg"})
    (run / "crops/track_9999").mkdir(exist_ok=True)
    for row in rows:
        if "sha256" in row and dice.random() > 0.3:
            continue
        content = dice.randbytes(dice.randint(1000, 6000))
        (run / row["name"]).write_bytes(content)
        row.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    rows.sort(key=lambda row: row["name"])
    (run / "manifest.json").write_text(json.dumps(manifest))


def prove_kills(asked):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=asked.folder)))
        make_run(folder, asked.small, asked.large_mib)
        run = folder / "proof/runs/r"
        store = stack.enter_context(s3_store.versitygw_store(s3_store.versitygw_program()))
        files = store.files / "p/proof/runs/r"
        command = [asked.program.resolve(), "sync", "--ep-id", "proof", "--data", folder, "--to", f"s3://{s3_store.BUCKET}/p", "--endpoint", store.url,
                   "--cpu-limit", asked.cpu_limit, "--progress", "none", "--s3-multipart-above", str(6 << 20), "--s3-part-bytes", str(5 << 20)]
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": s3_store.KEY, "AWS_SECRET_ACCESS_KEY": s3_store.SECRET}
        dice = random.Random(8)
        began = time.monotonic()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        longest = time.monotonic() - began
        seen = {"killed": 0, "ended_before": 0, "no_manifest": 0, "whole": 0, "half": 0}
        for _ in range(asked.kills):
            if dice.random() < 0.7:
                change(run, dice)
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.random() * longest)
            seen["ended_before" if process.poll() is not None else "killed"] += 1
            process.kill()
            process.wait()
            time.sleep(0.1)  # the server ends what it was given
            broken = whole_as_read(files)
            seen["no_manifest" if broken is None else "half" if broken else "whole"] += 1
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        want = {row["name"] for row in json.loads((run / "manifest.json").read_text())["artifacts"]} | {"manifest.json"}
        there = {key[len("p/proof/runs/r/"):] for key in store.names("p/proof/runs/r/")}
        print(json.dumps({"kills": asked.kills, **seen, "at_the_end": {"broken": whole_as_read(files), "missing": len(want - there), "not_wanted": len(there - want),
                          "same_manifest": (files / "manifest.json").read_bytes() == (run / "manifest.json").read_bytes(),
                          "unfinished_uploads": len(store.unfinished_uploads())}}))


def prove_harvest_kills(asked):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=asked.folder)))
        store = stack.enter_context(s3_store.versitygw_store(s3_store.versitygw_program()))
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": s3_store.KEY, "AWS_SECRET_ACCESS_KEY": s3_store.SECRET}
        models = ["--models", asked.models] if asked.models else []

        def harvest(name):
            return [asked.program.resolve(), "harvest", "--ep-id", "e", "--run-id", "r", "--video", asked.video, "--data", folder / name, "--save-crops",
                    "--scan.segment-seconds", "1", "--sync", f"s3://{s3_store.BUCKET}/{name}", "--endpoint", store.url, "--cpu-limit", asked.cpu_limit,
                    "--progress", "none", *models]

        def artifacts(name):
            return json.loads((folder / name / "e/runs/r/manifest.json").read_text())["artifacts"]

        began = time.monotonic()
        subprocess.run(harvest("reference"), env=environment, check=True, stdout=subprocess.DEVNULL)
        longest = time.monotonic() - began
        want = artifacts("reference")
        dice = random.Random(9)
        seen = {"kills": 0, "ended_before": 0, "same": 0, "other": 0, "half_in_store": 0}
        for number in range(asked.harvest_kills):
            name = f"k{number:04d}"
            process = subprocess.Popen(harvest(name), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.random() * longest)
            seen["ended_before" if process.poll() is not None else "kills"] += 1
            process.kill()
            process.wait()
            time.sleep(0.1)
            seen["half_in_store"] += bool(whole_as_read(store.files / name / "e/runs/r"))
            subprocess.run(harvest(name), env=environment, check=True, stdout=subprocess.DEVNULL)
            good = artifacts(name) == want and whole_as_read(store.files / name / "e/runs/r") == [] and whole_as_read(folder / name / "e/runs/r") == []
            seen["same" if good else "other"] += 1
            shutil.rmtree(folder / name)
        print(json.dumps({**seen, "artifacts": len(want), "seconds_of_a_harvest": round(longest, 1)}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--small", type=int, default=20000)
    parser.add_argument("--large-mib", type=int, default=2048)
    parser.add_argument("--faults", type=float, default=0.01, help="share of requests that fail")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--cpu-limit", default="100")
    parser.add_argument("--folder", type=pathlib.Path, default=None, help="where the files go (default: the temporary folder)")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--harvest-kills", type=int, default=0)
    parser.add_argument("--video", type=pathlib.Path)
    parser.add_argument("--models", type=pathlib.Path)
    asked = parser.parse_args()
    server = s3_store.versitygw_program()
    if not server:
        sys.exit("no versitygw: run ./bootstrap test where Go is there")
    if asked.harvest_kills:
        prove_harvest_kills(asked)
        return
    if asked.kills:
        prove_kills(asked)
        return
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
        prefix = "p/proof/runs/r/"  # `names` fails on a key that is listed twice; the server keeps objects as files
        there = {key[len(prefix):]: sha256(store.files / key) for key in store.names(prefix)}
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
