# SPDX-License-Identifier: MIT
"""Making short clips with the ffmpeg program, and changing their bytes afterwards."""

import json
import pathlib
import random
import shlex
import struct
import subprocess

RATE = 24  # frames a second of the base clip
FRAMES = 48
CELLS = 6  # binary digits of a frame's number, drawn down the left edge
CELL_WIDTH, CELL_HEIGHT = 24, 48


class Clips:
    """The folder of all clips; `base` is the lossless clip that they are made from."""

    def __init__(self, media, folder):
        self.media = pathlib.Path(media)
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.base = self.folder / "base.mkv"

    def make_base(self):
        """Two seconds of a talking face, 360x288 at 24 frames a second, BT.601 as its tags say.

        The left edge carries each frame's number: cells of black and white, lowest bit on top.
        """
        cells = ",".join(
            f"drawbox=x=0:y={bit * CELL_HEIGHT}:w={CELL_WIDTH}:h={CELL_HEIGHT}:t=fill:"
            f"color={colour}:enable=eq(bitand(n\\,{1 << bit})\\,{on << bit})"
            for bit in range(CELLS) for on, colour in ((0, "black"), (1, "white")))
        self.ffmpeg(f"-ss 4 -i {self.media / 'franck.mp4'} -an -frames:v {FRAMES} "
                    f"-vf 'setpts=N/24/TB,{cells},setparams=range=tv:color_primaries=smpte170m:"
                    "color_trc=smpte170m:colorspace=smpte170m' -r 24 -c:v ffv1", self.base)

    def ffmpeg(self, arguments, out):
        command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *shlex.split(arguments), str(out)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{shlex.join(command)}: {done.stderr.strip()}")
        return out

    def encode(self, out, encoding, video_filter=""):
        """The base clip, filtered and encoded."""
        chain = f"-vf '{video_filter}'" if video_filter else ""
        return self.ffmpeg(f"-i {self.base} {chain} {encoding}", out)

    def scratch(self, name):
        """A path for something that is only needed on the way."""
        folder = self.folder / "scratch"
        folder.mkdir(exist_ok=True)
        return folder / name


def boxes(data, start, end):
    """(type, offset, header bytes, size) of the MP4 boxes in data[start:end]."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", data, start + 8)[0], 16
        size = size or end - start
        yield kind.decode("latin1"), start, header, size
        start += size


def find_box(data, path, start=0, end=None):
    """(offset of the content, its size) of the first box at a path such as "moov/trak/tkhd"."""
    first, _, rest = path.partition("/")
    for kind, offset, header, size in boxes(data, start, len(data) if end is None else end):
        if kind == first:
            inside = offset + header
            return find_box(data, rest, inside, offset + size) if rest else (inside, size - header)
    raise RuntimeError(f"no box {path}")


def set_matrix(file, a, b, c, d):
    """Writes x' = a x + c y, y' = b x + d y into the track header: how players show the picture."""
    data = bytearray(file.read_bytes())
    offset, _ = find_box(data, "moov/trak/tkhd")
    wide = data[offset] == 1  # version 1 has three 64-bit fields
    at = offset + (52 if wide else 40)
    width, height = struct.unpack_from(">II", data, at + 36)
    one = 1 << 16
    shift_x = (width if a < 0 else 0) + (height if c < 0 else 0)
    shift_y = (width if b < 0 else 0) + (height if d < 0 else 0)
    struct.pack_into(">9i", data, at, a * one, b * one, 0, c * one, d * one, 0,
                     shift_x, shift_y, 1 << 30)
    file.write_bytes(data)
    return file


def packets(file):
    """Position and size of each video packet, in file order."""
    listing = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pos,size",
         "-of", "json", str(file)], capture_output=True, text=True, check=True)
    return [(int(p["pos"]), int(p["size"])) for p in json.loads(listing.stdout)["packets"]]


def damage_packets(file, numbers):
    """Overwrites most of these packets' bytes with noise, the same noise each time."""
    noise = random.Random(5)
    data = bytearray(file.read_bytes())
    listed = packets(file)
    for number in numbers:
        position, size = listed[number]
        begin, end = position + min(12, size // 4), position + size
        data[begin:end] = noise.randbytes(end - begin)
    file.write_bytes(data)
    return file


def truncate(file, share):
    """Keeps the first part of a file."""
    data = file.read_bytes()
    file.write_bytes(data[:int(len(data) * share)])
    return file


def cut_off_box(file, path):
    """Keeps what lies before the end of this box."""
    data = file.read_bytes()
    offset, size = find_box(data, path)
    file.write_bytes(data[:offset + size])
    return file
