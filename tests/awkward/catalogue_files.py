# SPDX-License-Identifier: MIT
"""Codecs and containers, several streams, damaged files, refused files and awkward names."""

import clips
from inputs import SINE, X264, awkward, encoded, refused

encoded("VP8, webm", "vp8.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -crf 6 -b:v 4M")
encoded("VP9, webm", "vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 15 -b:v 0")
encoded("VP9 with hidden frames, webm", "vp9_arf.webm",
        "-c:v libvpx-vp9 -deadline good -cpu-used 8 -crf 15 -b:v 0 -auto-alt-ref 1 -lag-in-frames 16 -g 24",
        arguments=("--scan.segment-seconds", "1"))
encoded("AV1, mp4", "av1.mp4", "-c:v libsvtav1 -preset 12 -crf 20 -svtav1-params lp=1")
encoded("Theora, ogv", "theora.ogv", "-c:v libtheora -q:v 9")
encoded("MJPEG, avi", "mjpeg.avi", "-c:v mjpeg -q:v 2 -pix_fmt yuvj420p")
encoded("FLV1, flv", "flv1.flv", "-c:v flv -q:v 2")
encoded("WMV2, asf", "wmv2.wmv", "-c:v wmv2 -q:v 2")
encoded("DNxHR, mxf", "dnxhr.mxf", "-c:v dnxhd -profile:v dnxhr_sq -pix_fmt yuv422p")
encoded("MPEG-2, MPEG-TS", "mpeg2.ts", "-c:v mpeg2video -q:v 2 -bf 2 -muxdelay 0 -output_ts_offset 1",
        offset=1)


def two_videos(options):
    """Makes a file of a small video first and the plain one second."""
    return lambda c, out: c.ffmpeg(
        f"-i {c.base} -filter_complex '[0:v]split[a][b];[a]scale=120:96[s]' "
        f"-map '[s]' -map '[b]' {X264} {options}", out)


SECOND = {"video_stream": 1, "width": 360, "height": 288}
awkward("two video streams, the second flagged as default", "two_flagged.mkv",
        "the first is 120x96, the second the plain one", input=SECOND, says="video streams")(
            two_videos("-disposition:v:0 0 -disposition:v:1 default"))
awkward("two video streams, MPEG-TS", "two_videos.ts",
        "the first is 120x96, the second the plain one; MPEG-TS has no flag for the default",
        input=SECOND, offset=None, says="video streams")(two_videos("-muxdelay 0"))


@awkward("cover art before the video", "cover.mp4", "an attached picture of 640x640 as first stream")
def cover(c, out):
    c.ffmpeg(f"-f lavfi -i color=red:s=640x640:d=0.04:r=25 -i {c.base} -map 0:v -map 1:v "
             f"-c:v:0 mjpeg -disposition:v:0 attached_pic -c:v:1 libx264 -preset veryfast "
             "-crf 12", out)


@awkward("subtitles, sound, chapters and a font, mkv", "many.mkv", "all in one Matroska file", offset=None)
def many(c, out):
    text = c.scratch("text.srt")
    text.write_text("1\n00:00:00,000 --> 00:00:01,500\nHello\n\n")
    chapters = c.scratch("chapters.txt")
    chapters.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n")
    font = c.scratch("letters.ttf")
    font.write_bytes(b"not really a font")
    c.ffmpeg(f"-i {c.base} {SINE} -i {text} -i {chapters} -map 1:a -map 2:s -map 0:v -map_metadata 3 "
             f"{X264} -c:a aac -c:s srt -attach {font} -metadata:s:t mimetype=font/ttf", out)


@awkward("time code track, mov", "timecode.mov", "`-timecode 10:00:00:00`: a data stream beside the video")
def timecode(c, out):
    c.encode(out, X264 + " -timecode 10:00:00:00")


# Damage: each costs what it touches, and is counted.


@awkward("damaged bytes in the middle, mp4", "damaged.mp4", "noise in packets 9, 20 and 33",
         damage=True, numbers=False, colour=-1, box_tolerance=-1, face_share=0.7, frames=48)
def damaged(c, out):
    c.encode(out, X264 + " -bf 0")
    clips.damage_packets(out, [9, 20, 33])


@awkward("damaged key frame, mkv", "damaged_key.mkv", "noise in packet 24, a key frame",
         damage=True, numbers=False, colour=-1, box_tolerance=-1, face_share=0.5)
def damaged_key(c, out):
    c.encode(out, X264 + " -bf 0 -g 12")
    clips.damage_packets(out, [24])


@awkward("damaged bytes, MPEG-TS", "damaged.ts", "noise over 3 % of the file, in its middle",
         damage=True, numbers=False, colour=-1, box_tolerance=-1, face_share=0.7, times="increasing")
def damaged_ts(c, out):
    data = bytearray(c.encode(out, X264 + " -g 12").read_bytes())
    begin = len(data) // 2
    data[begin:begin + len(data) * 3 // 100] = bytes(range(256)) * (len(data) * 3 // 25600)
    out.write_bytes(data)


@awkward("truncated mp4, index in front", "truncated.mp4", "`-movflags faststart`, first 60 % kept",
         damage=True, face_share=0.85, times="increasing")
def truncated_mp4(c, out):
    c.encode(out, X264 + " -movflags +faststart")
    clips.truncate(out, 0.6)


@awkward("truncated mkv", "truncated.mkv", "first 60 % kept", damage=True, face_share=0.9, colour=10)
def truncated_mkv(c, out):
    c.encode(out, X264)
    clips.truncate(out, 0.6)


@awkward("truncated MPEG-TS", "truncated.ts", "first 60 % kept", damage=True, face_share=0.85, numbers=False,
         offset=1, times="increasing")
def truncated_ts(c, out):
    c.encode(out, X264 + " -muxdelay 0 -output_ts_offset 1")
    clips.truncate(out, 0.6)


@awkward("noise in front of MPEG-TS", "junk_front.ts", "1000 bytes of noise before the first packet",
         offset=1)
def junk_front(c, out):
    c.encode(out, X264 + " -muxdelay 0 -output_ts_offset 1")
    out.write_bytes(bytes(7 * i % 251 for i in range(1000)) + out.read_bytes())


# Refused, in one line.


@refused("empty file", "empty.mp4", "0 bytes", "empty")
def empty(_, out):
    out.write_bytes(b"")


@refused("header only, no samples", "header.mp4", "fragmented mp4 cut behind `moov`", "no frames")
def header_only(c, out):
    c.encode(out, X264 + " -movflags frag_keyframe+empty_moov")
    clips.cut_off_box(out, "moov")


@refused("missing index", "no_moov.mp4", "first half of an mp4 with its index at the end", "index")
def no_moov(c, out):
    clips.truncate(c.encode(out, X264), 0.5)


@refused("sound only, m4a", "sound.m4a", "AAC", "no video")
def sound(c, out):
    c.ffmpeg(f"{SINE} -c:a aac", out)


@refused("sound with cover art, mp3", "cover.mp3", "MP3 with an attached picture", "not a video")
def sound_cover(c, out):
    c.ffmpeg(f"{SINE} -f lavfi -i color=red:s=320x320:d=0.04:r=25 -map 0:a -map 1:v -c:v mjpeg "
             "-disposition:v attached_pic", out)


@refused("text file", "notes.mp4", "plain text called .mp4", "not a video")
def text_file(_, out):
    out.write_text("These are only notes.\n" * 100)


@refused("noise", "noise.mkv", "64 KiB of noise called .mkv", "cannot open")
def noise(_, out):
    state, data = 1, bytearray()
    while len(data) < 65536:
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        data.append(state >> 16 & 255)
    out.write_bytes(data)


@refused("playlist", "list.m3u8", "an HLS playlist that names a clip beside it", "playlist")
def playlist(c, out):
    c.encode(c.folder / "listed.ts", X264)
    out.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nlisted.ts\n#EXT-X-ENDLIST\n")


@refused("a folder", "folder.mp4", "a folder called .mp4", "folder")
def folder_input(_, out):
    out.mkdir(exist_ok=True)


@refused("no such file", "missing.mp4", "nothing there", "no such file", exits=(3,))
def missing(_, out):
    out.unlink(missing_ok=True)


@refused("dangling link", "dangling.mp4", "a symbolic link to nothing", "no such file", exits=(3,))
def dangling(_, out):
    out.unlink(missing_ok=True)
    out.symlink_to("nothing_here.mp4")


# Names.

encoded("wrong extension", "really_mp4.avi", X264 + " -f mp4", input={"container": "mov,mp4,m4a,3gp,3g2,mj2"})
encoded("no extension", "clip", X264 + " -f matroska")
encoded("spaces and other alphabets in the name", "Épisode 1 – первый 第一 🎬.mp4", X264)
encoded("very long name", "x" * 251 + ".mp4", X264)
encoded("percent signs and quotes in the name", "100%d 'a' \"b\".mp4", X264)
encoded("looks like an address", "http:clip.mp4", X264 + " -f mp4")


@awkward("symbolic link", "link.mp4", "a link to a file in another folder")
def link(c, out):
    c.encode(c.scratch("target.mp4"), X264)
    out.unlink(missing_ok=True)
    out.symlink_to("scratch/target.mp4")
