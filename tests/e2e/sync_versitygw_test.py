#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same against versitygw, a server that checks signatures and checksums: large files in parts,
TLS, wrong keys, a network that breaks in the middle of a part."""
import json
import shutil
import sys

import s3_store
import support
from s3_fault_proxy import FaultProxy
from support import OPTIONS, Case, interrupt, read_manifest, start, wait_for
from sync_test import CLEAN, PLACE, RUN

MIB = 1 << 20
PARTS = ("--s3-multipart-above", 6 * MIB, "--s3-part-bytes", 5 * MIB)
ENVIRONMENT = {**CLEAN, "AWS_ACCESS_KEY_ID": s3_store.KEY, "AWS_SECRET_ACCESS_KEY": s3_store.SECRET, "HOME": "/nonexistent"}


class Versitygw(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clip = cls.folder / "clip.mp4"
        support.ffmpeg("-ss", "20", "-t", "2", "-i", OPTIONS.media / "franck.mp4", "-an", "-c:v", "libx264", "-preset", "ultrafast", clip)
        cls.run_dir = cls.harvest("clip", clip, "--save-crops")
        cls.big = cls.run_dir / "frames" / "frame_000000.jpg"
        cls.big.parent.mkdir()
        with cls.big.open("wb") as file:  # 13 MiB: three parts, none like another
            for number in range(13 * 64):
                file.write(number.to_bytes(4, "big") * 4096)
        manifest = read_manifest(cls.run_dir)
        manifest["artifacts"].append({"name": "frames/frame_000000.jpg", "bytes": cls.big.stat().st_size, "sha256": support.sha256(cls.big)})
        manifest["artifacts"].sort(key=lambda row: row["name"])
        (cls.run_dir / "manifest.json").write_text(json.dumps(manifest))
        cls.tls = s3_store.make_certificate(cls.folder)

    def server(self, tls=None):
        server = s3_store.versitygw_store(PROGRAM, tls=tls)
        self.store = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)

    def proxy(self, choose):
        proxy = FaultProxy(self.store.port, choose)
        self.addCleanup(proxy.__exit__)
        return proxy

    def setUp(self):
        shutil.rmtree(self.data / "clip" / "sync", ignore_errors=True)

    def words(self, verb, url, *words):
        ends = ("--to",) if verb == "sync" else ("--run-id", "r", "--from")
        return (verb, "--ep-id", "clip", *ends, PLACE, "--endpoint", url, *PARTS, *words)

    def s3(self, verb, url, *words, env=ENVIRONMENT, code=0):
        done = self.screenalytics(*self.words(verb, url, *words), "--progress", "none", models=False, env=env)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def local(self):
        files = {row["name"]: row["sha256"] for row in read_manifest(self.run_dir)["artifacts"]}
        return {**files, "manifest.json": support.sha256(self.run_dir / "manifest.json")}

    def test_a_run_goes_up_in_parts_and_comes_back(self):
        self.server()
        self.s3("sync", self.store.url)
        self.assertEqual(self.store.content(RUN), self.local())
        self.assertEqual(self.store.unfinished_uploads(), [])
        stored = self.store.s3.head_object(Bucket=s3_store.BUCKET, Key=RUN + "frames/frame_000000.jpg")
        self.assertEqual(stored["Metadata"], {"sha256": support.sha256(self.big)})
        self.assertTrue(stored["ETag"].endswith('-3"'), stored["ETag"])
        self.assertIn("0 of them", self.s3("sync", self.store.url).stdout)
        shutil.rmtree(self.data / "clip" / "sync")
        self.assertIn("0 of them", self.s3("sync", self.store.url).stdout)
        pulled = self.folder / "pulled"
        self.s3("pull", self.store.url, "--data", pulled)
        for name, sha in self.local().items():
            self.assertEqual(support.sha256(pulled / "clip" / "runs" / "r" / name), sha, name)

    def test_faults_in_the_middle_of_parts(self):
        self.server()
        faults = {"uploads": iter(["torn_response"]), "joining": iter(["torn_response"]),
                  "parts": iter(["reset_in_body", "503", "torn_response", "slow_down", "wrong_etag", "reset_in_body", "torn_response"])}

        def choose(method, path):
            what = "parts" if "partNumber=" in path else "joining" if method == "POST" and "uploadId=" in path else "uploads" if method == "POST" else ""
            return next(faults.get(what, iter(())), None)

        proxy = self.proxy(choose)
        self.s3("sync", proxy.url)
        self.assertEqual(self.store.content(RUN), self.local())
        self.assertEqual(len([1 for *_, fault in proxy.log if fault]), 9)
        self.assertEqual(self.store.unfinished_uploads(), [])
        self.assertLessEqual(proxy.peak, 2)

    def test_an_upload_that_fails_or_is_stopped_leaves_no_parts(self):
        self.server()
        proxy = self.proxy(lambda method, path: "refused" if "partNumber=2" in path else None)
        self.assertIn("failed: frames/frame_000000.jpg", self.s3("sync", proxy.url, code=12).stderr)
        self.assertEqual(self.store.unfinished_uploads(), [])
        proxy = self.proxy(lambda method, path: "slow" if "partNumber" in path else None)
        process = start(self.command(*self.words("sync", proxy.url), "--progress", "none", models=False), env=ENVIRONMENT)
        wait_for(lambda: any("partNumber=2" in path for path in proxy.requests("PUT")), process=process)
        interrupt(process)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.store.unfinished_uploads(), [])
        self.s3("sync", self.store.url)
        self.assertEqual(self.store.content(RUN), self.local())

    def test_parts_that_a_killed_sync_left_are_thrown_away(self):
        self.server()
        proxy = self.proxy(lambda method, path: "slow" if "partNumber" in path else None)
        process = start(self.command(*self.words("sync", proxy.url), "--progress", "none", models=False), env=ENVIRONMENT)
        wait_for(lambda: any("partNumber=2" in path for path in proxy.requests("PUT")), process=process)
        process.kill()
        process.communicate(timeout=30)
        self.assertEqual(len(self.store.unfinished_uploads()), 1)
        self.s3("sync", self.store.url)
        self.assertEqual(self.store.unfinished_uploads(), [])
        self.assertEqual(self.store.content(RUN), self.local())

    def test_the_local_copy_goes_only_when_proven(self):
        self.server()
        copy = self.folder / "copy"
        shutil.copytree(self.data, copy)
        self.s3("sync", self.store.url, "--data", copy, "--delete-local")
        self.assertFalse((copy / "clip" / "runs" / "r").exists())
        self.assertEqual(self.store.content(RUN), self.local())

    def test_wrong_keys_are_refused(self):
        self.server()
        for name, exit_code, word in (("AWS_SECRET_ACCESS_KEY", 9, "SignatureDoesNotMatch"), ("AWS_ACCESS_KEY_ID", 3, "UserNotFound")):
            done = self.s3("sync", self.store.url, env={**ENVIRONMENT, name: "wrong-key"}, code=exit_code)
            self.assertIn(word, done.stderr)
            self.assertNotIn("wrong-key", done.stderr)
            self.assertEqual(len(done.stderr.strip().split("\n")), 1, done.stderr)

    def test_certificates_are_checked(self):
        self.server(self.tls)
        refused = self.s3("sync", self.store.url, code=9)
        self.assertIn("--s3-ca-file", refused.stderr)
        self.s3("sync", self.store.url, "--s3-ca-file", self.tls[0])
        self.assertEqual(self.store.content(RUN), self.local())
        self.s3("sync", self.store.url, env={**ENVIRONMENT, "AWS_CA_BUNDLE": str(self.tls[0])})


if __name__ == "__main__":
    PROGRAM = s3_store.versitygw_program()
    if not PROGRAM:
        print("SKIPPED: no versitygw: ./bootstrap test builds it where Go is there")
        sys.exit(77)
    support.main()
