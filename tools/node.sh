#!/usr/bin/env bash
# The page checks (axe, Lighthouse, html-validate) and Prism from package-lock.json. No package's own script runs.
set -euo pipefail
. "$(dirname "$0")/say.sh"

command -v npm >/dev/null ||
  stop "npm was not found, and the page checks need it. Install Node 20.19 or newer and run this again; everything but the page checks runs with: make unit"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  stop "Node 20.19 or newer is needed for the page checks; this is $(node --version). Everything but the page checks runs with: make unit"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >"$log" 2>&1 || {
  tail -n 15 "$log" >&2
  stop "npm could not fetch what package-lock.json names. Check that npm reaches its registry and run this again; everything but the page checks runs with: make unit"
}
