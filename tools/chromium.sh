#!/usr/bin/env bash
# Debian's Chromium and the fonts the journeys need, through apt where they are missing and may be had.
set -euo pipefail
. "$(dirname "$0")/say.sh"

chromium=${INTHREAD_TEST_CHROMIUM:-/usr/bin/chromium}
wanted=()
[ -x "$chromium" ] || wanted+=(chromium)
if command -v dpkg-query >/dev/null; then
  for font in fonts-noto-core fonts-noto-color-emoji; do
    dpkg-query -W -f '${Status}' "$font" 2>/dev/null | grep -q 'ok installed' || wanted+=("$font")
  done
fi
[ ${#wanted[@]} -gt 0 ] || exit 0

without="The browser tests need ${wanted[*]}"
[ "$chromium" = /usr/bin/chromium ] ||
  stop "INTHREAD_TEST_CHROMIUM names $chromium, and there is no program there."
command -v apt-get >/dev/null ||
  stop "$without, and this system has no apt-get. Install Chromium and name it: INTHREAD_TEST_CHROMIUM=/path/to/chromium make test"
root=()
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2>/dev/null ||
    stop "$without, and installing needs root: run 'apt-get install ${wanted[*]}' as root, then run this again."
  root=(sudo -n)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing ${wanted[*]}"
{
  "${root[@]}" apt-get update &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${wanted[@]}"
} >"$log" 2>&1 || {
  tail -n 15 "$log" >&2
  stop "$without, and apt-get could not install them (its last lines are above)."
}
