#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Five more people for tools/make_episode.py, into the folder MEDIA: photos that come with the packages
# face_recognition (PyPI) and tracking (npm), both MIT, checksums verified.
#
#   tools/more_faces.sh MEDIA
set -euo pipefail
media="${1:?say where to: tools/more_faces.sh MEDIA}"
mkdir -p "$media"
folder=$(mktemp -d "$media/.faces.XXXXXX")
trap 'rm -rf "$folder"' EXIT

check() { printf '%s  %s\n' "$2" "$1" | sha256sum --check --status || { echo "more_faces: $1 does not have the pinned checksum" >&2; exit 1; }; }

(cd "$folder" && npm pack --silent tracking@1.1.3 >/dev/null)
check "$folder/tracking-1.1.3.tgz" cac8569e3f1e6158a3b1162fe2212a33c671c17f67729ad6a7fa2e35faaa52fb
tar -xzf "$folder/tracking-1.1.3.tgz" -C "$folder" package/test/assets/faces.png
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest "$folder" face_recognition==1.3.0
check "$folder/face_recognition-1.3.0.tar.gz" 5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec
tar -xzf "$folder/face_recognition-1.3.0.tar.gz" -C "$folder" --strip-components=3 --wildcards '*/tests/test_images/*.jpg'
mv "$folder"/package/test/assets/faces.png "$folder"/{biden,obama,obama2,obama3}.jpg "$media/"
