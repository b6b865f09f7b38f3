#!/usr/bin/env python3
"""Fails when a folder of src/ includes a header of a folder that its CMakeLists.txt does not USE."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent / "src"
uses = {}
for listing in sorted(root.glob("*/CMakeLists.txt")):
    match = re.search(r"^\W*USES ((?:[a-z0-9]+ ?)+)$", listing.read_text(), re.MULTILINE)
    uses[listing.parent.name] = set(match.group(1).split()) if match else set()

faults = []
for path in sorted([*root.glob("*/*.h"), *root.glob("*/*.cpp")]):
    folder = path.parent.name
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'#include "([a-z0-9_]+)/', line)
        if match and match.group(1) != folder and match.group(1) not in uses.get(folder, set()):
            faults.append(f"{path.relative_to(root)}:{number}: includes {match.group(1)}/, which {folder} does not USE")

print("\n".join(faults) if faults else f"layers: {len(uses)} folders, no undeclared include")
sys.exit(1 if faults else 0)
