# SPDX-License-Identifier: MIT
"""What an awkward input is: how it is made and what must come out. The catalogue_*.py register them."""

import dataclasses
import pathlib
from typing import Any, Callable

from clips import Clips

X264 = "-c:v libx264 -preset veryfast -crf 12 -threads 1"
X265 = "-c:v libx265 -preset ultrafast -x265-params log-level=error:crf=14:pools=none:frame-threads=1"
SINE = "-f lavfi -i sine=frequency=440:duration=2"


@dataclasses.dataclass
class Expect:
    """What must come out; the defaults are those of a video that shows the plain picture."""

    exits: tuple = (0,)
    says: str = ""  # in a note, a warning or the refusal
    input: dict = dataclasses.field(default_factory=dict)  # fields of the manifest's `input`
    frames: int | None = None  # exact number of frames; None: as many as ffprobe shows
    times: str = "ffprobe"  # where `ts` comes from: ffprobe, rate (frame_idx / 24), increasing
    offset: float | None = 0.0  # plain time = (ts - offset) * speed + delay; None: the first ts
    speed: float = 1.0
    delay: float = 0.0
    face_share: float = 1.0  # sampled frames with a face, at least
    box: tuple = (1.0, 1.0, 0.0, 0.0)  # plain box -> x * sx + ox, y * sy + oy
    drift: float = 0.0  # pixels a plain second that the picture moves to the left
    box_tolerance: float = 3.0  # pixels of the plain picture; negative: not compared
    numbers: bool = True  # the picture still carries its frame's number
    colour: float = 8.0  # mean difference of thumbnails, of 255; negative: not compared
    grey: bool = False  # the picture has no colours
    damage: bool = False  # damage must be counted and warned of
    arguments: tuple = ()  # for `screenalytics harvest`


@dataclasses.dataclass
class Input:
    """One awkward file: its name, how it is made, in words and by a function, and what to expect."""

    name: str
    file: str
    how: str
    make: Callable[[Clips, pathlib.Path], Any]
    expect: Expect


CATALOGUE: list[Input] = []


def awkward(name, file, how, **expect):
    """Registers the decorated function as the maker of an input."""

    def register(make):
        CATALOGUE.append(Input(name, file, how, make, Expect(**expect)))
        return make

    return register


def encoded(name, file, encoding, video_filter="", how="", **expect):
    """Registers a plain re-encoding of the base clip."""
    told = " ".join(part for part in (f"`-vf {video_filter}`" if video_filter else "",
                                      f"`{encoding}`") if part)
    awkward(name, file, how or told, **expect)(
        lambda c, out: c.encode(out, encoding, video_filter))


def refused(name, file, how, says, exits=(4,)):
    """Registers an input that must be refused with one line."""
    return awkward(name, file, how, exits=exits, says=says)
