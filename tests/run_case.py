#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs one .case file: makes its episode, harvests it and checks what the case expects.

    tests/run_case.py CASE --program BIN --models DIR --media DIR --work DIR

How to write the episode: tools/make_episode.py. `set NAME VALUE` gives the program --NAME VALUE.
A person counts as on screen while at least nine tenths of the face show. A detection belongs to
the person whose region holds the box's middle. Expectations, each one line after `expect`:

    people found >= 0.98               share of their frames, everybody (needs: set stride N)
    person franck found >= 0.9         one person, sampled frames
    tracks per person and scene <= 1.2
    tracks of franck = 2               tracks that hold this person
    cuts at 3s 5s [within 0.3s]        exactly these, without `within` on the exact frame
    no cuts
    no mixed track                     no track holds two people
    no track crosses a cut             (the true hard cuts)
    nobody between 2s and 4s           no detection there
    false detections <= 0.01           share of the detections that are nobody's face
    kept faces of franck >= 1          rows of faces.jsonl with an embedding
    skipped blurry of franck >= 1      rows with this skip reason
    no kept faces of franck            though faces.jsonl has rows of this person
    ts equals pts                      every row's ts is the container's, as ffprobe prints it
    first ts = 5
    same people >= 0.5                 cosine of every two tracks' faces of one person
    different people <= 0.4            cosine of every two tracks' faces of two people
    same people closer than different  the lowest of the former is above the highest of the latter

Exit code 1: an expectation fails. 2: the case checks nothing or cannot be run.
"""
import argparse
import bisect
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import make_episode  # noqa: E402  (lies in tools/)
from episode_case import CaseError, read_case  # noqa: E402
from episode_truth import inside  # noqa: E402

CLEAR = 0.9  # share of a face that must show before anybody has to find it


def read_rows(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Truth:
    """Who is where, by frame."""

    def __init__(self, truth):
        self.truth = truth
        self.rows = collections.defaultdict(list)
        for row in truth["regions"]:
            for frame in range(row["start"], row["end"] + 1):
                self.rows[frame].append(row)
        self.people = sorted(truth["identities"])
        self.starts = [segment["start"] for segment in truth["segments"]]

    def clear_frames(self, person):
        return [frame for frame, rows in sorted(self.rows.items()) if not self.mixing(frame) and
                any(row["id"] == person and row["visible"] >= CLEAR for row in rows)]

    def owner(self, frame, box):
        """The person whose face lies at a box's middle; None when nobody's or not to be told."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        hit = [row for row in self.rows[frame]
               if inside((row["x1"], row["y1"], row["x2"], row["y2"]), x, y)]
        if self.mixing(frame):
            people = {row["id"] for row in hit}
            return people.pop() if len(people) == 1 else None
        # The picture in front hides what lies behind it.
        front = [row for row in self.rows[frame] if inside(row["picture"], x, y)]
        top = max(front, key=lambda row: row["order"], default=None)
        return top["id"] if top in hit else None

    def mixing(self, frame):
        """True in transitions: both scenes show."""
        for segment in self.truth["segments"]:
            half = segment["transition_frames"] / 2 + 1
            if segment["transition_frames"] and abs(frame - segment["start"]) <= half:
                return True
        return False

    def scene(self, frame):
        return bisect.bisect_right(self.starts, frame) - 1

    def hard_cuts(self):
        return [segment["start"] for segment in self.truth["segments"][1:]
                if segment["transition"] == "cut"]


class Harvest:
    """What the program left behind, with an owner for every detection and face."""

    def __init__(self, folder, truth, stride):
        self.truth, self.stride = truth, stride
        self.detections = read_rows(folder / "detections.jsonl")
        self.tracks = read_rows(folder / "tracks.jsonl")
        self.shots = read_rows(folder / "shots.jsonl")
        self.faces = read_rows(folder / "faces.jsonl")
        for row in [*self.detections, *self.faces]:
            row["owner"] = truth.owner(row["frame_idx"], row["bbox_xyxy"])
        self.people_of = collections.defaultdict(collections.Counter)
        for row in self.detections:
            if row["track_id"] is not None and row["owner"]:
                self.people_of[row["track_id"]][row["owner"]] += 1

    def sampled(self, frames):
        if not self.stride:
            raise CaseError("which frames are sampled is known only with 'set stride N'")
        return [frame for frame in frames if frame % self.stride == 0]

    def tracks_of(self, person):
        return [track for track, people in self.people_of.items() if people[person]]

    def track_embeddings(self):
        """[(person, unit vector)]: one mean a track, of its kept faces."""
        sums = {}
        for row in self.faces:
            if ("embedding" in row and row["owner"]
                    and not self.truth.mixing(row["frame_idx"])):
                sums.setdefault((row["owner"], row["track_id"]), []).append(row["embedding"])
        result = []
        for (person, _), vectors in sorted(sums.items()):
            mean = [sum(values) for values in zip(*vectors)]
            length = sum(value * value for value in mean) ** 0.5
            result.append((person, [value / length for value in mean]))
        return result


# ---- expectations: each takes the regular expression's match and a Trial, and returns
# ---- (met, figures); CaseError when there is nothing to check ------------------------------------

class Trial:
    def __init__(self, case, truth, harvest, video):
        self.case, self.truth, self.harvest, self.video = case, truth, harvest, video

    def person(self, name):
        if name not in self.truth.people:
            raise CaseError(f"nobody is called '{name}' here: {', '.join(self.truth.people)}")
        return name

    def frame(self, seconds):
        """The first frame of the video at or after a time of the case."""
        wanted = round(seconds * self.case.fps)
        kept = self.truth.truth["source_frames"]
        return bisect.bisect_left(kept, wanted) if kept else wanted


def compare(value, sign, wanted):
    wanted = float(wanted)
    return {">=": value >= wanted, "<=": value <= wanted, "=": value == wanted}[sign]


def share_found(trial, person):
    frames = trial.harvest.sampled(trial.truth.clear_frames(person))
    if not frames:
        raise CaseError(f"{person} is clearly seen in no sampled frame")
    seen = {row["frame_idx"] for row in trial.harvest.detections if row["owner"] == person}
    return sum(frame in seen for frame in frames) / len(frames), len(frames)


def people_found(match, trial):
    if not trial.truth.people:
        raise CaseError("nobody is on screen")
    shares = {person: share_found(trial, person) for person in trial.truth.people}
    figures = ", ".join(f"{person} {share:.4f} of {frames}" for person, (share, frames) in shares.items())
    return compare(min(share for share, _ in shares.values()), match[1], match[2]), figures


def person_found(match, trial):
    share, frames = share_found(trial, trial.person(match[1]))
    return compare(share, match[2], match[3]), f"{share:.4f} of {frames}"


def tracks_per_scene(match, trial):
    by_scene = collections.defaultdict(set)
    for row in trial.harvest.detections:
        if row["owner"] and row["track_id"] is not None and not trial.truth.mixing(row["frame_idx"]):
            by_scene[row["owner"], trial.truth.scene(row["frame_idx"])].add(row["track_id"])
    if not by_scene:
        raise CaseError("no track belongs to anybody")
    ratio = sum(map(len, by_scene.values())) / len(by_scene)
    return compare(ratio, match[1], match[2]), f"{ratio:.3f} in {len(by_scene)} persons and scenes"


def tracks_of_person(match, trial):
    tracks = sorted(trial.harvest.tracks_of(trial.person(match[1])))
    return compare(len(tracks), match[2], match[3]), f"tracks {tracks}"


def cuts_at(match, trial):
    wanted = [trial.frame(float(word.rstrip("s"))) for word in match[1].split()]
    found = [row["first_frame_idx"] for row in trial.harvest.shots[1:]]
    slack = round(float(match[2] or 0) * trial.case.fps)
    met = len(wanted) == len(found) and all(abs(a - b) <= slack for a, b in zip(wanted, found))
    return met, f"frames {found}, wanted {wanted}"


def no_cuts(_, trial):
    if len(trial.truth.truth["segments"]) > 1:
        raise CaseError("the episode has several scenes")
    found = [row["first_frame_idx"] for row in trial.harvest.shots[1:]]
    return not found, f"frames {found}"


def no_mixed_track(_, trial):
    people = set().union(*trial.harvest.people_of.values()) if trial.harvest.people_of else set()
    if len(people) < 2:
        raise CaseError(f"tracks hold {len(people)} people in all: nothing could be mixed")
    mixed = {track: dict(held) for track, held in trial.harvest.people_of.items() if len(held) > 1}
    return not mixed, f"{len(trial.harvest.people_of)} tracks, mixed: {mixed or 'none'}"


def no_track_crosses(_, trial):
    cuts = trial.truth.hard_cuts()
    if not cuts or not trial.harvest.tracks:
        raise CaseError("no hard cut, or no track")
    crossing = [row["track_id"] for row in trial.harvest.tracks
                if any(row["first_frame_idx"] < cut <= row["last_frame_idx"] for cut in cuts)]
    return not crossing, f"{len(trial.harvest.tracks)} tracks, {len(cuts)} cuts, crossing: {crossing}"


def nobody_between(match, trial):
    first, end = (trial.frame(float(match[i])) for i in (1, 2))
    frames = trial.harvest.sampled(range(first, min(end, trial.truth.truth["frames"])))
    if not frames:
        raise CaseError("no sampled frame in this time")
    if any(trial.truth.rows[frame] for frame in frames):
        raise CaseError("somebody is on screen in this time")
    seen = [row["frame_idx"] for row in trial.harvest.detections if first <= row["frame_idx"] < end]
    return not seen, f"{len(seen)} detections in {len(frames)} frames"


def false_detections(match, trial):
    clear = [row for row in trial.harvest.detections if not trial.truth.mixing(row["frame_idx"])]
    if not clear:
        raise CaseError("no detection")
    wrong = sum(row["owner"] is None for row in clear)
    return compare(wrong / len(clear), "<=", match[1]), f"{wrong} of {len(clear)}"


def kept_faces(match, trial):
    person = trial.person(match[1])
    kept = sum("skip" not in row and row["owner"] == person for row in trial.harvest.faces)
    return compare(kept, match[2], match[3]), f"{kept}"


def no_kept_faces(match, trial):
    person = trial.person(match[1])
    rows = [row for row in trial.harvest.faces if row["owner"] == person]
    if not rows:
        raise CaseError(f"faces.jsonl has no row of {person}")
    kept = sum("skip" not in row for row in rows)
    return kept == 0, f"{kept} of {len(rows)} rows"


def skipped_faces(match, trial):
    person = trial.person(match[2])
    reasons = collections.Counter(row["skip"].split(":")[0] for row in trial.harvest.faces
                                  if "skip" in row and row["owner"] == person)
    return compare(reasons[match[1]], match[3], match[4]), f"{dict(reasons)}"


def ts_equals_pts(_, trial):
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                           "frame=pts_time", "-of", "csv=p=0", trial.video],
                          check=True, capture_output=True, text=True)
    times = [float(line.strip(",")) for line in done.stdout.split()]
    rows = [*trial.harvest.detections, *trial.harvest.faces]
    if not rows:
        raise CaseError("no row has a time")
    worst = max(abs(row["ts"] - times[row["frame_idx"]]) for row in rows)
    return worst <= 0.00011, f"{len(rows)} rows, worst difference {worst:.6f} s"


def first_ts(match, trial):
    first = trial.harvest.shots[0]["first_ts"]
    return abs(first - float(match[1])) < 0.0001, f"{first}"


def cosines(trial, same):
    tracks = trial.harvest.track_embeddings()
    values = [sum(x * y for x, y in zip(a, b)) for i, (left, a) in enumerate(tracks)
              for right, b in tracks[i + 1:] if (left == right) == same]
    if not values:
        raise CaseError("no two tracks to compare")
    return values


def same_people(match, trial):
    values = cosines(trial, same=True)
    return min(values) >= float(match[1]), f"lowest {min(values):.3f} of {len(values)} pairs"


def different_people(match, trial):
    values = cosines(trial, same=False)
    return max(values) <= float(match[1]), f"highest {max(values):.3f} of {len(values)} pairs"


def closer(_, trial):
    lowest, highest = min(cosines(trial, same=True)), max(cosines(trial, same=False))
    return lowest > highest, f"{lowest:.3f}, {highest:.3f}"


SIGN, NUMBER = r"(>=|<=|=)", r"([\d.]+)"
EXPECTATIONS = [
    (rf"people found {SIGN} {NUMBER}", people_found),
    (rf"person (\S+) found {SIGN} {NUMBER}", person_found),
    (rf"tracks per person and scene {SIGN} {NUMBER}", tracks_per_scene),
    (rf"tracks of (\S+) {SIGN} {NUMBER}", tracks_of_person),
    (r"cuts at ((?:[\d.]+s ?)+?)(?: within ([\d.]+)s)?", cuts_at),
    (r"no cuts", no_cuts),
    (r"no mixed track", no_mixed_track),
    (r"no track crosses a cut", no_track_crosses),
    (rf"nobody between {NUMBER}s and {NUMBER}s", nobody_between),
    (rf"false detections <= {NUMBER}", false_detections),
    (rf"kept faces of (\S+) {SIGN} {NUMBER}", kept_faces),
    (r"no kept faces of (\S+)", no_kept_faces),
    (rf"skipped (\w+) of (\S+) {SIGN} {NUMBER}", skipped_faces),
    (r"ts equals pts", ts_equals_pts),
    (rf"first ts = {NUMBER}", first_ts),
    (rf"same people >= {NUMBER}", same_people),
    (rf"different people <= {NUMBER}", different_people),
    (r"same people closer than different", closer),
]


def check(text, trial):
    for pattern, judge in EXPECTATIONS:
        match = re.fullmatch(pattern, text)
        if match:
            return judge(match, trial)
    raise CaseError("no such expectation")


def stride_of(case):
    for setting in case.settings:
        name, _, value = setting.partition(" ")
        if name == "stride":
            return int(value)
    return 0


def harvest(case, options, video):
    """Runs the program; the run's folder."""
    command = [options.program, "harvest", "--ep-id", options.case.stem, "--video", video, "--data",
               options.work / "data", "--run-id", "case", "--models", options.models,
               "--progress", "none"]
    for setting in case.settings:
        name, _, value = setting.partition(" ")
        command += [f"--{name}", *value.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CaseError(f"the program ends with {done.returncode}: {done.stderr.strip()}")
    return options.work / "data" / options.case.stem / "runs" / "case"


def run(options):
    """Exit code."""
    case = read_case(options.case)
    if not case.expectations:
        raise CaseError(f"{options.case}: expects nothing")
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    video = options.work / "episode.mp4"
    truth = Truth(make_episode.make_episode(case, options.media, video, options.work / "truth.json"))
    trial = Trial(case, truth, Harvest(harvest(case, options, video), truth, stride_of(case)), video)
    result = 0
    for text in case.expectations:
        try:
            met, figures = check(text, trial)
            print(f"{'ok    ' if met else 'FAILED'}  {text}: {figures}")
            result = max(result, 0 if met else 1)
        except CaseError as error:
            print(f"ERROR   {text}: checks nothing: {error}")
            result = 2
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("case", type=pathlib.Path)
    for name in ("program", "models", "media", "work"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    options = parser.parse_args()
    try:
        return run(options)
    except (CaseError, OSError, subprocess.CalledProcessError) as error:
        print(f"run_case: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
