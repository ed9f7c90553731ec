#!/usr/bin/env bash
# pip.sh PYTHON WHAT pip-arguments...: install quietly, or say what could not be had.
set -euo pipefail
. "$(dirname "$0")/say.sh"
python=$1 what=$2
shift 2

echo "Installing $what"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$python" -m pip install --disable-pip-version-check "$@" >"$log" 2>&1 || {
  grep -vE '^WARNING' "$log" | tail -n 15 >&2
  stop "pip could not install $what. Check that pip reaches its package index and run this again."
}
