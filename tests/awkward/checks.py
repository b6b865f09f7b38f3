# SPDX-License-Identifier: MIT
"""Holds what a run left behind against what an input should give."""

import json
import subprocess

from clips import CELL_HEIGHT, CELL_WIDTH, CELLS, RATE

THUMBNAIL = 16  # the middles of thumbnails are compared at this size: place and colour
COMPARED_THUMBNAILS = 3
SAMPLES_A_SECOND = 6


class Run:
    """The artifacts of one finished run."""

    def __init__(self, folder):
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.input = self.manifest["input"]
        self.counts = self.manifest["counts"]
        self.detections = rows(folder / "detections.jsonl")
        self.faces = [row for row in rows(folder / "faces.jsonl") if "embedding_row" in row]
        self.texts = self.input["notes"] + self.manifest["warnings"]

    def best_by_frame(self):
        """The best detection of each frame that has one."""
        best = {}
        for row in self.detections:
            best.setdefault(row["frame_idx"], row)
        return best

    def damage(self):
        decode = self.manifest["decode"]
        return sum(decode[key] for key in ("packets_damaged", "frames_damaged", "frames_missing"))

    def face_share(self):
        return len(self.best_by_frame()) / max(1, self.counts["frames_sampled"])


def rows(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def decoded_times(file, stream):
    """Presentation time of every frame that ffprobe decodes, in order; None where it has none."""
    listing = subprocess.run(
        ["ffprobe", "-v", "quiet", "-select_streams", str(stream), "-show_entries",
         "frame=pts_time", "-of", "json", "-protocol_whitelist", "file", f"file:{file}"],
        capture_output=True, text=True)
    frames = json.loads(listing.stdout or "{}").get("frames", [])
    return [float(f["pts_time"]) if "pts_time" in f else None for f in frames]


def expected_samples(times):
    """How many different frames lie nearest to a grid of six times a second."""
    if len(times) < 2 or (len(times) - 1) / (times[-1] - times[0]) <= SAMPLES_A_SECOND:
        return len(times)
    steps = int((times[-1] - times[0]) * SAMPLES_A_SECOND + 0.5) + 1
    grid = [times[0] + step / SAMPLES_A_SECOND for step in range(steps)]
    return len({min(range(len(times)), key=lambda i: abs(times[i] - at)) for at in grid})


def small_picture(jpeg):
    """RGB of the middle of a thumbnail, 16x16: the face, without what lies around it."""
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", str(jpeg), "-vf",
         f"crop=iw/2:ih/2,scale={THUMBNAIL}:{THUMBNAIL}:flags=area", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True)
    return done.stdout


def drawn_numbers(folder, box):
    """The frame numbers that the saved whole pictures carry on their left edge."""
    scale_x, scale_y, shift_x, shift_y = box
    if not folder.is_dir():
        return []
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-pattern_type", "glob", "-i", str(folder / "*.jpg"),
         "-vf", f"format=yuvj444p,crop={CELL_WIDTH * scale_x}:min(ih\\,{CELLS * CELL_HEIGHT * scale_y}):"
         f"{shift_x}:{shift_y},scale=1:{CELLS}:flags=area", "-vsync", "passthrough",
         "-f", "rawvideo", "-pix_fmt", "gray", "-"], capture_output=True, check=True)
    cells = done.stdout
    return [sum((cells[i + bit] > 127) << bit for bit in range(CELLS))
            for i in range(0, len(cells), CELLS)]


def to_grey(pixels):
    grey = bytearray()
    for i in range(0, len(pixels), 3):
        level = round(0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2])
        grey += bytes((level, level, level))
    return bytes(grey)


def picture_difference(first, second):
    return sum(abs(a - b) for a, b in zip(first, second)) / len(first)


class Reference:
    """Every frame of the plain clip: where its face is and how its thumbnail looks."""

    def __init__(self, run):
        self.boxes = {i: row["bbox_xyxy"] for i, row in run.best_by_frame().items()}
        self.thumbnails = {row["frame_idx"]: run.folder / row["thumb_rel_path"]
                           for row in run.faces}
        self.pictures = {}

    def nearest(self, time):
        return min(self.boxes, key=lambda i: abs(i / RATE - time))

    def picture(self, frame):
        if frame not in self.pictures:
            self.pictures[frame] = small_picture(self.thumbnails[frame])
        return self.pictures[frame]


class Checker:
    """Collects what is wrong with one run."""

    def __init__(self, entry, run, reference, file):
        self.expect = entry.expect
        self.run = run
        self.reference = reference
        self.failures = []
        self.facts = {}
        self.times = decoded_times(file, run.input["video_stream"])

    def check(self):
        self.check_input()
        self.check_times()
        self.check_samples()
        self.check_numbers()
        self.check_boxes()
        self.check_thumbnails()
        self.check_damage()
        return self.failures

    def fail(self, text):
        self.failures.append(text)

    def plain_time(self, time):
        expect = self.expect
        start = self.run.input["start_ts"] if expect.offset is None else expect.offset
        return (time - start) * expect.speed + expect.delay

    def check_input(self):
        for key, wanted in self.expect.input.items():
            got = self.run.input[key]
            same = abs(got - wanted) < 0.001 if isinstance(wanted, float) else got == wanted
            if not same:
                self.fail(f"input.{key} is {got}, not {wanted}")
        if self.expect.says and not any(self.expect.says in text for text in self.run.texts):
            self.fail(f"no note with '{self.expect.says}' among {self.run.texts}")
        wanted = self.expect.frames
        if wanted is None and self.expect.times == "ffprobe":
            wanted = len(self.times)
        if wanted is not None and self.run.input["frames"] != wanted:
            self.fail(f"{self.run.input['frames']} frames, not {wanted}")

    def check_times(self):
        """Every row's time is its frame's: what ffprobe shows for the frame of that rank."""
        seen = [(row["frame_idx"], row["ts"]) for row in self.run.detections]
        if any(a[0] < b[0] and a[1] >= b[1] for a, b in zip(seen, seen[1:])):
            self.fail("times go back")
        worst = 0.0
        for frame, time in seen:
            if self.expect.times == "rate":
                true = frame / RATE
            elif self.expect.times == "ffprobe" and frame < len(self.times):
                true = self.times[frame]
            else:
                continue
            worst = max(worst, abs(time - true) if true is not None else 0.0)
        self.facts["time"] = worst
        if worst > 0.0001:
            self.fail(f"ts is off by up to {worst:.4f} s")

    def check_samples(self):
        sampled = self.run.counts["frames_sampled"]
        if self.expect.times == "ffprobe" and self.times and not self.expect.damage:
            wanted = expected_samples([time for time in self.times if time is not None])
            if abs(sampled - wanted) > max(2, wanted / 3):
                self.fail(f"{sampled} frames sampled, not about {wanted}")
        share = self.run.face_share()
        if sampled == 0 or share < self.expect.face_share:
            self.fail(f"a face on {share:.0%} of {sampled} sampled frames, "
                      f"not {self.expect.face_share:.0%}")

    def check_numbers(self):
        """The picture that was taken for a time is the one of that time."""
        if not self.expect.numbers:
            return
        drawn = drawn_numbers(self.run.folder / "frames", self.expect.box)
        kept = {row["frame_idx"]: row["ts"] for row in self.run.faces}
        wanted = [self.plain_time(kept[frame]) * RATE for frame in sorted(kept)]
        wrong = [f"{got} for {want:.2f}" for got, want in zip(drawn, wanted) if abs(got - want) > 0.51]
        if len(drawn) != len(wanted) or wrong:
            self.fail(f"pictures of other frames: {', '.join(wrong)} of {len(wanted)}")

    def check_boxes(self):
        """Mean distance of the box sides from the plain ones, in pixels of the plain picture."""
        if self.expect.box_tolerance < 0:
            return
        scale_x, scale_y, shift_x, shift_y = self.expect.box
        sums = [0.0] * 4
        best = self.run.best_by_frame().values()
        for row in best:
            time = self.plain_time(row["ts"])
            plain = self.reference.boxes[self.reference.nearest(time)]
            for i, side in enumerate(row["bbox_xyxy"]):
                if i % 2 == 0:
                    back = (side - shift_x) / scale_x + self.expect.drift * time
                else:
                    back = (side - shift_y) / scale_y
                sums[i] += back - plain[i]
        worst = max(abs(total) for total in sums) / max(1, len(best))
        self.facts["box"] = worst
        if worst > self.expect.box_tolerance:
            self.fail(f"boxes are {worst:.1f} px from the plain ones")

    def check_thumbnails(self):
        """Upright, of natural shape and colour: as the thumbnail of the plain frame."""
        if self.expect.colour < 0:
            return
        faces = self.run.faces
        chosen = faces[::max(1, len(faces) // COMPARED_THUMBNAILS)][:COMPARED_THUMBNAILS]
        if not chosen:
            self.fail("no face was kept")
            return
        worst = 0.0
        for face in chosen:
            plain = self.reference.picture(self.reference.nearest(self.plain_time(face["ts"])))
            if self.expect.grey:
                plain = to_grey(plain)
            here = small_picture(self.run.folder / face["thumb_rel_path"])
            worst = max(worst, picture_difference(here, plain))
        self.facts["colour"] = worst
        if worst > self.expect.colour:
            self.fail(f"thumbnails differ by {worst:.1f} of 255 from the plain ones")

    def check_damage(self):
        damage = self.run.damage()
        self.facts["damage"] = damage
        if self.expect.damage and not self.run.manifest["warnings"]:
            self.fail(f"damage counted: {damage}, but no warning")
        if not self.expect.damage and damage > 0:
            self.fail(f"damage counted where there is none: {self.run.manifest['decode']}")
