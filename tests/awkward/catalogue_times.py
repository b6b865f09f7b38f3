# SPDX-License-Identifier: MIT
"""Clocks, frame rates, edit lists and the order of frames."""

from clips import FRAMES, RATE
from inputs import SINE, X264, awkward, encoded

encoded("plain", "plain.mp4", X264 + " -bf 2", input={"codec": "h264"}, frames=FRAMES)

encoded("variable frame rate, mp4", "vfr.mp4", X264 + " -vsync passthrough",
        "select=lt(mod(n\\,12)\\,4)+eq(mod(n\\,12)\\,7)+eq(mod(n\\,12)\\,9)", frames=FRAMES // 2)
encoded("variable frame rate, mkv", "vfr.mkv", X264 + " -vsync passthrough",
        "select=not(mod(n\\,5)*mod(n\\,7))", input={"container": "matroska,webm"})
encoded("a pause of 1.4 s without frames", "pause.mp4", X264 + " -vsync passthrough",
        "select=lt(n\\,8)+gt(n\\,41)", frames=14)
encoded("starts at 5 s, mp4", "start5.mp4", X264 + " -output_ts_offset 5",
        offset=5, input={"start_ts": 5.0})
encoded("starts at 5 s, mkv", "start5.mkv", X264 + " -output_ts_offset 5",
        offset=5, input={"start_ts": 5.0})
encoded("starts at 10 h, MPEG-TS", "start10h.ts", X264 + " -muxdelay 0 -output_ts_offset 36000",
        offset=36000, input={"container": "mpegts"})
encoded("clock wraps at 26.5 h, MPEG-TS", "wrap.ts",
        X264 + " -muxdelay 0 -output_ts_offset 95442.7", offset=None)
encoded("1 frame a second", "fps1.mp4", X264 + " -r 1", "select=not(mod(n\\,12)),setpts=N/TB",
        frames=4, speed=0.5, input={"fps": 1.0})
encoded("120 frames a second", "fps120.mp4", X264 + " -t 1", "fps=120", frames=120, delay=-0.4 / RATE,
        input={"fps": 120.0})
encoded("29.97 frames a second", "ntsc.mp4", X264 + " -r 30000/1001", "setpts=N*1001/30000/TB",
        frames=FRAMES, speed=30000 / 1001 / RATE)
encoded("a single frame", "single.mp4", X264 + " -frames:v 1", frames=1)
encoded("open GOPs and B pyramid, small segments", "open_gop.mp4",
        X264 + " -bf 3 -g 8 -x264-params open-gop=1:b-pyramid=normal:scenecut=0",
        arguments=("--scan.segment-seconds", "1"))
encoded("intra refresh: one key frame", "intra_refresh.mp4",
        X264 + " -g 12 -x264-params intra-refresh=1", arguments=("--scan.segment-seconds", "1"))
encoded("HEVC with leading pictures (CRA), small segments", "cra.mkv",
        "-c:v libx265 -preset ultrafast -x265-params "
        "log-level=error:crf=14:keyint=12:open-gop=1:bframes=3:scenecut=0:pools=none",
        arguments=("--scan.segment-seconds", "1"))
encoded("fragmented mp4", "fragments.mp4", X264 + " -g 12 -movflags frag_keyframe+empty_moov", offset=None)
encoded("raw H.264, no clock", "raw.h264", X264 + " -bf 0", times="rate",
        input={"container": "h264"}, says="no timestamps")
encoded("raw H.264 with B frames, no clock", "raw_b.h264", X264 + " -bf 2", times="rate",
        says="no timestamps")
encoded("MPEG-4 ASP with B frames, avi", "asp.avi", "-c:v mpeg4 -vtag XVID -bf 2 -q:v 2", times="rate",
        input={"codec": "mpeg4"})


@awkward("MPEG-4 ASP, packed B frames, avi", "packed.avi",
         "`-c:v libxvid` packs two frames into one packet, as DivX does", times="increasing",
         box_tolerance=8)
def packed(c, out):
    c.encode(out, "-c:v libxvid -bf 2 -q:v 2 -flags +mv4 -g 24")


@awkward("edit list: cut at 0.625 s without re-encoding", "edit_cut.mp4",
         "`-ss 0.625 -c copy` of a file with one key frame: frames before the cut are stored, not shown",
         offset=-0.625)
def edit_cut(c, out):
    whole = c.encode(c.scratch("one_gop.mp4"), X264 + " -bf 2 -g 250")
    c.ffmpeg(f"-ss 0.625 -i {whole} -c copy", out)


@awkward("edit list: video 0.5 s late", "late_video.mp4", "`-itsoffset 0.5` on the video, sound at 0",
         offset=0.5, input={"start_ts": 0.5})
def late_video(c, out):
    plain = c.encode(c.scratch("late.mp4"), X264)
    c.ffmpeg(f"-itsoffset 0.5 -i {plain} {SINE} -map 0:v -map 1:a -c:v copy -c:a aac", out)


@awkward("edit list: sound 0.5 s late", "late_audio.mp4", "`-itsoffset 0.5` on the sound, video at 0")
def late_audio(c, out):
    plain = c.encode(c.scratch("late.mp4"), X264)
    c.ffmpeg(f"-i {plain} -itsoffset 0.5 {SINE} -map 0:v -map 1:a -c:v copy -c:a aac", out)


@awkward("clock starts again in the middle, MPEG-TS", "twice.ts", "one file behind itself with `cat`",
         frames=2 * FRAMES, times="increasing", box_tolerance=-1, colour=-1, numbers=False, says="starts again")
def twice(c, out):
    once = c.encode(c.scratch("once.ts"), X264).read_bytes()
    out.write_bytes(once + once)


@awkward("clock jumps ahead by a day, MPEG-TS", "jump.ts", "two files with `cat`, the second at 20 h",
         frames=2 * FRAMES, times="increasing", box_tolerance=-1, colour=-1, numbers=False, says="jumps ahead")
def jump(c, out):
    first = c.encode(c.scratch("first.ts"), X264).read_bytes()
    second = c.encode(c.scratch("second.ts"), X264 + " -output_ts_offset 72000").read_bytes()
    out.write_bytes(first + second)


encoded("no edit list, negative composition offsets, mp4", "negative_cts.mp4",
        X264 + " -bf 2 -use_editlist 0 -movflags negative_cts_offsets")
encoded("B frames and no edit list: first frame late", "no_edits.mp4",
        X264 + " -bf 2 -use_editlist 0", offset=None)
