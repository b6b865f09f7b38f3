# SPDX-License-Identifier: MIT
"""The scores of `screenalytics eval` as other people's programs compute them: TrackEval and
py-motmetrics for tracks, scikit-learn and bcubed for clusters, pyannote.metrics for seconds. Only
reads files: a run's artifacts, and a truth file with a box a face."""
import contextlib
import csv
import io
import json
import warnings

import numpy as np

with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import bcubed
    import motmetrics
    import sklearn.metrics
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate
    from trackeval.metrics import CLEAR, HOTA, Identity


def read_rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_mot(path, fps):
    boxes = {}
    with path.open(encoding="utf-8") as lines:
        for row in csv.reader(lines):
            x, y, width, height = map(float, row[2:6])
            boxes.setdefault(int(row[0]) - 1, {})[row[1]] = (x, y, x + width, y + height)
    frames = {name: sorted(n for n, there in boxes.items() if name in there)
              for name in {name for there in boxes.values() for name in there}}
    return boxes, {name: [(n / fps, (n + 1) / fps) for n in list_] for name, list_ in frames.items()}


def read_boxes(path):
    truth = json.loads(path.read_text(encoding="utf-8"))
    boxes, spans = {}, {}
    for row in truth["boxes"]:
        boxes.setdefault(row["frame"], {})[row["id"]] = tuple(row[key] for key in ("x1", "y1", "x2", "y2"))
    for segment in truth["segments"]:
        for name in segment["identities_left_to_right"]:
            spans.setdefault(name, []).append((segment["start"] / truth["fps"],
                                               (segment["end"] + 1) / truth["fps"]))
    return boxes, spans


def overlaps(truths, found):
    """IoU of every pair."""
    values = np.zeros((len(truths), len(found)))
    for i, a in enumerate(truths):
        for j, b in enumerate(found):
            width = min(a[2], b[2]) - max(a[0], b[0])
            height = min(a[3], b[3]) - max(a[1], b[1])
            if width > 0 and height > 0:
                areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
                values[i, j] = width * height / (areas - width * height)
    return values


class Reference:
    def __init__(self, run, boxes, spans):
        self.run, self.boxes, self.spans = run, boxes, spans
        self.people = sorted({name for there in boxes.values() for name in there})
        self.frames = [row["frame_idx"] for row in read_rows(run / "samples.jsonl")]
        self.rows = read_rows(run / "tracks.jsonl")

    def faces(self, number_of):
        """{frame: [(number, box)]} of tracks that have a number."""
        found = {}
        for row in self.rows:
            if row["track_id"] in number_of:
                for sample in row["samples"]:
                    found.setdefault(sample["frame_idx"], []).append(
                        (number_of[row["track_id"]], sample["bbox_xyxy"]))
        return found

    def sequence(self, found):
        """What TrackEval takes."""
        ids, gt_ids, tracker_ids, similarity = {}, [], [], []
        for frame in self.frames:
            there, here = self.boxes.get(frame, {}), found.get(frame, [])
            gt_ids.append(np.array([self.people.index(name) for name in there], dtype=int))
            tracker_ids.append(np.array([ids.setdefault(number, len(ids)) for number, _ in here], dtype=int))
            similarity.append(overlaps(list(there.values()), [box for _, box in here]))
        present = {int(n) for list_ in gt_ids for n in list_}
        order = {n: i for i, n in enumerate(sorted(present))}
        return {"num_timesteps": len(self.frames), "num_gt_ids": len(order), "num_tracker_ids": len(ids),
                "gt_ids": [np.array([order[int(n)] for n in list_], dtype=int) for list_ in gt_ids],
                "tracker_ids": tracker_ids, "similarity_scores": similarity,
                "num_gt_dets": sum(map(len, gt_ids)), "num_tracker_dets": sum(map(len, tracker_ids))}

    def tracking(self, number_of):
        data = self.sequence(self.faces(number_of))
        hota = HOTA().eval_sequence(data)
        clear = CLEAR({"THRESHOLD": 0.5, "PRINT_CONFIG": False}).eval_sequence(data)
        identity = Identity({"THRESHOLD": 0.5, "PRINT_CONFIG": False}).eval_sequence(data)
        return {"hota": hota["HOTA"].mean(), "det_a": hota["DetA"].mean(), "ass_a": hota["AssA"].mean(),
                "idf1": identity["IDF1"], "idp": identity["IDP"], "idr": identity["IDR"],
                "id_switches": clear["IDSW"], "recall": clear["CLR_Re"], "precision": clear["CLR_Pr"]}

    def motmetrics(self, number_of):
        """IDF1 and switches once more, by py-motmetrics."""
        data = self.sequence(self.faces(number_of))
        notes = motmetrics.MOTAccumulator(auto_id=True)
        for gt, tracked, similarity in zip(data["gt_ids"], data["tracker_ids"], data["similarity_scores"]):
            notes.update(gt, tracked, np.where(similarity >= 0.5, 1 - similarity, np.nan))
        found = motmetrics.metrics.create().compute(
            notes, metrics=["idf1", "idp", "idr", "num_switches", "recall", "precision"], name="run")
        return {"idf1": found["idf1"]["run"], "idp": found["idp"]["run"], "idr": found["idr"]["run"],
                "id_switches": found["num_switches"]["run"], "recall": found["recall"]["run"],
                "precision": found["precision"]["run"]}

    def detections(self):
        found = {}
        for i, row in enumerate(read_rows(self.run / "detections.jsonl")):
            found.setdefault(row["frame_idx"], []).append((i, row["bbox_xyxy"]))
        data = self.sequence(found)
        scores = CLEAR({"THRESHOLD": 0.5, "PRINT_CONFIG": False}).eval_sequence(data)
        return {"recall": scores["CLR_Re"], "precision": scores["CLR_Pr"]}

    def identities(self):
        """Numbers by track: of whole people, and of all tracks (unknown ones have one each)."""
        listed = json.loads((self.run / "identities.json").read_text(encoding="utf-8"))
        named = {track: one["identity_id"] for one in listed["identities"] for track in one["track_ids"]}
        return named, {**named, **{track: f"unknown {track}" for track in listed["unknown"]["track_ids"]}}

    def clusters(self):
        named, _ = self.identities()
        items = []
        for frame, here in self.faces(named).items():
            there = self.boxes.get(frame, {}) if frame in self.frames else {}
            fits = overlaps(list(there.values()), [box for _, box in here])
            items += [(name, here[j][0]) for j in range(len(here))
                      for i, name in enumerate(there) if fits[i, j] >= 0.5]
        return {"faces": len(items), **cluster_scores(*zip(*items))}

    def character_time(self):
        listed = json.loads((self.run / "screentime.json").read_text(encoding="utf-8"))
        measured = {one["identity_id"]: one["intervals"] for one in listed["timeline"]}
        truth, hypothesis = annotation(self.spans), annotation(measured)
        extent = Timeline([truth.get_timeline().extent() | hypothesis.get_timeline().extent()])
        parts = DiarizationErrorRate().compute_components(truth, hypothesis, uem=extent)
        wrong = parts["missed detection"] + parts["false alarm"] + parts["confusion"]
        return {"error": wrong / parts["total"], "truth_seconds": parts["total"],
                "missed_seconds": parts["missed detection"], "extra_seconds": parts["false alarm"],
                "wrong_seconds": parts["confusion"]}


def annotation(spans):
    result = Annotation()
    for name, list_ in spans.items():
        joined = Timeline([Segment(begin, end) for begin, end in list_]).support(collar=1e-6)
        for segment in joined:
            result[segment, name] = name
    return result


def cluster_scores(truth, found):
    table = sklearn.metrics.cluster.contingency_matrix(truth, found)
    (_, false_pairs), (missed_pairs, pairs) = sklearn.metrics.cluster.pair_confusion_matrix(truth, found)
    labels = ({i: {one} for i, one in enumerate(found)}, {i: {one} for i, one in enumerate(truth)})
    precision, recall = bcubed.precision(*labels), bcubed.recall(*labels)
    return {"purity": table.max(axis=0).sum() / table.sum(),
            "homogeneity": sklearn.metrics.homogeneity_score(truth, found),
            "completeness": sklearn.metrics.completeness_score(truth, found),
            "nmi": sklearn.metrics.normalized_mutual_info_score(truth, found),
            "bcubed_precision": precision, "bcubed_recall": recall,
            "bcubed_f1": bcubed.fscore(precision, recall),
            "pair_precision": pairs / (pairs + false_pairs), "pair_recall": pairs / (pairs + missed_pairs),
            "pair_f1": 2 * pairs / (2 * pairs + false_pairs + missed_pairs)}
