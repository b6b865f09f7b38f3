#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`screenalytics screentime` and `season` against a count by hand, frame by frame."""
import csv
import json

import support
from made_run import HARD_NAMES, MadeRun
from support import Case, read_manifest

BRIDGE, LEAST = 1.2, 0.2


def read(run):
    return json.loads((run / "screentime.json").read_text(encoding="utf-8"))


class MadeRuns(Case):
    def measure(self, ep_id, *words):
        return self.succeed("screentime", "--ep-id", ep_id, "--progress", "none", *words, models=False)

    def made(self, ep_id, seed, **keywords):
        made = MadeRun(self.run_folder(ep_id), seed, **keywords)
        made.write(unknown=[3])
        return made

    def by_hand(self, made, owner):
        """Frames that show somebody when every frame was looked at, holes filled, flickers gone."""
        seen = {f for whose, _, frames in made.tracks if whose == owner for f in frames}
        runs = []
        for frame in sorted(seen):
            near = runs and frame - runs[-1][-1] - 1 <= BRIDGE * made.fps + 1e-6
            same_shot = runs and made.shot_of(frame) == made.shot_of(runs[-1][-1])
            if runs and (frame == runs[-1][-1] + 1 or (near and same_shot)):
                runs[-1].append(frame)
            else:
                runs.append([frame])
        spans = [(made.ts(run[0]), made.ts(run[-1] + 1)) for run in runs]
        return [span for span in spans if span[1] - span[0] >= LEAST - 1e-6]

    def test_every_frame_looked_at_gives_what_a_count_by_hand_gives(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                fps, start = ((25.0, 0.0), (30000 / 1001, 1.4), (24000 / 1001, 0.0))[seed % 3]
                made = self.made(f"hand{seed}", seed, fps=fps, start=start)
                self.measure(f"hand{seed}")
                result = read(made.folder)
                for person in result["timeline"]:
                    spans = self.by_hand(made, HARD_NAMES.index(person["name"]))
                    self.assertEqual(len(person["intervals"]), len(spans))
                    for mine, theirs in zip(person["intervals"], spans):
                        self.assertAlmostEqual(mine[0], theirs[0], places=4)
                        self.assertAlmostEqual(mine[1], theirs[1], places=4)

    def test_sums_fit_together_at_any_step(self):
        for stride in (1, 4, 7):
            made = self.made(f"sums{stride}", 20 + stride, stride=stride)
            self.measure(f"sums{stride}")
            result = read(made.folder)
            timeline = {person["identity_id"]: person["intervals"] for person in result["timeline"]}
            for i, metric in enumerate(result["metrics"]):
                spans = timeline[metric["identity_id"]]
                total = sum(end - begin for begin, end in spans)
                self.assertAlmostEqual(metric["face_visible_seconds"], total, places=6)
                self.assertTrue(all(a[1] < b[0] for a, b in zip(spans, spans[1:])))
                self.assertEqual(metric["error_bound_seconds"] == 0, stride == 1)
                row = result["co_appearance"]["seconds"][i]
                self.assertEqual(row[i], metric["face_visible_seconds"])
                by_shot = sum(shot["seconds"].get(metric["identity_id"], 0) for shot in result["shots"])
                self.assertAlmostEqual(by_shot, total, places=6)
            self.assertGreater(result["unknown"]["face_visible_seconds"], 0)

    def test_the_stage_is_an_artifact_stage(self):
        made = self.made("stage", 3)
        done = self.measure("stage", "--screentime.bridge-gap", "0.5")
        manifest = read_manifest(made.folder)
        stage = manifest["stages"]["screentime"]
        self.assertEqual(stage["status"], "done")
        self.assertEqual(stage["settings"], {"screentime.bridge-gap": 0.5, "screentime.min-stretch": 0.2})
        self.assertEqual([a["name"] for a in manifest["artifacts"]], ["screentime.csv", "screentime.json"])
        self.assertEqual(read(made.folder)["config"]["bridge_gap_s"], 0.5)
        before = (made.folder / "screentime.json").read_bytes()
        self.measure("stage", "--screentime.bridge-gap", "0.5")
        self.assertEqual((made.folder / "screentime.json").read_bytes(), before)
        lines = done.stdout.splitlines()
        self.assertIn("on screen", lines[0])
        self.assertEqual(lines[-1], str(made.folder / "screentime.json"))

    def test_the_csv_is_what_a_spreadsheet_reads(self):
        made = self.made("sheet", 4)
        self.measure("sheet")
        with open(made.folder / "screentime.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        metrics = read(made.folder)["metrics"]
        self.assertEqual([row["name"] for row in rows], [m["name"] for m in metrics] + ["unknown"])
        for row, metric in zip(rows, metrics):
            for key, value in metric.items():
                if isinstance(value, float):
                    self.assertAlmostEqual(float(row[key]), value, places=4, msg=key)
            self.assertEqual(set(row), set(metric))

    def test_artifacts_that_do_not_fit_are_refused(self):
        made = self.made("odd", 5, stride=4)
        text = (made.folder / "samples.jsonl").read_text().splitlines(keepends=True)
        frame = made.tracks[0][2][0]
        (made.folder / "samples.jsonl").write_text("".join(line for line in text if f'"frame_idx": {frame},' not in line))
        done = self.screenalytics("screentime", "--ep-id", "odd", "--progress", "none", models=False)
        self.assert_refused(done, 6, "samples.jsonl", "detect-track")
        self.assertEqual(read_manifest(made.folder)["stages"]["screentime"]["status"], "running")
        (made.folder / "identities.json").unlink()
        done = self.screenalytics("screentime", "--ep-id", "odd", "--progress", "none", models=False)
        self.assert_refused(done, 3, "screenalytics cluster")


class Seasons(Case):
    def season(self, *words):
        return self.succeed("season", *words, models=False)

    def test_people_are_added_up_by_name_and_cast(self):
        for n in range(3):
            MadeRun(self.run_folder(f"s01e0{n}"), 30 + n, frames=800).write(unknown=[3])
        done = self.season("s01e00", "s01e02", "--progress", "plain")
        self.assertIn("measuring it now", done.stderr)
        season = json.loads((self.data / "season.json").read_text(encoding="utf-8"))
        self.assertEqual([e["ep_id"] for e in season["episodes"]], ["s01e00", "s01e02"])
        self.season()
        season = json.loads((self.data / "season.json").read_text(encoding="utf-8"))
        self.assertEqual([e["ep_id"] for e in season["episodes"]], ["s01e00", "s01e01", "s01e02"])
        episodes = [read(self.run_folder(f"s01e0{n}")) for n in range(3)]
        for person in season["people"]:
            own = [m["face_visible_seconds"] for e in episodes for m in e["metrics"] if m["name"] == person["name"]]
            self.assertAlmostEqual(person["face_visible_seconds"], sum(own), places=3)
        with open(self.data / "season.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["name"] for row in rows], [p["name"] for p in season["people"]] + ["unknown"])
        self.assertAlmostEqual(sum(float(rows[0][f"s01e0{n}"]) for n in range(3)),
                               season["people"][0]["face_visible_seconds"], places=3)

    def test_an_unknown_episode_is_refused(self):
        done = self.screenalytics("season", "nothing", "--progress", "none", models=False)
        self.assert_refused(done, 3, "nothing")


class Chain(Case):
    def test_what_is_missing_or_stale_is_made_first_and_said(self):
        run = self.harvest("e", support.make_clip(self.folder / "clip.mp4"))
        words = ("export", "--ep-id", "e", "--format", "csv", "--progress", "plain")
        done = self.succeed(*words, models=False)
        self.assertIn("clustering it now", done.stderr)
        self.assertIn("measuring it now", done.stderr)
        self.assertEqual(len(read(run)["metrics"]), 2)
        self.assertNotIn("now", self.succeed(*words, models=False).stderr)
        self.succeed("people", "rename", "id_0001", "Ann, the first", "--ep-id", "e", "--progress", "none", models=False)
        self.succeed(*words, models=False)
        with open(self.data / "e" / "export" / "screentime.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row["name"], row["named"]) for row in rows if row["identity_id"] == "id_0001"],
                         [("Ann, the first", "true")])
        self.assertAlmostEqual(sum(float(row["face_visible_seconds"]) for row in rows), support.CLIP_SECONDS, delta=0.4)


if __name__ == "__main__":
    support.main()
