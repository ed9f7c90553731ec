#!/usr/bin/env bash
# htmx and the icons of tools/icons.txt into static/console, the typeface of our papers into inthread/papers/fonts, with
# their licences and digests. Each package is held to the digest it was chosen with; nothing of it runs. The tests hold
# the files to vendored.sha256.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

htmx=htmx.org@4.0.1
htmx_digest=sha512-oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2EAbTYUG5SDW1R60mdkdqGg==
lucide=lucide-static@1.62.0
lucide_digest=sha512-WBZA/m2PvkFpMGHDtsBck5P2A9G4ehLlYu4GwwICcmEm1BvYVgj00lCDxKRWLlbMlOibLaiwdQ88G5pHkSWgwA==
dejavu=dejavu-fonts-ttf@2.37.3
dejavu_digest=sha512-f1hd7jJbeQa1VWcw+K2KrTXS50zTMaHpVC4XIKJpNcDeYR5ajMtj/iLlQDYNvLOKamUB3ARVVCf79lNwNVztSQ==

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

take() { # PACKAGE DIGEST FOLDER
  echo "Fetching $1"
  mkdir -p "$work/$3"
  npm pack "$1" --json --ignore-scripts --pack-destination "$work/$3" --loglevel=error >"$work/said" 2>"$work/log" || {
    tail -n 15 "$work/log" >&2
    stop "npm could not fetch $1. Check that npm reaches its registry and run this again."
  }
  grep -qF "\"$2\"" "$work/said" || stop "What came as $1 is not what this project was tested with: its digest is another."
  tar -xzf "$work/$3"/*.tgz -C "$work/$3"
}

sprite() { # FOLDER OF ICONS
  echo '<svg xmlns="http://www.w3.org/2000/svg">'
  while read -r name; do
    [ -f "$1/$name.svg" ] || stop "$lucide has no icon called $name."
    printf '<symbol id="%s" viewBox="0 0 24 24">' "$name"
    awk '/^<\/svg>/ { inside = 0 } inside { gsub(/^ +/, ""); printf "%s", $0 } /^>$/ { inside = 1 }' "$1/$name.svg"
    echo '</symbol>'
  done <tools/icons.txt
  echo '</svg>'
}

take "$htmx" "$htmx_digest" htmx
take "$lucide" "$lucide_digest" lucide
sprite "$work/lucide/package/icons" >"$work/icons.svg"
here=static/console
cp "$work/htmx/package/dist/htmx.min.js" "$here/htmx.min.js"
cp "$work/htmx/package/LICENSE" "$here/LICENSE-htmx.txt"
cp "$work/icons.svg" "$here/icons.svg"
cp "$work/lucide/package/LICENSE" "$here/LICENSE-lucide.txt"
chmod 644 "$here"/*
(cd "$here" && sha256sum htmx.min.js icons.svg LICENSE-htmx.txt LICENSE-lucide.txt >vendored.sha256)
cat "$here/vendored.sha256"

take "$dejavu" "$dejavu_digest" dejavu
here=inthread/papers/fonts
mkdir -p "$here"
cp "$work/dejavu/package/ttf/DejaVuSans.ttf" "$work/dejavu/package/ttf/DejaVuSans-Bold.ttf" "$here"
cp "$work/dejavu/package/LICENSE" "$here/LICENSE-dejavu.txt"
chmod 644 "$here"/*
(cd "$here" && sha256sum DejaVuSans-Bold.ttf DejaVuSans.ttf LICENSE-dejavu.txt >vendored.sha256)
cat "$here/vendored.sha256"
