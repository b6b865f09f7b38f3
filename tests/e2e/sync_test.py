#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs go into an S3 store (moto's server) and come back, over a network that fails in every way."""
import json
import os
import pathlib
import shutil

import s3_store
import support
from s3_fault_proxy import FAULTS, FaultProxy
from support import OPTIONS, Case, interrupt, read_manifest, read_rows, start, wait_for

PLACE = f"s3://{s3_store.BUCKET}/tv"
RUN = "tv/clip/runs/r/"
CLEAN = {name: value for name, value in os.environ.items()
         if not name.startswith("AWS_") and name.lower() not in ("http_proxy", "https_proxy", "all_proxy")}
ENVIRONMENT = {**CLEAN, "AWS_ACCESS_KEY_ID": s3_store.KEY, "AWS_SECRET_ACCESS_KEY": s3_store.SECRET,
               "AWS_SESSION_TOKEN": s3_store.TOKEN, "HOME": "/nonexistent"}


class Sync(Case):
    """One harvested run; each test syncs a copy of it, into an empty bucket, through a fault proxy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        whole = support.make_clip(cls.folder / "whole.mp4")
        cls.clip = cls.folder / "clip.mp4"
        support.ffmpeg("-ss", "4", "-t", "4", "-i", whole, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", cls.clip)
        store = s3_store.moto_store()
        cls.store = store.__enter__()
        cls.addClassCleanup(store.__exit__, None, None, None)
        with FaultProxy(cls.store.port) as proxy:
            cls.harvested = cls.succeed(
                "harvest", "--ep-id", "clip", "--run-id", "r", "--video", cls.clip, "--save-crops", "--detect.full-every", "1",
                "--progress", "none", "--sync", PLACE, "--endpoint", proxy.url, env=ENVIRONMENT)
            cls.first_log = list(proxy.log)
        cls.first = cls.store.content(RUN)
        cls.original = cls.data

    def setUp(self):
        self.data = self.folder / self.id().split(".")[-1]
        type(self).data = self.data
        shutil.copytree(self.original, self.data)
        shutil.rmtree(self.data / "clip" / "sync", ignore_errors=True)
        self.run_dir = self.data / "clip" / "runs" / "r"
        self.store.clear()
        self.fault = {}  # number of the request -> fault
        self.choose = lambda number, method, path: self.fault.get(number)
        self.proxy = FaultProxy(self.store.port, lambda method, path: self.choose(len(self.proxy.log), method, path))
        self.addCleanup(self.proxy.__exit__)

    # helpers

    def s3(self, verb, *words, env=None, **keywords):
        place = "--to" if verb == "sync" else "--from"
        run = [] if verb == "sync" else ["--run-id", "r"]
        endpoint = () if "--endpoint" in words else ("--endpoint", self.proxy.url)
        return self.screenalytics(verb, "--ep-id", "clip", *run, place, PLACE, *endpoint, "--progress", "none", *words,
                                  models=False, env=env or ENVIRONMENT, **keywords)

    def sync(self, *words, code=0):
        self.proxy.log.clear()
        done = self.s3("sync", *words)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def local(self):
        """What must be in the bucket: the manifest and what it lists."""
        manifest = read_manifest(self.run_dir)
        files = {row["name"]: row["sha256"] for row in manifest["artifacts"]}
        return {**files, "manifest.json": support.sha256(self.run_dir / "manifest.json")}

    def assert_in_store(self):
        self.assertEqual(self.store.content(RUN), self.local())

    def put_names(self):
        return [path.split(RUN)[1] for path in self.proxy.requests("PUT")]

    # harvest --sync

    def test_a_harvest_syncs_what_it_made(self):
        self.assertEqual(self.first, self.local())
        puts = [path for method, path, _ in self.first_log if method == "PUT"]
        self.assertTrue(puts[-1].endswith("/manifest.json"), puts[-1])
        self.assertIn(f"{PLACE}/clip/runs/r", self.harvested.stdout)
        faces = support.kept(read_rows(self.run_dir / "faces.jsonl"))
        self.assertTrue(faces)
        for row in faces:
            self.assertEqual(row["crop_s3_key"], "clip/runs/r/" + row["crop_rel_path"])
            self.assertEqual(row["thumb_s3_key"], "clip/runs/r/" + row["thumb_rel_path"])
            self.assertIn(row["crop_rel_path"], self.first)

    # sync

    def test_everything_goes_up_once_then_only_what_changed(self):
        done = self.sync()
        self.assert_in_store()
        files = len(self.local())
        self.assertIn(f"{files} files, {files} of them", done.stdout)
        self.assertEqual(self.put_names()[-1], "manifest.json")
        self.assertEqual(sorted(self.put_names()), sorted(self.local()))
        self.assertLessEqual(self.proxy.peak, 2)
        self.assertLessEqual(self.proxy.accepted, 5, "connections are kept")

        self.sync()  # nothing to do: one listing
        self.assertEqual([method for method, _, _ in self.proxy.log], ["GET"])

        before = self.local()
        self.succeed("screentime", "--ep-id", "clip", "--progress", "none", models=False)
        changed = {name for name, sha in self.local().items() if before.get(name) != sha}
        self.assertIn("screentime.json", changed)
        self.sync()
        self.assertEqual(set(self.put_names()), changed)
        self.assert_in_store()

        shutil.rmtree(self.data / "clip" / "sync")  # without its record it asks, and sends nothing
        self.sync()
        self.assertEqual(self.put_names(), [])

    def test_a_changed_run_takes_its_manifest_back_first(self):
        self.sync()
        manifest = read_manifest(self.run_dir)
        crop = next(row for row in manifest["artifacts"] if row["name"].startswith("crops/track"))
        (self.run_dir / crop["name"]).unlink()
        manifest["artifacts"].remove(crop)
        shots = self.run_dir / "shots.jsonl"
        shots.write_text(shots.read_text().replace("}", " }"))
        for row in manifest["artifacts"]:
            if row["name"] == "shots.jsonl":
                row.update(bytes=shots.stat().st_size, sha256=support.sha256(shots))
        (self.run_dir / "manifest.json").write_text(json.dumps(manifest))
        self.store.s3.put_object(Bucket=s3_store.BUCKET, Key=RUN + "notes.txt", Body=b"somebody's")
        done = self.sync()
        steps = [(method, path.split(RUN)[1]) for method, path, _ in self.proxy.log if method in ("PUT", "DELETE")]
        self.assertEqual(steps, [("DELETE", "manifest.json"), ("PUT", "shots.jsonl"), ("DELETE", crop["name"]), ("PUT", "manifest.json")])
        self.assertIn("notes.txt", done.stderr)
        content = self.store.content(RUN)
        self.assertIn("notes.txt", content)
        del content["notes.txt"]
        self.assertEqual(content, self.local())

    def test_one_object_that_fails_is_named_and_the_next_sync_finishes(self):
        self.choose = lambda number, method, path: "refused" if method == "PUT" and path.endswith("/faces.npy") else None
        done = self.sync(code=12)
        self.assertIn("failed: faces.npy: ", done.stderr)
        self.assertIn("AccessDenied", done.stderr)
        content = self.store.content(RUN)
        self.assertEqual(set(self.local()) - set(content), {"faces.npy", "manifest.json"})
        self.choose = lambda *_: None
        self.sync()
        self.assertEqual(self.put_names(), ["faces.npy", "manifest.json"])
        self.assert_in_store()

    def test_a_store_that_is_gone_is_not_asked_for_every_file(self):
        self.choose = lambda number, method, path: "503" if method == "PUT" else None
        done = self.sync("--s3-attempts", "1", code=12)
        self.assertIn("not tried", done.stderr)
        self.assertLessEqual(len(self.proxy.requests("PUT")), 12)

    def test_every_fault_of_the_network_is_got_over(self):
        faults = [fault for fault in FAULTS if fault not in ("refused", "stalled")]
        self.fault = {2 + 3 * i: fault for i, fault in enumerate(faults)}
        self.sync()
        seen = {fault for _, _, fault in self.proxy.log if fault}
        self.assertEqual(seen, set(faults))
        self.assert_in_store()
        self.fault = {}
        self.sync()  # a wrong ETag costs a question, not another transfer
        self.assertEqual(self.put_names(), [])

    def test_a_server_that_hangs_is_given_up(self):
        self.fault = {3: "stalled"}
        self.sync("--s3-stall-seconds", "1")
        self.assert_in_store()

    def test_a_wrong_clock_is_corrected(self):
        self.proxy.ahead = 7200
        self.sync()
        self.assert_in_store()

    def test_the_bucket_may_stand_in_the_hosts_name(self):
        done = self.s3("sync", "--endpoint", f"http://localhost:{self.proxy.port}", "--s3-addressing", "virtual-host")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.proxy.requests("PUT")[0].startswith("/tv/clip/runs/r/"))
        self.assert_in_store()

    def test_it_stops_and_goes_on(self):
        self.choose = lambda *_: "slow"
        process = start(self.command("sync", "--ep-id", "clip", "--to", PLACE, "--endpoint", self.proxy.url, "--progress", "json", models=False),
                        env=ENVIRONMENT)
        wait_for(lambda: len(self.proxy.requests("PUT")) > 4, process=process)
        words = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
        interrupt(process)
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, errors)
        self.assert_silent(words, errors)
        self.assertIn('"detail":', errors)
        there = self.store.content(RUN)
        self.assertNotIn("manifest.json", there)
        self.choose = lambda *_: None
        self.sync()
        self.assertEqual(set(self.put_names()) & set(there), set())
        self.assert_in_store()

    # credentials

    def assert_silent(self, *texts):
        for text in texts:
            for secret in (s3_store.KEY, s3_store.SECRET, s3_store.TOKEN):
                self.assertNotIn(secret, text)

    def test_credentials_are_never_shown(self):
        self.choose = lambda number, method, path: "refused" if path.endswith("/faces.npy") else None
        done = self.sync(code=12)
        files = [path.read_bytes().decode("latin1") for path in self.data.rglob("*") if path.is_file()]
        self.assert_silent(done.stdout, done.stderr, *files)

    def test_credentials_come_from_a_profile(self):
        shared = self.folder / "credentials"
        shared.write_text(f"[work]\naws_access_key_id = {s3_store.KEY}\naws_secret_access_key = {s3_store.SECRET}\n")
        env = {**CLEAN, "HOME": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": str(shared)}
        self.assert_refused(self.s3("sync", env=env), 2, "no S3 credentials", str(shared))
        self.assertEqual(self.s3("sync", "--s3-profile", "work", env=env).returncode, 0)
        self.assert_refused(self.s3("sync", "--s3-profile", "other", env=env), 3, "other")

    def test_what_cannot_work_is_said(self):
        def refused(code, *expected, to=PLACE, endpoint=None, verb="sync"):
            run = ["--run-id", "r"] if verb == "pull" else []
            done = self.screenalytics(verb, "--ep-id", "clip", *run, "--to" if verb == "sync" else "--from", to, "--endpoint", endpoint or self.proxy.url,
                                      "--s3-attempts", "1", "--progress", "none", models=False, env=ENVIRONMENT)
            self.assert_refused(done, code, *expected)
        refused(2, "s3://bucket/prefix", to="bucket/prefix")
        refused(3, "NoSuchBucket", to="s3://no-such-bucket/x")
        refused(2, "endpoint", endpoint="http://user:password@host")
        refused(9, "s3://", endpoint=f"http://127.0.0.1:{s3_store.free_port()}")
        refused(3, "no finished run", to="s3://tv-archive/elsewhere", verb="pull")
        done = self.screenalytics("sync", "--ep-id", "clip", models=False, env=ENVIRONMENT)
        self.assert_refused(done, 2, "SCREENALYTICS_SYNC_TO")

    # --delete-local

    def test_the_local_copy_goes_only_when_the_store_is_proven(self):
        self.choose = lambda number, method, path: "corrupted" if method == "GET" and path.endswith("/faces.npy") else None
        done = self.sync("--delete-local", "--s3-attempts", "2", code=12)
        self.assertIn("faces.npy", done.stderr)
        self.assertTrue((self.run_dir / "manifest.json").exists())
        self.choose = lambda *_: None
        want = self.local()
        self.sync("--delete-local")
        self.assertFalse(self.run_dir.exists())
        self.assertEqual(self.store.content(RUN), want)

    def test_a_damaged_run_is_neither_sent_nor_removed(self):
        with (self.run_dir / "faces.npy").open("r+b") as file:
            file.seek(200)
            file.write(b"\xff\x00\xff")
        done = self.s3("sync", "--delete-local")
        self.assert_refused(done, 6, "faces.npy")
        self.assertEqual(self.store.names(), {})
        done = self.sync(code=12)  # without it: everything but the file that is not what it should be
        self.assertIn("failed: faces.npy", done.stderr)
        self.assertNotIn(RUN + "manifest.json", self.store.names())

    # pull

    def pull(self, *words, code=0):
        self.proxy.log.clear()
        type(self).data = self.folder / (self.data.name + "_pulled")
        try:
            done = self.s3("pull", *words)
        finally:
            pulled, type(self).data = type(self).data, self.data
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done, pulled / "clip" / "runs" / "r"

    def test_pull_brings_back_the_same_bytes(self):
        self.sync()
        self.fault = {1: "truncated", 3: "corrupted", 5: "503", 7: "reset_in_body", 9: "torn_response", 11: "slow"}
        done, run = self.pull()
        self.assertEqual({fault for _, _, fault in self.proxy.log if fault}, set(self.fault.values()))
        for name, sha in self.local().items():
            self.assertEqual(support.sha256(run / name), sha, name)
        self.assertFalse((run.parents[2] / ".pull").exists())
        self.fault = {}
        done, _ = self.pull()
        self.assertIn("here already", done.stdout)
        self.assertEqual(len(self.proxy.log), 2)  # the manifest, and whether there are decisions
        self.succeed("verify", "--ep-id", "clip", "--run-id", "r", "--data", run.parents[2], models=False)
        (run / "shots.jsonl").write_text("x")
        self.pull(code=2)
        self.assertEqual((run / "shots.jsonl").read_text(), "x")

    def test_a_pull_that_fails_shows_nothing_and_goes_on(self):
        self.sync()
        self.choose = lambda number, method, path: "corrupted" if path.endswith("/faces.npy") else None
        done, run = self.pull("--s3-attempts", "2", code=12)
        self.assertIn("failed: faces.npy", done.stderr)
        self.assertFalse(run.exists())
        self.choose = lambda *_: None
        self.pull()
        self.assertEqual([path.split("/")[-1] for path in self.proxy.requests("GET")], ["manifest.json", "people.jsonl", "faces.npy"])
        self.assertEqual(support.sha256(run / "manifest.json"), self.local()["manifest.json"])

    # decisions about people

    def test_decisions_go_along_and_none_is_ever_lost(self):
        log, key = self.data / "clip" / "people.jsonl", "tv/clip/people.jsonl"
        self.succeed("cluster", "--ep-id", "clip", "--progress", "none", models=False)

        def decide(name):
            self.succeed("people", "rename", "--ep-id", "clip", "id_0001", name, models=False)

        def in_store():
            return self.store.read(key).decode()

        self.sync()
        self.assertNotIn(key, self.store.names())  # nobody decided anything
        decide("Anna")
        one = log.read_text()
        self.choose = lambda number, method, path: "refused" if method == "PUT" and path.endswith("/people.jsonl") else None
        self.assertIn("failed: people.jsonl: ", self.sync(code=12).stderr)
        self.choose = lambda *_: None
        self.fault = {2: "503", 4: "reset_in_body"}
        self.choose = lambda number, method, path: self.fault.get(number)
        self.assertIn("1 decision(s) about people sent", self.sync().stdout)
        self.assertEqual(in_store(), one)
        self.choose = lambda *_: None
        self.sync()
        self.assertEqual(self.proxy.requests("PUT"), [])  # what is there is not sent again

        self.choose = lambda number, method, path: "refused" if path.endswith("/people.jsonl") else None
        done, pulled = self.pull()
        self.assertIn("decisions about people were not fetched", done.stderr)
        self.choose = lambda *_: None
        done, pulled = self.pull()
        self.assertIn("here already", done.stdout)
        theirs = pulled.parents[1] / "people.jsonl"
        self.assertEqual(theirs.read_text(), one)
        decide("Bert")
        two = log.read_text()
        self.sync()
        done, _ = self.pull(code=2)  # the run has changed there; the decisions come nevertheless
        self.assertEqual(theirs.read_text(), two)
        theirs.write_text(one + two[len(one):].replace("Bert", "Carl"))
        other = theirs.read_text()
        done, _ = self.pull(code=2)
        self.assertIn("people.from-store.jsonl", done.stderr)
        self.assertEqual(theirs.read_text(), other)
        self.assertEqual((theirs.parent / "people.from-store.jsonl").read_text(), two)

        log.write_text(one)  # an older copy sends nothing over a newer one, nor does another one
        self.assertIn("1 decision(s) about people in the store are not here", self.sync().stderr)
        log.write_text(other)
        self.assertIn("--replace-decisions", self.sync("--delete-local").stderr)
        self.assertEqual(in_store(), two)
        self.assertEqual(log.read_text(), other)  # never removed
        self.data = self.data.parent / "again"
        type(self).data = self.data
        shutil.copytree(self.original, self.data)
        (self.data / "clip" / "people.jsonl").write_text(other)
        self.sync("--replace-decisions")
        self.assertEqual(in_store(), other)

    def test_a_manifest_that_reaches_outside_is_refused(self):
        body = json.dumps({"artifacts": [{"name": "../../../evil", "bytes": 1, "sha256": "a" * 64}]}).encode()
        self.store.s3.put_object(Bucket=s3_store.BUCKET, Key=RUN + "manifest.json", Body=body)
        done, run = self.pull(code=6)
        self.assertIn("evil", done.stderr)
        self.assertEqual(list(self.folder.rglob("evil")), [])


if __name__ == "__main__":
    support.main()
