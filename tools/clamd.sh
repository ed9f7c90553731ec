#!/usr/bin/env bash
# Debian's ClamAV daemon, for the tests that scan files, through apt where it is missing and may be had.
set -euo pipefail
. "$(dirname "$0")/say.sh"

clamd=${INTHREAD_TEST_CLAMD:-/usr/sbin/clamd}
[ -x "$clamd" ] && exit 0

without="The tests that scan files need clamav-daemon"
[ "$clamd" = /usr/sbin/clamd ] ||
  stop "INTHREAD_TEST_CLAMD names $clamd, and there is no program there."
command -v apt-get >/dev/null ||
  stop "$without, and this system has no apt-get. Install ClamAV and name its daemon: INTHREAD_TEST_CLAMD=/path/to/clamd make test"
root=()
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2>/dev/null ||
    stop "$without, and installing needs root: run 'apt-get install clamav-daemon' as root, then run this again."
  root=(sudo -n)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing clamav-daemon"
{
  "${root[@]}" apt-get update &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends clamav-daemon
} >"$log" 2>&1 || {
  tail -n 15 "$log" >&2
  stop "$without, and apt-get could not install it (its last lines are above)."
}
