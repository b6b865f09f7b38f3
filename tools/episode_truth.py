# SPDX-License-Identifier: MIT
"""Where everybody is in which frame of an episode: one set of expressions for ffmpeg and for the truth."""
import dataclasses
import math
import re

from episode_case import SOURCES, CaseError, even


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
            if person.mirror:
                zone_x = 2 * x + width - zone_x - source.zone[2] * scale_x
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


@dataclasses.dataclass
class Stretch:
    """Frames [first, end) of the episode: one stage, or two that are mixed."""
    first: int
    end: int
    stage: Stage
    into: Stage | None = None
    kind: str = "cut"

    def strengths(self, frame):
        """Shares of the two stages in a frame, as ffmpeg's xfade and fade mix them."""
        if self.kind == "fade":
            at, first, second = frame - self.first, self.half(), self.end - self.first - self.half()
            return max(0.0, 1 - at / first), max(0.0, (at - first) / second)
        share = (frame - self.first) / (self.end - self.first)
        return 1 - share, share

    def half(self):
        return (self.end - self.first) // 2


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
