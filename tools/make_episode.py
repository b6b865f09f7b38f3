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
    scene 2s: cap12 at 0.2 to 0.8 y 0.5 size 0.5 to 0.8 from 12s enters 0.5s leaves 1.5s blur 4 light -0.1 mirror

A transition (dissolve, fade: through black) leads into its scene, half of it before the scene's
start. `size` is the height of a person's picture as a share of the frame's, `face` the width of the
face in pixels; `from` is the place in the source clip. Lines `set` and `expect` are for
tests/run_case.py. The truth file lists segments, presence (first and last frame, inclusive) and
regions: where in which frames whose face is, how much of it shows, and the whole picture's place.
A random episode's case is written too, with expectations
for tests/run_case.py. Needs Python 3 and the ffmpeg program only.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from episode_case import PLACES, SOURCES, CaseError, read_case
from episode_truth import for_ffmpeg, plan, truth_of
from random_episode import random_case


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
        # Whole pictures first: filters after a size that changes do not all cope with it.
        tint = f"format=yuv420p,eq=brightness={person.light}," if person.light else ""
        tint += "hflip," if person.mirror else ""
        look = (f"setpts=N/{fps}/TB,{tint}scale=w={for_ffmpeg(width, first)}:h={for_ffmpeg(height, first)}"
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
            graph += f";{second};{self.mix(stretch)}[x]"
            label = "x"
        return [*FFMPEG, "-filter_complex_threads", "1", *inputs, "-filter_complex", graph,
                "-map", f"[{label}]", "-frames:v", str(count), "-f", "rawvideo", "-pix_fmt", "yuv420p",
                "pipe:1"]


    def mix(self, stretch):
        rate, count = self.case.fps, stretch.end - stretch.first
        if stretch.kind == "dissolve":
            return (f"[a]fps={rate}[at];[b]fps={rate}[bt];"
                    f"[at][bt]xfade=transition=fade:duration={count / rate:.4f}:offset=0")
        half = stretch.half()
        return (f"[a]trim=end_frame={half},fade=out:0:{half}[at];"
                f"[b]trim=start_frame={half}:end_frame={count},setpts=N/{rate}/TB,"
                f"fade=in:0:{count - half}[bt];[at][bt]concat")


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


def case_of(options):
    if options.random is None:
        return read_case(options.files[0])
    path = options.case or options.files[0].with_suffix(".case")
    path.write_text(random_case(options.random, options.minutes, options.people, options.width),
                    encoding="utf-8")
    return read_case(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="[CASE] VIDEO.mp4 TRUTH.json")
    parser.add_argument("--media", required=True, type=pathlib.Path, help="folder of clips and photos")
    parser.add_argument("--random", type=int, metavar="SEED", help="no case file: any episode")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--people", type=int, default=5,
                        help="up to 15; up to 20 with the photos of tools/more_faces.sh")
    parser.add_argument("--case", type=pathlib.Path,
                        help="where to write the random case (default: beside the video)")
    parser.add_argument("--width", type=int, default=640, help="of a random episode (16:9)")
    options = parser.parse_args()
    if len(options.files) != (3 if options.random is None else 2):
        parser.error("give CASE VIDEO TRUTH, or --random SEED VIDEO TRUTH")
    try:
        truth = make_episode(case_of(options), options.media, options.files[-2], options.files[-1])
    except subprocess.CalledProcessError as error:
        print(f"make_episode: {error.cmd[0]} ends with {error.returncode}", file=sys.stderr)
        return 2
    except (CaseError, OSError) as error:
        print(f"make_episode: {error}", file=sys.stderr)
        return 2
    print(f"{options.files[-2]}: {truth['frames']} frames, {len(truth['segments'])} scenes, "
          f"{len(truth['identities'])} people")
    return 0


if __name__ == "__main__":
    sys.exit(main())
