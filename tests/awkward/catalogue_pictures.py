# SPDX-License-Identifier: MIT
"""Turned, mirrored, stretched, deep, bright, interlaced and oddly sized pictures."""

import clips
import colours
from inputs import X264, X265, awkward, encoded

# Display matrix a, b, c, d and the filter that stores the picture so that it is shown upright.
TURNS = {
    "turned 90": ((0, 1, -1, 0), "transpose=cclock", 90, False),
    "turned 180": ((-1, 0, 0, -1), "hflip,vflip", 180, False),
    "turned 270": ((0, -1, 1, 0), "transpose=clock", 270, False),
    "mirrored left to right": ((-1, 0, 0, 1), "hflip", 0, True),
    "mirrored top to bottom": ((1, 0, 0, -1), "vflip", 180, True),
    "turned 90 and mirrored": ((0, 1, 1, 0), "transpose=cclock_flip", 90, True),
    "turned 270 and mirrored": ((0, -1, -1, 0), "transpose=clock_flip", 270, True),
}


def register_turn(name, matrix, stored, rotation, mirrored):
    @awkward(name, name.replace(" ", "_") + ".mp4",
             f"stored by `-vf {stored}`, display matrix {matrix} in the track header",
             input={"rotation": rotation, "mirrored": mirrored, "width": 360, "height": 288})
    def make(c, out):
        c.encode(out, X264, stored)
        clips.set_matrix(out, *matrix)


for turn_name, turn in TURNS.items():
    register_turn(turn_name, *turn)


@awkward("turned 90, SAR 2:1", "turned_sar.mp4",
         "stored turned and half as high, so that pixels are twice as high as wide once shown upright",
         input={"rotation": 90, "width": 360, "height": 144, "pixel_aspect": 0.5},
         box=(1, 0.5, 0, 0), box_tolerance=5)
def turned_sar(c, out):
    c.encode(out, X264, "scale=360:144,transpose=cclock,setsar=2/1")
    clips.set_matrix(out, 0, 1, -1, 0)


encoded("SAR 16:15", "sar16_15.mp4", X264, "scale=338:288,setsar=16/15",
        input={"pixel_aspect": 1.0667}, box=(338 / 360, 1, 0, 0))
encoded("SAR 2:1", "sar2.mkv", X264, "scale=180:288,setsar=2/1", input={"pixel_aspect": 2.0},
        box=(0.5, 1, 0, 0))
encoded("SAR 1:2", "sar_half.mp4", X264, "scale=360:144,setsar=1/2", input={"pixel_aspect": 0.5},
        box=(1, 0.5, 0, 0), box_tolerance=5)
encoded("10-bit HEVC", "hevc10.mp4", X265 + " -pix_fmt yuv420p10le", input={"bit_depth": 10})
encoded("12-bit HEVC 4:2:2", "hevc12.mkv", X265 + " -pix_fmt yuv422p12le", input={"bit_depth": 12})
encoded("10-bit H.264", "h264_10.mp4", X264 + " -pix_fmt yuv420p10le", input={"bit_depth": 10})
encoded("full range 4:2:0", "full.mp4", X264 + " -pix_fmt yuvj420p -color_range pc",
        "scale=out_range=full", input={"full_range": True})
encoded("4:2:2", "422.mp4", X264 + " -pix_fmt yuv422p")
encoded("4:4:4", "444.mp4", X264 + " -pix_fmt yuv444p")
encoded("4:1:1", "411.avi", "-c:v rawvideo -pix_fmt yuv411p")
encoded("packed 4:2:2 (UYVY), avi", "uyvy.avi", "-c:v rawvideo -pix_fmt uyvy422")
encoded("NV12, avi", "nv12.avi", "-c:v rawvideo -pix_fmt nv12")
encoded("grey", "grey.mkv", X264 + " -pix_fmt gray", grey=True)
encoded("RGB24, png in mov", "png.mov", "-c:v png -pix_fmt rgb24")
encoded("RGB with alpha, qtrle in mov", "qtrle.mov", "-c:v qtrle -pix_fmt argb")
encoded("16-bit RGB, ffv1", "rgb48.mkv", "-c:v ffv1 -pix_fmt gbrp16le")
encoded("palette, gif", "palette.gif", "-vsync passthrough",
        "select=not(mod(n\\,2)),split[a][b];[a]palettegen[p];[b][p]paletteuse", colour=10)
encoded("H.264 RGB", "h264rgb.mkv", "-c:v libx264rgb -preset veryfast -crf 12")
encoded("BT.709 tags at SD size", "bt709.mp4",
        X264 + " -colorspace bt709 -color_primaries bt709 -color_trc bt709",
        "scale=out_color_matrix=bt709")
encoded("no colour tags at HD size", "untagged_hd.mp4",
        X264 + " -vsync passthrough",
        "scale=1350:1080:out_color_matrix=bt709,"
        "setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown,"
        "select=not(mod(n\\,2))",
        how="scaled to 1350x1080 with the BT.709 matrix that HD players assume, tags removed",
        box=(3.75, 3.75, 0, 0))
encoded("ProRes 4444 with alpha", "prores.mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le")

encoded("HDR, PQ BT.2020", "pq.mp4",
        X265 + " -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc",
        "zscale=min=smpte170m:pin=709:tin=709:rin=tv:t=linear:npl=203,format=gbrpf32le,"
        "zscale=p=2020:t=smpte2084:m=2020_ncl:r=tv:npl=203,format=yuv420p10le",
        how="zscale to BT.2020 PQ, white at 203 cd/m2 as BT.2408 has it, 10-bit HEVC",
        input={"transfer": "pq", "bit_depth": 10})


@awkward("HDR, HLG BT.2020", "hlg.mp4",
         "BT.2100 HLG by a table, white at 203 of 1000 cd/m2, 10-bit HEVC",
         input={"transfer": "hlg", "bit_depth": 10})
def hlg(c, out):
    table = colours.write_hlg_table(c.scratch("hlg.cube"))
    c.encode(out, X265 + " -color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc",
             f"format=gbrp16le,lut3d={table}:interp=tetrahedral,setparams=color_primaries=bt2020:"
             "color_trc=arib-std-b67,scale=out_color_matrix=bt2020:out_range=tv,format=yuv420p10le")


PAN = "crop=280:288:n*1.5:0"
encoded("interlaced, top field first, H.264", "tff.mp4",
        X264 + " -flags +ilme+ildct -x264-params tff=1", PAN + ",interlace=scan=tff:lowpass=off",
        how="the picture moves 36 px a second to the left; fields of two frames woven into one",
        input={"interlaced": True}, frames=24, drift=36, numbers=False, delay=0.5 / 24, colour=10)
encoded("interlaced, bottom field first, MPEG-2 program stream", "bff.mpg",
        "-c:v mpeg2video -q:v 2 -flags +ilme+ildct -top 0 -r 24",
        PAN + ",interlace=scan=bff:lowpass=off,setpts=N/24/TB", how="the same, bottom field first",
        input={"interlaced": True}, frames=24, drift=36, numbers=False, offset=None, speed=2,
        delay=0.5 / 24, colour=10)
encoded("odd size 359x287, 4:4:4", "odd444.mkv", X264 + " -pix_fmt yuv444p", "format=yuv444p,crop=359:287:0:0",
        input={"width": 359, "height": 287})
encoded("odd size 359x287, 4:2:0", "odd420.mkv", "-c:v ffv1 -pix_fmt yuv420p", "format=yuv444p,crop=359:287:0:0",
        input={"width": 359, "height": 287})
encoded("odd size 359x287, VP9", "odd.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -crf 15 -b:v 0",
        "format=yuv444p,crop=359:287:0:0", input={"width": 359, "height": 287})
encoded("tiny, 64x48", "tiny.mp4", X264, "scale=64:48", input={"width": 64, "height": 48}, numbers=False,
        box_tolerance=-1, colour=-1, face_share=0)
encoded("16x16", "tiny16.mp4", X264, "scale=16:16", numbers=False, box_tolerance=-1, colour=-1, face_share=0)
encoded("4K", "4k.mp4", "-c:v libx264 -preset ultrafast -crf 20 -vsync passthrough",
        "select=not(mod(n\\,4)),scale=2700:2160,pad=3840:2160:570:0", how="scaled to 3840x2160, 6 frames a second",
        box=(7.5, 7.5, 570, 0), frames=12, box_tolerance=9, colour=16)
encoded("very wide, 1440x288", "wide.mp4", X264, "pad=1440:288:720:0", box=(1, 1, 720, 0), box_tolerance=6)
encoded("very high, 360x1440", "high.mp4", X264, "pad=360:1440:0:700", box=(1, 1, 0, 700), box_tolerance=8, colour=12)
encoded("portrait, 288x512", "portrait.mp4", X264, "crop=288:288:40:0,pad=288:512:0:100",
        box=(1, 1, -40, 100), numbers=False)
encoded("face leaves over the edge", "leaving.mp4", X264, "pad=560:288,crop=180:288:n*7:0",
        how="the picture moves 168 px a second to the left until the face is gone",
        face_share=0.5, drift=168, numbers=False, colour=-1, box_tolerance=20)


@awkward("size changes in the middle", "resized.ts",
         "two MPEG-TS files with `cat`, 360x288 and 180x144; the second carries on the clock",
         frames=96, numbers=False, box_tolerance=-1, colour=-1, times="increasing")
def resized(c, out):
    first = c.encode(c.scratch("large.ts"), X264 + " -muxdelay 0").read_bytes()
    second = c.encode(c.scratch("small.ts"), X264 + " -muxdelay 0 -output_ts_offset 2",
                      "scale=180:144").read_bytes()
    out.write_bytes(first + second)
