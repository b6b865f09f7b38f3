#!/usr/bin/env bash
# A minute of 1080p H.264 at 5.5 Mb/s with faces, from any face video: benchmarks/make_hd.sh IN OUT.mp4
set -euo pipefail
exec ffmpeg -v error -nostdin -y -stream_loop -1 -i "$1" -t 60 -an \
  -vf 'scale=1920:1080:flags=bicubic,noise=alls=5:allf=t' \
  -c:v libx264 -preset medium -b:v 5500k -pix_fmt yuv420p "$2"
