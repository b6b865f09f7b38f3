# SPDX-License-Identifier: MIT
"""SDR to HLG as a table for ffmpeg's lut3d, because zscale applies HLG's system gamma to each channel."""

import math

WHITE = 0.203  # SDR white on a display of 1000 cd/m2, BT.2408
SIZE = 33
TO_2020 = ((0.627404, 0.329283, 0.043313), (0.069097, 0.919540, 0.011362),
           (0.016391, 0.088013, 0.895595))
LUMINANCE = (0.2627, 0.6780, 0.0593)


def weighted(weights, channels):
    return sum(weight * channel for weight, channel in zip(weights, channels))


def hlg_signal(scene):
    """BT.2100 table 5, opto-electronic transfer."""
    if scene <= 1 / 12:
        return math.sqrt(3 * max(scene, 0.0))
    return 0.17883277 * math.log(12 * scene - 0.28466892) + 0.55991073


def to_hlg(channels):
    """BT.1886 light of BT.709 colours, as HLG signals with BT.2020 primaries."""
    shown = [WHITE * channel**2.4 for channel in channels]
    light = [weighted(row, shown) for row in TO_2020]
    luminance = max(weighted(LUMINANCE, light), 1e-9)
    return [hlg_signal(channel * luminance**(-1 / 6)) for channel in light]


def write_hlg_table(file):
    """A .cube file: red varies fastest."""
    steps = [i / (SIZE - 1) for i in range(SIZE)]
    rows = (to_hlg((red, green, blue)) for blue in steps for green in steps for red in steps)
    lines = (" ".join(f"{signal:.6f}" for signal in row) for row in rows)
    file.write_text(f"LUT_3D_SIZE {SIZE}\n" + "\n".join(lines) + "\n")
    return file
